from collections.abc import Iterator

import pytest

from querwerk.evidence.queries.web import chain_of, ties_by_kind, web_of


@pytest.fixture(autouse=True)
def _no_thread_in_memory() -> Iterator[None]:
    """A test's edition is rolled back with its rows, so another test meets the same number again."""
    for remembered in (web_of, chain_of, ties_by_kind):
        remembered.cache_clear()
    yield
    for remembered in (web_of, chain_of, ties_by_kind):
        remembered.cache_clear()
