"""Issues: who may write them, what stands in them, and that two people do not overwrite each other."""

import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from querwerk.core.actions import save_record
from querwerk.core.models import Space
from querwerk.core.pictures.models import Picture
from querwerk.core.queries import snapshot
from querwerk.core.text import Text
from querwerk.newsletter import actions, letters
from querwerk.newsletter.models import Delivery, Issue, Topic
from querwerk.newsletter.queries import items_of, readers_of
from querwerk.newsletter.states import IssueState
from querwerk.programmes.queries import frame_for
from querwerk.publishing.models import Newsflash
from tests.factories.pictures import encoded
from tests.factories.programmes import TESTER
from tests.reading import read_page
from tests.rooms.desk.conftest import SignIn
from tests.rooms.newsletter.readers import create_issue, create_reader, create_topics

DESK = "/de/desk/werk/newsletter/"
ISSUE = f"{DESK}issues/1/"

# Route → what it answers to: stranger, nobody, reader, partner editor, organiser.
READS = {
    DESK: (302, 403, 200, 403, 200),
    ISSUE: (302, 403, 200, 403, 200),
    f"{ISSUE}de.html": (302, 403, 200, 403, 200),
    f"{ISSUE}en.text": (302, 403, 200, 403, 200),
    f"{ISSUE}fr.html": (302, 403, 404, 403, 404),
    f"{ISSUE}send/": (302, 403, 403, 403, 200),
    f"{DESK}topics/": (302, 403, 403, 403, 200),
    f"{DESK}subscribers/": (302, 403, 403, 403, 200),
    f"{DESK}subscribers.csv": (302, 403, 403, 403, 200),
    f"{DESK}subscribers/READER/": (302, 403, 403, 403, 200),
    f"{DESK}issues/9/": (302, 403, 404, 403, 404),
}
WRITES = {
    f"{DESK}issues/+/": (302, 403, 403, 403, 302),
    ISSUE: (302, 403, 403, 403, 409),
    f"{ISSUE}test/": (302, 403, 403, 403, 302),
    f"{ISSUE}send/": (302, 403, 403, 403, 302),
    f"{ISSUE}stop/": (302, 403, 403, 403, 302),
    f"{ISSUE}go-on/": (302, 403, 403, 403, 302),
    f"{DESK}topics/": (302, 403, 403, 403, 302),
    f"{DESK}subscribers/READER/": (302, 403, 403, 403, 302),
}


def everybody(sign_in: SignIn) -> list[Client]:
    return [Client(), sign_in(), sign_in("reader"), sign_in("editor", organisation="agentur"), sign_in("organiser")]


@pytest.mark.parametrize("route", READS)
def test_who_reads_what(space: Space, sign_in: SignIn, route: str) -> None:
    create_issue(space)
    path = route.replace("READER", str(create_reader(space).pk))
    assert tuple(client.get(path).status_code for client in everybody(sign_in)) == READS[route]


@pytest.mark.parametrize("route", WRITES)
def test_who_writes_what(space: Space, sign_in: SignIn, route: str) -> None:
    create_issue(space)
    path = route.replace("READER", str(create_reader(space).pk))
    assert tuple(client.post(path).status_code for client in everybody(sign_in)) == WRITES[route]


def test_organiser_of_another_programme_gets_nothing(space: Space, sign_in: SignIn) -> None:
    from tests.factories.programmes import create_programme, small_bundle  # noqa: PLC0415

    create_issue(space)
    other = small_bundle(programme={"id": "anders", "title": "Anders", "source": "seed"}, thread=[])
    create_programme(other)
    client = sign_in("organiser", "anders", email="fremd@example.org")
    assert [client.get(path).status_code for path in (DESK, ISSUE, f"{DESK}subscribers.csv")] == [403, 403, 403]


def issue_form(space: Space, **typed: str) -> dict[str, str]:
    flash = Newsflash.objects.get(space=space, key="1").pk
    return {
        "version": "2",
        "subject_de": "Anders",
        "intro_de": "",
        "subject_en": "",
        "intro_en": "",
        f"take-{flash}": "on",
    } | typed


def test_form_stores_what_was_chosen(space: Space, sign_in: SignIn) -> None:
    create_issue(space)
    pilots, _events = create_topics(space)
    flash = Newsflash.objects.get(space=space, key="1").pk
    client = sign_in("organiser")
    typed = issue_form(space, once="a") | {f"topics-{flash}": str(pilots.pk)}
    assert client.post(ISSUE, typed).status_code == 302
    assert client.post(ISSUE, typed).status_code == 302  # the same form once more: nothing happens
    issue = Issue.objects.get()
    assert (issue.subject, issue.version) == (Text({"de": "Anders"}), 3)
    assert [(item.newsflash.key, list(item.topics.all())) for item in items_of(issue)] == [("1", [pilots])]


def test_second_writer_is_told_and_keeps_the_words(space: Space, sign_in: SignIn) -> None:
    issue = create_issue(space)
    actions.save_issue(
        issue=issue, subject=Text({"de": "Zuerst"}), intro=Text(), choices=[], by=TESTER, expected_version=2
    )
    response = sign_in("organiser").post(ISSUE, issue_form(space))
    assert response.status_code == 409
    assert 'value="Anders"' in response.content.decode()
    issue.refresh_from_db()
    assert issue.subject == Text({"de": "Zuerst"})


def test_draft_newsflash_is_never_sent(space: Space) -> None:
    issue = create_issue(space, 1, 3)
    assert [item.newsflash.key for item in items_of(issue)] == ["1"]


def test_reader_gets_what_was_chosen(space: Space) -> None:
    pilots, events = create_topics(space)
    wants_pilots = create_reader(space, topics=(pilots,))
    wants_events = create_reader(space, topics=(events,))
    wants_all = create_reader(space)
    issue = create_issue(space, 1, topics={1: (pilots,)})
    assert readers_of(issue) == [wants_pilots, wants_all]
    issue = create_issue(space, 1, 2, topics={1: (pilots,)})
    assert readers_of(issue) == [wants_pilots, wants_events, wants_all]


def test_letter_says_the_same_in_html_and_in_text_in_the_readers_language(space: Space) -> None:
    issue = create_issue(space)
    letter = letters.issue_letter(issue, items_of(issue), "en", frame_for("werk"))
    assert letter.subject == "Mail for you"
    for words in (
        "Newsflash 2",
        "Great show",
        "It holds.",
        "/en/werk/news/2/",
        f"/en/werk/newsletter/mine/{letters.CODE}/",
    ):
        assert words in letter.text
        assert words in letter.html
    assert '<p class="words" lang="de"' in letter.html  # the greeting exists in German alone
    assert "<style" not in letter.html
    assert "http" not in "".join(part for part in letter.html.split("src=")[1:])[:60]


def test_issue_without_readers_or_subject_is_not_sent(space: Space) -> None:
    issue = create_issue(space)
    with pytest.raises(actions.UnableToSend):
        actions.send_issue(issue=issue, by=TESTER)
    create_reader(space)
    actions.save_issue(issue=issue, subject=Text(), intro=Text(), choices=[], by=TESTER, expected_version=2)
    with pytest.raises(actions.UnableToSend):
        actions.send_issue(issue=issue, by=TESTER)
    issue.refresh_from_db()
    assert (issue.state, Delivery.objects.count()) == (IssueState.DRAFT, 0)


def test_public_sees_an_issue_only_when_it_is_sent(client: Client, space: Space) -> None:
    create_reader(space)
    issue = create_issue(space)
    assert client.get("/de/werk/newsletter/1/").status_code == 404
    actions.send_issue(issue=issue, by=TESTER)
    assert client.get("/de/werk/newsletter/1/").status_code == 404
    actions.claim_delivery(Delivery.objects.get().pk)
    assert actions.finish_issue(issue)
    page = client.get("/de/werk/newsletter/1/").content.decode()
    assert "Große Schau" in page
    assert "Post für Sie" in client.get("/de/werk/newsletter/").content.decode()


def test_topic_that_is_somebodys_only_one_stays(space: Space, sign_in: SignIn) -> None:
    pilots, events = create_topics(space)
    create_reader(space, topics=(pilots,))
    create_reader(space, topics=(pilots, events))
    client = sign_in("organiser")
    kept = {f"{pilots.pk}-de": "Piloten", f"{pilots.pk}-en": "Pilots"}
    assert client.post(f"{DESK}topics/", {f"{events.pk}-de": "Feste", f"{events.pk}-en": "Feasts"}).status_code == 422
    assert Topic.objects.count() == 2
    assert client.post(f"{DESK}topics/", kept).status_code == 302
    assert [topic.label for topic in Topic.objects.all()] == [Text({"de": "Piloten", "en": "Pilots"})]
    assert client.post(f"{DESK}topics/", {f"{pilots.pk}-de": "Nur deutsch"}).status_code == 422


def test_table_of_readers_holds_no_formula(space: Space, sign_in: SignIn) -> None:
    create_reader(space, "=cmd@web.example")
    lines = sign_in("organiser").get(f"{DESK}subscribers.csv").content.decode("utf-8-sig").splitlines()
    assert lines[1].split(",")[:3] == ["'=cmd@web.example", "active", "de"]


def test_a_mail_brings_lead_pictures_that_may_be_shown_from_one_address_for_all(
    space: Space, media: Path, sign_in: SignIn
) -> None:
    sign_in("organiser").post("/de/desk/werk/pictures/", {"file": [SimpleUploadedFile("a.jpg", encoded())]})
    picture = Picture.objects.select_related("space", "node").get()
    flash = Newsflash.objects.select_related("space", "node").get(space=space, key="1")
    save_record(spec=flash.SPEC, raw={**snapshot(flash), "picture": picture.key}, space=space, by=TESTER)
    issue = create_issue(space)

    def letter(language: str = "de") -> letters.Letter:
        return letters.issue_letter(issue, items_of(issue), language, frame_for("werk"))

    assert "/media/" not in letter().html  # a draft
    said = {"alt_de": "Ein Webstuhl", "credit": "Foto: Kim Kamera", "licence": "press"}
    for basis, is_shown in (("consent", False), ("nobody", True)):  # of those who should have agreed nobody has
        raw = {key: value for key, value in snapshot(picture).items() if key != "visibility"} | said | {"basis": basis}
        save_record(spec=picture.SPEC, raw=raw, space=space, by=TESTER)
        picture.refresh_from_db()
        assert ("/media/" in letter().html) is is_shown
    german, english = letter(), letter("en")
    found = re.findall(r'<img[^>]* src="(http[^"]+)"[^>]*>', german.html)
    assert len(found) == 1
    assert found == re.findall(r'<img[^>]* src="(http[^"]+)"[^>]*>', english.html)
    assert "/media/werk/" in found[0]
    assert Client().get(urlsplit(found[0]).path)["Content-Type"] == "image/jpeg"
    assert ('alt="Ein Webstuhl"' in german.html, 'lang="de"' in english.html, "Foto: Kim Kamera" in german.html) == (
        True,
    ) * 3
    assert "/media/" not in german.text


@pytest.mark.parametrize(
    ("address", "way"),
    [
        (ISSUE, "Schreibtisch Newsletter Newsletter 1"),
        (f"{DESK}topics/", "Schreibtisch Newsletter Themen"),
        (f"{DESK}subscribers/", "Schreibtisch Newsletter Leserinnen und Leser"),
    ],
)
def test_pages_below_the_newsletter_show_the_way_to_them(space: Space, sign_in: SignIn, address: str, way: str) -> None:
    create_issue(space, 1)
    page = read_page(sign_in("organiser").get(address).content.decode())
    assert page.one(cls="crumbs").text == way
