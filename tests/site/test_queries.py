"""What pages ask the database, and that what is put together once is what Django would put together each time."""

from collections.abc import Iterable, Iterator
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import F, QuerySet
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse, translate_url
from django.utils import translation

from querwerk.core.models import Link, Node, Space
from querwerk.core.pages import store
from querwerk.core.prepared import padded, prepared
from querwerk.core.registry import page_kinds, page_url
from querwerk.exchange.actions import import_bundle
from tests.factories.programmes import TESTER
from tests.rooms.conftest import DEMO

MOST = 10
FRAME = 3
"""Queries for what surrounds the pages, asked once after each edit."""


@pytest.fixture(scope="module", autouse=True)
def demo(django_db_setup: None, django_db_blocker: Any) -> Iterator[Space]:
    """The demonstration programme, for all tests of the module."""
    with django_db_blocker.unblock(), transaction.atomic():
        import_bundle(DEMO, by=TESTER)
        yield Space.objects.get(key="inducci")
        transaction.set_rollback(True)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("", 7),
        ("pilots/", 7),
        ("pilots/labor-2025/", 8),
        ("events/", 4),
        ("events/plauen-2021/", 10),
        ("papers/", 5),
        ("papers/cwe-strategy/", 10),
        ("uptake/", 6),
        ("uptake/up-funken/", 4),
        ("follow-ups/funken-akademie/", 4),
        ("news/", 3),
        ("news/7/", 5),
        ("partners/", 2),
        ("organisations/", 4),
        ("organisations/cwe/", 6),
        ("about/", 6),
        ("pages/imprint/", 3),
        ("search/?q=kreativwirtschaft", 4),
        ("thread/", 3),
    ],
)
def test_a_page_asks_for_what_it_shows_and_nothing_else(db: None, client: Client, path: str, expected: int) -> None:
    counts = []
    for _time in ("first after an edit", "next"):
        store.clear()
        with CaptureQueriesContext(connection) as asked:
            assert client.get(f"/de/inducci/{path}").status_code == 200
        counts.append(len(asked))
    first, following = counts
    assert following == expected
    assert following <= MOST
    assert first >= following + FRAME  # the thread as a whole is remembered for an edition too


@pytest.mark.parametrize("language", ["de", "en"])
def test_addresses_of_records_are_those_of_the_routes(db: None, language: str) -> None:
    names = {
        "event": "events:event_detail", "pilot": "pilots:pilot_detail", "organisation": "programmes:organisation_detail",
        "paper": "strategy:paper_detail", "decision": "strategy:decision_detail", "uptake": "evidence:uptake_detail",
        "follow_up": "evidence:follow_up_detail", "question": "evidence:question_detail",
        "newsflash": "publishing:news_detail", "page": "programmes:page", "challenge": "matching:challenge_detail",
        "match": "matching:match_detail", "profile": "programmes:profile",
    }  # fmt: skip
    assert set(names) == set(page_kinds())
    with translation.override(language):
        for kind, name in names.items():
            for key in ("labor-2025", "a.b", "the-key", "ä ö", "50%"):
                assert page_url(kind, key, "werk") == reverse(name, kwargs={"programme": "werk", "key": key})


@pytest.mark.parametrize("path", ["pilots/labor-2025/", "search/?q=ä&kind=pilot"])
def test_a_page_names_itself_in_each_language(db: None, client: Client, path: str) -> None:
    response = client.get(f"/de/inducci/{path}")
    own = response.wsgi_request.get_full_path()
    with translation.override("de"):
        expected = [translate_url(own, code) for code in ("de", "en")]
    assert [url for _code, _name, url in response.context["alternates"]] == expected


@prepared
def links_of(node_ids: Iterable[int], field: str | None, *, most: int) -> QuerySet[Any]:
    """Ask with a list, with an alternative, with a join and an annotation."""
    found = Link.objects.filter(owner__in=node_ids)
    if field is not None:
        found = found.filter(field=field)
    return found.annotate(kind_of_end=F("later__kind")).select_related("later__part_of").order_by("pk")[:most]


@prepared
def keys_of(space_id: int, kind: str) -> QuerySet[Node, str]:
    """Ask for one column."""
    return Node.objects.filter(space=space_id, kind=kind).values_list("key", flat=True).order_by("key")


@pytest.mark.parametrize("number", [1, 3, 40])
@pytest.mark.parametrize("field", ["host", None])
def test_prepared_questions_give_what_django_gives(
    demo: Space, db: None, number: int, field: str | None, django_assert_num_queries: Any
) -> None:
    ids = list(Node.objects.filter(space=demo, kind="pilot").values_list("pk", flat=True).order_by("pk")[:number])
    for _time in ("put together", "asked again"):
        with django_assert_num_queries(1):
            found = links_of(ids, field, most=30)
        plain = list(
            Link.objects.filter(owner__in=ids, **({"field": field} if field else {}))
            .annotate(kind_of_end=F("later__kind"))
            .select_related("later__part_of")
            .order_by("pk")[:30]
        )
        assert found == plain
        assert plain
        columns = [column.attname for column in Link._meta.concrete_fields]
        for one, other in zip(found, plain, strict=True):
            assert [getattr(one, name) for name in columns] == [getattr(other, name) for name in columns]
            assert one.kind_of_end == other.kind_of_end
            assert one._state.adding is False
            with django_assert_num_queries(0):
                assert one.later == other.later
                if one.later is not None and other.later is not None:
                    assert one.later.title == other.later.title


def test_prepared_questions_take_other_values_and_no_values(demo: Space, db: None) -> None:
    assert keys_of(demo.pk, "question") == sorted(keys_of(demo.pk, "question"))
    assert "labor-2025" in keys_of(demo.pk, "pilot")
    assert keys_of.first(demo.pk, "no such kind") is None
    assert links_of([], "host", most=5) == []


def test_a_value_that_does_not_reach_the_database_is_refused(db: None) -> None:
    @prepared
    def deaf(space_id: int) -> QuerySet[Node]:
        return Node.objects.all()

    with pytest.raises(TypeError, match="does not pass each of its values"):
        deaf(1)


def test_lists_of_any_length_make_few_shapes() -> None:
    assert [len(padded(range(number))) for number in (0, 1, 2, 3, 5, 9, 100)] == [0, 1, 2, 4, 8, 16, 128]
