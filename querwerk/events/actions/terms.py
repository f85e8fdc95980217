"""The terms of an event: when and how one registers, how many places there are, and the organiser's own questions."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from querwerk.core.actions import Actor, raise_edition, write_journal
from querwerk.core.states import Verb
from querwerk.core.text import Text
from querwerk.events.actions.announcing import remember_told
from querwerk.events.actions.places import lock_contingents, promote
from querwerk.events.models import Contingent, Event, Question, Terms
from querwerk.events.states import Attendance, Occasion


class UnableToDelete(Exception):
    """The question cannot be deleted; the message says why."""


class UnableToOverwriteTerms(Exception):
    """Somebody else changed the terms since they were read."""


class UnableToChangePlaces(Exception):
    """The number of places cannot be like this; the message says why."""


@dataclass(frozen=True, slots=True)
class Places:
    """How many places there are in one form; ``None`` for as many as want to come."""

    attendance: Attendance
    capacity: int | None


@transaction.atomic
def save_terms(
    *, event: Event, values: Mapping[str, Any], places: Sequence[Places], by: Actor, expected_version: int
) -> Terms:
    """Store the terms and the places of each form; new places go to who waits.

    Raises :class:`UnableToOverwriteTerms` and :class:`UnableToChangePlaces`.
    """
    terms = Terms.objects.select_for_update().filter(event=event).first()
    if (terms.version if terms else 0) != expected_version:
        raise UnableToOverwriteTerms
    before = _stated(terms) if terms else None
    is_new = terms is None
    if terms is None:
        terms = Terms(event=event, version=0)
    for name, value in values.items():
        setattr(terms, name, value)
    terms.version += 1
    terms.save()
    _save_places(terms, places)
    if is_new:
        remember_told(terms)
    _journal(event, by=by, before=before, after=_stated(terms))
    raise_edition()
    return terms


def _save_places(terms: Terms, places: Sequence[Places]) -> None:
    whole = {row.attendance: row.pk for row in terms.contingents.filter(begins_at__isnull=True)}
    current = lock_contingents(whole.values())
    for wanted in places:
        pk = whole.get(wanted.attendance)
        if pk is None:
            Contingent.objects.create(terms=terms, attendance=wanted.attendance, capacity=wanted.capacity)
        else:
            set_capacity(current[pk], wanted.capacity)
    for attendance in whole.keys() - {wanted.attendance for wanted in places}:
        remove_contingent(current[whole[attendance]])


def set_capacity(contingent: Contingent, capacity: int | None) -> None:
    """Change the number of places of a locked contingent; places more go to who waits."""
    if capacity is not None and capacity < contingent.taken:
        raise UnableToChangePlaces(
            _("%(taken)s places are taken or offered already. Cancel some first, or enter at least that many.")
            % {"taken": contingent.taken}
        )
    contingent.capacity, contingent.is_closed = capacity, False
    contingent.save(update_fields=["capacity", "is_closed"])
    promote(contingent)


def remove_contingent(contingent: Contingent) -> None:
    """Take a contingent out of the form; it is deleted where nobody ever wanted it."""
    if contingent.registrations.exists():
        contingent.is_closed = True
        contingent.save(update_fields=["is_closed"])
    else:
        contingent.delete()


@dataclass(frozen=True, slots=True)
class Slot:
    """A time of a visit."""

    begins_at: datetime
    ends_at: datetime


@transaction.atomic
def add_slots(*, terms: Terms, slots: Iterable[Slot], capacity: int, by: Actor) -> int:
    """Add times of visits; what is there already stays as it is. Return how many are new."""
    have = set(terms.contingents.filter(begins_at__isnull=False).values_list("begins_at", flat=True))
    new = [
        Contingent(terms=terms, begins_at=slot.begins_at, ends_at=slot.ends_at, capacity=capacity)
        for slot in slots
        if slot.begins_at not in have
    ]
    Contingent.objects.bulk_create(new)
    _journal(terms.event, by=by, before=None, after={"slots": len(new)})
    return len(new)


@transaction.atomic
def change_slot(*, contingent: Contingent, capacity: int | None, is_open: bool, by: Actor) -> None:
    """Change the places of one time, or take it out of the form."""
    current = lock_contingents([contingent.pk])[contingent.pk]
    if is_open:
        set_capacity(current, capacity)
    else:
        remove_contingent(current)
    _journal(current.terms.event, by=by, before=None, after={"places": capacity, "is_open": is_open})


# --- Questions ---------------------------------------------------------------


@transaction.atomic
def save_question(
    *,
    terms: Terms,
    question: Question | None,
    values: Mapping[str, Any],
    by: Actor,
    occasion: Occasion = Occasion.REGISTRATION,
) -> Question:
    """Store a question; a new one comes last in the form of its occasion."""
    Terms.objects.select_for_update().get(pk=terms.pk)
    if question is None:
        question = Question(terms=terms, position=terms.questions.filter(occasion=occasion).count(), occasion=occasion)
    for name, value in values.items():
        setattr(question, name, value)
    question.save()
    _journal(terms.event, by=by, before=None, after={"question": dict(question.label)})
    return question


@transaction.atomic
def delete_question(*, question: Question, by: Actor) -> None:
    """Delete a question; one that somebody has answered stays, and so do the answers. Raises :class:`UnableToDelete`."""
    terms, occasion = question.terms, question.occasion
    Terms.objects.select_for_update().get(pk=terms.pk)
    if Question.objects.filter(pk=question.pk).filter(Q(answers__isnull=False) | Q(is_answered=True)).exists():
        raise UnableToDelete(_("This question has been answered already."))
    before = {"question": dict(question.label)}
    question.delete()
    _renumber(terms, list(terms.questions.filter(occasion=occasion).order_by("position", "pk")))
    _journal(terms.event, by=by, before=before, after=None)


@transaction.atomic
def move_question(*, question: Question, by_places: int) -> None:
    """Move a question up or down."""
    Terms.objects.select_for_update().get(pk=question.terms_id)
    rows = list(question.terms.questions.filter(occasion=question.occasion).order_by("position", "pk"))
    place = next(number for number, row in enumerate(rows) if row.pk == question.pk)
    rows.insert(max(0, min(len(rows) - 1, place + by_places)), rows.pop(place))
    _renumber(question.terms, rows)


def _renumber(terms: Terms, rows: Sequence[Question]) -> None:
    for position, row in enumerate(rows):
        Question.objects.filter(pk=row.pk, terms=terms).update(position=position)


def _stated(terms: Terms) -> dict[str, Any]:
    names = ("mode", "accept_hours", "remind_days", "keep_days", "asks_networking", "asks_needs", "asks_photo")
    stated: dict[str, Any] = {name: getattr(terms, name) for name in names}
    for name in ("opens_at", "closes_at"):
        at = getattr(terms, name)
        stated[name] = at.isoformat() if at else None
    for row in terms.contingents.filter(begins_at__isnull=True).order_by("attendance"):
        stated[f"places_{row.attendance}"] = None if row.is_closed else row.capacity
    return stated


def _journal(event: Event, *, by: Actor, before: dict[str, Any] | None, after: dict[str, Any] | None) -> None:
    write_journal(
        by=by, verb=Verb.CHANGED if before else Verb.CREATED,
        space_key=event.space.key, kind="registration_terms", key=event.key, title=Text(event.title), before=before,
        after=after,
    )  # fmt: skip
