"""``querwerk search``: make the search's index anew."""

import argparse

from querwerk.cli.command import Commands, add, require_migrated


def add_to(commands: Commands) -> None:
    """Add the commands of this group."""
    group = commands.add_parser("search", help="The search's index.").add_subparsers(required=True, metavar="COMMAND")
    add(group, "rebuild", rebuild_index, "Make the search's index anew, for example after a change of its rules.")


def rebuild_index(_arguments: argparse.Namespace) -> None:
    """Index every record."""
    require_migrated()
    from querwerk.publishing.search.store import rebuild  # noqa: PLC0415 -- needs Django

    print(f"{rebuild()} records can be found")
