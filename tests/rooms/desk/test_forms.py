import pytest
from django.test import Client

from querwerk.core.models import JournalEntry, Link, Space, record_models
from querwerk.core.queries import snapshot
from querwerk.core.spec import spec_of
from querwerk.desk.layout import UNSEEN, groups_of
from querwerk.desk.queries import KINDS
from querwerk.pilots.models import Finding, Pilot
from querwerk.programmes.models import Programme
from tests.rooms.desk.conftest import SignIn
from tests.rooms.desk.forms_in_pages import filled

PILOT = "/de/desk/werk/records/pilot/garn/"


@pytest.mark.parametrize("kind", KINDS)
def test_layout_shows_every_field_once(kind: str) -> None:
    spec = spec_of(kind)

    keys = [key for _title, group in groups_of(spec) for key in group]

    elsewhere = UNSEEN.get(kind, frozenset())
    assert sorted([*keys, *elsewhere]) == sorted(declared.key for declared in spec.all_fields)


@pytest.mark.parametrize("kind", KINDS)
def test_form_sent_unchanged_changes_nothing(kind: str, demo: Space, sign_in: SignIn) -> None:
    client = sign_in("organiser", programme="inducci")
    entries = JournalEntry.objects.count()
    for record in record_models()[kind]._default_manager.filter(space=demo):
        if kind == "question" and not record.has_own_key:
            continue
        url = f"/de/desk/inducci/records/{kind}/{record.key}/"
        before = snapshot(record)

        response = client.post(url, filled(client.get(url)))

        assert response.status_code == 302, (url, response.context["mistakes"])
        record.refresh_from_db()
        assert snapshot(record) == before
    assert JournalEntry.objects.count() == entries


def test_create_gives_an_id_and_a_draft(werk: Space, sign_in: SignIn) -> None:
    client = sign_in("organiser")
    url = "/de/desk/werk/records/pilot/+/"

    response = client.post(
        url, filled(client.get(url), "draft", title__de="Grüner Faden", title__en="Green thread", start="2022-05")
    )

    assert response["Location"] == "/de/desk/werk/records/pilot/gruener-faden/"
    made = Pilot.objects.get(space=werk, key="gruener-faden")
    assert snapshot(made) == {
        "id": "gruener-faden",
        "title_de": "Grüner Faden",
        "title_en": "Green thread",
        "start": "2022-05",
        "visibility": "draft",
    }


def test_two_identical_posts_create_one_record(werk: Space, sign_in: SignIn) -> None:
    client = sign_in("organiser")
    url = "/de/desk/werk/records/person/+/"
    data = filled(client.get(url), "publish", name__de="Ödön Weber")

    first, second = client.post(url, data), client.post(url, data)

    assert first["Location"] == second["Location"] == "/de/desk/werk/records/person/oedoen-weber/"
    assert record_models()["person"]._default_manager.filter(space=werk).count() == 2
    assert JournalEntry.objects.filter(kind="person", key="oedoen-weber").count() == 1


def test_two_identical_edits_are_one(werk: Space, sign_in: SignIn) -> None:
    client = sign_in("organiser")
    data = filled(client.get(PILOT), title__de="Altes Garn")

    first, second = client.post(PILOT, data), client.post(PILOT, data)

    assert (first.status_code, second.status_code) == (302, 302)
    assert JournalEntry.objects.filter(kind="pilot", key="garn").count() == 2


def test_unknown_none_and_not_stated_stay_apart(werk: Space, sign_in: SignIn) -> None:
    client = sign_in("organiser")

    client.post(
        PILOT, filled(client.get(PILOT), **{"reported.unknown": "on", "places.none": "on", "end.unknown": None})
    )

    raw = snapshot(Pilot.objects.get(key="garn"))
    assert raw["reported"] is None
    assert raw["places"] == []
    assert "end" not in raw


def test_value_and_unknown_together_are_refused(werk: Space, sign_in: SignIn) -> None:
    client = sign_in("organiser")

    response = client.post(PILOT, filled(client.get(PILOT), **{"start": "2020", "start.unknown": "on"}))

    assert response.status_code == 422
    assert [element for element, _label, _message in response.context["mistakes"]] == ["f-start"]


def test_mistakes_stand_at_their_fields_and_nothing_typed_is_lost(werk: Space, sign_in: SignIn) -> None:
    client = sign_in("organiser")
    changes = {
        "title.und": "", "start": "2021-02-30", "host": "Agentur für Obstsalat", "findings.1._.de": "",
        "summary.de": "Viel getippt", "participants.0.sort": "number", "participants.0.value": "sieben",
    }  # fmt: skip

    response = client.post(PILOT, filled(client.get(PILOT), **changes))

    assert response.status_code == 422
    found = {element for element, _label, _message in response.context["mistakes"]}
    assert found == {"f-title", "f-start", "f-host", "f-findings-1-_", "f-participants"}
    page = response.content.decode()
    for words in ("2021-02-30", "Obstsalat", "Viel getippt", "sieben", "gibt es im Kalender nicht"):
        assert words in page
    assert Pilot.objects.get(key="garn").version == 1


def test_rows_are_added_moved_and_removed_without_javascript(werk: Space, sign_in: SignIn) -> None:
    client = sign_in("organiser")
    page = client.get(PILOT)

    page = client.post(PILOT, filled(page, "add:findings"))
    page = client.post(PILOT, filled(page, "up:findings:2", **{"findings.2._.de": "Es klingt."}))
    page = client.post(PILOT, filled(page, "remove:partner_orgs:0"))
    assert Pilot.objects.get(key="garn").version == 1
    client.post(PILOT, filled(page))

    raw = snapshot(Pilot.objects.get(key="garn"))
    assert [finding["de"] for finding in raw["findings"]] == ["Es hält.", "Es klingt.", "Es leuchtet."]
    assert raw["partner_orgs"] == ["atelier"]


def test_links_of_findings_follow_them_when_findings_move_and_go(werk: Space, sign_in: SignIn) -> None:
    client = sign_in("organiser")
    second = Finding.objects.get(key="garn.findings-2")
    target = record_models()["measure"]._default_manager.get(key="m1").node
    Link.objects.create(
        space=werk, kind="supports", earlier=second.node, later=target, owner=second.node, field="thread", position=9
    )

    page = client.post(PILOT, filled(client.get(PILOT), "add:findings"))
    page = client.post(PILOT, filled(page, "remove:findings:0", **{"findings.2._.de": "Neu."}))
    page = client.post(PILOT, filled(page, "up:findings:1"))
    client.post(PILOT, filled(page))

    findings = list(Finding.objects.filter(space=werk).order_by("position"))
    assert [(finding.statement["de"], finding.pk) for finding in findings][1] == ("Es leuchtet.", second.pk)
    assert findings[0].key == "garn.findings-3"
    link = Link.objects.get(later=target, field="thread")
    assert link.earlier_id == second.node_id
    again = snapshot(Pilot.objects.get(key="garn"))["findings"]
    assert [finding.get("id") for finding in again] == ["garn.findings-3", None]


def test_a_number_of_a_removed_part_is_not_given_again(werk: Space, sign_in: SignIn) -> None:
    client = sign_in("organiser")
    client.post(PILOT, filled(client.post(PILOT, filled(client.get(PILOT), "remove:findings:1"))))
    page = client.post(PILOT, filled(client.get(PILOT), "add:findings"))

    client.post(PILOT, filled(page, **{"findings.1._.de": "Anders."}))

    assert sorted(Finding.objects.filter(space=werk).values_list("key", flat=True)) == ["fund", "garn.findings-3"]


def test_a_part_of_another_record_cannot_be_taken(werk: Space, sign_in: SignIn) -> None:
    client = sign_in("organiser")
    client.post(
        "/de/desk/werk/records/pilot/+/",
        {
            "do": "draft",
            "title.de": "Dieb",
            "@language": ["de", "en"],
            "findings.row": "0",
            "findings.0.@key": "fund",
            "findings.0._.de": "Meins",
        },
    )

    assert Finding.objects.get(key="fund").pilot.key == "garn"
    assert Finding.objects.get(key="dieb.findings-1").statement == {"de": "Meins"}


def test_facts_without_a_field_stay(werk: Space, sign_in: SignIn) -> None:
    client = sign_in("organiser")
    Pilot.objects.filter(key="garn").update(extra={"colour": "red"})
    Finding.objects.filter(key="fund").update(extra={"depth": 3})

    client.post(PILOT, filled(client.get(PILOT), title__de="Garn"))

    raw = snapshot(Pilot.objects.get(key="garn"))
    assert (raw["colour"], raw["findings"][0]["depth"]) == ("red", 3)


def test_another_language_can_be_added(werk: Space, sign_in: SignIn) -> None:
    client = sign_in("organiser")
    page = client.get(PILOT)
    data = filled(page, "language")
    data["@language"].append("cs")

    page = client.post(PILOT, data)
    client.post(PILOT, filled(page, title__cs="Nová příze"))

    assert snapshot(Pilot.objects.get(key="garn"))["title_cs"] == "Nová příze"


def test_newsflash_gets_the_next_number(werk: Space, sign_in: SignIn) -> None:
    client = sign_in("organiser")
    url = "/en/desk/werk/records/newsflash/+/"

    response = client.post(url, filled(client.get(url), "draft", title__en="News"))

    assert response["Location"] == "/en/desk/werk/records/newsflash/2/"


def test_taken_id_is_refused(werk: Space, sign_in: SignIn) -> None:
    client = sign_in("organiser")
    url = "/de/desk/werk/records/pilot/+/"

    response = client.post(url, filled(client.get(url), "draft", **{"title.de": "Garn", "@id": "garn"}))

    assert response.status_code == 422
    assert Pilot.objects.filter(space=werk).count() == 1


def test_get_without_sign_in_leads_to_the_sign_in(werk: Space) -> None:
    response = Client().get(PILOT)

    assert response["Location"] == f"/de/account/login/?next={PILOT}"


def test_programme_can_be_edited_with_its_parts(demo: Space, sign_in: SignIn) -> None:
    client = sign_in("organiser", programme="inducci")
    url = "/de/desk/inducci/records/programme/inducci/"

    response = client.post(url, filled(client.get(url), tagline__de="Quer durch."))

    assert response.status_code == 302
    assert Programme.objects.get(key="inducci").tagline["de"] == "Quer durch."
