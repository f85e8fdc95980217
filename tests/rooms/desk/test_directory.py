"""The directory at the desk: import with a preview, invitations, claims, questions, duplicates; only for organisers."""

import io
import re
from typing import Any

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from querwerk.core.actions import save_record
from querwerk.core.models import JournalEntry, Link, Space
from querwerk.core.queries import snapshot
from querwerk.matching.models import Challenge
from querwerk.people import importing, merging
from querwerk.people.models import Claim, Contact, Inquiry, Profile, ProfileAlias, Spokesperson, User
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
    return {(pair.one.key, pair.other.key): pair.reasons for pair in merging.duplicates(space.pk)}


def test_duplicates_are_found_and_told_apart_once(space: Space) -> None:
    a, b, c, *_others = (save(space, raw) for raw in ALIKE)
    Contact.objects.create(profile=b, email="Post@kranich.example")
    Contact.objects.create(profile=c, email="post@Kranich.example")
    assert pairs(space) == {("a", "b"): ("name",), ("a", "c"): ("url",), ("b", "c"): ("email",)}
    for _click in range(2):
        merging.tell_apart(one=c, other=a, by=TESTER)
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
    merging.merge_profiles(keep=gone, gone=old, by=TESTER)
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
