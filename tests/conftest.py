import os
import shutil
import socket
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.db import connection
from hypothesis import HealthCheck, settings

from tests.installation import (
    SHARED,
    Installation,
    forget_migrated_database,
    installation,
    migrated_database,
    migrated_file,
    new_database,
)

# Where this fails the machine is busy, or the examples are large on purpose.
settings.register_profile(
    "querwerk",
    parent=settings.get_profile("ci" if "CI" in os.environ else "default"),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
settings.load_profile("querwerk")

LOCAL = ("127.0.0.1", "::1", "localhost")


@pytest.fixture(autouse=True, scope="session")
def _no_network() -> Iterator[None]:
    """A test that needs another machine is a test of that machine."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family != socket.AF_UNIX and address[0] not in LOCAL:
            raise AssertionError(f"a test tried to reach {address[0]}")
        connect(self, address)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded)
        yield


owned = pytest.StashKey[Path]()


def pytest_configure(config: pytest.Config) -> None:
    """Make the folder that the processes of a run share, unless somebody above has."""
    if SHARED not in os.environ:
        config.stash[owned] = Path(tempfile.mkdtemp(prefix="querwerk-shared-"))
        os.environ[SHARED] = str(config.stash[owned])


def pytest_unconfigure(config: pytest.Config) -> None:
    if folder := config.stash.get(owned, None):
        forget_migrated_database()
        shutil.rmtree(folder)
        del os.environ[SHARED]


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment: None) -> Iterator[None]:
    """A database for the tests of this process, copied from one that the run migrates once."""
    is_file = django_settings.ENV.database.kind == "sqlite"
    with _in_memory() if is_file else new_database(migrated_database()) as name, pytest.MonkeyPatch.context() as patch:
        connection.close()
        patch.setitem(django_settings.DATABASES["default"], "NAME", name)
        patch.setitem(connection.settings_dict, "NAME", name)
        yield
        connection.close()


@contextmanager
def _in_memory() -> Iterator[str]:
    name = "file:memorydb_default?mode=memory&cache=shared"
    with closing(sqlite3.connect(name, uri=True)) as kept, closing(sqlite3.connect(migrated_file())) as pattern:
        pattern.backup(kept)
        yield name


@pytest.fixture
def installed(tmp_path: Path) -> Iterator[Installation]:
    """A migrated installation without content, for real processes, on the database of this run."""
    with installation(tmp_path) as found:
        yield found


@pytest.fixture
def not_installed(tmp_path: Path) -> Iterator[Installation]:
    """A folder and an empty database of this run's kind."""
    with installation(tmp_path / "empty", is_migrated=False) as found:
        yield found


@pytest.fixture(autouse=True)
def _nothing_remembered(request: pytest.FixtureRequest) -> None:
    """Another test's rows were rolled back, not what was kept of them in memory."""
    if request.node.get_closest_marker("database"):
        from tests.memory import forget_everything  # noqa: PLC0415  (Django is not set up yet where this file is read)

        forget_everything()


USES_DATABASE = {"django_db_setup", "installed", "not_installed"}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what asks the database of the run, so that the rest need not be repeated on the second one."""
    for item in items:
        if item.get_closest_marker("django_db") or USES_DATABASE & set(getattr(item, "fixturenames", ())):
            item.add_marker("database")
