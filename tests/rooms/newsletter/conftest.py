import pytest
from django.core.cache import cache

from querwerk.core.models import Space
from tests.factories.programmes import create_programme, small_bundle
from tests.rooms.desk.conftest import sign_in

__all__ = ["sign_in"]

NEWSFLASHES = [
    {"no": 1, "date": "2021-10-01", "title": "Neues Garn", "summary": {"de": "Es hält.", "en": "It holds."}},
    {"no": 2, "title_de": "Große Schau", "title_en": "Great show"},
    {"no": 3, "title": "Noch nicht öffentlich", "visibility": "draft"},
]


@pytest.fixture
def space(db: None) -> Space:
    """A programme with two public newsflashes and a draft."""
    cache.clear()  # the limit of wishes from one connection
    flashes = [{key: value for key, value in flash.items() if key != "summary"} for flash in NEWSFLASHES]
    flashes[0] |= {"summary_de": "Es hält.", "summary_en": "It holds."}
    return create_programme(small_bundle(newsflashes=flashes))
