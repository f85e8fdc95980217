import pytest
from django.core.cache import cache

from querwerk.core.models import Space
from tests.rooms.desk.conftest import sign_in
from tests.rooms.events.guests import create_space

__all__ = ["sign_in"]


@pytest.fixture
def space(db: None) -> Space:
    """A programme with an event in thirty days."""
    cache.clear()  # the limit of forms from one connection
    return create_space()
