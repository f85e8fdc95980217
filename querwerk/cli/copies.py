"""``querwerk backup`` and ``querwerk restore``.

A backup is one tar file: ``manifest.json`` (version, migrations, a SHA-256 of every other member), the database and the
uploaded files. SQLite is copied as a file (``VACUUM INTO`` does not disturb writers). PostgreSQL is written row by row
from one snapshot, without ``pg_dump``, whose version would have to fit the server's; such a *portable* copy can be
restored into either database, which is also the way from SQLite to PostgreSQL.
"""

import argparse
import hashlib
import io
import json
import os
import shutil
import sqlite3
import tarfile
import tempfile
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import IO, Any

from querwerk.cli import rows
from querwerk.cli.command import Commands, Refusal, add, require_database, require_migrated

FORMAT = 1
MANIFEST, SQLITE_FILE, ROWS_FILE = "manifest.json", "database.sqlite3", "database.jsonl"


def add_to(commands: Commands) -> None:
    """Add the commands of this group."""
    backup = add(
        commands, "backup", run_backup, "Copy database and uploads into one file; the server may go on working."
    )
    backup.add_argument("file", type=Path, metavar="FILE")
    backup.add_argument("--portable", action="store_true", help="write SQLite row by row too, to move to PostgreSQL")
    restore = add(commands, "restore", run_restore, "Bring a backup back; the server and all workers must be stopped.")
    restore.add_argument("file", type=Path, metavar="FILE")
    restore.add_argument("--force", action="store_true", help="replace a database that has content")


def run_backup(arguments: argparse.Namespace) -> None:
    """Write the backup beside its final name and rename it when it is complete."""
    from django.conf import settings  # noqa: PLC0415

    require_migrated()
    target: Path = arguments.file.absolute()
    if target.exists():
        raise Refusal(f"{target} exists already.")
    if not target.parent.is_dir():
        raise Refusal(f"the folder {target.parent} does not exist.")
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".querwerk-backup-") as folder:
        database = _copy_database(Path(folder), portable=arguments.portable)
        draft = Path(folder) / "backup.tar"
        # A backup holds everything, so only its owner may read it.
        draft.touch(mode=0o600)
        members = {database.name: database}
        media = Path(settings.MEDIA_ROOT)
        members |= {
            f"media/{path.relative_to(media).as_posix()}": path for path in sorted(media.rglob("*")) if path.is_file()
        }
        with tarfile.open(draft, "w") as archive:
            sums = {name: _add(archive, name, path) for name, path in members.items()}
            _add_manifest(archive, sums)
        draft.replace(target)
    print(f"Wrote {target} ({target.stat().st_size / 1e6:.1f} MB, {len(members) - 1} uploaded files).")


def run_restore(arguments: argparse.Namespace) -> None:
    """Verify everything before anything is touched, then exchange database and uploads."""
    from django.conf import settings  # noqa: PLC0415
    from django.core.management import call_command  # noqa: PLC0415

    require_database()
    with tempfile.TemporaryDirectory(dir=settings.ENV.data, prefix=".querwerk-restore-") as folder:
        manifest = _unpack(arguments.file, Path(folder))
        content = Path(folder) / manifest.database
        _require_fitting(manifest)
        if not arguments.force and rows.has_content():
            raise Refusal("the database has content. Give --force to replace it.")
        aside = f"before-restore-{datetime.now(UTC):%Y%m%d-%H%M%S}"
        if manifest.database == SQLITE_FILE:
            _exchange_sqlite(content, aside)
        else:
            call_command("migrate", interactive=False, verbosity=0)
            rows.load(content)
        _exchange_media(Path(folder) / "media", aside)
    call_command("migrate", interactive=False, verbosity=0)
    call_command("createcachetable", verbosity=0)
    print(f"Restored the backup of {manifest.created} (Querwerk {manifest.version}).")


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup says about itself."""

    version: str
    created: str
    database: str
    migrations: frozenset[str]
    sums: dict[str, str]


def _copy_database(folder: Path, *, portable: bool) -> Path:
    from django.db import connection  # noqa: PLC0415

    if connection.vendor != "sqlite" or portable:
        target = folder / ROWS_FILE
        rows.dump(target)
        return target
    target = folder / SQLITE_FILE
    connection.ensure_connection()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM INTO %s", [str(target)])
    _require_sound(target)
    return target


def _require_sound(path: Path) -> None:
    with closing(sqlite3.connect(path)) as copy:
        answer = copy.execute("PRAGMA integrity_check").fetchone()[0]
    if answer != "ok":
        raise Refusal(f"the copy of the database is damaged: {answer}")


def _add(archive: tarfile.TarFile, name: str, path: Path) -> str:
    """Add a file and return the sum of exactly the bytes that went in."""
    with path.open("rb") as file:
        info = archive.gettarinfo(arcname=name, fileobj=file)
        info.uid = info.gid = 0
        info.uname = info.gname = ""
        summing = _Summing(file)
        archive.addfile(info, summing)
    return summing.digest.hexdigest()


class _Summing:
    """Reads a file and sums what was read."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file = file
        self.digest = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        data = self.file.read(size)
        self.digest.update(data)
        return data


def _add_manifest(archive: tarfile.TarFile, sums: dict[str, str]) -> None:
    from django.db import connection  # noqa: PLC0415
    from django.db.migrations.recorder import MigrationRecorder  # noqa: PLC0415

    applied = sorted(f"{app}.{name}" for app, name in MigrationRecorder(connection).applied_migrations())
    text = json.dumps(
        {
            "format": FORMAT,
            "version": version("querwerk"),
            "created": datetime.now(UTC).isoformat(timespec="seconds"),
            "migrations": applied,
            "sha256": sums,
        },
        indent=1,
    ).encode()
    info = tarfile.TarInfo(MANIFEST)
    info.size = len(text)
    archive.addfile(info, io.BytesIO(text))


def _unpack(path: Path, folder: Path) -> Manifest:
    try:
        with tarfile.open(path) as archive:
            # "data" refuses links, devices and names that lead out of the folder.
            archive.extractall(folder, filter="data")
        return _read_manifest(folder)
    except FileNotFoundError:
        raise Refusal(f"{path} does not exist or is not a backup.") from None
    except (tarfile.TarError, EOFError, OSError) as error:
        raise Refusal(f"{path} cannot be read as a backup: {error}") from None


def _read_manifest(folder: Path) -> Manifest:
    try:
        raw: dict[str, Any] = json.loads((folder / MANIFEST).read_text())
        sums: dict[str, str] = dict(raw["sha256"])
        if raw["format"] != FORMAT:
            raise Refusal(f"the backup has format {raw['format']}, this version reads format {FORMAT}.")
        database = next(name for name in (SQLITE_FILE, ROWS_FILE) if name in sums)
        manifest = Manifest(str(raw["version"]), str(raw["created"]), database, frozenset(raw["migrations"]), sums)
    except (ValueError, KeyError, TypeError, StopIteration):
        raise Refusal("the backup's manifest is damaged.") from None
    found = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()} - {MANIFEST}
    if found != set(sums):
        raise Refusal(f"the backup is not complete: {', '.join(sorted(found ^ set(sums))[:5])}")
    for name, expected in sums.items():
        with (folder / name).open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != expected:
                raise Refusal(f"the backup is damaged: {name} has changed since it was written.")
    return manifest


def _require_fitting(manifest: Manifest) -> None:
    from django.db import connection  # noqa: PLC0415

    from querwerk.config.health import shipped_migrations  # noqa: PLC0415

    known = frozenset(f"{app}.{name}" for app, name in shipped_migrations())
    if newer := sorted(manifest.migrations - known):
        raise Refusal(f"the backup comes from a newer version, {manifest.version} (it has {newer[0]}).")
    if manifest.database == SQLITE_FILE and connection.vendor != "sqlite":
        raise Refusal(
            "this is a copy of an SQLite file. Make one with `querwerk backup --portable` to move to PostgreSQL."
        )
    if manifest.database == ROWS_FILE and manifest.migrations != known:
        raise Refusal(
            f"a portable backup fits the version that wrote it: restore it with Querwerk {manifest.version}, then update."
        )


def _exchange_sqlite(source: Path, aside: str) -> None:
    from django.conf import settings  # noqa: PLC0415
    from django.db import connections  # noqa: PLC0415

    _require_sound(source)
    target = Path(settings.ENV.database.name)
    connections.close_all()
    if target.exists():
        try:
            with closing(sqlite3.connect(target, timeout=2)) as old:
                # Leaving WAL mode needs to be alone with the file, and takes its side files away: a write-ahead log
                # of the old database beside the new one would destroy it.
                old.execute("PRAGMA journal_mode=DELETE")
        except sqlite3.OperationalError:
            raise Refusal("the database is in use. Stop the server and all workers first.") from None
        os.link(target, target.with_name(f"{target.name}.{aside}"))
    shutil.copyfile(source, draft := target.with_name(f"{target.name}.new"))
    draft.replace(target)


def _exchange_media(source: Path, aside: str) -> None:
    from django.conf import settings  # noqa: PLC0415

    target = Path(settings.MEDIA_ROOT)
    if target.exists():
        target.rename(target.with_name(f"{target.name}.{aside}"))
    if source.exists():
        shutil.move(source, target)
