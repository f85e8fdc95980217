"""Longer texts at the desk: who may, the plain form, what an editor sends and gets, publishing."""

import json
import re
from datetime import datetime, timedelta
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from querwerk.core.models import Node, Space
from querwerk.core.prose.actions import create_document, publish_due, save_patch
from querwerk.core.prose.models import Clash, Document
from querwerk.core.prose.patch import Patch, Put
from querwerk.core.prose.queries import head_of
from querwerk.desk.texts import as_words, read_items, untyped
from tests.factories.programmes import TESTER
from tests.rooms.core.prose.test_patch import A, B, paragraph
from tests.rooms.desk.conftest import SignIn

PAPER = "/de/desk/werk/records/paper/papier/text/text/"
NEWS = "/de/desk/werk/records/newsflash/1/text/body/"
VISITORS = ("stranger", "nobody", "reader", "own", "other", "organiser", "elsewhere")
# Route → what it answers to each of VISITORS. The paper belongs to "agentur".
READS = {
    PAPER: (302, 403, 200, 200, 403, 200, 403),
    f"{PAPER}de/": (302, 403, 403, 200, 403, 200, 403),
    f"{PAPER}de/?plain": (302, 403, 403, 200, 403, 200, 403),
    f"{PAPER}de/sync/": (302, 403, 403, 200, 403, 200, 403),
    f"{PAPER}de/versions/": (302, 403, 200, 200, 403, 200, 403),
    f"{PAPER}de/preview/": (302, 403, 200, 200, 403, 200, 403),
    f"{PAPER}de/publish/": (302, 403, 403, 200, 403, 200, 403),
    f"{PAPER}en/": (302, 403, 403, 404, 403, 404, 403),
    f"{PAPER}xx/": (302, 403, 404, 404, 404, 404, 403),
    PAPER.replace("/text/text/", "/text/nonsense/"): (302, 403, 404, 404, 404, 404, 403),
    NEWS: (302, 403, 200, 403, 403, 200, 403),
}
WRITES = {
    PAPER: (302, 403, 403, 302, 403, 302, 403),
    f"{PAPER}de/": (302, 403, 403, 302, 403, 302, 403),
    f"{PAPER}de/sync/": (302, 403, 403, 200, 403, 200, 403),
    f"{PAPER}de/clash/": (302, 403, 403, 302, 403, 302, 403),
    f"{PAPER}de/translated/": (302, 403, 403, 302, 403, 302, 403),
    f"{PAPER}de/versions/": (302, 403, 403, 302, 403, 302, 403),
    f"{PAPER}de/publish/": (302, 403, 403, 302, 403, 302, 403),
}


@pytest.fixture
def paper(werk: Space) -> Document:
    node = Node.objects.get(space=werk, kind="paper", key="papier")
    body = {"blocks": [paragraph(A, "Eins"), paragraph(B, "Zwei")], "notes": []}
    document = create_document(node=node, role="text", language="de", by=TESTER, body=body)
    create_document(node=Node.objects.get(kind="newsflash"), role="body", language="de", by=TESTER, body=body)
    return document


def visitor(sign_in: SignIn, sort: str) -> Client:
    if sort == "stranger":
        return Client()
    roles: dict[str, dict[str, str]] = {
        "nobody": {},
        "reader": {"role": "reader"},
        "own": {"role": "editor", "organisation": "agentur"},
        "other": {"role": "editor", "organisation": "weberei"},
        "organiser": {"role": "organiser"},
    }
    if sort == "elsewhere":
        from tests.factories.programmes import create_programme, small_bundle  # noqa: PLC0415

        create_programme(small_bundle(programme={"id": "andere", "acronym": "Andere", "title_de": "Andere"}))
        return sign_in("organiser", programme="andere")
    return sign_in(**roles[sort])


def fields(page: str) -> dict[str, str]:
    """What a browser would send back of the plain form."""
    found = {}
    for tag in re.findall(r"<input\b[^>]*>", page):
        name, value = re.search(r'\bname="([^"]*)"', tag), re.search(r'\bvalue="([^"]*)"', tag)
        if name and not ("checkbox" in tag and "checked" not in tag):
            found[unescape(name[1])] = unescape(value[1]) if value else ""
    for name, words in re.findall(r'<textarea[^>]*\bname="([^"]*)"[^>]*>\n?(.*?)</textarea>', page, re.DOTALL):
        found[name] = unescape(words)
    for name, options in re.findall(r'<select[^>]*\bname="([^"]*)"[^>]*>(.*?)</select>', page, re.DOTALL):
        chosen = re.search(r'<option value="([^"]*)" selected', options)
        found[name] = chosen[1] if chosen else ""
    return found


@pytest.mark.parametrize("sort", VISITORS)
def test_who_reads_what(paper: Document, sign_in: SignIn, sort: str) -> None:
    client = visitor(sign_in, sort)
    place = VISITORS.index(sort)
    answers = {path: client.get(path).status_code for path in READS}
    assert answers == {path: statuses[place] for path, statuses in READS.items()}


@pytest.mark.parametrize("sort", VISITORS)
def test_who_writes_what(paper: Document, sign_in: SignIn, sort: str) -> None:
    client = visitor(sign_in, sort)
    place = VISITORS.index(sort)
    answers = {}
    for path in WRITES:
        sent: Any = {"do": "save", "language": "de", "version": "1", "once": "x", "count": "0", "keys": ""}
        options: dict[str, Any] = {}
        if path.endswith("sync/"):
            sent, options = json.dumps({"base": 0}), {"content_type": "application/json"}
        elif path.endswith("publish/"):
            sent = {"do": "publish"}
        answers[path] = client.post(path, sent, **options).status_code
    assert answers == {path: statuses[place] for path, statuses in WRITES.items()}


def test_an_editor_gets_the_text_and_sends_changes(paper: Document, sign_in: SignIn) -> None:
    client = sign_in("organiser")
    opening = client.get(f"{PAPER}de/sync/").json()
    assert [block["html"] for block in opening["blocks"]] == ["Eins", "Zwei"]
    patch = {"base": 0, "sitting": "a", "block": A, "put": [{"block": paragraph(A, "Eins!")}]}
    said = client.post(f"{PAPER}de/sync/", json.dumps(patch), content_type="application/json").json()
    assert (said["revision"], said["put"], said["clashes"], said["others"]) == (1, [], [], [])
    # Somebody else in another window learns of it, and that the first one is there.
    other = {"base": 0, "sitting": "b"}
    said = client.post(f"{PAPER}de/sync/", json.dumps(other), content_type="application/json").json()
    assert said["put"] == [paragraph(A, "Eins!")]
    assert said["order"] == [A, B]
    assert [one["block"] for one in said["others"]] == [A]
    client.post(
        f"{PAPER}de/sync/", json.dumps({"base": 1, "sitting": "a", "is_leaving": True}), content_type="application/json"
    )
    said = client.post(f"{PAPER}de/sync/", json.dumps(other), content_type="application/json").json()
    assert said["others"] == []


@pytest.mark.parametrize(
    "sent", ["", "{", "[]", '{"base": 0, "put": [{"block": {"type": "marquee"}}]}', '{"base": 1e999}']
)
def test_nonsense_is_refused_with_words(paper: Document, sign_in: SignIn, sent: str) -> None:
    answer = sign_in("organiser").post(f"{PAPER}de/sync/", sent, content_type="application/json")
    assert answer.status_code == 422
    assert answer.json()["message"]
    assert head_of(paper).body["blocks"] == [paragraph(A, "Eins"), paragraph(B, "Zwei")]


def test_the_plain_form_saves_and_can_be_sent_twice(paper: Document, sign_in: SignIn) -> None:
    client = sign_in("organiser")
    sent = fields(client.get(f"{PAPER}de/?plain").content.decode())
    sent |= {"0.html": "Eins & <drei>", "do": "save"}
    for _time in range(2):
        answer = client.post(f"{PAPER}de/?plain", sent)
        assert (answer.status_code, answer.headers["Location"]) == (302, f"{PAPER}de/?plain=")
    paper.refresh_from_db()
    assert [block["html"] for block in head_of(paper).body["blocks"]] == ["Eins &amp; &lt;drei&gt;", "Zwei"]
    assert paper.revision == 1


def test_the_plain_form_adds_moves_and_removes_without_losing_what_is_typed(paper: Document, sign_in: SignIn) -> None:
    client = sign_in("organiser")
    sent = fields(client.get(f"{PAPER}de/?plain").content.decode()) | {"0.html": "Getippt"}
    sent |= {"do": "add:0", "new-type": "list"}
    sent = fields(client.post(f"{PAPER}de/?plain", sent).content.decode())
    assert (sent["0.html"], sent["1.type"], sent["2.html"]) == ("Getippt", "list", "Zwei")
    sent |= {"1.items": "Garn\n  Wolle\nTuch", "1.is_ordered": "1", "do": "down:1"}
    sent = fields(client.post(f"{PAPER}de/?plain", sent).content.decode())
    sent = fields(client.post(f"{PAPER}de/?plain", sent | {"do": "remove:1"}).content.decode())
    paper.refresh_from_db()
    assert paper.revision == 0
    assert client.post(f"{PAPER}de/?plain", sent | {"do": "save"}).status_code == 302
    paper.refresh_from_db()
    first, second = head_of(paper).body["blocks"]
    assert first == paragraph(A, "Getippt")
    assert (second["type"], second["is_ordered"]) == ("list", True)
    assert [(one["html"], [inner["html"] for inner in one.get("items", [])]) for one in second["items"]] == [
        ("Garn", ["Wolle"]),
        ("Tuch", []),
    ]


def test_two_plain_forms_of_the_same_block_keep_both_texts(paper: Document, sign_in: SignIn) -> None:
    client = sign_in("organiser")
    sent = fields(client.get(f"{PAPER}de/?plain").content.decode()) | {"do": "save"}
    client.post(f"{PAPER}de/?plain", sent | {"0.html": "Ada", "once": "a"})
    client.post(f"{PAPER}de/?plain", sent | {"0.html": "Bob", "once": "b"})
    page = client.get(f"{PAPER}de/?plain").content.decode()
    assert "Ada" in page
    assert "Bob" in page
    client.post(f"{PAPER}de/clash/", {"clash": Clash.objects.get().pk, "takes": "both"})
    assert [block["html"] for block in head_of(Document.objects.get(pk=paper.pk)).body["blocks"]] == [
        "Ada",
        "Bob",
        "Zwei",
    ]


def test_a_problem_in_the_plain_form_is_said_and_nothing_stored(paper: Document, sign_in: SignIn) -> None:
    client = sign_in("organiser")
    sent = fields(client.get(f"{PAPER}de/?plain").content.decode()) | {"do": "save", "0.html": "x" * 100_001}
    answer = client.post(f"{PAPER}de/?plain", sent)
    assert answer.status_code == 422
    assert "zu lang" in answer.content.decode()


def test_lists_and_plain_words_survive_the_form() -> None:
    items = read_items("Garn\n  Wolle\n    Merino\nTuch", None, is_ordered=False)
    assert as_words("items", items) == "Garn\n  Wolle\n    Merino\nTuch"
    assert untyped("a < b & c\r\nd") == "a &lt; b &amp; c<br>d"
    assert untyped("a <strong>b</strong>") == "a <strong>b</strong>"


def test_publishing_scheduling_and_withdrawing(paper: Document, sign_in: SignIn, client: Client) -> None:
    organiser = sign_in("organiser")
    organiser.post(f"{PAPER}de/publish/", {"do": "publish"})
    assert "Zwei" in client.get("/de/werk/papers/papier/").content.decode()
    organiser.post(f"{PAPER}de/publish/", {"do": "withdraw", "why": "falsch"})
    assert "Zwei" not in client.get("/de/werk/papers/papier/").content.decode()
    tomorrow = timezone.localtime() + timedelta(days=1)
    organiser.post(f"{PAPER}de/publish/", {"do": "schedule", "day": tomorrow.strftime("%Y-%m-%d"), "hour": "09:30"})
    paper.refresh_from_db()
    assert paper.state == "scheduled"
    assert paper.public_from is not None
    assert timezone.localtime(paper.public_from).strftime("%H:%M") == "09:30"
    assert "Zwei" not in client.get("/de/werk/papers/papier/").content.decode()


@pytest.mark.parametrize(
    ("day", "hour", "instant"),
    [
        ("2100-01-15", "09:00", "2100-01-15T08:00:00+00:00"),
        ("2100-07-15", "09:00", "2100-07-15T07:00:00+00:00"),
        # The night in which the clocks are put back has 02:30 twice: it is the first.
        ("2100-10-31", "02:30", "2100-10-31T00:30:00+00:00"),
    ],
)
def test_an_hour_is_meant_in_the_time_of_its_own_day(  # noqa: PLR0917
    paper: Document, sign_in: SignIn, client: Client, settings: Any, day: str, hour: str, instant: str
) -> None:
    settings.TIME_ZONE = "Europe/Berlin"
    organiser = sign_in("organiser")
    organiser.post(f"{PAPER}de/publish/", {"do": "publish"})
    save_patch(document=paper, patch=Patch(0, (Put(paragraph(A, "Neues")),)), by=TESTER, sitting="s")
    organiser.post(f"{PAPER}de/publish/", {"do": "schedule", "day": day, "hour": hour})
    paper.refresh_from_db()
    assert (paper.state, paper.next_from) == ("published", datetime.fromisoformat(instant))
    assert [hour in organiser.get(path).content.decode() for path in (f"{PAPER}de/publish/", PAPER)] == [True, True]
    assert "Eins" in client.get("/de/werk/papers/papier/").content.decode()
    Document.objects.filter(pk=paper.pk).update(next_from=timezone.now())
    publish_due()
    assert "Neues" in client.get("/de/werk/papers/papier/").content.decode()


@pytest.mark.parametrize(
    ("day", "hour"),
    [("", ""), ("2021-09-29", "09:00"), ("2021-13-01", "x"), ("9999-99-99", "09:00"), ("2100-03-28", "02:30")],
)
def test_an_hour_that_cannot_be_is_refused(paper: Document, sign_in: SignIn, day: str, hour: str) -> None:
    answer = sign_in("organiser").post(f"{PAPER}de/publish/", {"do": "schedule", "day": day, "hour": hour})
    assert answer.status_code == 422
    paper.refresh_from_db()
    assert paper.state == "draft"


def test_an_incomplete_translation_needs_a_yes_and_says_so(paper: Document, sign_in: SignIn, client: Client) -> None:
    organiser = sign_in("organiser")
    organiser.post(f"{PAPER}de/publish/", {"do": "publish"})
    organiser.post(PAPER, {"language": "en", "source": "de"})
    patch = {"base": 0, "sitting": "a", "put": [{"block": paragraph(A, "One")}]}
    opening = organiser.get(f"{PAPER}en/sync/").json()
    assert [(pair["words"], pair["fit"]) for pair in opening["pairs"]] == [("Eins", "missing"), ("Zwei", "missing")]
    patch["put"] = [{"block": paragraph(A, "One"), "translates": f"{A}:{opening['pairs'][0]['mark']}"}]
    organiser.post(f"{PAPER}en/sync/", json.dumps(patch), content_type="application/json")
    assert organiser.post(f"{PAPER}en/publish/", {"do": "publish"}).status_code == 422
    organiser.post(f"{PAPER}en/publish/", {"do": "publish", "accepts_gaps": "1"})
    page = client.get("/en/werk/papers/papier/").content.decode()
    assert "One" in page
    assert "This translation is not complete: 1 passage" in page


def test_versions_stand_side_by_side_and_come_back(paper: Document, sign_in: SignIn) -> None:
    organiser = sign_in("organiser")
    organiser.post(f"{PAPER}de/publish/", {"do": "publish"})
    patch = {"base": 0, "sitting": "a", "put": [{"block": paragraph(A, "Eins und mehr")}]}
    organiser.post(f"{PAPER}de/sync/", json.dumps(patch), content_type="application/json")
    page = organiser.get(f"{PAPER}de/versions/").content.decode()
    assert "<ins> und mehr</ins>" in page
    organiser.post(f"{PAPER}de/versions/", {"version": "1", "once": "k"})
    organiser.post(f"{PAPER}de/versions/", {"version": "1", "once": "k"})
    paper.refresh_from_db()
    assert (paper.head_number, head_of(paper).body["blocks"][0]["html"]) == (3, "Eins")
