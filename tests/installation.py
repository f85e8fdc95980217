"""An installation of its own for a test: a data folder, a database and real processes."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from uuid import uuid4

import psycopg
from django.conf import settings
from psycopg.conninfo import make_conninfo

ROOT = Path(__file__).resolve().parent.parent


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
def installation(folder: Path) -> Iterator[Installation]:
    """Make an empty installation on the database of this run: SQLite, or a fresh database on its PostgreSQL."""
    given = settings.ENV.database
    if given.kind == "sqlite":
        yield Installation(folder)
        return
    name = f"installation_{uuid4().hex[:12]}"
    server = {key: getattr(given, key) for key in ("host", "port", "user", "password") if getattr(given, key)}
    with closing(psycopg.connect(make_conninfo(dbname=given.name, **server), autocommit=True)) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
        query = "&".join(f"{key}={value}" for key, value in server.items())
        try:
            yield Installation(folder, f"postgres:///{name}?{query}")
        finally:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
