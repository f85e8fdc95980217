"""Concurrency, preview, visibility, journal, undo, links by hand."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from querwerk.core.models import Edition, JournalEntry, Link, Node, Space
from querwerk.core.queries import snapshot
from querwerk.core.states import Visibility
from querwerk.pilots.models import Finding, Pilot
from tests.factories.programmes import create_programme, import_again, small_bundle
from tests.rooms.desk.conftest import SignIn
from tests.rooms.desk.forms_in_pages import filled

PILOT = "/de/desk/werk/records/pilot/garn/"


@pytest.fixture
def two(werk: Space, sign_in: SignIn) -> tuple[Client, Client]:
    return sign_in("organiser", email="a@example.org"), sign_in("organiser", email="b@example.org")


def test_second_writer_sees_both_versions(two: tuple[Client, Client]) -> None:
    mine, theirs = two
    page = mine.get(PILOT)
    theirs.post(PILOT, filled(theirs.get(PILOT), **{"title.de": "Ihr Garn", "place.de": "Plauen"}))

    response = mine.post(PILOT, filled(page, **{"title.de": "Mein Garn", "summary.de": "Lang\r\ngetippt"}))

    assert response.status_code == 409
    shown = {row["key"]: (row["before"], row["after"]) for row in response.context["rows"]}
    assert shown["title"] == (
        "Sprache nicht angegeben: Neues Garn\nDeutsch: Ihr Garn",
        "Sprache nicht angegeben: Neues Garn\nDeutsch: Mein Garn",
    )
    assert set(shown) == {"title", "place_de", "summary_de"}
    assert Pilot.objects.get(key="garn").title["de"] == "Ihr Garn"


@pytest.mark.parametrize(
    ("do", "take", "title", "place"),
    [
        ("mine", {}, "Mein Garn", None),
        ("merge", {"take:title": "theirs", "take:place_de": "theirs"}, "Ihr Garn", "Plauen"),
        ("merge", {"take:title": "mine", "take:place_de": "theirs"}, "Mein Garn", "Plauen"),
    ],
)
def test_conflict_is_solved_field_by_field(
    two: tuple[Client, Client], do: str, take: dict[str, str], title: str, place: str | None
) -> None:
    mine, theirs = two
    page = mine.get(PILOT)
    theirs.post(PILOT, filled(theirs.get(PILOT), **{"title.de": "Ihr Garn", "place.de": "Plauen"}))
    conflict = mine.post(PILOT, filled(page, **{"title.de": "Mein Garn", "summary.de": "Lang\r\n\r\ngetippt"}))

    response = mine.post(PILOT, filled(conflict, do, **take))

    assert response.status_code == 302
    pilot = Pilot.objects.get(key="garn")
    assert (pilot.title["de"], pilot.place.get("de"), pilot.summary["de"]) == (title, place, "Lang\n\ngetippt")


def test_going_on_with_mine_keeps_every_word(two: tuple[Client, Client]) -> None:
    mine, theirs = two
    page = mine.get(PILOT)
    theirs.post(PILOT, filled(theirs.get(PILOT), **{"title.de": "Ihr Garn"}))
    conflict = mine.post(PILOT, filled(page, **{"title.de": "Mein Garn", "findings.1._.en": "It glows."}))

    again = mine.post(PILOT, filled(conflict, "again"))
    mine.post(PILOT, filled(again))

    raw = snapshot(Pilot.objects.get(key="garn"))
    assert (raw["title_de"], raw["findings"][1]["en"]) == ("Mein Garn", "It glows.")


def test_preview_shows_the_public_page_and_stores_nothing(werk: Space, sign_in: SignIn) -> None:
    client = sign_in("organiser")
    before = (
        Edition.objects.get().number,
        JournalEntry.objects.count(),
        Node.objects.count(),
        snapshot(Pilot.objects.get()),
    )

    response = client.post(PILOT, filled(client.get(PILOT), "preview", **{"title.de": "Nur versucht"}))

    page = response.content.decode()
    assert response.status_code == 200
    assert "Nur versucht" in page
    assert "preview-note" in page
    assert (
        Edition.objects.get().number,
        JournalEntry.objects.count(),
        Node.objects.count(),
        snapshot(Pilot.objects.get()),
    ) == before
    assert "Nur versucht" not in Client().get("/de/werk/pilots/garn/").content.decode()


def test_preview_of_a_new_record(werk: Space, sign_in: SignIn) -> None:
    client = sign_in("organiser")
    url = "/de/desk/werk/records/event/+/"

    response = client.post(url, filled(client.get(url), "preview", **{"title.de": "Noch nie da"}))

    assert "Noch nie da" in response.content.decode()
    assert not Node.objects.filter(key="noch-nie-da").exists()


@pytest.mark.parametrize("kind", ["question", "film", "funder", "web_link"])
def test_preview_of_kinds_without_a_page(kind: str, werk: Space, sign_in: SignIn) -> None:
    client = sign_in("organiser")
    url = f"/de/desk/werk/records/{kind}/+/"
    page = client.get(url, follow=True)
    name = {"question": "_.de", "film": "title.de", "funder": "name", "web_link": "label.de"}[kind]

    response = client.post(page.request["PATH_INFO"], filled(page, "preview", **{name: "Versuch"}))

    assert response.status_code == 200
    assert "Versuch" in response.content.decode()


def test_public_page_is_right_at_once(werk: Space, sign_in: SignIn) -> None:
    client, visitor = sign_in("organiser"), Client()
    assert "Neuestes Garn" not in visitor.get("/de/werk/pilots/garn/").content.decode()

    client.post(PILOT, filled(client.get(PILOT), **{"title.de": "Neuestes Garn"}))

    assert "Neuestes Garn" in visitor.get("/de/werk/pilots/garn/").content.decode()
    assert "Neuestes Garn" in visitor.get("/de/werk/pilots/").content.decode()


def test_retired_is_gone_for_visitors_and_can_come_back(werk: Space, sign_in: SignIn) -> None:
    client, visitor = sign_in("organiser"), Client()

    assert client.get(f"{PILOT}retire/").status_code == 200
    client.post(f"{PILOT}retire/", {"why": "Doppelt"})

    assert visitor.get("/de/werk/pilots/garn/").status_code == 404
    entry = JournalEntry.objects.order_by("-pk").first()
    assert entry is not None
    assert (entry.verb, entry.why, entry.by_name) == ("retired", "Doppelt", "organiser ")
    client.post(f"{PILOT}publish/")
    assert visitor.get("/de/werk/pilots/garn/").status_code == 200


def test_earlier_version_comes_back_and_that_can_be_undone(werk: Space, sign_in: SignIn) -> None:
    client = sign_in("organiser")
    client.post(PILOT, filled(client.get(PILOT), **{"title.de": "Schlecht", "@why": "Versuch"}))
    entry = JournalEntry.objects.filter(kind="pilot", key="garn").order_by("-pk")[0]
    assert entry.why == "Versuch"
    page = client.get(f"/de/desk/werk/journal/{entry.pk}/")
    assert [row["label"] for row in page.context["changes"]] == ["Titel"]

    client.post(page.context["restore_before"], filled(client.get(page.context["restore_before"])))

    assert "de" not in Pilot.objects.get(key="garn").title
    undo = JournalEntry.objects.filter(kind="pilot", key="garn").order_by("-pk")[0]
    assert undo.verb == "restored"
    back = client.get(f"/de/desk/werk/journal/{undo.pk}/").context["restore_before"]
    client.post(back, filled(client.get(back)))
    assert Pilot.objects.get(key="garn").title["de"] == "Schlecht"


def test_restore_notices_a_change_in_between(two: tuple[Client, Client]) -> None:
    mine, theirs = two
    mine.post(PILOT, filled(mine.get(PILOT), **{"title.de": "Eins"}))
    entry = JournalEntry.objects.filter(kind="pilot", key="garn").order_by("-pk")[0]
    url = f"/de/desk/werk/journal/{entry.pk}/restore/before/"
    page = mine.get(url)
    theirs.post(PILOT, filled(theirs.get(PILOT), **{"title.de": "Zwei"}))

    response = mine.post(url, filled(page))

    assert response.status_code == 409
    assert Pilot.objects.get(key="garn").title["de"] == "Zwei"


def test_restored_findings_are_the_same_findings(werk: Space, sign_in: SignIn) -> None:
    client = sign_in("organiser")
    second = Finding.objects.get(key="garn.findings-2")
    client.post(PILOT, filled(client.post(PILOT, filled(client.get(PILOT), "up:findings:1"))))
    moved = JournalEntry.objects.filter(kind="pilot", key="garn").order_by("-pk")[0]
    client.post(PILOT, filled(client.post(PILOT, filled(client.get(PILOT), "down:findings:0"))))

    url = f"/de/desk/werk/journal/{moved.pk}/restore/after/"
    client.post(url, filled(client.get(url)))

    assert Finding.objects.order_by("position").values_list("pk", flat=True).first() == second.pk


def test_link_is_tied_and_untied_by_hand(werk: Space, sign_in: SignIn) -> None:
    client = sign_in("organiser")
    url = f"{PILOT}links/"
    page = client.get(url)

    data = filled(
        page,
        here="finding:garn.findings-2",
        there="Papier",
        kind="supports",
        date="2021-11",
        source="https://example.org/x",
        note_de="Passt",
    )
    first, second = client.post(url, data), client.post(url, data)

    assert (first.status_code, second.status_code) == (302, 302)
    link = Link.objects.get(field="thread", earlier__key="garn.findings-2")
    assert link.later is not None
    assert (link.later.key, link.dated, dict(link.note), link.source) == (
        "papier",
        "2021-11",
        {"de": "Passt"},
        "https://example.org/x",
    )
    assert JournalEntry.objects.filter(verb="linked", key="garn.findings-2").count() == 1
    client.post(url, {"remove": "finding:garn.findings-2|paper:papier|supports"})
    assert not Link.objects.filter(field="thread", earlier__key="garn.findings-2").exists()
    assert Link.objects.filter(field="thread").count() == 1


def test_link_that_cannot_be_is_refused_at_its_field(werk: Space, sign_in: SignIn) -> None:
    client = sign_in("organiser")
    url = f"{PILOT}links/"

    response = client.post(url, filled(client.get(url), there="Gibtsnicht", kind="supports", date="2021-13"))

    assert response.status_code == 422
    assert set(response.context["errors"]) == {"there", "date"}
    assert "Gibtsnicht" in response.content.decode()


def test_attention_names_what_is_open(werk: Space, sign_in: SignIn) -> None:
    client = sign_in("organiser")
    Pilot.objects.update(visibility=Visibility.DRAFT)

    page = client.get("/de/desk/werk/")

    found = {one["sort"].key: one["number"] for one in page.context["attention"]}
    assert found == {
        "publicity": 1,
        "pages": 3,
        "drafts": 1,
        "decision": 1,
        "proof": 1,
        "loose": 1,
        "source": 11,
        "english": 3,
        "unknown": 3,
    }


def test_list_searches_and_filters(werk: Space, sign_in: SignIn) -> None:
    client = sign_in("organiser")
    url = "/de/desk/werk/records/organisation/"

    assert [row["record"].key for row in client.get(url, {"q": "süß"}).context["rows"]] == ["weberei"]
    assert [row["record"].key for row in client.get(url, {"visibility": "draft"}).context["rows"]] == []
    assert len(client.get(url).context["rows"]) == 3


def test_restoring_twice_is_once(werk: Space, sign_in: SignIn) -> None:
    client = sign_in("organiser")
    client.post(PILOT, filled(client.get(PILOT), **{"title.de": "Eins"}))
    entry = JournalEntry.objects.filter(kind="pilot", key="garn").order_by("-pk")[0]
    url = f"/de/desk/werk/journal/{entry.pk}/restore/before/"
    data = filled(client.get(url))

    answers = [client.post(url, data).status_code for _time in range(2)]

    assert answers == [302, 302]
    assert JournalEntry.objects.filter(kind="pilot", key="garn", verb="restored").count() == 1


def test_question_written_in_an_event_stays_itself_when_it_moves(db: None, sign_in: SignIn) -> None:
    event = {"id": "schau", "title": "Schau", "guiding_questions": [{"de": "Eins?"}, {"de": "Zwei?"}]}
    create_programme(small_bundle(events=[event], pilots=[], thread=[], uptake=[]))
    client = sign_in("organiser")
    url = "/de/desk/werk/records/event/schau/"
    second = Node.objects.get(kind="question", key="schau-question-2")

    client.post(url, filled(client.post(url, filled(client.get(url), "up:guiding_questions:1"))))

    links = Link.objects.filter(owner__key="schau", field="guiding_questions").order_by("position")
    assert [link.earlier.title["de"] for link in links if link.earlier] == ["Zwei?", "Eins?"]
    assert links[0].earlier_id == second.pk


@pytest.mark.parametrize("path", ["", "records/organisation/", "journal/", "records/pilot/garn/"])
def test_number_of_queries_does_not_grow(path: str, werk: Space, sign_in: SignIn) -> None:
    client = sign_in("organiser")
    url = f"/de/desk/werk/{path}"
    found = []
    for number in range(2):
        client.get(url)
        with CaptureQueriesContext(connection) as captured:
            client.get(url)
        found.append(len(captured))
        extra = [{"id": f"o{number}-{index}", "name": f"Organisation {index}"} for index in range(5)]
        import_again({"programme": small_bundle()["programme"], "organisations": extra})

    assert found[0] == found[1] <= 20
