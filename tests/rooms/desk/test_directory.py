"""The directory at the desk: import with a preview, invitations, claims, questions, duplicates; only for organisers."""

import io
import json
import re
from typing import Any

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client

from querwerk.core.actions import save_record
from querwerk.core.models import JournalEntry, Link, Node, Space
from querwerk.core.queries import snapshot
from querwerk.matching.models import Challenge, Dossier, Judgement, Wish
from querwerk.matching.states import Mark, Says
from querwerk.people import importing
from querwerk.people.actions import erase_profile, forget_address
from querwerk.people.merging import finding, joining, parting
from querwerk.people.models import (
    Claim,
    Contact,
    Inquiry,
    Merger,
    Profile,
    ProfileAlias,
    SpeakerInvitation,
    Spokesperson,
    User,
)
from querwerk.programmes.models import Programme, Role
from querwerk.programmes.profiles.mailing import send_answer, send_invitation
from tests.factories.programmes import PROFILES, TESTER, create_programme, small_bundle
from tests.reading import read_page

pytestmark = pytest.mark.django_db

DESK = "/de/desk/werk/directory/"
CSV = """Firma;Seite;Beschreibung;Teilmarkt;Ort;Region;E-Mail;Web
Studio Kranich;kreativ;Wir bauen Licht.;Design, Kunst;Chemnitz;Chemnitz;post@kranich.example;kranich.example
Gießerei Süß;Unternehmen;;;Plauen;DED4;info@suess.example;
;Unternehmen;;;;;;
Ohne Seite;Zirkus;;;;;;
Studio Kranich;kreativ;Noch einmal.;;Chemnitz;;;
"""


@pytest.fixture
def space(media: Any) -> Space:
    return create_programme(small_bundle(profiles=PROFILES))


@pytest.fixture
def organiser(space: Space, client: Client) -> Client:
    user = User.objects.create_user("orga@example.org", name="Olga Organ")
    Role.objects.create(user=user, programme=Programme.objects.get(space=space), name="organiser")
    client.force_login(user)
    return client


def save(space: Space, raw: dict[str, Any]) -> Profile:
    saved = save_record(spec=Profile.SPEC, raw={"audience": "public", **raw}, space=space, by=TESTER)
    assert isinstance(saved, Profile)
    return saved


def upload(client: Client, content: bytes, name: str = "liste.csv") -> Any:
    return client.post(f"{DESK}import/", {"file": SimpleUploadedFile(name, content)})


def import_all(client: Client, content: bytes, name: str = "liste.csv", **options: str) -> Any:
    address = upload(client, content, name).url
    mapping = importing.guess(importing.read_table(content, name).heads)
    typed = {f"column-{number}": target for number, target in enumerate(mapping)}
    return client.post(address, typed | {"language": "de", "audience": "public", "do": "import"} | options)


PAGES = ("", "import/", "invite/", "duplicates/", "duplicates/zizka/weber/")


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize(("role", "status"), [("reader", 403), ("", 403), ("organiser", 200)])
def test_only_organisers_run_the_directory(space: Space, client: Client, page: str, role: str, status: int) -> None:
    user = User.objects.create_user("wer@example.org")
    Spokesperson.objects.create(profile=Profile.objects.get(key="zizka"), user=user)
    if role:
        Role.objects.create(user=user, programme=Programme.objects.get(space=space), name=role)
    client.force_login(user)
    assert client.get(DESK + page).status_code == status


def test_the_preview_says_what_would_become_of_each_row_and_writes_nothing(organiser: Client) -> None:
    before = Profile.objects.count()
    page = read_page(organiser.get(upload(organiser, CSV.encode("cp1252")).url).content.decode())
    rows = [[cell.text for cell in row.all("td")] for row in page.one("tbody").all("tr")]
    assert [row[:3] for row in rows] == [
        ["2", "Studio Kranich", "neu"],
        ["3", "Gießerei Süß", "neu"],
        ["4", "", "abgelehnt"],
        ["5", "Ohne Seite", "abgelehnt"],
        ["6", "Studio Kranich", "abgelehnt"],
    ]
    reasons = {row[0]: row[3] for row in rows}
    assert (reasons["4"], reasons["6"]) == ("Der Name fehlt.", "Dasselbe wie Zeile 2.")
    assert "Zirkus" in reasons["5"]
    assert Profile.objects.count() == before


def test_an_import_can_be_repeated_and_changes_only_what_changed(space: Space, organiser: Client) -> None:
    assert import_all(organiser, CSV.encode()).status_code == 302
    profile = Profile.objects.get(key="studio-kranich")
    raw = snapshot(profile)
    assert (raw["submarkets"], raw["region"], raw["url"]) == (["design", "art"], "DED4", "https://kranich.example")
    assert (profile.origin, profile.shown_to) == ("imported", "public")
    assert Contact.objects.get(profile=profile).email == "post@kranich.example"
    versions = dict(Profile.objects.values_list("key", "version"))
    import_all(organiser, CSV.encode())
    assert dict(Profile.objects.values_list("key", "version")) == versions
    import_all(organiser, CSV.replace("Wir bauen Licht.", "Wir bauen Räume.").encode())
    assert Profile.objects.get(key="studio-kranich").summary["de"] == "Wir bauen Räume."
    assert Profile.objects.get(key="giesserei-suess").version == versions["giesserei-suess"]


def test_excel_is_read_like_csv(space: Space, organiser: Client) -> None:
    from openpyxl import Workbook  # noqa: PLC0415

    book, stream = Workbook(), io.BytesIO()
    for row in (["Name", "Ort", "Kapazität", "Art"], ["Ada Groß", "Plauen", 2.0, "Person"], [None, None, None, None]):
        assert book.active is not None
        book.active.append(row)
    book.save(stream)
    import_all(organiser, stream.getvalue(), "liste.xlsx")
    profile = Profile.objects.get(key="ada-gross")
    assert (profile.capacity, profile.town, profile.sort) == (2, "Plauen", "person")
    assert profile.shown_to == "members", "a person is not public before the person says so"


@pytest.mark.parametrize("content", [b"", b"Name\n", b"PK\x03\x04 no zip", b"\xff\xfe\x00"])
def test_what_is_no_table_is_refused_with_a_reason(organiser: Client, content: bytes) -> None:
    response = upload(organiser, content, "liste.xlsx" if content.startswith(b"PK") else "liste.csv")
    assert response.status_code == 422
    assert read_page(response.content.decode()).one("ul", cls="errors__list").text != ""


def test_no_import_changes_what_its_owner_looks_after(space: Space, organiser: Client) -> None:
    import_all(organiser, CSV.encode())
    profile = Profile.objects.get(key="studio-kranich")
    Spokesperson.objects.create(profile=profile, user=User.objects.create_user("eva@example.org"))
    import_all(organiser, CSV.replace("Wir bauen Licht.", "Fremde Worte.").encode())
    assert Profile.objects.get(pk=profile.pk).summary["de"] == "Wir bauen Licht."


def test_each_owner_gets_one_mail_and_takes_the_profile_over_by_its_link(space: Space, organiser: Client) -> None:
    import_all(organiser, CSV.encode())
    organiser.post(f"{DESK}invite/", {"do": "all"})
    organiser.post(f"{DESK}invite/", {"do": "all"})
    for profile in Profile.objects.filter(origin="imported"):
        send_invitation.call(profile.pk)
        send_invitation.call(profile.pk)
    assert sorted(message.to[0] for message in mail.outbox) == ["info@suess.example", "post@kranich.example"]
    body = str(next(message for message in mail.outbox if "kranich" in message.to[0]).body)
    link = re.search(r"https?://[^/\s]+(/\S+/claim/\S+)", body)
    assert link
    owner = Client()
    assert owner.get(link[1]).status_code == 200
    assert not Spokesperson.objects.exists()
    assert owner.post(link[1]).status_code == 302
    profile = Profile.objects.get(key="studio-kranich")
    assert [one.user.email for one in profile.spokespersons.all()] == ["post@kranich.example"]
    assert profile.origin == "claimed"
    assert Client().get(link[1][:-3] + "xx/").status_code == 410
    again = Client()
    answer: Any = again.post(link[1])
    assert (answer.status_code, answer.url) == (302, f"/de/account/login/?next={link[1]}")
    assert "_auth_user_id" not in again.session, "a link that was used opens no account"


def test_a_code_to_the_address_on_file_hands_the_profile_over(space: Space, organiser: Client) -> None:
    import_all(organiser, CSV.encode())
    visitor, page = Client(), "/de/werk/profiles/studio-kranich/claim/"
    assert "post@kranich.example" not in visitor.get(page).content.decode()
    visitor.post(page, {"do": "send"})
    assert mail.outbox[-1].to == ["post@kranich.example"]
    code = re.search(r"^([A-Z0-9-]{6,9})$", str(mail.outbox[-1].body), re.MULTILINE)
    assert code
    assert visitor.post(page, {"do": "code", "code": "WRONG1"}).status_code == 422
    assert visitor.post(page, {"do": "code", "code": code[1]}).status_code == 302
    assert Profile.objects.get(key="studio-kranich").origin == "claimed"
    assert Client().get(page).status_code == 409


@pytest.mark.parametrize(("do", "number"), [("grant", 1), ("decline", 0)])
def test_the_organisers_decide_where_no_address_proves_it(
    space: Space, organiser: Client, do: str, number: int
) -> None:
    import_all(organiser, CSV.encode())
    user, visitor = User.objects.create_user("eva@example.org"), Client()
    visitor.force_login(user)
    for _click in range(2):
        visitor.post("/de/werk/profiles/studio-kranich/claim/", {"do": "ask", "words": "Ich bin es."})
    claim = Claim.objects.get()
    assert "Ich bin es." in organiser.get(f"{DESK}claims/{claim.pk}/").content.decode()
    for _click in range(2):
        organiser.post(f"{DESK}claims/{claim.pk}/", {"do": do})
    assert Spokesperson.objects.filter(user=user).count() == number


def test_a_question_is_taken_with_consent_and_answered_once(space: Space, organiser: Client) -> None:
    page, typed = "/de/werk/take-part/advice/", {"name": "Eva", "email": "eva@example.org", "words": "Wo anfangen?"}
    visitor = Client()
    assert visitor.post(page, {**typed, "token": "a"}).status_code == 422
    for _click in range(2):
        assert visitor.post(page, {**typed, "token": "a", "consent": "on"}).status_code == 302
    inquiry = Inquiry.objects.get()
    assert "aufbewahren" in inquiry.consent
    for _click in range(2):
        organiser.post(f"{DESK}questions/{inquiry.pk}/", {"answer": "Kommen Sie vorbei."})
        send_answer.call(inquiry.pk)
    assert [(message.to, "Kommen Sie vorbei." in str(message.body)) for message in mail.outbox] == [
        (["eva@example.org"], True)
    ]
    assert {entry.kind for entry in JournalEntry.objects.filter(kind="inquiry")} == {"inquiry"}
    assert "eva@example.org" not in str(list(JournalEntry.objects.values_list("before", "after", "title")))


def test_three_ways_lead_on(space: Space) -> None:
    page = read_page(Client().get("/de/werk/take-part/").content.decode())
    addresses = [title.one("a").attributes["href"] for title in page.all("h2", cls="card__title")]
    assert len(addresses) == 3
    assert {Client().get(address).status_code for address in addresses} <= {200, 302}


ALIKE = (
    {"id": "a", "name": "Studio Kranich", "url": "https://kranich.example/"},
    {"id": "b", "name": "Kranich Studio GmbH"},
    {"id": "c", "name": "Ganz anders", "url": "http://www.kranich.example"},
    {"id": "d", "name": "Halle 14"},
    {"id": "e", "name": "Halle 15"},
)


def pairs(space: Space) -> dict[tuple[str, str], tuple[str, ...]]:
    return {(pair.one.key, pair.other.key): pair.reasons for pair in finding.duplicates(space.pk)}


def test_duplicates_are_found_and_told_apart_once(space: Space) -> None:
    a, b, c, *_others = (save(space, raw) for raw in ALIKE)
    Contact.objects.create(profile=b, email="Post@kranich.example")
    Contact.objects.create(profile=c, email="post@Kranich.example")
    assert pairs(space) == {("a", "b"): ("name",), ("a", "c"): ("url",), ("b", "c"): ("email",)}
    for _click in range(2):
        finding.tell_apart(one=c, other=a, by=TESTER)
    assert set(pairs(space)) == {("a", "b"), ("b", "c")}


def test_merging_loses_no_link_and_the_old_address_leads_on(space: Space, organiser: Client) -> None:
    keep = save(space, {"id": "a", "name": "Studio Kranich", "summary_de": "Kurz.", "links": ["https://a.example"]})
    gone = save(
        space,
        {"id": "b", "name": "Kranich", "summary_de": "Anders.", "town": "Chemnitz", "links": ["https://b.example"]},
    )
    person = save(space, {"id": "p", "name": "Eva", "kind": "person", "belongs_to": ["b"]})
    pilot = Link.objects.exclude(later=None).values_list("later", flat=True).first()
    Link.objects.create(
        space=space, kind="led_to", earlier=gone.node, later_id=pilot, owner=gone.node, field="thread", position=99
    )
    eva = User.objects.create_user("eva@example.org")
    Spokesperson.objects.create(profile=gone, user=eva)
    Contact.objects.create(profile=gone, email="b@example.org")
    challenge = save_record(
        spec=Challenge.SPEC, raw={"id": "c", "title_de": "Ofen", "profile": "b"}, space=space, by=TESTER
    )
    save(space, {"id": "o", "name": "Alt"})
    old = Profile.objects.get(key="o")
    joining.merge_profiles(keep=gone, gone=old, by=TESTER)
    response = organiser.post(f"{DESK}duplicates/a/b/", {"do": "merge"})
    assert response.status_code == 302
    raw = snapshot(Profile.objects.get(pk=keep.pk))
    assert (raw["summary_de"], raw["town"], raw["links"]) == (
        "Kurz.",
        "Chemnitz",
        ["https://a.example", "https://b.example"],
    )
    assert snapshot(Profile.objects.get(pk=person.pk))["belongs_to"] == ["a"]
    assert Challenge.objects.get(pk=challenge.pk).profile_id == keep.pk
    moved = Link.objects.get(field="thread", later_id=pilot, kind="led_to")
    assert (moved.earlier_id, moved.owner_id) == (keep.node_id, keep.node_id)
    assert list(Spokesperson.objects.values_list("profile", "user")) == [(keep.pk, eva.pk)]
    assert Contact.objects.get().profile_id == keep.pk
    assert set(ProfileAlias.objects.values_list("key", "profile")) == {("b", keep.pk), ("o", keep.pk)}
    moved_to: Any = Client().get("/de/werk/profiles/o/")
    assert (moved_to.status_code, moved_to.url) == (301, "/de/werk/profiles/a/")
    entry = JournalEntry.objects.get(kind="profile", key="b", verb="deleted")
    assert entry.before is not None
    assert entry.before["summary_de"] == "Anders."
    assert organiser.post(f"{DESK}duplicates/a/b/", {"do": "merge"}).status_code == 404


def everything(space: Space) -> dict[str, Any]:
    """All that hangs on the profiles of a programme, by their keys."""
    ends = ("kind", "field", "earlier__key", "later__key", "owner__key")
    return {
        "profiles": {one.key: snapshot(one) for one in Profile.objects.filter(space=space)},
        "links": sorted(map(str, Link.objects.filter(space=space).values_list(*ends))),
        "people": sorted(Spokesperson.objects.values_list("profile__key", "user__email")),
        "contacts": sorted(Contact.objects.values_list("profile__key", "email", "phone", "phone_audience")),
        "aliases": sorted(ProfileAlias.objects.values_list("key", "profile__key")),
        "challenges": sorted(Dossier.objects.values_list("key", "profile__key", "content__profile")),
        "records": sorted(Challenge.objects.values_list("key", "profile__key")),
        "wishes": sorted(Wish.objects.values_list("dossier__key", "profile__key", "says")),
        "judgements": sorted(Judgement.objects.values_list("dossier__key", "profile__key", "why")),
    }


def two_of_the_same(space: Space) -> tuple[Profile, Profile]:
    """Two profiles with ties of every sort, some of them to the same."""
    keep = save(space, {"id": "a", "name": "Studio Kranich", "summary_de": "Kurz.", "links": ["https://a.example"]})
    gone = save(space, {"id": "b", "name": "Kranich", "town": "Chemnitz", "links": ["https://b.example"]})
    save(space, {"id": "p", "name": "Eva", "kind": "person", "belongs_to": ["a", "b"]})
    pilot = Node.objects.get(space=space, kind="pilot")
    for place, profile in enumerate((keep, gone)):
        Link.objects.create(
            space=space, kind="led_to", earlier=profile.node, later=pilot, owner=pilot, field="thread", position=90 + place
        )  # fmt: skip
    eva, bo = User.objects.create_user("eva@example.org"), User.objects.create_user("bo@example.org")
    for profile, user in ((keep, eva), (gone, eva), (gone, bo)):
        Spokesperson.objects.create(profile=profile, user=user)
    Contact.objects.create(profile=keep, email="a@example.org")
    Contact.objects.create(profile=gone, email="b@example.org", phone="12", phone_audience="members")
    for key, owner in (("c", "b"), ("d", "a")):
        raw = {"id": key, "title_de": "Ofen", "profile": owner}
        save_record(spec=Challenge.SPEC, raw=raw, space=space, by=TESTER)
    for dossier in Dossier.objects.all():
        Wish.objects.create(dossier=dossier, profile=gone, says=Says.INTERESTED)
    Wish.objects.create(dossier=Dossier.objects.get(key="c"), profile=keep, says=Says.INTERESTED)
    Judgement.objects.create(
        dossier=Dossier.objects.get(key="c"), profile=gone, mark=Mark.PINNED, why="Weil", by_name="Olga"
    )
    save(space, {"id": "o", "name": "Alt"})
    joining.merge_profiles(keep=gone, gone=Profile.objects.get(key="o"), by=TESTER)
    return Profile.objects.get(pk=keep.pk), Profile.objects.get(pk=gone.pk)


def test_a_merge_is_undone_with_every_tie(space: Space, organiser: Client) -> None:
    keep, gone = two_of_the_same(space)
    before = everything(space)
    joining.merge_profiles(keep=keep, gone=gone, by=TESTER)
    assert everything(space) != before
    merger = Merger.objects.get(gone_key="b")
    address = f"{DESK}merged/{merger.pk}/"
    page = organiser.get(f"{DESK}duplicates/").content.decode()
    assert address in page
    assert organiser.get(address).status_code == 200
    assert organiser.post(address).status_code == 302
    assert organiser.post(address).status_code == 404
    assert everything(space) == before
    assert Profile.objects.get(key="b").pk == gone.pk


def test_what_was_written_after_a_merge_stays(space: Space) -> None:
    keep, gone = two_of_the_same(space)
    joining.merge_profiles(keep=keep, gone=gone, by=TESTER)
    keep = Profile.objects.get(key="a")
    save(space, {**snapshot(keep), "town": "Plauen", "summary_de": "Neu."})
    Judgement.objects.all().delete()
    merger = Merger.objects.select_related("profile__space").get(gone_key="b")
    back = parting.part_profiles(merger=merger, by=TESTER)
    after = snapshot(Profile.objects.get(key="a"))
    assert (after["town"], after["summary_de"], after["links"]) == ("Plauen", "Neu.", ["https://a.example"])
    assert (back.town, Judgement.objects.count()) == ("Chemnitz", 0)


def test_a_merge_is_not_undone_onto_another_profile_nor_after_its_address_is_forgotten(space: Space) -> None:
    keep, gone = two_of_the_same(space)
    joining.merge_profiles(keep=keep, gone=gone, by=TESTER)
    merger = Merger.objects.select_related("profile__space").get(gone_key="b")
    ProfileAlias.objects.filter(key="b").delete()
    save(space, {"id": "b", "name": "Ganz neu"})
    with pytest.raises(parting.UnableToPart):
        parting.part_profiles(merger=merger, by=TESTER)
    forget_address("b@example.org")
    assert not Merger.objects.filter(gone_key="b").exists()


def test_two_who_merge_or_part_the_same_at_once_hear_that_it_is_done(space: Space) -> None:
    keep, gone = two_of_the_same(space)
    late = Profile.objects.get(pk=keep.pk), Profile.objects.get(pk=gone.pk)
    joining.merge_profiles(keep=keep, gone=gone, by=TESTER)
    with pytest.raises(joining.UnableToMerge):
        joining.merge_profiles(keep=late[0], gone=late[1], by=TESTER)
    first, second = (Merger.objects.select_related("profile__space").get(gone_key="b") for _window in range(2))
    forget_address("b@example.org")  # and with it what would bring the address back
    for merger in (first, second):
        with pytest.raises(parting.UnableToPart):
            parting.part_profiles(merger=merger, by=TESTER)
    assert not Contact.objects.filter(email="b@example.org").exists()


def test_what_a_merge_keeps_goes_with_every_address_in_it_and_with_the_profile(space: Space) -> None:
    keep, gone = two_of_the_same(space)
    for profile in (keep, gone):  # of the second one nothing but the photograph is left
        SpeakerInvitation.objects.create(profile=profile, email="cy@example.org", language="de", by_name="Eva")
    for address in ("A@example.org", "cy@example.org"):
        keep, gone = Profile.objects.get(key="a"), Profile.objects.get(key="b")
        with transaction.atomic():
            joining.merge_profiles(keep=keep, gone=gone, by=TESTER)
            forget_address(address)
            found = [one for one in Merger.objects.all() if address.lower() in json.dumps(one.photograph)]
            assert found == []
            transaction.set_rollback(True)
    keep, gone = Profile.objects.get(key="a"), Profile.objects.get(key="b")
    joining.merge_profiles(keep=keep, gone=gone, by=TESTER)
    erase_profile(profile=Profile.objects.get(key="a"), by=TESTER)
    told = JournalEntry.objects.filter(kind="profile", key__in=("a", "b", "o"))
    assert [row for row in told.values_list("before", "after") if row != (None, None)] == []
