from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from querwerk.core.models import Space
from querwerk.exchange.actions import import_bundle
from tests.factories.programmes import TESTER
from tests.memory import forget_everything
from tests.reading import Element, read_page

DEMO = Path(__file__).resolve().parents[2] / "querwerk/exchange/demo/inducci.yaml"

Visit = Callable[..., Element]
RowsOf = Callable[[Callable[[], object]], int]


@pytest.fixture
def media(tmp_path: Path, settings: Any) -> Path:
    """Files lie in a folder of the test's own."""
    settings.MEDIA_ROOT, settings.RENDITIONS_ROOT = tmp_path / "media", tmp_path / "renditions"
    return tmp_path


@pytest.fixture(scope="module")
def demo(django_db_setup: None, django_db_blocker: Any) -> Iterator[Space]:
    """The demonstration programme, for all tests of a module; they may write, which is undone after each."""
    with django_db_blocker.unblock(), transaction.atomic():
        import_bundle(DEMO, by=TESTER)
        yield Space.objects.get(key="inducci")
        transaction.set_rollback(True)


@pytest.fixture
def visit(client: Client, db: None) -> Visit:
    """Read a page as a visitor without an account."""

    def read(path: str, *, language: str = "de", status: int = 200) -> Element:
        response = client.get(f"/{language}/{path}")
        assert response.status_code == status
        return read_page(response.content.decode())

    return read


@pytest.fixture
def queries_of(client: Client, db: None) -> Callable[[str], int]:
    """Count the queries of a page that is not in memory yet, all of them."""

    def count(path: str) -> int:
        forget_everything()
        recorded: AbstractContextManager[CaptureQueriesContext] = CaptureQueriesContext(connection)
        with recorded as captured:
            assert client.get(f"/de/{path}").status_code == 200
        return len(captured)

    return count


@pytest.fixture
def rows_of(db: None) -> RowsOf:
    """Count the rows that the database hands over while something is done, counts and other sums as one each."""

    def count(act: Callable[[], object]) -> int:
        recorded: AbstractContextManager[CaptureQueriesContext] = CaptureQueriesContext(connection)
        with recorded as captured:
            act()
        asked = [query["sql"] for query in captured.captured_queries if query["sql"].startswith("SELECT")]
        rows = 0
        with connection.cursor() as cursor:
            for sql in asked:
                cursor.execute(sql)
                rows += len(cursor.fetchall())
        return rows

    return count
