"""The thread on the demonstration programme and on small ones: panel, picture, list, overview, downloads."""

import csv
import io
import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from querwerk.core.models import Node, Space
from querwerk.core.pages import store
from querwerk.evidence.queries import selection as selections
from querwerk.evidence.queries.selection import Selection, chosen, folded, kept
from querwerk.evidence.queries.strands import strands_of
from querwerk.evidence.queries.web import Edge, Knot, Web, chain_of, contracted, web_of
from querwerk.evidence.views.downloads import guarded
from querwerk.evidence.views.picture import TEXT_WIDTH, text_width, wrapped
from tests.factories.programmes import create_programme, small_bundle
from tests.reading import Element
from tests.rooms.conftest import Visit

pytestmark = pytest.mark.django_db


def web(space: Space, *, with_drafts: bool = False) -> Web:
    return web_of(space.pk, 1, name="Name", with_drafts=with_drafts)


def chain(space: Space) -> Web:
    return chain_of(space.pk, 1, name="Name", with_drafts=False)


def ties(thread: Web) -> list[tuple[str, str, str]]:
    return [(thread.knots[edge.earlier].name, edge.kind, thread.knots[edge.later].name) for edge in thread.edges]


def strands(space: Space, kind: str, key: str) -> tuple[list[str], list[str]]:
    """Return both sides of a record's panel as "relation kind:key", with the part that a tie hangs on."""
    sides = strands_of(Node.objects.get(space=space, kind=kind, key=key).pk, with_drafts=False)
    before, after = (
        [
            f"{strand.kind} {strand.node or strand.words}" + (f" through {strand.through}" if strand.through else "")
            for strand in side
        ]
        for side in sides
    )
    return before, after


# --- the panel -----------------------------------------------------------------------------------


def test_labor_2025_rests_on_a_question_and_led_to_the_funken_akademie(demo: Space) -> None:
    before, after = strands(demo, "pilot", "labor-2025")
    cooperations = [f"led_to match:klub-solitaer-{institute}" for institute in ("stfi", "iwu", "enas")]
    assert sorted(before) == sorted([*cooperations, "answered_by question:welche-pilotaktionen"])
    assert "taken_up_by uptake:up-funken" in after
    assert "taken_up_by follow_up:funken-akademie" in after
    assert "led_to uptake:up-funken through finding:labor-bildungsangebot" in after


def test_a_tie_stated_from_both_ends_appears_once_and_on_the_event(demo: Space) -> None:
    _before, after = strands(demo, "pilot", "labor-2025")
    # The pilot names the event, and an agenda item of the event names the pilot.
    assert after.count("presented_at event:plauen-2021") == 1
    assert not any("agenda_item" in entry for entry in after)
    before, after = strands(demo, "event", "plauen-2021")
    assert before.count("presented_at pilot:labor-2025") == 1
    assert after.count("documented_by film:video-plauen") == 1


def test_a_finding_without_a_proposal_still_stands_in_the_panel(demo: Space) -> None:
    _before, after = strands(demo, "pilot", "labor-2025")
    assert sum(entry.startswith("has_part finding:") for entry in after) == 1


def test_a_panel_shows_relation_source_and_date(demo: Space, visit: Visit) -> None:
    panel = visit("inducci/pilots/labor-2025/").one(cls="threads")
    [question] = [row for row in panel.one(cls="threads__side--before").all("li") if "Leitfrage" in row.text]
    assert question.links["Welche Pilotaktionen haben die deutschen Partner umgesetzt?"] == (
        "/de/inducci/questions/welche-pilotaktionen/"
    )
    assert "29. September 2021" in question.text
    assert "/de/inducci/thread/?node=pilot:labor-2025" in panel.links.values()


def test_a_presentation_is_dated_by_the_event(demo: Space) -> None:
    node = Node.objects.get(space=demo, kind="pilot", key="labor-2025")
    _before, after = strands_of(node.pk, with_drafts=False)
    dates = {str(strand.node): strand.dated for strand in after}
    assert dates["event:plauen-2021"] == "2021-09-29"


@pytest.mark.parametrize(
    ("path", "before", "after"),
    [
        ("uptake/up-funken/", "Labor 2025", "FUNKEN Akademie"),
        ("follow-ups/funken-akademie/", "Labor 2025 war der Pilot der FUNKEN Akademie.", "Makers Business & Arts"),
        ("papers/cwe-strategy/", "Welche Strategievorschläge", "Vom Industriestandort zur Makerregion"),
        ("organisations/lvkkws/", "", "Der InduCCI-Partner führt das Flaggschiff"),
    ],
)
def test_records_of_every_kind_show_their_thread(demo: Space, visit: Visit, path: str, before: str, after: str) -> None:
    panel = visit(f"inducci/{path}").one(cls="threads")
    assert before in panel.one(cls="threads__side--before").text
    assert after in panel.one(cls="threads__side--after").text


def test_drafts_never_leak(db: None) -> None:
    bundle = small_bundle()
    bundle["pilots"][0] |= {"visibility": "draft", "follow_up": "a secret programme"}
    space = create_programme(bundle)
    published = web(space)
    assert not any("garn" in knot.name or "secret" in str(knot.title) for knot in published.knots.values())
    assert published.find("finding:fund") is None
    assert strands(space, "event", "schau")[0] == ["discussed_at question:wozu"]
    assert strands(space, "uptake", "up")[0] == []
    drafts = web(space, with_drafts=True)
    assert any("secret" in str(knot.title) for knot in drafts.knots.values())


def test_pages_for_strangers_do_not_name_drafts(client: Client, db: None) -> None:
    bundle = small_bundle()
    bundle["pilots"][0] |= {"visibility": "draft", "title": "Unerhörtes"}
    create_programme(bundle)
    for path in (
        "",
        "?view=list",
        "?node=event:schau",
        "?of=pilot",
        "?question=wozu",
        "thread.csv",
        "thread.prov.json",
    ):
        assert "Unerh" not in client.get(f"/de/werk/thread/{path}").content.decode(), path
    for path in ("uptake/", "uptake/up/", "follow-ups/akademie/", "questions/wozu/", "events/schau/"):
        assert "Unerh" not in client.get(f"/de/werk/{path}").content.decode(), path
    assert client.get("/de/werk/thread/?node=pilot:garn").status_code == 404


# --- the web -------------------------------------------------------------------------------------


def test_the_chain_runs_from_question_to_uptake(demo: Space) -> None:
    thread = web(demo)
    start = thread.find("question:welche-pilotaktionen")
    assert start is not None
    reached = {thread.knots[number].name for number in thread.reach(start.id, is_forward=True)}
    assert {
        "pilot:labor-2025",
        "finding:labor-bildungsangebot",
        "measure:cwe-massnahme-2",
        "uptake:up-funken",
        "follow_up:funken-akademie",
        "uptake:up-funken-mba",
        "follow_up:makers-business-arts",
    } <= reached
    assert "pilot:linz-creative-hackathon-2021" not in reached


def test_a_paper_without_a_decision_leads_to_its_measures_through_a_gap(db: None) -> None:
    space = create_programme()
    assert ("paper:papier", "has_part", "measure:m1") in ties(web(space))
    found = ties(chain(space))
    assert ("paper:papier", "decided_by", "missing:papier") in found
    assert ("missing:papier", "has_part", "measure:m1") in found
    assert all(edge.is_weak for edge in chain(space).edges if "missing" in chain(space).knots[edge.later].name)


def test_a_recorded_decision_stands_between_paper_and_measure(db: None) -> None:
    bundle = small_bundle(decisions=[{"id": "rat", "title": "Rat", "paper": "papier", "outcome": "adopted"}])
    space = create_programme(bundle)
    found = ties(chain(space))
    assert ("decision:rat", "has_part", "measure:m1") in found
    assert not any("missing" in name for tie in found for name in tie)


def test_thematic_ties_are_weak_and_say_so(demo: Space) -> None:
    thread = web(demo)
    grades = {
        (thread.knots[edge.earlier].name, thread.knots[edge.later].name): (edge.grade, edge.is_weak)
        for edge in thread.edges
    }
    assert grades["finding:labor-bildungsangebot", "measure:cwe-massnahme-2"] == ("thematic", True)
    assert grades["pilot:labor-2025", "uptake:up-funken"] == ("", False)
    assert grades["organisation:lvkkws", "uptake:up-mba"] == ("", True)


def test_leaving_a_kind_out_ties_its_neighbours(db: None) -> None:
    short = contracted(web(create_programme()), lambda knot: knot.kind != "finding")
    assert ("pilot:garn", "led_to", "measure:m1") in ties(short)
    assert not any(knot.kind == "finding" for knot in short.knots.values())


def test_many_like_parts_are_drawn_as_one(monkeypatch: pytest.MonkeyPatch) -> None:
    create = small_bundle()
    create["pilots"][0]["findings"] = [{"de": f"Erkenntnis {n}"} for n in range(7)]
    thread = chosen(chain(create_programme(create | {"thread": []})), Selection()).web
    monkeypatch.setattr(selections, "FOLD_FROM", 5)
    folds = [knot for knot in folded(thread).knots.values() if knot.state == "folded"]
    assert [(knot.kind, str(knot.title)) for knot in folds] == [("finding", "7")]


# --- picture and list ----------------------------------------------------------------------------


def names(page: Element) -> list[str]:
    return [link.attributes["aria-label"] for link in page.all("a") if "aria-label" in link.attributes]


def test_the_picture_links_every_record_with_its_title(demo: Space, visit: Visit) -> None:
    picture = visit("inducci/thread/").one(cls="thread-picture")
    pages = {link.attributes["href"] for link in picture.all("a")}
    assert {
        "/de/inducci/pilots/labor-2025/",
        "/de/inducci/questions/welche-pilotaktionen/",
        "/de/inducci/events/plauen-2021/",
        "/de/inducci/papers/cwe-strategy/",
        "/de/inducci/papers/cwe-strategy/#measure-cwe-massnahme-1",
        "/de/inducci/uptake/up-funken/",
        "/de/inducci/follow-ups/makers-business-arts/",
        "?node=pilot:labor-2025",
    } <= pages
    assert "Labor 2025 – Pilotaktion, 8. März 2021" in names(picture)
    assert picture.attributes["tabindex"] == "0"


def test_the_picture_marks_what_is_missing(demo: Space, visit: Visit) -> None:
    picture = visit("inducci/thread/", language="en").one(cls="thread-picture")
    labels = [element.attributes.get("aria-label", "") for element in picture.walk()]
    assert any(label.startswith("Decision unknown – Decision on “") for label in labels)
    assert any(label.endswith("no proposal rests on it") for label in labels)
    assert picture.all("circle", cls="thread-end")


def test_the_picture_needs_no_inline_style(demo: Space, client: Client) -> None:
    page = client.get("/de/inducci/thread/").content.decode()
    assert " style=" not in page
    assert "<style" not in page


def test_a_question_narrows_picture_list_and_downloads(demo: Space, visit: Visit, client: Client) -> None:
    page = visit("inducci/thread/?question=welche-pilotaktionen")
    links = {link.attributes["href"] for link in page.one(cls="thread-picture").all("a")}
    assert "/de/inducci/pilots/labor-2025/" in links
    assert "/de/inducci/pilots/linz-creative-hackathon-2021/" not in links
    assert "/de/inducci/thread/thread.csv?question=welche-pilotaktionen" in page.links.values()
    table = client.get("/de/inducci/thread/thread.csv?question=welche-pilotaktionen").content.decode()
    assert "labor-2025" in table
    assert "linz-creative-hackathon-2021" not in table


def test_one_record_shows_both_directions_as_a_list(demo: Space, visit: Visit) -> None:
    page = visit("inducci/thread/?node=finding:labor-bildungsangebot&view=list", language="en")
    assert "Labor 2025" in page.by_id("rests-on").text
    assert "Which pilots did the German partners carry out?" in page.by_id("rests-on").text
    assert "FUNKEN Akademie" in page.by_id("came-of-it").text


def test_the_list_reads_forwards_and_backwards(demo: Space, visit: Visit) -> None:
    forward = visit("inducci/thread/?view=list").one("ul", cls="tree")
    first = next(child for child in forward.children if isinstance(child, Element))
    assert first.text.startswith("Leitfrage Welche Wege führen vom Industriestandort zur Makerregion?")
    backward = visit("inducci/thread/?view=list&from=end").one("ul", cls="tree")
    last = next(child for child in backward.children if isinstance(child, Element))
    assert "FUNKEN Akademie" not in first.text
    assert last.text != first.text


def test_every_record_of_the_list_is_told_in_full_once(demo: Space, visit: Visit) -> None:
    tree = visit("inducci/thread/?view=list").one("ul", cls="tree")
    ids = [item.attributes["id"] for item in tree.all("div", cls="tree__item") if "id" in item.attributes]
    assert len(ids) == len(set(ids))
    targets = {link.attributes["href"].removeprefix("#") for link in tree.all("a", cls="tree__again")}
    assert targets <= set(ids)


@pytest.mark.parametrize(
    "query",
    [
        "?node=pilot:none",
        "?node=",
        "?question=none",
        "?kind=spaceship",
        "?of=spaceship",
        "?node=%01",
        "?of=pilot&page=x",
    ],
)
def test_what_does_not_exist_is_said_so(db: None, client: Client, query: str) -> None:
    create_programme()
    assert client.get(f"/de/werk/thread/{query}").status_code == (
        200 if query in ("?node=", "?of=pilot&page=x") else 404
    )


def test_an_empty_programme_has_a_page(db: None, client: Client) -> None:
    create_programme({"programme": {"id": "leer", "title": "Leer"}})
    for path in ("thread/", "thread/?view=list", "thread/thread.csv", "thread/thread.prov.json", "uptake/"):
        assert client.get(f"/de/leer/{path}").status_code == 200


def test_a_thread_too_large_to_draw_becomes_an_overview(
    db: None, visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    create_programme(
        small_bundle(
            pilots=[{"id": f"p{n}", "title": f"Pilot {n}"} for n in range(70)], uptake=[], thread=[], events=[]
        )
    )
    monkeypatch.setattr("querwerk.evidence.views.thread.DRAWN", 50)
    page = visit("werk/thread/", language="en")
    assert page.links["Pilots"] == "?of=pilot"
    assert "70" in page.one("ul", cls="rows").text
    first = visit("werk/thread/?of=pilot")
    assert first.links["Pilot 0"] == "/de/werk/thread/?node=pilot:p0"
    assert "Pilot 69" not in first.links
    assert "Pilot 69" in visit("werk/thread/?of=pilot&page=2").links


def test_the_thread_of_one_record_stays_near_where_all_of_it_cannot_be_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    knots = {n: Knot(n, "pilot", f"p{n}", title=None) for n in range(40)}  # type: ignore[arg-type]
    line = Web(knots, tuple(Edge("led_to", n, n + 1) for n in range(39)))
    monkeypatch.setattr(selections, "DRAWN", 8)
    choice = chosen(line, Selection(node="pilot:p20"))
    assert choice.steps == 3
    assert {knot.key for knot in choice.web.knots.values()} == {f"p{n}" for n in range(17, 24)}


@pytest.mark.parametrize(
    "title", ["", "Kurz", "Strategiepapier zur nachhaltigen Integration " * 4, "Ä" * 200, "a b " * 80]
)
def test_titles_break_into_few_lines_that_fit(title: str) -> None:
    lines = wrapped(title)
    assert 1 <= len(lines) <= 4
    assert all(text_width(line.words) <= TEXT_WIDTH + 8 for line in lines)
    whole = "".join(line.words.removesuffix("-") if line.breaks_word else f"{line.words} " for line in lines).strip()
    assert " ".join(title.split()).startswith(whole.removesuffix("…"))


# --- downloads -----------------------------------------------------------------------------------


def read_csv(client: Client, path: str) -> list[dict[str, str]]:
    response = client.get(path)
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    text = response.content.decode()
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))


def test_csv_has_one_line_per_tie(demo: Space, client: Client) -> None:
    rows = read_csv(client, "/de/inducci/thread/thread.csv")
    assert len(rows) == len(web(demo).edges)
    (row,) = [row for row in rows if row["from_key"] == "labor-2025" and row["to_key"] == "up-funken"]
    assert row == {
        "from_kind": "pilot",
        "from_key": "labor-2025",
        "from_title": "Labor 2025",
        "kind": "taken_up_by",
        "to_kind": "uptake",
        "to_key": "up-funken",
        "to_title": "Labor 2025 war der Pilot der FUNKEN Akademie.",
        "date": row["date"],
        "author": row["author"],
        "source": "https://www.klub-solitaer.de/funken-akademie",
        "grade": "",
    }
    words = [row for row in rows if row["to_kind"] == "words"]
    assert words
    assert all(row["to_key"] == "" and row["to_title"] for row in words)


@pytest.mark.parametrize("value", ["=1+1", "+49", "-5", "@SUM(A1)", "\t=1", " =1", "\r=1"])
def test_no_cell_is_a_formula(value: str) -> None:
    assert guarded(value) == f"'{value}"


def test_a_title_cannot_smuggle_a_formula(db: None, client: Client) -> None:
    bundle = small_bundle()
    bundle["pilots"][0]["title"] = '=HYPERLINK("https://example.org")'
    create_programme(bundle)
    titles = {row["from_title"] for row in read_csv(client, "/de/werk/thread/thread.csv")}
    assert '\'=HYPERLINK("https://example.org")' in titles


SECTIONS = {
    "used": ("prov:activity", "prov:entity"),
    "wasGeneratedBy": ("prov:entity", "prov:activity"),
    "wasInformedBy": ("prov:informed", "prov:informant"),
    "wasDerivedFrom": ("prov:generatedEntity", "prov:usedEntity"),
    "wasAttributedTo": ("prov:entity", "prov:agent"),
    "wasAssociatedWith": ("prov:activity", "prov:agent"),
    "wasInfluencedBy": ("prov:influencee", "prov:influencer"),
    "hadMember": ("prov:collection", "prov:entity"),
}
SORT_OF_END = {"prov:activity": "activity", "prov:entity": "entity", "prov:agent": "agent", "prov:informed": "activity",
               "prov:informant": "activity", "prov:generatedEntity": "entity", "prov:usedEntity": "entity",
               "prov:collection": "entity"}  # fmt: skip
DATES = {"xsd:date": r"\d{4}-\d\d-\d\d", "xsd:gYearMonth": r"\d{4}-\d\d", "xsd:gYear": r"\d{4}"}


def check_prov(document: dict[str, Any]) -> None:
    """Hold a document against the structure of the W3C submission PROV-JSON (2013)."""
    prefixes = set(document["prefix"]) | {"prov"}
    assert set(document) <= {"prefix", "entity", "activity", "agent", *SECTIONS}
    stated = {section: set(document.get(section, {})) for section in ("entity", "activity", "agent")}
    assert not stated["entity"] & stated["activity"]
    assert not stated["activity"] & stated["agent"]
    for section in ("entity", "activity", "agent"):
        for name, attributes in document.get(section, {}).items():
            assert name.partition(":")[0] in prefixes
            check_attributes(attributes, prefixes)
    for section, ends in SECTIONS.items():
        for name, relation in document.get(section, {}).items():
            assert name.startswith("_:")
            for end in ends:
                place = SORT_OF_END.get(end)
                assert relation[end] in (stated[place] if place else set().union(*stated.values())), (section, end)
            check_attributes({key: value for key, value in relation.items() if key not in ends}, prefixes)


def check_attributes(attributes: dict[str, Any], prefixes: set[str]) -> None:
    for key, stated in attributes.items():
        assert key.partition(":")[0] in prefixes
        for value in stated if isinstance(stated, list) else [stated]:
            if isinstance(value, dict):
                assert set(value) <= {"$", "type", "lang"}
                assert "$" in value
                if value.get("type") in DATES:
                    assert re.fullmatch(DATES[value["type"]], value["$"])


def test_prov_json_is_well_formed_and_tells_the_chain(demo: Space, client: Client) -> None:
    response = client.get("/de/inducci/thread/thread.prov.json")
    assert response["Content-Type"] == "application/json"
    document = json.loads(response.content)
    check_prov(document)
    assert document["prefix"]["inducci"] == "http://testserver/de/inducci/"
    assert "inducci:pilots/labor-2025/" in document["activity"]
    assert "inducci:organisations/klub-solitaer/" in document["agent"]
    informed = [(row["prov:informed"], row["prov:informant"]) for row in document["wasInformedBy"].values()]
    assert ("inducci:uptake/up-funken/", "inducci:pilots/labor-2025/") in informed
    grades = {name: row.get("qw:grade") for name, row in document["activity"].items()}
    assert grades["inducci:uptake/up-mba/"] == "organisational"


def test_prov_names_are_the_same_in_every_language(demo: Space, client: Client) -> None:
    german, english = (client.get(f"/{code}/inducci/thread/thread.prov.json").json() for code in ("de", "en"))
    assert german == english


def test_prov_of_a_part_is_well_formed(demo: Space, client: Client) -> None:
    for query in ("?question=welche-pilotaktionen", "?node=pilot:labor-2025", "?kind=pilot&kind=uptake"):
        check_prov(client.get(f"/de/inducci/thread/thread.prov.json{query}").json())


def test_downloads_hold_no_gaps(demo: Space) -> None:
    assert not any(knot.kind == "missing" for knot in kept(web(demo), Selection()).knots.values())


# --- queries -------------------------------------------------------------------------------------


def many(number: int) -> dict[str, Any]:
    findings = [{"id": f"f{n}", "de": f"Erkenntnis {n}", "supports": ["m1"]} for n in range(number)]
    pilots: list[dict[str, Any]] = [
        {"id": f"p{n}", "title": f"Pilot {n}", "host": "agentur", "presented_at": ["schau"]} for n in range(number)
    ]
    pilots[0] |= {"findings": findings}
    uptake = [
        {"id": f"u{n}", "from": f"p{n}", "to": "akademie", "grade": "explicit", "de": f"Satz {n}"}
        for n in range(number)
    ]
    thread = [{"from": "question:wozu", "to": f"pilot:p{n}", "kind": "answered-by"} for n in range(number)]
    events = [{"id": "schau", "title": "Schau", "date": "2021-09-29"}]
    follow_ups = [{"id": "akademie", "name": "Akademie", "host": "agentur"}]
    return small_bundle(
        pilots=pilots, events=events, uptake=uptake, thread=thread, follow_up_programmes=follow_ups, newsflashes=[]
    )


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("thread/", 10),
        ("thread/?view=list", 10),
        ("thread/?question=wozu", 9),
        ("thread/?node=pilot:p0", 9),
        ("thread/?of=pilot", 6),
        ("thread/thread.csv", 8),
        ("thread/thread.prov.json", 9),
        ("uptake/", 9),
        ("uptake/u0/", 7),
        ("follow-ups/akademie/", 7),
        ("questions/wozu/", 11),
    ],
)
def test_number_of_queries_does_not_grow(path: str, expected: int, queries_of: Callable[[str], int]) -> None:
    counts = []
    for number in (1, 5):
        space = create_programme(many(number))
        counts.append(queries_of(f"werk/{path}"))
        space.delete()
    assert counts == [expected, expected]


def test_the_thread_is_read_once_per_edition(demo: Space, client: Client) -> None:
    client.get("/de/inducci/thread/?node=pilot:labor-2025")
    store.clear()
    with CaptureQueriesContext(connection) as recorded:
        client.get("/de/inducci/thread/?question=welche-pilotaktionen")
    assert len(recorded) <= 3  # the edition and the questions of the filter


def test_the_panel_finds_its_links_by_indexes(db: None) -> None:
    space = create_programme(many(5))
    node = Node.objects.get(space=space, kind="pilot", key="p0")
    with CaptureQueriesContext(connection) as recorded:
        strands_of(node.pk, with_drafts=False)
    assert len(recorded) == 3
    # PostgreSQL rightly reads a table of ten rows as a whole, so only SQLite's plan tells anything here.
    for query in recorded if connection.vendor == "sqlite" else ():
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN QUERY PLAN {query['sql']}")
            plan = [row[3] for row in cursor.fetchall()]
        assert not [step for step in plan if step.startswith("SCAN core_")], plan


NUMBER = r"-?\d+"


def test_in_the_picture_every_tie_begins_and_ends_at_its_boxes(demo: Space, client: Client) -> None:
    page = client.get("/de/inducci/thread/").content.decode()
    boxes = {
        knot: (int(x), int(y), int(width), int(height))
        for knot, x, y, width, height in re.findall(
            rf'data-knot="({NUMBER})" transform="translate\((\d+) (\d+)\)">.*?<rect class="thread-node__box" width="(\d+)" height="(\d+)"',
            page,
        )
    }
    ties = re.findall(rf'd="M(\d+) (\d+)([^"]+)" data-from="({NUMBER})" data-to="({NUMBER})"', page)
    assert (len(boxes) > 50, len(ties) > 50) == (True, True)
    for x, y, way, earlier, later in ties:
        pieces = [
            (name, [int(one) for one in re.findall(NUMBER, said)]) for name, said in re.findall(r"([hc])([^hc]+)", way)
        ]
        start_x, start_y = int(x), int(y)
        to_x = start_x + sum(said[-2] if name == "c" else said[0] for name, said in pieces)
        to_y = start_y + sum(said[-1] for name, said in pieces if name == "c")
        ends = ((start_x, start_y), (to_x, to_y))
        for (end_x, end_y), knot in zip(ends, (earlier, later), strict=True):
            left, top, width, height = boxes[knot]
            assert min(abs(end_x - left), abs(end_x - left - width)) <= 1
            assert top - 1 <= end_y <= top + height + 1
