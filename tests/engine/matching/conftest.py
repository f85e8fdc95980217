from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from scripts.postgres import temporary_postgres


@pytest.fixture(scope="session")
def address() -> Iterator[str]:
    with temporary_postgres() as address:
        yield address


@pytest.fixture
def connection(address: str) -> Iterator["psycopg.Connection[Any]"]:
    with psycopg.connect(address) as connection, connection.transaction(force_rollback=True):
        yield connection
