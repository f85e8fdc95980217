"""Bundles: what goes in comes out, and bad input is named by file, line and path."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from querwerk.core.models import JournalEntry, Link, Node, Space
from querwerk.core.spec import UNSTORABLE
from querwerk.events.models import AgendaItem
from querwerk.exchange.actions import InvalidBundle, import_bundle, parse_bundle, read_bundle
from querwerk.exchange.queries import export_bundle
from querwerk.exchange.reader import read, read_file
from querwerk.exchange.schema import bundle_schema
from querwerk.exchange.writer import as_json, as_yaml
from querwerk.pilots.models import Finding, Pilot
from tests.factories.programmes import TESTER, create_programme, import_again, parse, small_bundle

ROOT = Path(__file__).resolve().parents[3]
DEMO = ROOT / "querwerk/exchange/demo/inducci.yaml"

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


def flaws(content: str | bytes, name: str = "b.yaml", folder: Path | None = None) -> list[str]:
    """Return what an import says about a file's content."""
    assert folder is not None
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(InvalidBundle) as caught:
        import_bundle(path, by=TESTER)
    assert not Space.objects.exists()
    assert not Node.objects.exists()
    return [str(flaw) for flaw in caught.value.flaws]


def test_demo_import_export_is_identity() -> None:
    report = import_bundle(DEMO, by=TESTER)
    exported = export_bundle(Space.objects.get())
    assert exported == read_file(DEMO).value
    assert report.unchanged == []
    assert len(report.added) == 165


def test_demo_export_survives_both_yaml_versions_and_json() -> None:
    import_bundle(DEMO, by=TESTER)
    exported = export_bundle(Space.objects.get())
    text = as_yaml(exported)
    assert read(text.encode(), "x.yaml").value == exported
    assert yaml.safe_load(text) == yaml.safe_load(DEMO.read_text())
    assert read(as_json(exported).encode(), "x.json").value == exported


def test_second_import_changes_nothing() -> None:
    import_bundle(DEMO, by=TESTER)
    entries = JournalEntry.objects.count()
    report = import_bundle(DEMO, by=TESTER)
    assert (report.added, report.changed) == ([], [])
    assert len(report.unchanged) == 165
    assert JournalEntry.objects.count() == entries


def test_update_by_id_reports_added_changed_left_alone() -> None:
    create_programme()
    changed = small_bundle()
    changed["pilots"][0]["start"] = "2021-03-09"
    changed["organisations"].append({"id": "neu", "name": "Neue GmbH"})
    del changed["follow_up_programmes"], changed["uptake"]
    report = import_again(changed)
    assert report.changed == [("pilot", "garn")]
    assert report.added == [("organisation", "neu")]
    assert report.untouched == [("follow_up", "akademie"), ("uptake", "up")]
    assert Pilot.objects.get().start == "2021-03-09"
    assert Pilot.objects.get().version == 2


def test_parts_no_longer_listed_are_removed_and_kept_in_the_journal() -> None:
    create_programme()
    changed = small_bundle()
    changed["pilots"][0]["findings"] = changed["pilots"][0]["findings"][:1]
    import_again(changed)
    assert [finding.key for finding in Finding.objects.all()] == ["fund"]
    entry = JournalEntry.objects.get(kind="pilot", verb="changed")
    assert entry.before is not None
    assert entry.before["findings"][1] == {"de": "Es leuchtet."}
    assert Link.objects.filter(field="thread").count() == 1


def test_unknown_absent_and_empty_stay_apart() -> None:
    bundle = small_bundle(
        pilots=[
            {"id": "a", "title": "A", "partner_orgs": None, "start": None},
            {"id": "b", "title": "B", "partner_orgs": [], "start": ""},
            {"id": "c", "title": "C"},
        ],
        uptake=[],
        events=[],
        newsflashes=None,
        thread=[],
    )
    space = create_programme(bundle)
    exported = export_bundle(space)
    assert exported == bundle
    a, b, c = Pilot.objects.order_by("position")
    assert (a.gaps["start"], b.gaps["start"], c.gaps) == ("unknown", "none", {})


def test_inline_questions_survive() -> None:
    bundle = small_bundle(questions=[{"id": "wozu", "de": "Wozu?"}])
    bundle["events"][0]["guiding_questions"] = [{"de": "Welche Wege?", "en": "Which paths?"}, "wozu"]
    assert export_bundle(create_programme(bundle)) == bundle


def test_two_programmes_do_not_touch_each_other() -> None:
    first = create_programme()
    other = small_bundle()
    other["programme"]["id"] = "anders"
    other["organisations"][0]["name"] = "Andere Agentur"
    second = create_programme(other)
    assert export_bundle(first) == small_bundle()
    assert export_bundle(second) == other


def test_schema_accepts_the_demo_and_is_published() -> None:
    schema = bundle_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(read_file(DEMO).value, schema)
    published = json.loads((ROOT / "docs/reference/bundle.schema.json").read_text())
    assert published == schema, "run: querwerk programme schema > docs/reference/bundle.schema.json"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"programme": None}, "expected a mapping"),
        ({"programm": {}}, "programm: Unknown section"),
        ({"organisations": {"id": "x"}}, "organisations: expected a list"),
        ({"organisations": [{"name": "X"}]}, "organisations[0]: “id” is missing"),
        ({"organisations": [{"id": "Ä", "name": "X"}]}, "organisations[0].id: “Ä” is not an id"),
        ({"organisations": [{"id": 5, "name": "X"}]}, "organisations[0].id: expected a text in quotes, found a number"),
        ({"newsflashes": [{"no": "1", "title": "A"}]}, "newsflashes[0].no: expected a whole number, found a text"),
        ({"organisations": [{"id": "x", "name": 5}]}, "organisations[0].name: expected a text, found a number"),
        ({"people": [{"id": "p", "name": "P", "org": "fehlt"}]}, "people[0].org: “fehlt” does not exist"),
        (
            {"uptake": [{"id": "u", "from": "fehlt", "to": "Wort", "grade": "explicit"}]},
            "uptake[0].from: “fehlt” does not exist",
        ),
        ({"uptake": [{"id": "u", "from": "garn", "to": "Wort", "grade": "sure"}]}, "uptake[0].grade: expected one of"),
        (
            {"newsflashes": [{"no": 1, "title": "A"}, {"no": 1, "title": "B"}]},
            "newsflashes[1].no: The id “1” is already used",
        ),
        (
            {"newsflashes": [{"no": 1, "title": "A", "url": "javascript:alert(1)"}]},
            "newsflashes[0].url: expected a web address",
        ),
        (
            {"follow_up_programmes": [{"id": "a", "name": "A", "start": "2021-02-30"}]},
            "2021-02-30 does not exist in the calendar",
        ),
        ({"follow_up_programmes": [{"id": "a", "name": "A", "start": "gestern"}]}, "“gestern” is not a date"),
        ({"follow_up_programmes": [{"id": "a", "name": "A", "start": 2021}]}, "in quotes"),
        ({"funder": {"name": "F", "source": "a\u0000b"}}, "contains a character that cannot be stored"),
        (
            {"thread": [{"from": "finding:fund", "to": "measure:fehlt", "kind": "supports"}]},
            "thread[0].to: “measure:fehlt” does not exist",
        ),
        ({"thread": [{"from": "finding:fund", "to": "measure:m1", "kind": "mag"}]}, "thread[0].kind: expected one of"),
        (
            {"thread": [{"from": "finding:fund", "to": "finding:fund", "kind": "supports"}]},
            "cannot be linked to itself",
        ),
    ],
)
def test_flaws_are_named_with_path(change: dict[str, Any], message: str, tmp_path: Path) -> None:
    bundle = small_bundle(**change)
    if "programme" not in change:
        keep = {"programme", *change}
        if change.keys() & {"uptake", "thread"}:
            keep |= set(bundle)
        bundle = {key: value for key, value in bundle.items() if key in keep}
    found = flaws(json.dumps(bundle), "b.json", tmp_path)
    assert any(message in flaw for flaw in found), found


def test_flaw_names_file_and_line(tmp_path: Path) -> None:
    text = "programme:\n  id: a\n  title: A\norganisations:\n  - id: x\n    name: X\n  - id: x\n    name: Y\n"
    assert flaws(text, "zwei.yaml", tmp_path) == [
        "zwei.yaml:7: organisations[1].id: The id “x” is already used in line 5."
    ]


LAUGHS = "a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\nprogramme: {id: a, title: A}\n"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("programme: [unclosed", "b.yaml:1: This is not valid YAML"),
        ("programme: {id: a}\nprogramme: {id: b}\n", "b.yaml:2: The key “programme” stands here twice."),
        (LAUGHS, "b.yaml:1: Anchors and aliases"),
        ("!!python/object/apply:os.system ['true']", "Type tags"),
        ("[" * 100_000, "nested deeper"),
        (b"\xff\xfe\x00junk", "not a text in UTF-8"),
        (b"\x00\x01", "not valid YAML"),
        ("", "expected a mapping"),
        ("just words", "expected a mapping"),
        ("a: 1\n---\nb: 2\n", "more than one document"),
        ("programme: {id: a, title: A, total_budget_eur: 1" + "0" * 40 + "}", "too long"),
        ("programme: {id: a, title: A, total_budget_eur: .inf}", "expected a number"),
    ],
)
def test_hostile_yaml_is_refused(content: str | bytes, message: str, tmp_path: Path) -> None:
    assert message in flaws(content, "b.yaml", tmp_path)[0]


@pytest.mark.parametrize(
    ("content", "message"),
    [("{", "not valid JSON"), ('{"a": NaN}', "NaN"), ("[" * 100_000, "nested deeper"), ('{"a": 1,}', "not valid JSON")],
)
def test_hostile_json_is_refused(content: str, message: str, tmp_path: Path) -> None:
    assert message in flaws(content, "b.json", tmp_path)[0]


def test_fifty_megabytes_of_junk_are_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "big.yaml"
    with path.open("wb") as file:
        file.truncate(50_000_000)
    with pytest.raises(InvalidBundle) as caught:
        read_bundle(path)
    assert str(caught.value) == "big.yaml: The file has 50 MB; a bundle may have 25 MB at most."


def test_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidBundle, match=r"nirgends\.yaml: The file cannot be read"):
        read_bundle(tmp_path / "nirgends.yaml")


words = st.text(st.characters(exclude_categories=["Cs"]).filter(lambda c: not UNSTORABLE.search(c)), max_size=40)
maybe = st.none() | words
keys = st.from_regex(r"[a-z0-9]{1,6}(-[a-z0-9]{1,4})?", fullmatch=True)
finding = st.fixed_dictionaries(
    {"de": words.filter(bool)}, optional={"en": maybe, "source": maybe, "evidence": maybe, "notiz": maybe}
)
pilot = st.fixed_dictionaries(
    {"id": keys, "title": words.filter(bool)},
    optional={
        "summary_de": maybe,
        "summary_cs": maybe,
        "start": st.none() | st.sampled_from(["2021", "2021-06", "2021-06-22", ""]),
        "partner_orgs": st.none() | st.lists(st.sampled_from(["weberei", "atelier"]), max_size=3),
        "follow_up": st.none() | st.just("Akademie und mehr"),
        "participants": st.none() | st.dictionaries(words, st.none() | st.integers(-5, 9000) | words, max_size=3),
        "sections": st.none() | st.lists(words, max_size=3),
        "findings": st.none() | st.lists(finding, max_size=3),
        "frei_erfunden": st.none() | st.booleans() | words | st.lists(words, max_size=2),
        "visibility": st.sampled_from(["draft", "retired"]),
    },
)


@settings(max_examples=40, suppress_health_check=list(HealthCheck))
@given(pilots=st.lists(pilot, max_size=3, unique_by=lambda made: str(made["id"])))
def test_any_valid_bundle_comes_out_as_it_went_in(pilots: list[dict[str, Any]]) -> None:
    bundle = small_bundle(pilots=pilots, uptake=[], thread=[], events=[])
    Space.objects.all().delete()
    space = create_programme(bundle)
    exported = export_bundle(space)
    assert exported == bundle
    assert parse_bundle(read(as_yaml(exported).encode(), "x.yaml")).document.value == bundle
    report = import_again(bundle)
    assert (report.added, report.changed) == ([], [])


def test_parsed_bundle_knows_what_it_keeps_freely() -> None:
    assert parse(small_bundle(funder={"name": "F", "farbe": "rot"})).freely_named == [("funder", "farbe")]


def agenda(*items: Any, **event: Any) -> dict[str, Any]:
    """A programme with a further event that has these points, and what else is said of it."""
    meeting = {"id": "treffen", "title_en": "Meeting", "date": "2021-09-29", "agenda": list(items), **event}
    return small_bundle(events=[*small_bundle()["events"], meeting])


def points() -> dict[str, tuple[int, str]]:
    """Each point of the agenda in its order: what it says → its number in the database, and its key."""
    rows = AgendaItem.objects.filter(event__key="treffen").order_by("position")
    return {row.item.best("en").words: (row.node_id, row.key) for row in rows}


def test_points_of_an_agenda_without_ids_stay_who_they_are_in_another_order() -> None:
    space = create_programme(agenda("Welcome", {"item_en": "Panel", "time": "14:30"}, "Coffee"))
    before = points()
    moved = agenda("Coffee", "Welcome", "A guest", {"item_en": "Panel", "time": "15:00"})
    import_again(moved)
    after = points()
    assert list(after) == ["Coffee", "Welcome", "A guest", "Panel"]
    assert {name: after[name] for name in before} == before
    assert after["A guest"][1] == "treffen.agenda-5"  # no number that a place has or had
    assert import_again(moved).changed == []
    dumped = export_bundle(space)
    assert import_again(dumped).changed == []
    import_again(agenda("Coffee and cake", "Welcome", "A guest", "Panel"))
    assert points()["Coffee and cake"] == before["Coffee"]  # by its place
    import_again(agenda("A guest", "Panel"))
    assert {name: key for name, (_pk, key) in points().items()} == {"A guest": after["A guest"][1], "Panel": before["Panel"][1]}  # fmt: skip


def test_what_a_file_calls_by_place_follows_its_point() -> None:
    said = {"said_en": "Who pays?", "item": "treffen.agenda-2"}
    create_programme(agenda("Welcome", "Panel", contributions=[said]))
    panel = points()["Panel"][0]
    again = agenda("Panel", "Welcome", contributions=[{**said, "item": "treffen.agenda-1"}])
    for _time in range(2):
        import_again(again)
        assert points()["Panel"][0] == panel
        assert (
            list(Link.objects.filter(owner__kind="contribution").values_list("earlier", "later").get()).count(panel)
            == 1
        )
