"""What a process keeps beside the database is never older than the database, whatever was undone meanwhile."""

import pytest
from django.db import transaction
from django.test import Client

from querwerk.core.actions import raise_edition
from querwerk.core.models import Edition
from querwerk.core.queries import current_edition
from querwerk.pilots.models import Pilot
from querwerk.programmes.queries import frame_of
from tests.factories.programmes import create_programme
from tests.memory import forget_everything, kept_by_edition

pytestmark = pytest.mark.django_db


def test_a_write_that_is_undone_leaves_no_page_behind(client: Client) -> None:
    create_programme()
    before = current_edition()
    with transaction.atomic():
        Pilot.objects.update(title={"de": "Geheimgarn"})
        raise_edition()
        assert "Geheimgarn" in client.get("/de/werk/pilots/").content.decode()
        undone = current_edition()
        transaction.set_rollback(True)
    assert current_edition() == before

    raise_edition()  # the next write, of something else

    assert current_edition() > undone
    assert "Geheimgarn" not in client.get("/de/werk/pilots/").content.decode()


def test_the_number_grows_where_the_clock_was_put_back() -> None:
    raise_edition()
    Edition.objects.update(number=2**60)

    raise_edition()

    assert current_edition() == 2**60 + 1


def test_what_is_kept_by_edition_is_found_and_forgotten(client: Client) -> None:
    create_programme()
    client.get("/de/werk/thread/")
    assert frame_of.cache_info().currsize == 1

    forget_everything()

    assert frame_of.cache_info().currsize == 0
    assert set(kept_by_edition(0)) >= {
        "querwerk.programmes.queries.frame_of",
        "querwerk.evidence.queries.web.web_of",
        "querwerk.evidence.queries.web.chain_of",
        "querwerk.evidence.queries.web.ties_by_kind",
        "querwerk.desk.queries.all_matters",
    }
