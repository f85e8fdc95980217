"""``querwerk programme``: read, check and write programme bundles."""

import argparse
from pathlib import Path

from querwerk.cli.common import Commands, Refusal, add, require_migrated


def add_to(commands: Commands) -> None:
    """Add the commands of this group."""
    group = commands.add_parser("programme", help="Read, check and write programme bundles.")
    programme = group.add_subparsers(dest="subcommand", required=True, metavar="COMMAND")
    add(programme, "import", run_import, "Read a bundle (YAML or JSON) into the database; all of it or nothing.").add_argument("file", type=Path, metavar="FILE")
    add(programme, "validate", run_validate, "Check a bundle without changing anything.").add_argument("file", type=Path, metavar="FILE")
    export = add(programme, "export", run_export, "Write a programme as a bundle.")
    export.add_argument("programme", metavar="KEY")
    export.add_argument("file", type=Path, metavar="FILE", help="ends in .yaml or .json")


def import_file(path: Path) -> None:
    """Import one bundle and print what changed."""
    from querwerk.exchange.actions import import_bundle  # noqa: PLC0415
    from querwerk.exchange.errors import BundleError  # noqa: PLC0415

    try:
        print(import_bundle(path, by=None))
    except (BundleError, OSError) as error:
        raise Refusal(str(error)) from None


def run_import(arguments: argparse.Namespace) -> None:
    """Import a bundle."""
    require_migrated()
    import_file(arguments.file)


def run_validate(arguments: argparse.Namespace) -> None:
    """Check a bundle."""
    from querwerk.exchange.actions import validate_bundle  # noqa: PLC0415
    from querwerk.exchange.errors import BundleError  # noqa: PLC0415

    try:
        print(validate_bundle(arguments.file))
    except (BundleError, OSError) as error:
        raise Refusal(str(error)) from None


def run_export(arguments: argparse.Namespace) -> None:
    """Export a programme."""
    from querwerk.exchange.actions import export_bundle  # noqa: PLC0415
    from querwerk.exchange.errors import BundleError  # noqa: PLC0415

    require_migrated()
    try:
        print(export_bundle(arguments.programme, arguments.file))
    except (BundleError, OSError) as error:
        raise Refusal(str(error)) from None
