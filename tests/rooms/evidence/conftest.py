from collections.abc import Iterator

import pytest

from querwerk.evidence.queries.web import chain_of, web_of


@pytest.fixture(autouse=True)
def _no_thread_in_memory() -> Iterator[None]:
    """A test's edition is rolled back with its rows, so another test meets the same number again."""
    web_of.cache_clear()
    chain_of.cache_clear()
    yield
    web_of.cache_clear()
    chain_of.cache_clear()
