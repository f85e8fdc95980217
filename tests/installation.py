"""An installation of its own for a test: a data folder, a database and real processes."""

import hashlib
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from fcntl import LOCK_EX, flock
from functools import cache
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
from django.conf import settings
from psycopg.conninfo import make_conninfo

ROOT = Path(__file__).resolve().parent.parent
DATABASE = "querwerk.sqlite3"
SHARED = "TESTS_SHARED"
"""Names the folder of what all processes of a run share."""


class Installation:
    """A data folder and the commands of an operator; SQLite unless an address is given."""

    def __init__(self, folder: Path, database_url: str = "") -> None:
        folder.mkdir(exist_ok=True)
        self.folder = folder
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("QUERWERK_", "DATABASE_URL"))}
        self.env = kept | {"QUERWERK_DATA": str(folder), "DATABASE_URL": database_url}

    def attempt(self, *arguments: str, module: str = "querwerk", **variables: str) -> subprocess.CompletedProcess[str]:
        """Run a command to its end."""
        command = [sys.executable, "-m", module, *arguments]
        env = self.env | variables
        return subprocess.run(command, env=env, cwd=ROOT, capture_output=True, text=True, check=False, timeout=600)

    def run(self, *arguments: str, module: str = "querwerk") -> str:
        """Run a command that has to succeed and return what it printed."""
        done = self.attempt(*arguments, module=module)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def refused(self, *arguments: str, **variables: str) -> str:
        """Run a command that has to refuse with a message and return that message."""
        done = self.attempt(*arguments, **variables)
        assert (done.returncode, done.stdout) == (1, ""), done.stderr
        assert "Traceback" not in done.stderr
        return done.stderr

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        """Look into the database, which is quicker than a process."""
        if url := self.env["DATABASE_URL"]:
            with closing(psycopg.connect(url)) as server:
                return server.execute(sql).fetchall()
        with closing(sqlite3.connect(self.folder / DATABASE, timeout=60)) as file:
            return file.execute(sql).fetchall()

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        """Start a command that runs until it is stopped."""
        return subprocess.Popen([sys.executable, "-m", "querwerk", *arguments], env=self.env, cwd=ROOT)


@contextmanager
def installation(folder: Path, *, is_migrated: bool = True) -> Iterator[Installation]:
    """Make an installation without content on the database of this run: SQLite, or a fresh database on its PostgreSQL."""
    if settings.ENV.database.kind == "sqlite":
        found = Installation(folder)
        if is_migrated:
            shutil.copy(migrated_file(), folder / DATABASE)
        yield found
        return
    with new_database(migrated_database() if is_migrated else "template1") as name:
        yield Installation(folder, _address(name))


def embedded(folder: Path) -> Installation:
    """Make an installation without content on SQLite, whatever the database of this run."""
    found = Installation(folder)
    shutil.copy(migrated_file(), folder / DATABASE)
    return found


def shared_folder() -> Path:
    """Return the folder of what all processes of a run share; made by the first of them, or by `scripts.check` for all its steps."""
    return Path(os.environ[SHARED])


@contextmanager
def _alone(name: str) -> Iterator[Path]:
    """Let one process of the run make a thing, which the others then find."""
    path = shared_folder() / name
    with (shared_folder() / f"{name}.lock").open("w") as lock:
        flock(lock, LOCK_EX)
        yield path


@cache
def migrated_file() -> Path:
    """Migrate an SQLite file once for the whole run, which takes longer than most tests."""
    with _alone("migrated") as folder:
        if not (folder / "is-whole").exists():
            Installation(folder).run("migrate")
            with closing(sqlite3.connect(folder / DATABASE)) as made:
                # One file without a log beside it can be copied.
                made.execute("PRAGMA journal_mode = DELETE")
            (folder / "is-whole").touch()
    return folder / DATABASE


@cache
def migrated_database() -> str:
    """Migrate a database on the server of this run once, as a template for others; return its name."""
    name = f"migrated_{hashlib.blake2b(bytes(shared_folder()), digest_size=6).hexdigest()}"
    with _alone(name) as folder:
        if not folder.exists():
            with _on_server() as connection:
                connection.execute(f'CREATE DATABASE "{name}"')
            Installation(folder, _address(name)).run("migrate")
    return name


def forget_migrated_database() -> None:
    """Leave nothing behind on a server that outlives the run."""
    for folder in shared_folder().glob("migrated_*[0-9a-f]"):
        with _on_server() as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{folder.name}" WITH (FORCE)')


@contextmanager
def new_database(template: str) -> Iterator[str]:
    """Make a database on the server of this run as a copy of another; give its name."""
    name = f"installation_{uuid4().hex[:12]}"
    with _on_server() as connection:
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        try:
            yield name
        finally:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def _server() -> dict[str, str]:
    given = settings.ENV.database
    return {key: getattr(given, key) for key in ("host", "port", "user", "password") if getattr(given, key)}


def _address(name: str) -> str:
    return f"postgres:///{name}?{'&'.join(f'{key}={value}' for key, value in _server().items())}"


@contextmanager
def _on_server() -> Iterator[psycopg.Connection]:
    conninfo = make_conninfo(dbname=settings.ENV.database.name, **_server())
    with closing(psycopg.connect(conninfo, autocommit=True)) as connection:
        yield connection
