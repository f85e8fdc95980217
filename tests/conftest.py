import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.installation import Installation, installation

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


USES_DATABASE = {"django_db_setup", "installed", "not_installed"}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what asks the database of the run, so that the rest need not be repeated on the second one."""
    for item in items:
        if item.get_closest_marker("django_db") or USES_DATABASE & set(getattr(item, "fixturenames", ())):
            item.add_marker("database")
