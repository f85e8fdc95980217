"""``querwerk newsletter``: takes the mails that came back."""

import argparse
import sys
from pathlib import Path

from querwerk.cli.command import Commands, Refusal, add, require_migrated

LARGEST = 10_000_000


def add_to(commands: Commands) -> None:
    """Add the commands of this group."""
    group = commands.add_parser("newsletter", help="Take mails that came back.")
    newsletter = group.add_subparsers(dest="subcommand", required=True, metavar="COMMAND")
    bounces = add(
        newsletter, "bounces", run_bounces,
        "Take returned newsletters: one mail on standard input, as mail servers hand them over, or all files of a folder (Maildir).",
    )  # fmt: skip
    bounces.add_argument(
        "folder", type=Path, nargs="?", metavar="FOLDER", help="its files are deleted once they are taken"
    )


def run_bounces(arguments: argparse.Namespace) -> None:
    """Take one mail or a folder of them."""
    from querwerk.newsletter.bounces import take_return  # noqa: PLC0415

    require_migrated()
    folder: Path | None = arguments.folder
    if folder is None:
        print("taken" if take_return(sys.stdin.buffer.read(LARGEST)) else "not a returned newsletter")
        return
    if not folder.is_dir():
        raise Refusal(f"{folder} is no folder.")
    files = sorted(path for path in folder.rglob("*") if path.is_file() and "tmp" not in path.parts)
    taken = 0
    for path in files:
        with path.open("rb") as file:
            if take_return(file.read(LARGEST)):
                taken += 1
                path.unlink()
    print(f"{taken} of {len(files)} mails were returned newsletters.")
