"""Writing records: atomic, journaled, safe to repeat, and aware of others."""

from typing import Any

import pytest

from querwerk.core import actions
from querwerk.core.actions import (
    Actor,
    InvalidRecords,
    LinkStatement,
    UnableToOverwrite,
    delete_record,
    once,
    restore_record,
    save_record,
    set_visibility,
)
from querwerk.core.models import JournalEntry, Link, Node, Once, Space, record_models
from querwerk.core.queries import current_edition, links_touching, snapshot
from querwerk.core.spec import spec_of
from querwerk.core.states import LinkKind, Verb, Visibility
from querwerk.core.text import Text
from querwerk.pilots.models import Finding, Pilot
from tests.factories.programmes import TESTER, create_programme, small_bundle

pytestmark = pytest.mark.django_db


@pytest.fixture
def space() -> Space:
    return create_programme()


def save(space: Space, raw: dict[str, Any], **options: Any) -> Any:
    return save_record(spec=spec_of("pilot"), raw=raw, space=space, by=TESTER, **options)


def test_save_creates_node_journal_and_edition(space: Space) -> None:
    before = current_edition()
    pilot = save(space, {"id": "neu", "title_de": "Neu", "start": "2022"}, why="Idee")
    assert pilot.node.title == Text({"de": "Neu"})
    assert pilot.node.dated == "2022"
    entry = JournalEntry.objects.order_by("-pk")[0]
    assert (entry.verb, entry.kind, entry.key, entry.why, entry.before) == ("created", "pilot", "neu", "Idee", None)
    assert entry.after == {"id": "neu", "title_de": "Neu", "start": "2022"}
    assert current_edition() > before


def test_saving_the_same_again_changes_nothing(space: Space) -> None:
    pilot = Pilot.objects.get(key="garn")
    before = current_edition(), JournalEntry.objects.count()
    again = save(space, snapshot(pilot))
    assert again.version == pilot.version
    assert (current_edition(), JournalEntry.objects.count()) == before


def test_dangling_link_is_refused_with_its_path_and_nothing_is_stored(space: Space) -> None:
    before = current_edition(), Node.objects.count()
    with pytest.raises(InvalidRecords) as caught:
        save(space, {"id": "neu", "title": "Neu", "partner_orgs": ["weberei", "fehlt"]})
    assert [problem.path for problem in caught.value.problems] == [("partner_orgs", 1)]
    assert (current_edition(), Node.objects.count()) == before


def test_concurrent_edit_is_detected(space: Space) -> None:
    pilot = Pilot.objects.get(key="garn")
    mine = {**snapshot(pilot), "title": "Meins"}
    save(space, {**snapshot(pilot), "title": "Ihres"}, expected_version=pilot.version)
    with pytest.raises(UnableToOverwrite) as caught:
        save(space, mine, expected_version=pilot.version)
    assert caught.value.current["title"] == "Ihres"
    assert Pilot.objects.get(key="garn").title == Text("Ihres")


def test_new_record_does_not_overwrite_an_existing_id(space: Space) -> None:
    with pytest.raises(UnableToOverwrite):
        save(space, {"id": "garn", "title": "Anderes"}, expected_version=0)


def test_draft_hides_its_parts_and_links(space: Space) -> None:
    pilot = set_visibility(record=Pilot.objects.get(key="garn"), visibility=Visibility.DRAFT, by=TESTER)
    assert JournalEntry.objects.order_by("-pk")[0].verb == "withdrawn"
    assert set(Node.objects.filter(part_of=pilot.node).values_list("visibility", flat=True)) == {"draft"}
    event = Node.objects.get(kind="event")
    seen = {str(node) for link in links_touching([event.pk], with_drafts=False) for node in (link.earlier, link.later)}
    assert seen == {"event:schau", "question:wozu", "person:ada"}
    set_visibility(record=pilot, visibility=Visibility.PUBLISHED, by=TESTER)
    assert set(Node.objects.filter(part_of=pilot.node).values_list("visibility", flat=True)) == {"published"}


def test_retired_record_is_never_linked(space: Space) -> None:
    set_visibility(record=Pilot.objects.get(key="garn"), visibility=Visibility.RETIRED, by=TESTER)
    event = Node.objects.get(kind="event")
    kinds = {
        node.kind
        for link in links_touching([event.pk], with_drafts=True)
        for node in (link.earlier, link.later)
        if node
    }
    assert "pilot" not in kinds
    assert JournalEntry.objects.order_by("-pk")[0].verb == Verb.RETIRED


def test_restore_brings_back_parts_and_links(space: Space) -> None:
    pilot = Pilot.objects.get(key="garn")
    was = snapshot(pilot)
    save(space, {"id": "garn", "title": "Leer"})
    assert Finding.objects.count() == 0
    created = JournalEntry.objects.get(kind="pilot", key="garn", verb="created")
    restored = restore_record(entry=created, by=TESTER)
    assert snapshot(restored) == was
    assert list(Finding.objects.order_by("position").values_list("key", flat=True)) == ["fund", "garn.findings-2"]
    assert JournalEntry.objects.order_by("-pk")[0].verb == "restored"


def test_links_made_by_hand_survive_an_edit_of_their_records(space: Space) -> None:
    pilot = Pilot.objects.get(key="garn")
    save(space, {**snapshot(pilot), "title": "Garn 2"})
    link = Link.objects.get(field="thread")
    assert (str(link.earlier), str(link.later)) == ("finding:fund", "measure:m1")


def test_adding_a_link_twice_makes_one(space: Space) -> None:
    statement = LinkStatement(("question", "wozu"), ("pilot", "garn"), LinkKind.ANSWERED_BY, source="seed")
    assert actions.add_link(space=space, statement=statement, by=TESTER) is True
    assert actions.add_link(space=space, statement=statement, by=TESTER) is False
    assert Link.objects.filter(field="thread").count() == 2
    assert JournalEntry.objects.filter(verb="linked").count() == 2
    removed = actions.remove_link(
        space=space, earlier=("question", "wozu"), later=("pilot", "garn"), kind=LinkKind.ANSWERED_BY, by=TESTER
    )
    assert removed is True
    assert Link.objects.filter(field="thread").count() == 1
    assert JournalEntry.objects.filter(verb="unlinked").count() == 1


def test_once_runs_an_effect_once() -> None:
    ran = []

    def effect() -> dict[str, int]:
        ran.append(1)
        return {"n": len(ran)}

    assert [once("k", effect), once("k", effect)] == [{"n": 1}, {"n": 1}]
    assert ran == [1]


def test_once_that_fails_may_be_tried_again() -> None:
    def fail() -> None:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        once("k", fail)
    assert not Once.objects.exists()


def test_failure_in_the_middle_stores_nothing(space: Space, monkeypatch: pytest.MonkeyPatch) -> None:
    before = current_edition(), JournalEntry.objects.count(), snapshot(Pilot.objects.get(key="garn"))

    def broken() -> None:
        raise OSError("disk")

    monkeypatch.setattr(actions, "raise_edition", broken)
    with pytest.raises(OSError, match="disk"):
        save(space, {"id": "garn", "title": "Halb"})
    monkeypatch.undo()
    assert (current_edition(), JournalEntry.objects.count(), snapshot(Pilot.objects.get(key="garn"))) == before


@pytest.mark.parametrize("count", [1, 5])
def test_links_touching_takes_a_fixed_number_of_queries(count: int, django_assert_num_queries: Any) -> None:
    bundle = small_bundle()
    bundle["pilots"][0]["partner_orgs"] = ["weberei", "atelier"]
    bundle["pilots"][0]["findings"] = [{"de": str(number), "supports": ["m1"]} for number in range(count)]
    bundle["thread"] = []
    create_programme(bundle)
    measure = Node.objects.get(kind="measure")
    with django_assert_num_queries(2):
        links = links_touching([measure.pk], with_drafts=False)
    assert len(links) == count


def test_links_that_go_with_a_part_are_journaled(space: Space) -> None:
    paper = record_models()["paper"]._default_manager.get(space=space, key="papier")
    save_record(spec=spec_of("paper"), raw={**snapshot(paper), "measures": []}, space=space, by=TESTER, why="neu")
    assert not Link.objects.filter(field="thread").exists()
    entry = JournalEntry.objects.get(verb="unlinked")
    assert (entry.kind, entry.key, entry.why) == ("finding", "fund", "neu")
    assert entry.before is not None
    assert entry.before["to"] == "measure:m1"


def test_a_deletion_that_fails_in_its_last_step_deletes_nothing(space: Space) -> None:
    before = current_edition(), Node.objects.count(), JournalEntry.objects.count(), Link.objects.count()
    nobody: Any = "nobody"
    with pytest.raises(ValueError, match="nobody"):
        delete_record(record=Pilot.objects.get(key="garn"), by=Actor(nobody, "Ada"))
    after = current_edition(), Node.objects.count(), JournalEntry.objects.count(), Link.objects.count()
    assert after == before
