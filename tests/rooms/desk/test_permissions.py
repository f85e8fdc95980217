"""Who gets what: every route of the desk × every sort of visitor, and drafts nowhere for strangers."""

from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.core import mail
from django.test import Client

from querwerk.core.actions import Actor, set_visibility
from querwerk.core.models import JournalEntry, Link, Space
from querwerk.core.states import Visibility
from querwerk.people.models import User
from querwerk.pilots.models import Pilot
from querwerk.programmes.models import Role
from tests.factories.programmes import create_programme, small_bundle
from tests.rooms.desk.conftest import SignIn
from tests.rooms.desk.forms_in_pages import filled

BASE = "/de/desk/werk/"
PILOT = f"{BASE}records/pilot/garn/"
VISITORS = ("stranger", "nobody", "reader", "own", "other", "organiser", "elsewhere")

# Route → what it answers to each of VISITORS.
READS = {
    BASE: (302, 403, 200, 200, 200, 200, 403),
    f"{BASE}attention/source/": (302, 403, 200, 200, 200, 200, 403),
    f"{BASE}journal/": (302, 403, 200, 200, 200, 200, 403),
    f"{BASE}journal/ENTRY/": (302, 403, 200, 200, 404, 200, 403),
    f"{BASE}journal/ENTRY/restore/after/": (302, 403, 403, 200, 404, 200, 403),
    f"{BASE}roles/": (302, 403, 403, 403, 403, 200, 403),
    f"{BASE}roles/999999/remove/": (302, 403, 403, 403, 403, 404, 403),
    f"{BASE}options/?kinds=pilot&q=garn": (302, 403, 200, 200, 200, 200, 403),
    f"{BASE}records/pilot/": (302, 403, 200, 200, 200, 200, 403),
    f"{BASE}records/pilot/+/": (302, 403, 403, 200, 200, 200, 403),
    f"{BASE}records/organisation/+/": (302, 403, 403, 403, 403, 200, 403),
    f"{BASE}records/uptake/+/": (302, 403, 403, 403, 403, 200, 403),
    f"{BASE}records/nonsense/": (302, 403, 404, 404, 404, 404, 403),
    PILOT: (302, 403, 200, 200, 200, 200, 403),
    f"{PILOT}history/": (302, 403, 200, 200, 403, 200, 403),
    f"{PILOT}links/": (302, 403, 403, 403, 403, 200, 403),
    f"{PILOT}publish/": (302, 403, 403, 302, 403, 302, 403),
    f"{PILOT}retire/": (302, 403, 403, 200, 403, 200, 403),
    f"{BASE}records/organisation/agentur/": (302, 403, 200, 200, 200, 200, 403),
    f"{BASE}export.yaml": (404, 404, 404, 404, 404, 200, 404),
    f"{BASE}export.json": (404, 404, 404, 404, 404, 200, 404),
}
# The same with the pilot as a draft: whoever may not see it must not learn that it is there.
DRAFT_READS = {
    PILOT: (302, 403, 200, 200, 404, 200, 403),
    f"{PILOT}history/": (302, 403, 200, 200, 404, 200, 403),
    f"{PILOT}retire/": (302, 403, 403, 200, 404, 200, 403),
}
WRITES = {
    PILOT: (302, 403, 403, 302, 403, 302, 403),
    f"{PILOT}retire/": (302, 403, 403, 302, 403, 302, 403),
    f"{PILOT}links/": (302, 403, 403, 403, 403, 422, 403),
    f"{BASE}records/pilot/+/": (302, 403, 403, 422, 422, 422, 403),
    f"{BASE}records/funder/+/": (302, 403, 302, 302, 302, 302, 403),
    f"{BASE}roles/": (302, 403, 403, 403, 403, 422, 403),
    f"{BASE}journal/ENTRY/restore/after/": (302, 403, 403, 302, 404, 302, 403),
}

type Enter = Callable[[str], Client]


@pytest.fixture
def enter(werk: Space, sign_in: SignIn) -> Enter:
    def as_visitor(who: str) -> Client:
        if who == "stranger":
            return Client()
        if who == "elsewhere":
            create_programme({"programme": {"id": "anderswo", "title_de": "Anderswo"}})
            return sign_in("organiser", programme="anderswo")
        if who in ("own", "other"):
            return sign_in("editor", organisation="agentur" if who == "own" else "atelier")
        return sign_in("" if who == "nobody" else who)

    return as_visitor


def with_entry(path: str) -> str:
    entry = JournalEntry.objects.filter(kind="pilot", key="garn").order_by("pk").first()
    return path.replace("ENTRY", str(entry.pk if entry else 0))


@pytest.fixture(autouse=True)
def _only_one_owner(werk: Space) -> None:
    """The other editor's organisation takes part in the small programme's pilot; here it must not."""
    Link.objects.filter(earlier__key="atelier", field="partner_orgs").delete()


@pytest.mark.parametrize("who", VISITORS)
def test_reads(who: str, enter: Enter) -> None:
    client = enter(who)

    found = {path: client.get(with_entry(path)).status_code for path in READS}

    assert found == {path: answers[VISITORS.index(who)] for path, answers in READS.items()}


@pytest.mark.parametrize("who", VISITORS)
def test_drafts_are_hidden_from_who_may_not_see_them(who: str, enter: Enter) -> None:
    client = enter(who)
    set_visibility(record=Pilot.objects.get(), visibility=Visibility.DRAFT, by=Actor(None, "Test"))

    found = {path: client.get(with_entry(path)).status_code for path in DRAFT_READS}

    assert found == {path: answers[VISITORS.index(who)] for path, answers in DRAFT_READS.items()}


@pytest.mark.parametrize("path", WRITES)
@pytest.mark.parametrize("who", VISITORS)
def test_writes(who: str, path: str, enter: Enter) -> None:
    client = enter(who)
    data: dict[str, object] = {"title.de": ""}
    if path == PILOT:
        page = client.get(path)
        data = (
            dict(filled(page, reported="2021"))
            if page.status_code == 200 and b"@version" in page.content
            else {"title.de": "Fremd"}
        )
    elif "restore" in path:
        data = {"version": "1"}

    response = client.post(with_entry(path), data)

    assert response.status_code == WRITES[path][VISITORS.index(who)]
    if response.status_code in (403, 404, 422) or who == "stranger":
        assert Pilot.objects.get().version == 1


@pytest.mark.parametrize("path", WRITES)
def test_every_write_needs_the_token(path: str, werk: Space, sign_in: SignIn) -> None:
    inside = sign_in("organiser")
    client = Client(enforce_csrf_checks=True)
    client.cookies = inside.cookies

    assert client.post(with_entry(path), {}).status_code == 403


@pytest.mark.parametrize("who", ["stranger", "nobody", "other"])
def test_drafts_leak_nowhere(who: str, enter: Enter) -> None:
    client = enter(who)
    pilot = Pilot.objects.get()
    Pilot.objects.filter(pk=pilot.pk).update(title={"de": "Geheimgarn"})
    set_visibility(record=Pilot.objects.get(), visibility=Visibility.DRAFT, by=Actor(None, "Test"))
    public = [
        "/de/werk/", "/de/werk/pilots/", "/de/werk/events/", "/de/werk/events/schau/", "/de/werk/partners/",
        "/de/werk/organisations/", "/de/werk/organisations/agentur/", "/de/werk/thread/", "/de/werk/search/?q=geheimgar",
        "/de/werk/news/", "/de/werk/feed.atom", "/de/werk/uptake/", "/de/werk/thread.csv", "/de/werk/thread.json", "/sitemap.xml",
        "/de/werk/thread/thread.csv", "/de/werk/thread/prov.json",
    ]  # fmt: skip
    desk = [
        BASE,
        f"{BASE}journal/",
        f"{BASE}records/pilot/",
        f"{BASE}records/pilot/?q=geheim",
        f"{BASE}options/?kinds=pilot&q=geheim",
        f"{BASE}attention/drafts/",
    ]

    for path in (*public, *(desk if who != "stranger" else ())):
        response: Any = client.get(path)
        content = b"".join(response.streaming_content) if response.streaming else response.content
        assert b"Geheimgarn" not in content, path
        assert b"pilots/garn" not in content, path


def test_counts_hide_drafts_of_others(enter: Enter) -> None:
    set_visibility(record=Pilot.objects.get(), visibility=Visibility.DRAFT, by=Actor(None, "Test"))

    page = enter("other").get(BASE)

    numbers = {
        label: number for _title, entries in page.context["side"] for label, _url, number, _is_current in entries
    }
    assert numbers["Pilotaktionen"] == 0


def test_editor_cannot_give_a_record_away(enter: Enter) -> None:
    client = enter("own")

    response = client.post(PILOT, filled(client.get(PILOT), host="weberei"))

    assert response.status_code == 422
    assert "weberei" in response.content.decode()
    assert Pilot.objects.get().version == 1


def test_editor_creates_for_the_own_organisation(enter: Enter) -> None:
    client = enter("own")
    url = f"{BASE}records/event/+/"

    refused = client.post(url, filled(client.get(url), "publish", **{"title.de": "Fremd"}))
    made = client.post(url, filled(refused, "publish", host="agentur"))

    assert (refused.status_code, made.status_code) == (422, 302)


def test_role_is_given_by_address_with_a_mail_in_the_persons_language(werk: Space, sign_in: SignIn) -> None:
    client = sign_in("organiser")
    url = f"{BASE}roles/"
    data = filled(
        client.get(url), email="Neu@Example.org", name="Neu Hier", role="editor", organisation="weberei", language="en"
    )

    first, second = client.post(url, data), client.post(url, data)

    assert (first.status_code, second.status_code) == (302, 302)
    role = Role.objects.get(user__email="neu@example.org")
    assert (role.name, role.organisation.key) == ("editor", "weberei")  # type: ignore[union-attr]
    assert len(mail.outbox) == 1
    assert mail.outbox[0].to == ["neu@example.org"]
    assert "This link signs you in once" in mail.outbox[0].body
    link = next(line for line in mail.outbox[0].body.splitlines() if "/login/link/" in line)
    new = Client()
    # The address that the operator has configured, whatever host the browser asked for.
    assert link.startswith(f"{settings.ENV.url}/")
    new.post(link.removeprefix(str(settings.ENV.url)))
    assert new.get(f"{BASE}records/organisation/weberei/").status_code == 200


def test_role_errors_stand_at_their_fields(werk: Space, sign_in: SignIn) -> None:
    client = sign_in("organiser")

    response = client.post(f"{BASE}roles/", {"email": "kein", "role": "editor", "name": "Tippfehler"})

    assert set(response.context["errors"]) == {"email", "organisation"}
    assert "Tippfehler" in response.content.decode()


def test_last_organiser_stays(werk: Space, sign_in: SignIn) -> None:
    client = sign_in("organiser")
    role = Role.objects.get(name="organiser")

    client.post(f"{BASE}roles/{role.pk}/remove/")
    client.post(f"{BASE}roles/", {"email": role.user.email, "role": "reader", "language": "de"})

    assert Role.objects.get(user=role.user).name == "organiser"
    other = User.objects.create_user("zweite@example.org")
    Role.objects.create(user=other, programme=role.programme, name="organiser")
    client.post(f"{BASE}roles/{role.pk}/remove/")
    assert not Role.objects.filter(pk=role.pk).exists()
    assert JournalEntry.objects.filter(kind="role", verb="unlinked").count() == 1


def test_inactive_organiser_does_not_count(werk: Space, sign_in: SignIn) -> None:
    client = sign_in("organiser")
    role = Role.objects.get(name="organiser")
    Role.objects.create(
        user=User.objects.create_user("weg@example.org", is_active=False), programme=role.programme, name="organiser"
    )

    client.post(f"{BASE}roles/{role.pk}/remove/")

    assert Role.objects.filter(pk=role.pk).exists()


def test_choosing_goes_straight_on_with_one_programme(werk: Space, sign_in: SignIn) -> None:
    client = sign_in("organiser")

    assert client.get("/de/desk/")["Location"] == BASE
    create_programme(small_bundle(programme={"id": "anderswo", "title_de": "Anderswo"}))
    sign_in("reader", programme="anderswo", email="organiser-werk@example.org")
    assert client.get("/de/desk/").status_code == 200
