import pytest
from django.core.cache import cache

from querwerk.core.models import Space
from querwerk.meetings.models import Networking
from tests.rooms.desk.conftest import sign_in
from tests.rooms.events.guests import create_space
from tests.rooms.meetings.fair import create_fair

__all__ = ["sign_in"]


@pytest.fixture
def space(db: None) -> Space:
    """A programme with an event in thirty days."""
    cache.clear()  # the limit of forms from one connection
    return create_space()


@pytest.fixture
def fair(space: Space) -> Networking:
    """An event with four times, two tables and five people who want to meet, open for wishes."""
    return create_fair(space, ["Ada", "Ben", "Cem", "Dora", "Emil"])
