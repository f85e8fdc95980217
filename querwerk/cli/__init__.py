"""``querwerk``: the one command for operators. One module per group of commands."""

import argparse
import os
import sys
from importlib import import_module

from querwerk.cli import accounts, copies, newsletter, programmes, search, server, settings
from querwerk.cli.command import ENGINES, Refusal, boot
from querwerk.config.env import EnvError


def parser(given: str | None = None) -> argparse.ArgumentParser:
    """All commands and their arguments; where a command is given, without those of engines that it does not need."""
    top = argparse.ArgumentParser(prog="querwerk", description="Run a Querwerk installation.")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for group in (server, programmes, copies, accounts, newsletter, search, settings):
        group.add_to(commands)
    for name, text in ENGINES.items():
        if given in {None, name}:
            import_module(f"querwerk.cli.{name}").add_to(commands)
        else:
            commands.add_parser(name, help=text)
    return top


def main(argv: list[str] | None = None) -> None:
    """Run one command; exit code 0 done, 1 refused with a reason, 2 wrong usage."""
    words = sys.argv[1:] if argv is None else argv
    arguments = parser(next(iter(words), "")).parse_args(words)
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
