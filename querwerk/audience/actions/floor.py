"""Questions from the floor: asked, voted for, moderated, answered, and kept with the event."""

import hashlib
import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from querwerk.audience.models import Floor, FloorItem, FloorQuestion, FloorVote
from querwerk.audience.rules import may_ask, may_vote
from querwerk.audience.states import QUESTION_MOVES, SEEN, QuestionState
from querwerk.core.actions import Actor, given_key, save_record, write_journal
from querwerk.core.codes import new_code
from querwerk.core.models import Space
from querwerk.core.queries import snapshot
from querwerk.core.states import Verb
from querwerk.core.text import Text
from querwerk.events.models import AgendaItem, Event
from querwerk.events.models.registrations import new_ticket
from querwerk.people.models import User


class UnableToAsk(Exception):
    """It cannot be asked, or voted for; the message says why."""


def journal(event: Event, *, by: Actor, after: Mapping[str, Any]) -> None:
    """Note what an organiser did; what people ask and say stands in no journal."""
    write_journal(
        by=by, verb=Verb.CHANGED, space_key=event.space.key,
        kind="audience", key=event.key, title=Text(event.title), before=None, after=dict(after),
    )  # fmt: skip


def create_floor(event: Event) -> Floor:
    """Return the floor of an event, made if it is new; nothing is open on it yet."""
    return Floor.objects.get_or_create(event=event)[0]


def touch(floor_id: int) -> None:
    """Tell the pages that show the floor that something is different."""
    Floor.objects.filter(pk=floor_id).update(version=F("version") + 1)


def queue_up(floor_id: int) -> None:
    """Wait for one's turn on a floor. Every write does so before it touches a question: two orders would wait for each other."""
    Floor.objects.select_for_update().get(pk=floor_id)


@transaction.atomic
def set_item(*, floor: Floor, item: AgendaItem | None, is_open: bool, is_moderated: bool, by: Actor) -> None:
    """Open or close the questions about a point of the agenda, or about the whole, and say whether they are moderated."""
    queue_up(floor.pk)
    values = {"is_open": is_open, "is_moderated": is_moderated}
    found = FloorItem.objects.filter(floor=floor, item=item)
    if found.filter(**values).exists():
        return
    if not found.update(**values):
        FloorItem.objects.create(floor=floor, item=item, **values)
    touch(floor.pk)
    journal(floor.event, by=by, after={"item": item.key if item else "", **values})


@transaction.atomic
def renew_links(*, floor: Floor, by: Actor) -> None:
    """Make new codes: the links and QR codes that went out lead nowhere from now on."""
    Floor.objects.filter(pk=floor.pk).update(code=new_ticket(), moderator_code=new_code(), version=F("version") + 1)
    journal(floor.event, by=by, after={"links": "new"})


@transaction.atomic
def ask(
    *, setting: FloorItem, words: str, name: str, may_name: bool, language: str, asker: str, client_id: uuid.UUID
) -> FloorQuestion:
    """Ask a question; sent twice, or asked twice by the same person in the same words, it is asked once.

    Raises :class:`UnableToAsk` where the point is closed.
    """
    said = " ".join(words.split())[:500]
    # The same question cannot be stored twice at the same moment, and how questions are taken is what it is now.
    queue_up(setting.floor_id)
    setting = FloorItem.objects.get(pk=setting.pk)
    same = FloorQuestion.objects.filter(floor=setting.floor_id)
    known = same.filter(client_id=client_id, asker=asker).first()
    known = (
        known or same.filter(asker=asker, item=setting.item_id, words=said).exclude(state=QuestionState.HIDDEN).first()
    )
    if known is not None:
        return known
    verdict = may_ask(is_open=setting.is_open)
    if not verdict:
        raise UnableToAsk(str(verdict.why))
    if FloorQuestion.objects.filter(client_id=client_id).exists():
        client_id = uuid.uuid4()  # somebody else's form: a copied page
    state = QuestionState.WAITING if setting.is_moderated else QuestionState.SHOWN
    made = FloorQuestion.objects.create(
        floor_id=setting.floor_id, item_id=setting.item_id, state=state, words=said, language=language,
        name=" ".join(name.split())[:100], may_name=may_name and bool(name.strip()), asker=asker, client_id=client_id,
    )  # fmt: skip
    touch(setting.floor_id)
    return made


def _current(question: FloorQuestion) -> FloorQuestion:
    queue_up(question.floor_id)
    return FloorQuestion.objects.get(pk=question.pk)


@transaction.atomic
def vote(*, question: FloorQuestion, voter: str, is_wanted: bool) -> bool:
    """Vote for a question, or take the vote back; a second click changes nothing. Raises :class:`UnableToAsk`."""
    current = _current(question)
    verdict = may_vote(is_shown=current.state == QuestionState.SHOWN, is_own=current.asker == voter)
    if not verdict:
        raise UnableToAsk(str(verdict.why))
    if is_wanted:
        try:
            with transaction.atomic():
                FloorVote.objects.create(question=current, voter=voter)
        except IntegrityError:
            return False
    elif not FloorVote.objects.filter(question=current, voter=voter).delete()[0]:
        return False
    FloorQuestion.objects.filter(pk=current.pk).update(votes=F("votes") + (1 if is_wanted else -1))
    touch(current.floor_id)
    return True


@transaction.atomic
def move(*, question: FloorQuestion, state: QuestionState) -> bool:
    """Let a question through, hide it, or call it answered; false where it cannot move there, or is there already."""
    current = _current(question)
    if state not in QUESTION_MOVES[QuestionState(current.state)]:
        return False
    current.state = state
    if state != QuestionState.SHOWN:
        current.is_on_stage = False
    current.answered_at = timezone.now() if state == QuestionState.ANSWERED else None
    current.save(update_fields=["state", "is_on_stage", "answered_at"])
    touch(current.floor_id)
    return True


@transaction.atomic
def put_on_stage(*, question: FloorQuestion, is_on: bool) -> None:
    """Show one question large on the screen, in the place of the one before."""
    queue_up(question.floor_id)
    FloorQuestion.objects.filter(floor=question.floor_id, is_on_stage=True).update(is_on_stage=False)
    if is_on:
        FloorQuestion.objects.filter(pk=question.pk, state__in=SEEN).update(is_on_stage=True)
    touch(question.floor_id)


class UnableToOverwriteAnswer(Exception):
    """Somebody else has written, or taken away, the answer since the form was opened."""

    def __init__(self, words: str, by: str, at: datetime | None) -> None:
        """Say what they wrote, when, and who: nobody's name where they moderate without an account, or it is gone."""
        super().__init__(words)
        self.words, self.by, self.at = words, by, at


def sum_of(words: str) -> str:
    """Return by what a form knows again the answer that it was opened with; nothing for none."""
    return hashlib.sha256(words.encode()).hexdigest()[:16] if words else ""


@transaction.atomic
def write_answer(
    *, question: FloorQuestion, language: str, words: str, by: User | None = None, expected: str | None = None
) -> None:
    """Answer in writing, in one language; with an answer the question counts as answered.

    ``expected`` is the sum of the answer that is to be written over, none: whatever stands there. Raises
    :class:`UnableToOverwriteAnswer` where another one stands there by now; the same words once more change nothing.
    """
    current = _current(question)
    there = current.answer.get(language) or ""
    if expected is not None and words != there and expected != sum_of(there):
        mark = current.answer_marks.get(language, {})
        account = User.objects.filter(pk=mark.get("by")).first()
        written_at = datetime.fromisoformat(mark["at"]) if mark.get("at") else None
        raise UnableToOverwriteAnswer(there, account.name if account is not None else "", written_at)
    if words != there:
        said = {code: text for code, text in current.answer.items() if code != language}
        current.answer = Text({**said, language: words} if words else said)
        # Where the marks of an event were deleted already, nothing would delete this one.
        is_kept = by is not None and Floor.objects.filter(pk=current.floor_id, forgotten_at__isnull=True).exists()
        mark = {"by": by.pk if is_kept and by is not None else None, "at": timezone.now().isoformat()}
        current.answer_marks = {**current.answer_marks, language: mark}
        current.save(update_fields=["answer", "answer_marks"])
        touch(current.floor_id)
    if words:
        move(question=current, state=QuestionState.ANSWERED)


# --- What stays --------------------------------------------------------------


@transaction.atomic
def keep_questions(*, event: Event, questions: Sequence[FloorQuestion], guiding: Sequence[str], by: Actor) -> int:
    """Take questions with their answers into the documentation of the event; return how many are new.

    A name goes with a question only where its owner said that it may. ``guiding``: keys of the guiding questions that they answer.
    """
    # Whoever saves the event waits for the programme first and for the questions at its points then.
    Space.objects.select_for_update().get(pk=event.space_id)
    for floor_id in {row.floor_id for row in questions}:
        queue_up(floor_id)
    wanted = FloorQuestion.objects.filter(pk__in=[row.pk for row in questions], kept_at__isnull=True)
    rows = list(wanted.exclude(state=QuestionState.HIDDEN).order_by("pk"))
    if not rows:
        return 0
    items = dict(AgendaItem.objects.filter(event=event.pk).values_list("pk", "key"))
    current = Event.objects.select_related("node", "space").get(pk=event.pk)
    raw = snapshot(current)
    raw["contributions"] = [*(raw.get("contributions") or []), *(_contribution(row, items, guiding) for row in rows)]
    save_record(
        spec=Event.SPEC,
        raw=raw,
        space=current.space,
        by=by,
        expected_version=current.version,
        fallback_key=given_key(current),
    )
    wanted.filter(pk__in=[row.pk for row in rows]).update(kept_at=timezone.now())
    touch(rows[0].floor_id)
    return len(rows)


def key_of(question: FloorQuestion) -> str:
    """Return under which key a question stands in the documentation."""
    return f"floor-{question.client_id.hex[:12]}"


def _contribution(question: FloorQuestion, items: Mapping[int, str], guiding: Sequence[str]) -> dict[str, Any]:
    said = {
        "id": key_of(question),
        f"said_{question.language}": question.words,
        **{f"answer_{code}": words for code, words in question.answer.items() if words},
        "by": question.name if question.may_name else "",
        "item": items.get(question.item_id or 0, ""),
        "guiding_questions": list(guiding),
    }
    return {name: value for name, value in said.items() if value}
