"""Attacks that were tried on the running product: each test is one that once worked, or that must never."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.contrib.sessions.models import Session
from django.db.models import QuerySet
from django.test import Client
from django.urls import URLResolver, get_resolver
from django.utils import translation

from querwerk.core.actions import InvalidRecords, save_record, set_visibility
from querwerk.core.models import JournalEntry, Link, Node
from querwerk.core.prepared import prepared
from querwerk.core.prose.actions import create_document
from querwerk.core.spec import (
    Choice,
    Date,
    Facts,
    Links,
    Number,
    Parts,
    Reference,
    Source,
    Spec,
    TextList,
    Texts,
    Url,
    Urls,
    Words,
    spec_of,
)
from querwerk.core.states import Visibility
from querwerk.desk.actions import give_role
from querwerk.desk.personal import ERASED, UnableToErase, erase_account, personal_data
from querwerk.events.models import Event
from querwerk.exchange.queries import export_bundle, sections
from querwerk.people.models import User
from querwerk.pilots.models import Finding
from querwerk.programmes.models import Programme, Role
from querwerk.programmes.states import RoleName
from tests.factories.programmes import TESTER, create_programme, import_again, small_bundle
from tests.reading import Element, read_page

pytestmark = pytest.mark.django_db

EVIL = "\"'><x-evil onload=alert(1)>&#x3c;{{ 7|add:7 }}</script></title>"


def with_words(spec: Spec, words: str, raw: dict[str, Any]) -> dict[str, Any]:  # noqa: C901 -- a line for each sort of field
    """Fill each free text of a record and its parts with the same words."""
    for declared in spec.all_fields:
        if isinstance(declared, Urls):
            raw[declared.name("de")] = "https://example.org/" + "\"'><x-evil>"
        elif isinstance(declared, Texts):
            raw[declared.name("de")] = words
        elif isinstance(declared, Url):
            raw[declared.key] = "https://example.org/" + "\"'><x-evil>"
        elif isinstance(declared, Source):
            raw[declared.key] = words
        elif isinstance(declared, Choice | Date | Number | Reference | Links):
            continue
        elif isinstance(declared, Words):
            raw.setdefault(declared.key, words[:400])
        elif isinstance(declared, TextList):
            raw[declared.key] = [words, {"de": words}]
        elif isinstance(declared, Facts):
            raw[declared.key] = {
                words[:150]: words,
                "x": [words, {words[:150]: words}],
                "on": "2021-99-99",
                "l": "javascript:alert(1)",
            }
        elif isinstance(declared, Parts):
            part = spec_of(declared.kind)
            parts = raw.get(declared.key) or [{}]
            raw[declared.key] = [with_words(part, words, {} if isinstance(one, str) else one) for one in parts]
    raw["free_fact"] = {words[:150]: words, "when": "0000-00-00", "address": "http://[", "big": 10**29}
    return raw


def hostile_bundle(words: str = EVIL) -> dict[str, Any]:
    bundle = small_bundle()
    for spec in sections():
        if spec.section in bundle:
            stated = bundle[spec.section]
            for raw in [stated] if spec.is_single else stated:
                with_words(spec, words, raw)
    bundle["videos"] = [
        {"id": "film", "url": "https://evil.example/w/AAAAAAAAAAAAAAAAAAAAAA", "title": words, "about": ["schau"]}
    ]
    bundle["pages"] = [{"id": "imprint", "title_de": words, "de": words}]
    return bundle


def pages_of(client: Client, *starts: str) -> dict[str, Any]:
    """Read every page that can be reached within the site."""
    left, seen = list(starts), {}
    while left:
        path = left.pop()
        if path in seen:
            continue
        answer = client.get(path)
        seen[path] = answer
        if answer.status_code != 200 or not answer.headers["Content-Type"].startswith("text/html"):
            continue
        for element in read_page(answer.content.decode()).walk():
            target = element.attributes.get("href", "").partition("#")[0]
            if target.startswith(("/de/", "/en/")) and "page=" not in target and len(seen) < 400:
                left.append(target)
    return seen


def harm(page: Element) -> list[tuple[str, str]]:
    """Return what an attacker would like to see in a page."""
    found = [(element.name, "") for element in page.walk() if element.name in ("x-evil", "style", "iframe")]
    for element in page.walk():
        for name, value in element.attributes.items():
            if name.startswith("on") or name == "style":
                found.append((element.name, name))
            if name in ("href", "src", "action", "formaction", "data-film", "xlink:href"):
                named = re.match(r"\s*([a-z][a-z0-9+.-]*):", value, re.IGNORECASE)
                scheme = named[1].lower() if named else ""
                if scheme not in ("", "http", "https", "mailto", "data"):
                    found.append((element.name, value))
    return found


@pytest.mark.parametrize("words", [EVIL, "http://["])
def test_words_of_a_bundle_stay_words_on_every_page(client: Client, words: str) -> None:
    create_programme(hostile_bundle(words))
    answers = pages_of(client, "/de/werk/", "/en/werk/", "/de/werk/search/?q=alert", "/de/werk/pages/imprint/")
    assert len(answers) > 60
    assert [path for path, answer in answers.items() if answer.status_code >= 500] == []
    for path, answer in answers.items():
        if answer.headers["Content-Type"].startswith("text/html"):
            assert (path, harm(read_page(answer.content.decode()))) == (path, [])


# --- What is sent to the desk ------------------------------------------------------------------------------------------

DESK = "/de/desk/werk/records"


@pytest.fixture
def organiser(client: Client) -> Client:
    create_programme()
    user = User.objects.create_user("orga@example.org")
    Role.objects.create(user=user, programme=Programme.objects.get(key="werk"), name="organiser")
    client.force_login(user)
    return client


@pytest.mark.parametrize(
    ("kind", "field", "value"),
    [
        ("pilot", "@version", "²"),
        ("pilot", "@why", "a\0b"),
        ("pilot", "once", "a\0b"),
        ("pilot", "title._und", "a\0b"),
        ("pilot", "title.de", "a\x01b"),
        ("pilot", "start", "٢٠٢١-06-22"),
        ("pilot", "host", "pilot:\0"),
        ("pilot", "source", "http://["),
        ("organisation", "lat", "9" * 400),
        ("organisation", "lat", "1e999"),
        ("organisation", "url", "http://["),
        ("organisation", "url", "http://" + "." * 150_000 + " "),
        ("event", "guiding_questions", "inline:{"),
        ("event", "guiding_questions", 'inline:{"de": 5}'),
        ("event", "guiding_questions", "inline:" + "[" * 100_000),
        ("newsflash", "url.de", "http://" + "." * 150_000 + " "),
        ("newsflash", "@id", "²"),
    ],
)
def test_nonsense_in_a_form_is_refused_and_nothing_breaks(organiser: Client, kind: str, field: str, value: str) -> None:
    words = {"title.de": "Titel", "name.de": "Name", "date": "2021", "do": "save", field: value}
    answer = organiser.post(f"{DESK}/{kind}/+/", words)
    assert answer.status_code in (302, 422)
    again = organiser.post(f"{DESK}/{kind}/+/", {**words, "do": "again"})
    assert again.status_code == 200


@pytest.mark.parametrize("value", ["[" * 100_000, "[" * 500 + "]" * 500, "9" * 4000, "1e999", '"\\ud800"', "NaN"])
def test_a_fact_that_an_export_could_not_give_back_is_refused(organiser: Client, value: str) -> None:
    fact = {
        "participants.row": "0",
        "participants.0.key": "x",
        "participants.0.sort": "nested",
        "participants.0.value": value,
    }
    answer = organiser.post(f"{DESK}/pilot/+/", {"title.und": "T", "title.de": "T", "do": "save", **fact})
    assert answer.status_code == 422


def test_an_editor_cannot_state_a_question_by_hand(organiser: Client) -> None:
    before = Node.objects.filter(kind="question").count()
    forged = 'inline:{"de": "Wer hat die Frage gestellt?"}'
    answer = organiser.post(f"{DESK}/event/schau/", {"title.und": "Schau", "guiding_questions": forged, "do": "save"})
    assert answer.status_code == 422
    assert Node.objects.filter(kind="question").count() == before


@pytest.mark.parametrize(
    "path",
    [
        "pilots/a%00b/", "search/?q=%00", "thread/?node=%00", "thread/?question=a%00", "pilots/?year=%00",
        "organisations/?side=%00&country=%00", "organisations/?country=%ED%A0%80", "pilots/%ED%A0%80/", "pilots/%FF/",
        "pilots/?page=99999999999999999999999", "news/?page=-1", f"search/?q={'äöü-' * 2000}", f"search/?q={'*' * 300}",
        "search/?q=%22%27%5C%26%7C%21%28%29%3A*", "thread/thread.csv?node=pilot:nirgends", "thread/?kinds=x&kinds=%27",
        f"thread/?node={'a' * 7000}", "papers/?page=1e9", "uptake/?grade=%27", "events/?year=99999999999", f"pilots/{'a' * 4000}/",
    ],
)  # fmt: skip
def test_nonsense_in_an_address_is_answered(client: Client, path: str) -> None:
    create_programme()
    assert client.get(f"/de/werk/{path}").status_code in (200, 302, 400, 404)


def test_who_is_signed_in_is_refused_like_everybody(client: Client) -> None:
    create_programme()
    client.force_login(User.objects.create_user("ada@example.org"))
    paths = ("/de/werk/pilots/a%00b/", "/de/werk/search/?q=%00", "/de/desk/werk/?x=%00")
    assert [client.get(path).status_code for path in paths] == [400, 400, 400]


@pytest.mark.parametrize("path", ["/", "/de/", "/de/werk/", "/robots.txt", "/sitemap.xml", "/de/account/login/"])
def test_a_foreign_host_name_is_refused(client: Client, path: str) -> None:
    create_programme()
    answer = client.get(path, headers={"host": "evil.example"})
    assert (answer.status_code, "evil.example" in answer.content.decode()) == (400, False)


# --- What belongs to others --------------------------------------------------------------------------------------------


def test_a_part_cannot_be_taken_from_another_record() -> None:
    space = create_programme()
    mine = {"id": "fremd", "title": "Fremd", "findings": [{"id": "fund", "de": "Überschrieben"}]}
    with pytest.raises(InvalidRecords, match="fund"):
        save_record(spec=spec_of("pilot"), raw=mine, space=space, by=TESTER)
    assert Finding.objects.get(key="fund").pilot.key == "garn"
    assert Finding.objects.get(key="fund").statement["de"] == "Es hält."


def test_a_part_can_move_when_both_records_are_stated() -> None:
    create_programme()
    bundle = small_bundle()
    found = bundle["pilots"][0].pop("findings")
    bundle["pilots"][0]["findings"] = found[1:]
    bundle["pilots"].append({"id": "zwirn", "title": "Zwirn", "findings": found[:1]})
    import_again(bundle)
    assert Finding.objects.get(key="fund").pilot.key == "zwirn"


def test_a_part_without_room_for_a_made_id_is_refused() -> None:
    long = "a" * 120
    bundle = small_bundle()
    bundle["programme"]["work_packages"] = [{"title": "A"}]
    create_programme(bundle)
    made = {"id": long, "title": "Lang", "findings": [{"de": "A"}]}
    create_programme({**small_bundle(), "pilots": [made], "events": [], "uptake": [], "thread": []})
    assert Finding.objects.get(pilot__key=long).key == f"{long}.findings-1"


def test_a_list_in_another_order_is_shown_at_once(client: Client) -> None:
    bundle = small_bundle()
    create_programme(bundle)
    first = client.get("/de/werk/organisations/").content.decode()
    bundle["organisations"].reverse()
    import_again(bundle)
    second = client.get("/de/werk/organisations/").content.decode()
    assert (first.index("Weberei") < first.index("Atelier"), second.index("Weberei") < second.index("Atelier")) == (
        True,
        False,
    )


# --- What is not published ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("visibility", ["draft", "retired"])
def test_what_is_not_published_stands_nowhere(client: Client, visibility: str) -> None:
    bundle = small_bundle()
    word = "Kanarienvogel"
    hidden = {"visibility": visibility}
    bundle["pilots"] += [
        {"id": "geheim", "title": word, "host": "agentur", "summary_de": word, "findings": [{"id": "gf", "de": word}],
         "workshops": [{"id": "gw", "title": word}], "presented_at": ["schau"], "follow_up": word, **hidden},
        {"id": "offen", "title": "Offen", "findings": [{"id": "of", "de": word, **hidden}, {"de": "Da"}]},
    ]  # fmt: skip
    bundle["events"].append(
        {"id": "treff", "title": word, "date": "2021", "place": word, "agenda": [word],
         "guiding_questions": [{"de": f"Warum {word}?"}], "people_on_photo": ["ada"], **hidden}
    )  # fmt: skip
    bundle["organisations"].append({"id": "versteckt", "name": word, "kind": "industry", "country": "XX", **hidden})
    bundle["people"].append({"id": "bob", "name": word, "org": "agentur", **hidden})
    bundle["pilots"][0]["partner_orgs"].append("versteckt")
    bundle["strategy"].append(
        {"id": "plan", "title": word, "author": "agentur", "measures": [{"id": "gm", "de": word}], **hidden}
    )
    bundle["uptake"].append({"id": "gu", "from": "geheim", "to": "akademie", "grade": "explicit", "de": word, **hidden})
    bundle["newsflashes"].append({"no": 9, "title": word, "date": "2021", "url": "https://example.org/9", **hidden})
    bundle["videos"] = [{"id": "film", "title": word, "url": "https://example.org/film", "event": "schau", **hidden}]
    bundle["pages"] = [{"id": "imprint", "title": word, "de": word, **hidden}]
    bundle["thread"] += [{"from": "finding:gf", "to": "measure:gm", "kind": "supports", "note_de": word},
                         {"from": "finding:gf", "to": "measure:m1", "kind": "supports", "note_de": word}]  # fmt: skip
    create_programme(bundle)
    starts = ["/de/werk/", "/en/werk/", "/sitemap.xml", "/de/werk/search/?q=Kanarienvoge", "/de/werk/news/feed.atom"]
    starts += [f"/de/werk/thread/thread.{form}?node={name}" for form in ("csv", "prov.json")
               for name in ("pilot:geheim", "finding:gf", "measure:gm", "event:treff", "question:treff-question-1")]  # fmt: skip
    starts += [f"/de/werk/{path}/" for path in ("pilots/geheim", "events/treff", "papers/plan", "uptake/gu", "news/9")]
    starts += ["/de/werk/events/treff/calendar.ics", "/de/werk/organisations/?country=XX", "/de/werk/pages/imprint/"]
    answers = pages_of(client, *starts)
    told = [path for path, answer in answers.items() if word in answer.content.decode().replace("Kanarienvoge&", "")]
    assert told == []
    assert [path for path, answer in answers.items() if answer.status_code >= 500] == []


def test_a_question_written_in_a_draft_is_published_with_it() -> None:
    bundle = small_bundle()
    treff = {"id": "treff", "title": "Treff", "guiding_questions": [{"de": "Warum?"}], "visibility": "draft"}
    bundle["events"].append(treff)
    space = create_programme(bundle)
    assert export_bundle(space) == bundle
    question = Node.objects.get(kind="question", key="treff-question-1")
    assert question.visibility == "draft"
    event = Event.objects.get(key="treff")
    set_visibility(record=event, visibility=Visibility.PUBLISHED, by=TESTER)
    question.refresh_from_db()
    assert question.visibility == "published"


# --- Personal data -----------------------------------------------------------------------------------------------------


def test_an_address_never_signs_a_public_link(organiser: Client) -> None:
    organiser.post(f"{DESK}/pilot/garn/links/", {"there": "wozu", "kind": "led_to", "direction": "later", "once": "1"})
    assert Link.objects.filter(field="thread").count() == 2
    assert "orga@example.org" not in Client().get("/de/werk/thread/thread.csv").content.decode()
    assert "orga@example.org" not in Client().get("/de/werk/thread/thread.prov.json").content.decode()


def test_an_erased_account_leaves_nothing_but_what_was_done(organiser: Client) -> None:
    werk = Programme.objects.get(key="werk")
    ada = User.objects.create_user("ada@example.org", name="Ada Größe")
    browser = Client()
    give_role(programme=werk, email=ada.email, name="", role=RoleName.ORGANISER, organisation=None, by=TESTER)
    browser.force_login(ada)
    browser.post(f"{DESK}/pilot/garn/links/", {"there": "wozu", "kind": "led_to", "direction": "later"})
    browser.post(f"{DESK}/pilot/garn/retire/", {"once": "x"})
    stored = personal_data(ada)
    assert (stored["account"]["email"], stored["roles"][0]["role"]) == ("ada@example.org", "organiser")
    assert [entry["verb"] for entry in stored["journal"]] == ["linked", "retired"]
    assert len(stored["sessions"]) == 1
    erase_account(user=ada)
    assert browser.get("/de/desk/werk/").status_code == 302
    everything = [repr(list(model._default_manager.values())) for model in apps.get_models() if model is not Session]
    for word in ("ada@example.org", "Ada Größe", "Ada Gr\\\\u00f6\\\\u00dfe"):
        assert [text for text in everything if word in text and "Dr. Ada" not in text] == []
    assert JournalEntry.objects.filter(by_name=ERASED, verb="retired").count() == 1


def test_the_last_organiser_cannot_be_erased(organiser: Client) -> None:
    with pytest.raises(UnableToErase):
        erase_account(user=User.objects.get(email="orga@example.org"))
    assert organiser.get("/de/desk/werk/").status_code == 200


NUMBERS = ("99999999999", f"1{'0' * 25}", "9" * 5000, "²")
FILLED = {"programme": "werk", "kind": "pilot", "role": "body", "language": "de", "form": "html", "side": "before"}


def addresses_with(number: str) -> Iterator[str]:
    """Every address of the site, with the number in place of each number and key in it."""
    pending = [("", pattern) for pattern in get_resolver().url_patterns]
    while pending:
        before, pattern = pending.pop()
        path = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            pending += [(path, inner) for inner in pattern.url_patterns]
        elif "<" in path and "(?P" not in path:
            yield "/" + re.sub(r"<(?:\w+:)?(\w+)>", lambda found: FILLED.get(found[1], number), path)


@pytest.mark.parametrize("number", NUMBERS, ids=["37 bits", "84 bits", "5000 digits", "²"])
def test_no_number_in_an_address_breaks_anything(organiser: Client, number: str) -> None:
    create_programme()
    asked = dict.fromkeys(("page", "version", "since", "number", "from", "to", "with", "a", "b"), number)
    with translation.override("de"):
        answers = {path: organiser.get(path, asked).status_code for path in addresses_with(number)}
    assert len(answers) > 100
    assert {path: status for path, status in answers.items() if status >= 500} == {}


def test_no_number_in_a_form_of_a_text_breaks_anything(organiser: Client) -> None:
    node = Node.objects.get(kind="newsflash")
    create_document(node=node, role="body", language="de", by=TESTER)
    base = f"/de/desk/werk/records/newsflash/{node.key}/text/body/de/"
    assert organiser.get(f"{base}?plain").status_code == 200
    for number in NUMBERS:
        for path in (
            f"{base}?plain&page={number}",
            f"{base}preview/?version={number}",
            f"{base}versions/?a={number}&b={number}",
        ):
            assert organiser.get(path).status_code in (200, 404)
        sent = {"base": number, "count": number, "page": number, "do": f"up:{number}", "clash": number, "takes": "mine"}
        for path in (f"{base}?plain", f"{base}clash/", f"{base}publish/", f"{base}versions/"):
            assert organiser.post(path, sent).status_code < 500


def test_a_prepared_question_with_any_number_finds_what_there_is(db: None) -> None:
    @prepared
    def numbered(version: int) -> QuerySet[Programme]:
        return Programme.objects.filter(version=version)

    create_programme()
    assert [len(numbered(number)) for number in (1, 2, 99_999_999_999, 10**25, -(10**25))] == [1, 0, 0, 0, 0]
