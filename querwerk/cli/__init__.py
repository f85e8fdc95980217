"""``querwerk``: the one command for operators. One module per group of commands."""

import argparse
import os
import sys

from querwerk.cli import (
    accounts,
    assignment,
    copies,
    matching,
    newsletter,
    programmes,
    search,
    server,
    settings,
    timetable,
)
from querwerk.cli.command import Refusal, boot
from querwerk.config.env import EnvError


def parser() -> argparse.ArgumentParser:
    """All commands and their arguments."""
    top = argparse.ArgumentParser(prog="querwerk", description="Run a Querwerk installation.")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for group in (server, programmes, copies, accounts, newsletter, search, settings, timetable, assignment, matching):
        group.add_to(commands)
    return top


def main(argv: list[str] | None = None) -> None:
    """Run one command; exit code 0 done, 1 refused with a reason, 2 wrong usage."""
    arguments = parser().parse_args(argv)
    try:
        if not getattr(arguments, "without_django", False):
            boot()
        raise SystemExit(arguments.run(arguments) or 0)
    except (Refusal, EnvError) as refusal:
        raise SystemExit(f"querwerk: {refusal}") from None
    except KeyboardInterrupt:
        raise SystemExit(130) from None
    except BrokenPipeError:
        # The reader of a pipe (head, less) went away; nothing is left to say, not even at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(1) from None
