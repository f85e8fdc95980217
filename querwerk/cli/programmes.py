"""``querwerk programme``: read, check and write programme bundles."""

import argparse
import itertools
from pathlib import Path
from typing import TYPE_CHECKING

from querwerk.cli.command import Commands, Refusal, add, require_migrated

if TYPE_CHECKING:
    from querwerk.core.actions import Report
    from querwerk.core.models import Space


def add_to(commands: Commands) -> None:
    """Add the commands of this group."""
    group = commands.add_parser("programme", help="Read, check and write programme bundles.")
    programme = group.add_subparsers(dest="subcommand", required=True, metavar="COMMAND")
    add(
        programme,
        "import",
        run_import,
        "Read a bundle (YAML or JSON), or a ZIP with its files, into the database; all of it or nothing.",
    ).add_argument("file", type=Path, metavar="FILE")
    add(programme, "validate", run_validate, "Check a bundle without changing anything.").add_argument(
        "file", type=Path, metavar="FILE"
    )
    add(programme, "schema", run_schema, "Print the JSON Schema of the format.")
    export = add(programme, "export", run_export, "Write a programme as a bundle.")
    export.add_argument("programme", metavar="KEY")
    export.add_argument(
        "file",
        type=Path,
        metavar="FILE",
        nargs="?",
        help="ends in .yaml, .json or .zip (with pictures and films); without it YAML is printed",
    )


def run_import(arguments: argparse.Namespace) -> None:
    """Import a bundle and name everything that it touched."""
    require_migrated()
    report = import_file(arguments.file)
    for verb, names in (("added", report.added), ("changed", report.changed)):
        for kind, key in names:
            print(f"{verb:<8} {kind}:{key}")
    print(summary(report))


def import_file(path: Path) -> "Report":
    """Import one bundle in the name of the command line."""
    from querwerk.core.actions import Actor  # noqa: PLC0415
    from querwerk.exchange.actions import InvalidBundle, import_bundle  # noqa: PLC0415
    from querwerk.exchange.parcels import import_parcel  # noqa: PLC0415

    read = import_parcel if path.suffix.lower() == ".zip" else import_bundle
    try:
        return read(path, by=Actor(None, "querwerk programme import"))
    except (InvalidBundle, OSError) as error:
        raise Refusal(f"{path} was not imported, nothing has changed:\n{error}") from None


def summary(report: "Report") -> str:
    """Say in one line what an import did."""
    counts = f"{len(report.added)} added, {len(report.changed)} changed, {len(report.unchanged)} left alone"
    return counts + (
        f", {len(report.untouched)} more in the database that the bundle does not name" if report.untouched else ""
    )


def run_validate(arguments: argparse.Namespace) -> None:
    """Check a bundle; what the format does not know is kept, but worth a look."""
    from querwerk.exchange.actions import InvalidBundle, validate_bundle  # noqa: PLC0415

    try:
        bundle = validate_bundle(arguments.file)
    except (InvalidBundle, OSError) as error:
        raise Refusal(f"{arguments.file} is not valid:\n{error}") from None
    for path in bundle.freely_named:
        place = ".".join(str(step) for step in path)
        print(
            f"{bundle.document.name}:{bundle.document.line_of(path)}: {place}: not a field of the format, kept as a further fact"
        )
    counts = itertools.groupby(sorted(parsed.kind for parsed in bundle.records))
    print(f"{arguments.file} is valid: {', '.join(f'{len(list(same))} {kind}' for kind, same in counts)}.")


def run_schema(arguments: argparse.Namespace) -> None:
    """Print the JSON Schema."""
    from querwerk.exchange.schema import bundle_schema  # noqa: PLC0415
    from querwerk.exchange.writer import as_json  # noqa: PLC0415

    print(as_json(bundle_schema()), end="")


def run_export(arguments: argparse.Namespace) -> None:
    """Export a programme."""
    from querwerk.exchange.queries import export_bundle  # noqa: PLC0415
    from querwerk.exchange.writer import as_json, as_yaml  # noqa: PLC0415
    from querwerk.programmes.models import Programme  # noqa: PLC0415

    require_migrated()
    programme = Programme.objects.select_related("space").filter(space__key=arguments.programme).first()
    if programme is None:
        keys = ", ".join(Programme.objects.order_by("space__key").values_list("space__key", flat=True))
        raise Refusal(f"there is no programme {arguments.programme}; there is: {keys or 'none yet'}.")
    target: Path | None = arguments.file
    if target and target.suffix not in {".yaml", ".yml", ".json", ".zip"}:
        raise Refusal(f"{target} must end in .yaml, .json or .zip.")
    if target and target.suffix == ".zip":
        return write_zip(programme.space, target)
    bundle = export_bundle(programme.space)
    text = as_json(bundle) if target and target.suffix == ".json" else as_yaml(bundle)
    if target is None:
        print(text, end="")
        return None
    try:
        target.write_text(text, encoding="utf-8")
    except OSError as error:
        raise Refusal(f"{target} cannot be written: {error.strerror}.") from None
    print(f"Wrote {target}.")
    return None


def write_zip(space: "Space", target: Path) -> None:
    """Write a programme with its pictures and films; only its owner may read it, for it holds consents."""
    from querwerk.exchange.parcels import write_parcel  # noqa: PLC0415

    try:
        target.touch(mode=0o600)
        with target.open("wb") as out:
            count = write_parcel(space, out)
    except OSError as error:
        raise Refusal(f"{target} cannot be written: {error.strerror}.") from None
    print(f"Wrote {target} ({count} files).")
