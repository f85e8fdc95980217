"""Entering the directory, editing one's own profile, and leaving: by role, safe to repeat, nothing typed is lost."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from querwerk.core.actions import save_record
from querwerk.core.models import JournalEntry, Node, Space
from querwerk.core.pictures.models import Picture
from querwerk.core.queries import snapshot
from querwerk.desk.personal import erase_account
from querwerk.people import speakers
from querwerk.people.actions import set_audience
from querwerk.people.models import Contact, Profile, Spokesperson, User
from querwerk.programmes.models import Programme, Role
from tests.factories.pictures import encoded
from tests.factories.programmes import PROFILES, TESTER, create_programme, small_bundle
from tests.reading import read_page

pytestmark = pytest.mark.django_db

ENTER = "/de/werk/directory/enter/"
THREE = {"name": "Studio Süß & Groß", "side": "creative", "summary": "Wir bauen Licht.", "audience": "public"}


@pytest.fixture
def space(media: Any) -> Space:
    return create_programme(small_bundle(profiles=PROFILES))


def code_from_mail() -> str:
    found = re.search(r"^([A-Z0-9-]{6,9})$", str(mail.outbox[-1].body), re.MULTILINE)
    assert found
    return found[1]


def enter(client: Client, email: str = "eva@example.org", **typed: str) -> Any:
    client.post(ENTER, {"email": email})
    client.post(ENTER, {"code": code_from_mail()})
    return client.post(ENTER, {**THREE, "token": "abc", **typed})


def test_address_code_three_fields_and_the_profile_is_in_the_directory(space: Space, client: Client) -> None:
    response = enter(client)
    assert response.url == "/de/werk/directory/mine/studio-suess-gross/"
    profile = Profile.objects.get(key="studio-suess-gross")
    assert (profile.origin, profile.shown_to, profile.languages) == ("entered", "public", ["de"])
    assert [one.user.email for one in profile.spokespersons.all()] == ["eva@example.org"]
    contact = Contact.objects.get(profile=profile)
    assert (contact.email, contact.email_audience) == ("eva@example.org", "private")
    stranger = Client().get("/de/werk/directory/?q=licht").content.decode()
    assert "Studio Süß &amp; Groß" in stranger
    assert "eva@example.org" not in Client().get("/de/werk/profiles/studio-suess-gross/").content.decode()


def test_a_double_click_makes_one_profile(space: Space, client: Client) -> None:
    first = enter(client)
    second: Any = client.post(ENTER, {**THREE, "token": "abc"})
    assert (first.url, Profile.objects.filter(origin="entered", key__startswith="studio").count()) == (second.url, 1)
    third: Any = client.post(ENTER, {**THREE, "token": "other"})
    assert third.url.endswith("/studio-suess-gross-2/")


def test_what_lacks_is_said_at_its_field_and_nothing_typed_is_lost(space: Space, client: Client) -> None:
    response = enter(client, side="", summary="")
    page = read_page(response.content.decode())
    assert response.status_code == 422
    assert page.by_id("id_name").attributes["value"] == THREE["name"]
    assert {link.attributes["href"] for link in page.one("ul", cls="errors__list").all("a")} == {
        "#id_side",
        "#id_summary",
    }


def test_a_wrong_code_signs_nobody_in_and_ends_after_some_tries(space: Space, client: Client) -> None:
    client.post(ENTER, {"email": "eva@example.org"})
    right = code_from_mail()
    for _number in range(5):
        assert client.post(ENTER, {"code": "WRONG1"}).status_code == 422
    assert client.post(ENTER, {"code": right}).status_code != 302
    assert not User.objects.filter(email="eva@example.org").exists()


def test_an_account_is_made_only_when_the_address_is_proved_and_a_closed_one_stays_closed(
    space: Space, client: Client
) -> None:
    User.objects.create_user("zu@example.org", is_active=False)
    client.post(ENTER, {"email": "zu@example.org"})
    assert client.post(ENTER, {"code": code_from_mail()}).status_code == 422
    client.post(f"{ENTER}?again=1", {"email": "neu@example.org"})
    assert not User.objects.filter(email="neu@example.org").exists()


def test_codes_are_limited(space: Space, client: Client) -> None:
    answers = [Client().post(ENTER, {"email": "eva@example.org"}).status_code for _number in range(10)]
    assert (answers[:8], answers[8:]) == ([302] * 8, [422] * 2)


PAGES = (
    "",
    "offers/",
    "field/",
    "place/",
    "time/",
    "links/",
    "picture/",
    "publicity/",
    "leave/",
    "data.json",
    "as/public/",
)


@pytest.mark.parametrize("page", PAGES)
def test_only_owners_and_organisers_reach_the_pages_of_a_profile(space: Space, client: Client, page: str) -> None:
    path = f"/de/werk/directory/mine/zizka/{page}"
    profile = Profile.objects.get(key="zizka")
    owner, other, team, organiser = (User.objects.create_user(f"{name}@example.org") for name in "abcd")
    Spokesperson.objects.create(profile=profile, user=owner)
    Spokesperson.objects.create(profile=Profile.objects.get(key="weber"), user=other)
    programme = Programme.objects.get(space=space)
    Role.objects.create(user=team, programme=programme, name="reader")
    Role.objects.create(user=organiser, programme=programme, name="organiser")
    assert client.get(path).status_code == 302
    answers = []
    for user in (owner, other, team, organiser):
        client.force_login(user)
        answers.append(client.get(path).status_code)
    assert answers == [200, 404, 404, 200]


@pytest.fixture
def owner(space: Space, client: Client) -> User:
    enter(client)
    return User.objects.get(email="eva@example.org")


MINE = "/de/werk/directory/mine/studio-suess-gross/"


def profile() -> Profile:
    return Profile.objects.select_related("node", "space").get(key="studio-suess-gross")


def test_steps_add_to_the_profile_and_show_what_is_done(owner: User, client: Client) -> None:
    assert client.post(f"{MINE}offers/", {"offers_de": "Lampen.\n\nUnd Räume."}).status_code == 302
    assert (
        client.post(f"{MINE}place/", {"town": "Plauen", "region": "DED4", "languages": ["de", "cs"]}).status_code == 302
    )
    assert (
        client.post(f"{MINE}links/", {"url": "https://licht.example", "films": "https://vimeo.com/1\n"}).status_code
        == 302
    )
    raw = snapshot(profile())
    assert (raw["offers_de"], raw["country"], raw["films"]) == ("Lampen.\n\nUnd Räume.", "DE", ["https://vimeo.com/1"])
    assert set(raw["languages"]) == {"de", "cs"}
    home = read_page(client.get(MINE).content.decode())
    assert home.one("progress").attributes["value"] == "4"


def test_the_long_list_of_skills_is_folded_and_says_how_many_are_chosen(owner: User, client: Client) -> None:
    assert "<summary>Fähigkeiten</summary>" in client.get(f"{MINE}field/").content.decode()
    assert (
        client.post(f"{MINE}field/", {"submarkets": ["design"], "skills": ["comics", "copywriting"]}).status_code == 302
    )
    page = client.get(f"{MINE}field/").content.decode()
    assert "<summary>Fähigkeiten · 2 gewählt</summary>" in page
    assert "Textgestaltung" in page


def test_a_wrong_value_is_told_at_its_field_and_kept(owner: User, client: Client) -> None:
    response = client.post(f"{MINE}links/", {"url": "licht.example", "links": "https://a.example\nnein"})
    page = read_page(response.content.decode())
    assert (response.status_code, page.by_id("id_url").attributes["value"]) == (422, "licht.example")
    assert len(page.one("ul", cls="errors__list").all("a")) == 2
    assert profile().url == ""


def test_two_who_edit_at_once_are_told(owner: User, client: Client) -> None:
    before = profile().version
    client.post(f"{MINE}offers/", {"offers_de": "Erstens.", "version": before})
    response = client.post(f"{MINE}offers/", {"offers_de": "Zweitens.", "version": before})
    page = read_page(response.content.decode())
    assert (response.status_code, profile().offers["de"]) == (422, "Erstens.")
    assert page.by_id("id_offers_de").text == "Zweitens."
    (version,) = [element for element in page.all("input") if element.attributes.get("name") == "version"]
    client.post(f"{MINE}offers/", {"offers_de": "Zweitens.", "version": version.attributes["value"]})
    assert profile().offers["de"] == "Zweitens."


def test_a_further_language_stands_beside_the_first(owner: User, client: Client) -> None:
    client.post(f"{MINE}offers/", {"offers_de": "Licht."})
    page = read_page(client.get(f"{MINE}offers/?add=cs").content.decode())
    assert page.by_id("id_offers_cs").attributes["lang"] == "cs"
    client.post(f"{MINE}offers/", {"offers_de": "Licht.", "offers_cs": "Světlo.", "added": "cs"})
    assert dict(profile().offers) == {"de": "Licht.", "cs": "Světlo."}


def test_the_matching_is_switched_off_and_a_break_taken(owner: User, client: Client) -> None:
    client.post(MINE, {"do": "matching-off"})
    client.post(MINE, {"do": "pause"})
    assert (profile().matching, profile().availability, profile().is_matched) == ("off", "paused", False)


def test_a_picture_follows_the_profile_out_of_the_public_and_back(owner: User, client: Client) -> None:
    typed = {
        "alt": "Eine Lampe",
        "credit": "Foto: Eva",
        "basis": "nobody",
        "file": SimpleUploadedFile("lampe.jpg", encoded()),
    }
    assert client.post(f"{MINE}picture/", typed).status_code == 302
    (picture,) = Picture.objects.filter(credit="Foto: Eva")
    assert (snapshot(profile())["picture"], picture.visibility) == (picture.key, "published")
    for audience, visibility in (("members", "draft"), ("public", "published")):
        set_audience(profile=profile(), audience=audience, by=TESTER)
        assert Picture.objects.get(pk=picture.pk).visibility == visibility
    client.post(f"{MINE}picture/", {"remove": picture.key})
    assert "picture" not in snapshot(profile())


def test_previews_show_what_others_see(owner: User, client: Client) -> None:
    form = {"audience": "members", "email": "eva@example.org", "phone": "12", "person": ""}
    form |= {"person_audience": "private", "email_audience": "public", "phone_audience": "members"}
    assert client.post(f"{MINE}publicity/", form).status_code == 302
    everybody, members = (client.get(f"{MINE}as/{who}/").content.decode() for who in ("public", "member"))
    assert ("Wir bauen Licht" in everybody, "Wir bauen Licht" in members) == (False, True)
    entry = JournalEntry.objects.get(kind="contact")
    assert entry.after == {"changed": ["email_audience", "phone", "phone_audience"]}


def test_who_leaves_takes_everything_along(owner: User, client: Client) -> None:
    client.post(f"{MINE}offers/", {"offers_de": "Ein Geheimnis."})
    data = client.get(f"{MINE}data.json").json()
    assert (data["profile"]["offers_de"], data["contact"]["email"]) == ("Ein Geheimnis.", "eva@example.org")
    node = profile().node_id
    client.post(f"{MINE}leave/")
    assert not Profile.objects.filter(key="studio-suess-gross").exists()
    assert not Node.objects.filter(pk=node).exists()
    kept = list(JournalEntry.objects.filter(key="studio-suess-gross").values_list("before", "after"))
    assert set(kept) == {(None, None)}
    assert client.post(f"{MINE}leave/").status_code == 404


def test_an_erased_account_takes_its_own_profile_along(owner: User) -> None:
    shared = Profile.objects.get(key="zizka")
    Spokesperson.objects.create(profile=shared, user=owner)
    Contact.objects.create(profile=shared, email="EVA@example.org")
    erase_account(user=owner)
    assert set(Profile.objects.values_list("key", flat=True)) == {"zizka", "weber"}
    assert Contact.objects.get(profile=shared).email == ""


def spoken_by() -> list[str]:
    return sorted(one.user.email for one in profile().spokespersons.all())


def test_a_second_person_is_asked_by_mail_and_the_last_one_does_not_leave(
    owner: User, client: Client, settings: Any, django_capture_on_commit_callbacks: Any
) -> None:
    settings.TASKS = {"default": {"BACKEND": "django.tasks.backends.immediate.ImmediateBackend"}}
    page = f"{MINE}speakers/"
    mail.outbox.clear()
    assert "einzige Person" in client.post(page, {"do": "leave"}).content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        for _click in range(2):
            assert client.post(page, {"do": "invite", "email": "Bo@example.org"}).status_code == 302
    assert [message.to for message in mail.outbox] == [["bo@example.org"]]
    assert client.post(page, {"do": "invite", "email": owner.email}).status_code == 422
    found = re.search(r"https?://[^/]+(/\S+/speak/\S+/)", str(mail.outbox[0].body))
    assert found is not None
    bo, thief = Client(), Client()
    assert bo.get(found[1]).status_code == 200
    assert spoken_by() == [owner.email]
    assert bo.post(found[1]).status_code == 302
    assert thief.post(found[1]).status_code == 410
    assert spoken_by() == sorted(["bo@example.org", owner.email])
    assert client.post(page, {"do": "leave"}).status_code == 302
    assert client.get(page).status_code == 404
    assert spoken_by() == ["bo@example.org"]
    assert "einzige Person" in bo.post(page, {"do": "leave"}).content.decode()


def test_an_invitation_is_taken_back(owner: User, client: Client) -> None:
    page = f"{MINE}speakers/"
    client.post(page, {"do": "invite", "email": "bo@example.org"})
    invitation = profile().invitations.get()
    assert Client().get(page).status_code == 302
    client.post(page, {"do": "withdraw", "invitation": invitation.pk})
    assert Client().post(f"/de/werk/directory/speak/{invitation.code}/").status_code == 410
    # Who pressed the button at the same moment does not come in either; who takes back and asks anew does not mail without end.
    assert speakers.accept_invitation(invitation=invitation, user=User.objects.create_user("bo@example.org")) is None
    assert spoken_by() == [owner.email]
    answers = []
    for _time in range(20):
        answers.append(client.post(page, {"do": "invite", "email": "cy@example.org"}).status_code)
        client.post(page, {"do": "withdraw", "invitation": getattr(profile().invitations.first(), "pk", 0)})
    assert (answers.count(302), answers[-1]) == (19, 422)


def test_an_invitation_that_is_too_old_opens_nothing_even_before_it_is_deleted(owner: User, client: Client) -> None:
    client.post(f"{MINE}speakers/", {"do": "invite", "email": "bo@example.org"})
    invitation = profile().invitations.get()
    address = f"/de/werk/directory/speak/{invitation.code}/"
    for days, status in ((29, 200), (31, 410)):
        invitation.invited_at = timezone.now() - timedelta(days=days)
        invitation.save()
        assert Client().get(address).status_code == status
    assert (Client().post(address).status_code, spoken_by()) == (410, [owner.email])


def test_members_see_the_picture_of_a_profile_that_is_for_them_and_strangers_do_not(
    owner: User, client: Client
) -> None:
    typed = {"alt": "Eine Lampe", "credit": "Foto: Eva", "basis": "nobody"}
    client.post(f"{MINE}picture/", {**typed, "file": SimpleUploadedFile("lampe.jpg", encoded())})
    set_audience(profile=profile(), audience="members", by=TESTER)
    member = Client()
    member.force_login(User.objects.create_user("weber@example.org"))
    Spokesperson.objects.create(
        profile=Profile.objects.get(key="weber"), user=User.objects.get(email="weber@example.org")
    )
    address = f"/de/werk/profiles/{profile().key}/"
    found = re.search(r'src="(/media/[^"]+)"', member.get(address).content.decode())
    assert found is not None
    assert "/media/" in member.get("/de/werk/directory/").content.decode()
    assert (member.get(found[1]).status_code, Client().get(found[1]).status_code) == (200, 404)
    # A picture that lacks the consent of somebody in it is for nobody but those who edit the profile.
    picture = Picture.objects.get()
    album = f"/de/werk/pictures/{picture.key}/in/profile/{profile().key}/"
    save_record(
        spec=Picture.SPEC, raw={**snapshot(picture), "basis": "consent", "people": ["Bo"]}, space=picture.space, by=TESTER
    )  # fmt: skip
    assert "/media/" not in member.get(address).content.decode() + member.get("/de/werk/directory/").content.decode()
    assert [one.get(found[1]).status_code for one in (member, client)] == [404, 200]
    assert member.get(album).status_code == 404
    picture = Picture.objects.get()
    save_record(
        spec=Picture.SPEC, raw={**snapshot(picture), "basis": "nobody", "people": []}, space=picture.space, by=TESTER
    )
    assert member.get(found[1]).status_code == 200
    set_audience(profile=profile(), audience="private", by=TESTER)
    assert member.get(found[1]).status_code == 404
    assert client.get(found[1]).status_code == 200


def test_a_person_names_several_organisations_and_each_text_stands_once_for_a_language(
    owner: User, client: Client
) -> None:
    page = client.get(f"{MINE}about/").content.decode()
    assert re.findall(r'name="(summary[^"]*)"', page) == ["summary_de"]
    typed = {"name": "Studio", "kind": "person", "side": "creative", "summary_de": "Licht."}
    unknown = client.post(f"{MINE}about/", {**typed, "belongs_to": "Gibt es nicht"})
    assert (unknown.status_code, "Gibt es nicht" in unknown.content.decode()) == (422, True)
    assert client.post(f"{MINE}about/", {**typed, "belongs_to": "atelier žižka\nAtelier Žižka"}).status_code == 302
    assert snapshot(profile())["belongs_to"] == ["zizka"]
