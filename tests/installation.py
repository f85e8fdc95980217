"""An installation of its own for a test: a data folder, a database and real processes."""

import atexit
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from functools import cache
from pathlib import Path
from uuid import uuid4

import psycopg
from django.conf import settings
from psycopg.conninfo import make_conninfo

ROOT = Path(__file__).resolve().parent.parent
DATABASE = "querwerk.sqlite3"


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
        return subprocess.run(command, env=env, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120)

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

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        """Start a command that runs until it is stopped."""
        return subprocess.Popen([sys.executable, "-m", "querwerk", *arguments], env=self.env, cwd=ROOT)


@contextmanager
def installation(folder: Path, *, is_migrated: bool = True) -> Iterator[Installation]:
    """Make an installation without content on the database of this run: SQLite, or a fresh database on its PostgreSQL."""
    if settings.ENV.database.kind == "sqlite":
        found = Installation(folder)
        if is_migrated:
            shutil.copy(_migrated_file(), folder / DATABASE)
        yield found
        return
    with _new_database(_migrated_database() if is_migrated else "template1") as url:
        yield Installation(folder, url)


def embedded(folder: Path) -> Installation:
    """Make an installation without content on SQLite, whatever the database of this run."""
    found = Installation(folder)
    shutil.copy(_migrated_file(), folder / DATABASE)
    return found


@cache
def _migrated_file() -> Path:
    """Migrate once for all tests of a process, which takes longer than most tests."""
    folder = Path(tempfile.mkdtemp(prefix="querwerk-template-"))
    atexit.register(shutil.rmtree, folder)
    Installation(folder).run("migrate")
    return folder / DATABASE


@cache
def _migrated_database() -> str:
    made = ExitStack()
    atexit.register(made.close)
    url = made.enter_context(_new_database("template1"))
    with tempfile.TemporaryDirectory() as folder:
        Installation(Path(folder), url).run("migrate")
    return url.removeprefix("postgres:///").partition("?")[0]


@contextmanager
def _new_database(template: str) -> Iterator[str]:
    given = settings.ENV.database
    name = f"installation_{uuid4().hex[:12]}"
    server = {key: getattr(given, key) for key in ("host", "port", "user", "password") if getattr(given, key)}
    with closing(psycopg.connect(make_conninfo(dbname=given.name, **server), autocommit=True)) as connection:
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        query = "&".join(f"{key}={value}" for key, value in server.items())
        try:
            yield f"postgres:///{name}?{query}"
        finally:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
