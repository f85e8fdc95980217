"""What is typed into a profile's forms and not saved: kept by itself, for its author alone, until it is saved, discarded or too old."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from querwerk.core.models import JournalEntry, Space
from querwerk.core.queries import current_edition, snapshot
from querwerk.desk.personal import erase_account
from querwerk.exchange.queries import export_bundle
from querwerk.people.actions import edit_profile, erase_profile
from querwerk.people.drafts import VALID, forget_drafts
from querwerk.people.merging import joining, parting
from querwerk.people.models import Merger, Organisation, Profile, ProfileDraft, Spokesperson, User
from querwerk.people.queries import data_about
from querwerk.programmes.models import Programme, Role
from tests.factories.programmes import PROFILES, TESTER, create_programme, small_bundle
from tests.reading import read_page

pytestmark = pytest.mark.django_db

OFFERS = "/de/werk/directory/mine/zizka/offers/"
SECRET = "Geheimes Glühen"


@pytest.fixture
def space() -> Space:
    return create_programme(small_bundle(profiles=PROFILES))


def zizka() -> Profile:
    return Profile.objects.select_related("node", "space").get(key="zizka")


def signed_in(name: str, *, speaks: bool = True, role: str = "") -> Client:
    user, _new = User.objects.get_or_create(email=f"{name}@example.org")
    if speaks:
        Spokesperson.objects.get_or_create(profile=zizka(), user=user)
    if role:
        organisation = Organisation.objects.first() if role == "editor" else None
        Role.objects.create(user=user, programme=Programme.objects.get(), name=role, organisation=organisation)
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def eva(space: Space) -> Client:
    return signed_in("eva")


def opened(client: Client, path: str = OFFERS) -> dict[str, Any]:
    """What the form would send."""
    page = read_page(client.get(path).content.decode())
    form = page.by_id("step")
    sent: dict[str, Any] = {
        one.attributes["name"]: one.attributes.get("value", "")
        for one in form.all("input")
        if one.attributes.get("type") == "hidden" and one.attributes["name"] != "added"
    }
    return sent | {one.attributes["name"]: one.text.strip() for one in form.all("textarea")}


def keep(client: Client, sent: dict[str, Any], path: str = OFFERS, **typed: Any) -> Any:
    return client.post(path, {**sent, **typed, "command": "autosave"})


def shown(client: Client, path: str = OFFERS) -> str:
    return read_page(client.get(path).content.decode()).by_id("id_offers_de").text.strip()


def test_what_was_typed_is_kept_and_offered_when_the_form_is_opened_anew(eva: Client) -> None:
    before = (snapshot(zizka()), current_edition(), JournalEntry.objects.count())
    answer = keep(eva, opened(eva), offers_de=f"{SECRET}.\r\nUnd mehr.")
    assert (answer.status_code, answer.json()["message"][:16]) == (200, "Für Sie behalten")
    assert (snapshot(zizka()), current_edition(), JournalEntry.objects.count()) == before
    page = eva.get(OFFERS).content.decode()
    assert ("Noch nicht gespeichert" in page, "Verwerfen" in page) == (True, True)
    assert ProfileDraft.objects.get().typed["offers_de"] == [f"{SECRET}.\nUnd mehr."]
    assert f">\n{SECRET}.\nUnd mehr.</textarea>" in page
    home = eva.get("/de/werk/directory/mine/zizka/").content.decode()
    assert home.count("noch nicht gespeichert") == 1


def test_it_is_gone_when_saved(eva: Client) -> None:
    keep(eva, opened(eva), offers_de=SECRET)
    assert eva.post(OFFERS, opened(eva)).status_code == 302
    assert (zizka().offers["de"], ProfileDraft.objects.count()) == (SECRET, 0)


def test_it_is_gone_when_discarded_and_what_is_saved_stands_there_again(eva: Client) -> None:
    saved = shown(eva)
    keep(eva, opened(eva), offers_de=SECRET)
    answer: Any = eva.post(OFFERS, {**opened(eva), "command": "discard"})
    assert (answer.url, shown(eva), ProfileDraft.objects.count()) == (OFFERS, saved, 0)


def test_typing_what_is_saved_already_keeps_nothing(eva: Client) -> None:
    sent = opened(eva)
    keep(eva, sent, offers_de=SECRET)
    assert ProfileDraft.objects.count() == 1
    keep(eva, sent)
    assert ProfileDraft.objects.count() == 0


def test_what_is_wrong_is_kept_too_and_told_when_it_is_saved(eva: Client) -> None:
    path = "/de/werk/directory/mine/zizka/links/"
    sent = {"window": "w", "continues": "", "base": "b"}
    assert keep(eva, sent, path, url="kein Netz\0", links="", films="").status_code == 200
    page = read_page(eva.get(path).content.decode())
    assert page.by_id("id_url").attributes["value"] == "kein Netz"
    assert eva.post(path, {**sent, "url": "kein Netz", "links": "", "films": ""}).status_code == 422
    assert ProfileDraft.objects.count() == 1
    assert keep(eva, sent, path, url="", links="x" * 70_000, films="").status_code == 409


def test_ticks_are_kept_and_no_tick_is_kept_as_well(eva: Client) -> None:
    path = "/de/werk/directory/mine/zizka/field/"
    edit_profile(profile=zizka(), changes={"submarkets": ["design"]}, by=TESTER)
    keep(eva, opened(eva, path), path, skills=["comics", "copywriting"])
    page = read_page(eva.get(path).content.decode())
    ticked = [one.attributes["value"] for one in page.by_id("step").all("input") if "checked" in one.attributes]
    assert sorted(ticked) == ["comics", "copywriting"]


def test_a_language_that_was_added_is_there_again(eva: Client) -> None:
    sent = opened(eva)
    page = read_page(eva.post(OFFERS, {**sent, "offers_de": SECRET, "added": "cs", "command": "language"}).content.decode())  # fmt: skip
    assert (page.by_id("id_offers_de").text.strip(), page.by_id("id_offers_cs").attributes["lang"]) == (SECRET, "cs")
    keep(eva, sent, offers_de=SECRET, offers_cs="Tajné.", added=["de", "cs"])
    assert read_page(eva.get(OFFERS).content.decode()).by_id("id_offers_cs").text.strip() == "Tajné."


def test_two_windows_of_one_person_do_not_write_over_each_other(eva: Client) -> None:
    one, other = opened(eva), opened(eva)
    keep(eva, one, offers_de="Erstens.")
    answer = keep(eva, other, offers_de="Zweitens.")
    assert (answer.status_code, shown(eva)) == (409, "Erstens.")
    # Saved in one window, what was typed in the other is still there, and says that it is about other words.
    assert eva.post(OFFERS, {**other, "offers_de": "Zweitens."}).status_code == 302
    assert "inzwischen geändert" in eva.get(OFFERS).content.decode()
    assert (eva.post(OFFERS, opened(eva)).status_code, zizka().offers["de"]) == (422, "Zweitens.")


def test_what_somebody_saved_in_another_step_is_in_nobodys_way(eva: Client) -> None:
    keep(eva, opened(eva), offers_de=SECRET)
    edit_profile(profile=zizka(), changes={"town": "Aue"}, by=TESTER)
    assert "inzwischen geändert" not in eva.get(OFFERS).content.decode()
    assert (eva.post(OFFERS, opened(eva)).status_code, zizka().offers["de"], zizka().town) == (302, SECRET, "Aue")


def test_what_somebody_else_saved_meanwhile_is_not_written_over_silently(eva: Client) -> None:
    keep(eva, opened(eva), offers_de=SECRET)
    edit_profile(profile=zizka(), changes={"offers_de": "Von Bo."}, by=TESTER)
    sent = opened(eva)
    answer = eva.post(OFFERS, sent)
    assert (answer.status_code, zizka().offers["de"]) == (422, "Von Bo.")
    page = read_page(answer.content.decode())
    assert page.by_id("id_offers_de").text.strip() == SECRET
    hidden = {
        one.attributes["name"]: one.attributes.get("value", "")
        for one in page.by_id("step").all("input")
        if one.attributes.get("type") == "hidden"
    }
    assert eva.post(OFFERS, {**hidden, "offers_de": SECRET}).status_code == 302
    assert (zizka().offers["de"], ProfileDraft.objects.count()) == (SECRET, 0)


@pytest.mark.parametrize(
    ("who", "status"),
    [("owner", 200), ("second", 200), ("organiser", 200), ("editor", 404), ("reader", 404), ("other", 404)],
)
def test_nobody_but_its_author_sees_it(space: Space, who: str, status: int) -> None:
    author = signed_in("author")
    keep(author, opened(author), offers_de=SECRET)
    speaks = who in ("owner", "second")
    viewer = signed_in(who, speaks=speaks, role="" if speaks or who == "other" else who)
    answer = viewer.get(OFFERS)
    assert answer.status_code == status
    sent = {"window": "w", "continues": "", "base": ""}
    assert keep(viewer, sent, offers_de="Meins").status_code == status
    assert ProfileDraft.objects.count() == (2 if status == 200 else 1)
    pages = (
        OFFERS, "/de/werk/directory/mine/zizka/", "/de/werk/directory/mine/zizka/data.json", "/de/werk/profiles/zizka/",
        "/de/werk/directory/?q=gluehen", "/de/werk/search/?q=Geheimes", "/de/desk/werk/records/profile/zizka/",
        "/de/desk/werk/records/profile/zizka/history/",
    )  # fmt: skip
    assert [path for path in pages if SECRET in viewer.get(path).content.decode()] == []
    assert shown(author) == SECRET
    assert SECRET in author.get("/de/werk/directory/mine/zizka/data.json").content.decode()


def test_a_stranger_is_asked_to_sign_in_and_nothing_is_kept(space: Space) -> None:
    answer: Any = keep(Client(), {"window": "w"}, offers_de=SECRET)
    assert (answer.status_code, "login" in answer.url, ProfileDraft.objects.count()) == (302, True, 0)


def test_it_gets_into_no_bundle(space: Space, eva: Client) -> None:
    keep(eva, opened(eva), offers_de=SECRET)
    assert SECRET not in json.dumps(export_bundle(space), ensure_ascii=False, default=str)


def test_its_author_takes_it_along_and_it_goes_with_the_account(eva: Client) -> None:
    Spokesperson.objects.create(profile=zizka(), user=User.objects.create_user("bo@example.org"))
    keep(eva, opened(eva), offers_de=SECRET)
    assert SECRET in json.dumps(data_about("EVA@example.org"), ensure_ascii=False)
    assert SECRET not in json.dumps(data_about("bo@example.org"), ensure_ascii=False)
    erase_account(user=User.objects.get(email="eva@example.org"))
    assert (ProfileDraft.objects.count(), zizka().key) == (0, "zizka")


def test_it_goes_with_the_profile_and_after_its_time(eva: Client) -> None:
    keep(eva, opened(eva), offers_de=SECRET)
    old = timezone.now() - VALID - timedelta(minutes=1)
    assert forget_drafts(timezone.now()) == 0
    ProfileDraft.objects.update(typed_at=old)
    # Too old is too old, whether or not the clock has been there.
    assert (shown(eva) == SECRET, forget_drafts(timezone.now()), ProfileDraft.objects.count()) == (False, 1, 0)
    keep(eva, opened(eva), offers_de=SECRET)
    erase_profile(profile=zizka(), by=TESTER)
    assert ProfileDraft.objects.count() == 0


def test_it_follows_its_profile_into_another_one_and_stays_out_of_what_the_merge_keeps(eva: Client) -> None:
    keep(eva, opened(eva), offers_de=SECRET)
    weber = Profile.objects.select_related("node", "space").get(key="weber")
    joining.merge_profiles(keep=weber, gone=zizka(), by=TESTER)
    path = "/de/werk/directory/mine/weber/offers/"
    assert shown(eva, path) == SECRET
    assert "inzwischen geändert" in eva.get(path).content.decode()
    merger = Merger.objects.get()
    assert SECRET not in json.dumps(merger.photograph, ensure_ascii=False)
    parting.part_profiles(merger=merger, by=TESTER)
    assert ProfileDraft.objects.get().profile.key == "weber"
