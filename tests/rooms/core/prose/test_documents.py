"""Documents: written block by block, published, withdrawn, restored, translated."""

import re
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from querwerk.core.actions import Actor
from querwerk.core.models import JournalEntry, Node
from querwerk.core.prose import actions
from querwerk.core.prose.actions import UnableToPublish, create_document, publish_document, save_patch
from querwerk.core.prose.blocks import content_hash
from querwerk.core.prose.models import Clash, Document, Version
from querwerk.core.prose.patch import Patch, Put, read_patch
from querwerk.core.prose.queries import clashes_of, head_of, public_text, public_words
from querwerk.core.queries import current_edition
from tests.factories.programmes import create_programme
from tests.rooms.core.prose.test_patch import A, B, C, paragraph

pytestmark = pytest.mark.django_db

ADA, BOB = Actor(1, "Ada"), Actor(2, "Bob")


@pytest.fixture
def document() -> Document:
    create_programme()
    return create_document(node=Node.objects.get(kind="newsflash"), role="body", language="de", by=ADA)


def write(document: Document, *blocks: dict[str, Any], by: Actor = ADA, sitting: str = "s", base: int = 0) -> Any:
    after, put = "", []
    for block in blocks:
        put.append(Put(block, after=after))
        after = block["key"]
    return save_patch(document=document, patch=Patch(base, tuple(put)), by=by, sitting=sitting)


def said(document: Document) -> list[str]:
    document.refresh_from_db()
    return [block["html"] for block in head_of(document).body["blocks"]]


def test_a_document_is_begun_once(document: Document) -> None:
    again = create_document(node=document.node, role="body", language="de", by=BOB)
    assert again.pk == document.pk
    assert Version.objects.count() == 1


def test_one_sitting_makes_one_version(document: Document) -> None:
    write(document, paragraph(A, "E"))
    write(document, paragraph(A, "Eins"))
    document.refresh_from_db()
    assert (document.head_number, document.revision) == (1, 2)
    assert said(document) == ["Eins"]


def test_a_pause_or_another_person_begins_a_new_version(document: Document) -> None:
    write(document, paragraph(A, "Eins"))
    document.versions.update(saved_at=timezone.now() - timedelta(hours=1))
    write(document, paragraph(A, "Zwei"), base=1)
    write(document, paragraph(B, "Drei"), by=BOB, sitting="b", base=2)
    found = [(v.number, v.names, [b["html"] for b in v.body["blocks"]]) for v in document.versions.order_by("number")]
    assert found == [(1, "Ada", ["Eins"]), (2, "Ada", ["Zwei"]), (3, "Bob", ["Drei", "Zwei"])]


def test_people_who_write_together_share_a_version(document: Document) -> None:
    actions.note_presence(document=document, sitting="a", by=ADA)
    write(document, paragraph(A, "Eins"), sitting="a")
    write(document, paragraph(B, "Zwei"), by=BOB, sitting="b", base=1)
    write(document, paragraph(A, "Eins!"), sitting="a", base=2)
    assert [(v.number, v.names) for v in document.versions.order_by("number")] == [(1, "Ada, Bob")]


def test_two_in_one_block_clash_until_somebody_chooses(document: Document) -> None:
    write(document, paragraph(A, "Eins"))
    write(document, paragraph(A, "Ada"), sitting="a", base=1)
    saved = write(document, paragraph(A, "Bob"), by=BOB, sitting="b", base=1)
    assert saved.clashes == (A,)
    assert said(document) == ["Ada"]
    (clash,) = clashes_of(document)
    assert (clash.block, clash.by_name) == (paragraph(A, "Bob"), "Bob")
    write(document, paragraph(A, "Bobs"), by=BOB, sitting="b", base=1)
    assert Clash.objects.count() == 1


@pytest.mark.parametrize(
    ("takes", "expected"), [("theirs", ["Ada", "Rest"]), ("mine", ["Bob", "Rest"]), ("both", ["Ada", "Bob", "Rest"])]
)
def test_a_clash_ends_as_chosen(document: Document, takes: str, expected: list[str]) -> None:
    write(document, paragraph(A, "Eins"), paragraph(B, "Rest"))
    write(document, paragraph(A, "Ada"), sitting="a", base=1)
    write(document, paragraph(A, "Bob"), by=BOB, sitting="b", base=1)
    actions.resolve_clash(clash=Clash.objects.get(), takes=takes, by=BOB)
    assert said(document) == expected
    assert Clash.objects.count() == 0


def test_publishing_shows_a_version_and_writing_on_does_not(document: Document) -> None:
    write(document, paragraph(A, "Eins"))
    before = current_edition()
    publish_document(document=document, by=ADA)
    published = current_edition()
    assert published > before
    write(document, paragraph(A, "Zwei"), base=1)
    assert current_edition() == published
    shown = public_text(document.node_id, "body", "en")
    assert shown is not None
    assert (shown.language, shown.pieces, shown.number) == ("de", [f'<p id="b-{A}">Eins</p>'], 1)
    assert public_words([document.node_id]) == {document.node_id: {"de": ["Eins"]}}
    document.refresh_from_db()
    publish_document(document=document, by=ADA)
    newer = public_text(document.node_id, "body", "de")
    assert newer is not None
    assert newer.pieces == [f'<p id="b-{A}">Zwei</p>']


def test_publishing_twice_changes_nothing_more(document: Document) -> None:
    write(document, paragraph(A, "Eins"))
    publish_document(document=document, by=ADA)
    before = current_edition(), JournalEntry.objects.count()
    publish_document(document=document, by=ADA)
    assert (current_edition(), JournalEntry.objects.count()) == before


def test_an_empty_text_is_not_published(document: Document) -> None:
    with pytest.raises(UnableToPublish):
        publish_document(document=document, by=ADA)


def test_a_scheduled_text_becomes_public_at_its_hour(document: Document) -> None:
    write(document, paragraph(A, "Eins"))
    publish_document(document=document, by=ADA, at=timezone.now() + timedelta(hours=1))
    document.refresh_from_db()
    assert document.state == "scheduled"
    assert public_text(document.node_id, "body", "de") is None
    assert public_words([document.node_id]) == {}
    assert [job.run_after for job in DBTaskResult.objects.filter(task_path__endswith="publish_documents_due")] == [
        document.public_from
    ]
    Document.objects.update(public_from=timezone.now() - timedelta(seconds=1))
    # The hour has come, whether or not the worker runs.
    assert public_text(document.node_id, "body", "de") is not None
    before = current_edition()
    assert actions.publish_due() == 1
    published = current_edition()
    assert published > before
    assert (actions.publish_due(), current_edition()) == (0, published)
    document.refresh_from_db()
    assert document.state == "published"


@pytest.fixture
def waiting(document: Document) -> Document:
    """A text of which the public reads version 1, and version 2 waits for its hour."""
    write(document, paragraph(A, "Eins"))
    publish_document(document=document, by=ADA)
    write(document, paragraph(A, "Zwei"), base=1)
    return publish_document(document=document, by=ADA, at=timezone.now() + timedelta(hours=1))


def read(document: Document) -> tuple[int, str] | None:
    """What a stranger reads."""
    text = public_text(document.node_id, "body", "de")
    return (text.number, re.sub("<[^>]+>", "", "".join(map(str, text.pieces)))) if text is not None else None


def test_the_public_reads_the_old_version_until_the_hour_of_the_newer_one(waiting: Document) -> None:
    assert (waiting.state, waiting.public_number, waiting.next_number) == ("published", 1, 2)
    assert [job.run_after for job in DBTaskResult.objects.filter(task_path__endswith="publish_documents_due")] == [
        waiting.next_from
    ]
    assert read(waiting) == (1, "Eins")
    assert (actions.publish_due(), read(waiting)) == (0, (1, "Eins"))
    # What is written meanwhile does not slip in.
    write(waiting, paragraph(A, "Drei"), base=2)
    hour = timezone.now() - timedelta(seconds=1)
    Document.objects.update(next_from=hour)
    assert read(waiting) == (2, "Zwei")  # whether or not the worker runs
    before = current_edition()
    assert actions.publish_due() == 1
    published = current_edition()
    assert published > before
    assert (actions.publish_due(), current_edition()) == (0, published)
    waiting.refresh_from_db()
    assert (waiting.public_number, waiting.public_from, waiting.next_number, waiting.next_from) == (2, hour, None, None)
    assert (read(waiting), public_words([waiting.node_id])) == ((2, "Zwei"), {waiting.node_id: {"de": ["Zwei"]}})


def test_the_hour_of_a_newer_version_can_be_moved_and_taken_back(waiting: Document) -> None:
    later = timezone.now() + timedelta(hours=5)
    assert publish_document(document=waiting, by=ADA, at=later).next_from == later
    cancelled = actions.cancel_next(document=waiting, by=ADA)
    assert (cancelled.state, cancelled.next_number, read(waiting)) == ("published", None, (1, "Eins"))
    assert actions.publish_due() == 0


def test_publishing_at_once_or_withdrawing_ends_the_waiting(waiting: Document) -> None:
    assert (publish_document(document=waiting, by=ADA).next_number, read(waiting)) == (None, (2, "Zwei"))
    write(waiting, paragraph(A, "Drei"), base=2)
    publish_document(document=waiting, by=ADA, at=timezone.now() + timedelta(hours=1))
    withdrawn = actions.withdraw_document(document=waiting, by=ADA)
    assert (withdrawn.state, withdrawn.next_number, read(waiting)) == ("withdrawn", None, None)


def test_what_the_public_reads_needs_no_hour(document: Document) -> None:
    write(document, paragraph(A, "Eins"))
    publish_document(document=document, by=ADA)
    with pytest.raises(UnableToPublish):
        publish_document(document=document, by=ADA, at=timezone.now() + timedelta(hours=1))


def test_withdrawing_takes_it_away_and_it_can_come_back(document: Document) -> None:
    write(document, paragraph(A, "Eins"))
    publish_document(document=document, by=ADA)
    actions.withdraw_document(document=document, by=ADA, why="falsch")
    actions.withdraw_document(document=document, by=ADA, why="falsch")
    assert public_text(document.node_id, "body", "de") is None
    document.refresh_from_db()
    assert document.state == "withdrawn"
    publish_document(document=document, by=ADA)
    assert public_text(document.node_id, "body", "de") is not None
    assert [entry.verb for entry in JournalEntry.objects.filter(kind="newsflash").order_by("pk")][-3:] == [
        "published",
        "withdrawn",
        "published",
    ]


def test_taking_the_hour_from_a_scheduled_text_makes_it_a_draft(document: Document) -> None:
    write(document, paragraph(A, "Eins"))
    publish_document(document=document, by=ADA, at=timezone.now() + timedelta(hours=1))
    actions.withdraw_document(document=document, by=ADA)
    document.refresh_from_db()
    assert document.state == "draft"


def test_an_earlier_version_comes_back_as_the_newest(document: Document) -> None:
    write(document, paragraph(A, "Eins"))
    publish_document(document=document, by=ADA)
    write(document, paragraph(A, "Zwei"), base=1)
    document.refresh_from_db()
    actions.restore_version(document=document, number=1, by=BOB)
    document.refresh_from_db()
    assert said(document) == ["Eins"]
    assert [(v.number, v.origin) for v in document.versions.order_by("number")] == [
        (1, "written"),
        (2, "written"),
        (3, "restored"),
    ]
    actions.restore_version(document=document, number=1, by=BOB)
    assert document.versions.count() == 3


def test_whoever_wrote_before_a_restoration_is_told(document: Document) -> None:
    write(document, paragraph(A, "Eins"), sitting="a")
    publish_document(document=document, by=ADA)
    write(document, paragraph(A, "Zwei"), sitting="a", base=1)
    document.refresh_from_db()
    actions.restore_version(document=document, number=1, by=BOB)
    assert write(document, paragraph(A, "Zwei!"), sitting="a", base=2).clashes == (A,)


def test_html_is_cleaned_whatever_the_door(document: Document) -> None:
    hostile = {"type": "paragraph", "key": A, "html": 'a<img src=x onerror="alert(1)"><script>b</script>'}
    save_patch(document=document, patch=read_patch({"base": 0, "put": [{"block": hostile}]}), by=ADA, sitting="s")
    assert said(document) == ["a"]
    actions.replace_body(document=document, body={"blocks": [hostile, {**hostile, "key": B}]}, by=ADA)
    assert said(document) == ["a", "a"]


def test_a_translation_remembers_what_it_translates(document: Document) -> None:
    write(document, paragraph(A, "Eins"), paragraph(B, "Zwei"))
    publish_document(document=document, by=ADA)
    english = create_document(node=document.node, role="body", language="en", by=BOB, source_language="de")
    assert said(english) == ["", ""]
    with pytest.raises(UnableToPublish):
        publish_document(document=english, by=BOB)
    put = Put(paragraph(A, "One"), translates=actions.basis_for(paragraph(A, "Eins")))
    save_patch(document=english, patch=Patch(0, (put,)), by=BOB, sitting="b")
    english.refresh_from_db()
    assert english.basis == {A: [A, content_hash(paragraph(A, "Eins"))]}
    publish_document(document=english, by=BOB, accepts_gaps=True)
    shown = public_text(document.node_id, "body", "en")
    assert shown is not None
    assert (shown.language, shown.gaps, shown.other_languages) == ("en", 1, ("de",))


def test_a_newer_source_marks_its_translations(document: Document) -> None:
    write(document, paragraph(A, "Eins"))
    publish_document(document=document, by=ADA)
    english = create_document(node=document.node, role="body", language="en", by=BOB, source_language="de")
    put = Put(paragraph(A, "One"), translates=actions.basis_for(paragraph(A, "Eins")))
    save_patch(document=english, patch=Patch(0, (put,)), by=BOB, sitting="b")
    publish_document(document=english, by=BOB)
    document.refresh_from_db()
    write(document, paragraph(A, "Eins, neu"), base=1)
    publish_document(document=document, by=ADA)
    english.refresh_from_db()
    assert english.public_gaps == 1
    actions.mark_translated(document=english, key=A, source_key=A, mark=content_hash(paragraph(A, "Eins, neu")))
    publish_document(document=document, by=ADA)
    english.refresh_from_db()
    assert english.basis[A][1] == content_hash(paragraph(A, "Eins, neu"))


def test_an_erased_author_is_forgotten_everywhere(document: Document) -> None:
    write(document, paragraph(A, "Eins"), sitting="a")
    note = {"key": C, "kind": "comment", "html": "Hm", "author": "Ada", "at": ""}
    save_patch(document=document, patch=Patch(1, notes=(note,)), by=ADA, sitting="a")
    write(document, paragraph(A, "Bob"), by=BOB, sitting="b", base=0)
    actions.note_presence(document=document, sitting="a", by=ADA)
    actions.forget_author(user_id=1, instead="erased account")
    document.refresh_from_db()
    head = head_of(document)
    assert "Ada" not in str([head.authors, head.body])
    assert {stamp[3] for stamp in document.stamps.values()} == {None}
    actions.forget_author(user_id=2, instead="erased account")
    assert Clash.objects.get().by_name == "erased account"


def test_a_text_is_fetched_once_and_a_newer_one_at_once(document: Document) -> None:
    write(document, paragraph(A, "Eins"))
    publish_document(document=document, by=ADA)
    recorded: AbstractContextManager[CaptureQueriesContext] = CaptureQueriesContext(connection)
    with recorded as captured:
        first = public_text(document.node_id, "body", "de")
        assert (len(captured), public_text(document.node_id, "body", "de"), len(captured)) == (2, first, 3)
    document.refresh_from_db()
    actions.withdraw_document(document=document, by=ADA)
    assert public_text(document.node_id, "body", "de") is None
