"""Gives out and forgets what ties people to questions, votes and sheets; what was said stays without them."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from querwerk.audience import rules
from querwerk.audience.actions.feedback import mark_of
from querwerk.audience.actions.floor import key_of, queue_up, touch
from querwerk.audience.marks import mark_of_registration
from querwerk.audience.models import FeedbackBox, Floor, FloorQuestion, FloorVote, Thanks
from querwerk.audience.states import SEEN
from querwerk.core.actions import Actor, given_key, save_record
from querwerk.core.models import JournalEntry
from querwerk.core.queries import snapshot
from querwerk.events.models import Event, Registration, Terms
from querwerk.events.rules import ending_of
from querwerk.people.models import User


def data_of(registration: Registration) -> dict[str, Any]:
    """Return what is stored about somebody's questions, votes and feedback, fit for JSON; nothing for who did nothing."""
    floor = Floor.objects.filter(event=registration.terms.event_id).first()
    box = FeedbackBox.objects.filter(terms=registration.terms_id).first()
    has_answered = box is not None and mark_of(registration) in box.used
    mark = mark_of_registration(floor.pk, registration) if floor is not None else ""
    asked = FloorQuestion.objects.filter(floor=floor, asker=mark).order_by("pk") if mark else []
    questions = [
        {"question": row.words, "name": row.name, "may_name": row.may_name, "at": row.created_at.isoformat()}
        for row in asked
    ]
    votes = FloorVote.objects.filter(question__floor=floor, voter=mark).count() if mark else 0
    if not (questions or votes or has_answered):
        return {}
    return {"questions": questions, "votes": votes, "has_given_feedback": has_answered}


@transaction.atomic
def forget(registration: Registration) -> None:
    """Take somebody's marks away: their questions stand there without them, their votes count on.

    By time a name stays where its owner agreed to be named; at their own request it goes, in the documentation, too.
    """
    floor = Floor.objects.filter(event=registration.terms.event_id).first()
    if floor is not None:
        mark = mark_of_registration(floor.pk, registration)
        asked = FloorQuestion.objects.filter(floor=floor, asker=mark)
        is_asked_for = registration.terms.forgotten_at is None
        if is_asked_for:
            _withdraw_names(registration.terms.event_id, [key_of(row) for row in asked if row.may_name and row.kept_at])
        queue_up(floor.pk)
        if is_asked_for:
            asked.update(may_name=False)
        _unsigned(asked)
        FloorVote.objects.filter(question__floor=floor, voter=mark).delete()
        touch(floor.pk)
    box = FeedbackBox.objects.select_for_update().filter(terms=registration.terms_id).first()
    if box is not None and (mark := mark_of(registration)) in box.used:
        box.used = [one for one in box.used if one != mark]
        box.save(update_fields=["used"])


def _withdraw_names(event_id: int, keys: Collection[str]) -> None:
    """Take names out of what documents an event, and out of what the journal tells about that."""
    if not keys:
        return
    event = Event.objects.select_related("node", "space").get(pk=event_id)
    raw = _without_names(snapshot(event), keys)
    save_record(spec=Event.SPEC, raw=raw, space=event.space, by=Actor(None, ""), fallback_key=given_key(event))
    for entry in JournalEntry.objects.filter(space_key=event.space.key, kind="event", key=event.key):
        entry.before, entry.after = (
            _without_names(said, keys) if said else said for said in (entry.before, entry.after)
        )
        entry.save(update_fields=["before", "after"])


def _without_names(raw: dict[str, Any], keys: Collection[str]) -> dict[str, Any]:
    said = raw.get("contributions")
    if not said:
        return raw
    unnamed = [
        {name: value for name, value in row.items() if name != "by" or row.get("id") not in keys} for row in said
    ]
    return {**raw, "contributions": unnamed}


def _unsigned(questions: Any) -> None:
    questions.filter(may_name=False).update(name="")
    questions.update(asker="")


def forget_by_time(now: datetime) -> int:
    """Delete the marks of who asked and voted, and what nobody was shown, after the organiser's period; return how many events."""
    forgotten = 0
    # Who asks or votes after that, because nobody has closed the floor, leaves a mark again.
    tied = Q(forgotten_at__isnull=True) | Q(questions__asker__gt="") | Q(questions__cast__isnull=False)
    for floor in Floor.objects.filter(tied).distinct().select_related("event").order_by("pk"):
        end = ending_of(floor.event)
        terms = Terms.objects.filter(event=floor.event_id).first()
        days = terms.keep_days if terms is not None else rules.KEPT_DAYS
        if end is not None and end + timedelta(days=days) <= now:
            forget_floor(floor, now)
            forgotten += 1
    return forgotten


def forget_sender(user: User) -> None:
    """Take the name of an account that is being deleted off the mails that it sent; one that two accounts share tells neither."""
    is_shared = bool(user.name) and User.objects.filter(name=user.name).exclude(pk=user.pk).exists()
    if not is_shared:
        Thanks.objects.filter(sent_by=user.display_name[:200]).update(sent_by="")


@transaction.atomic
def forget_floor(floor: Floor, now: datetime | None = None) -> None:
    """Keep what was shown and answered, with names only of who agreed; everything else goes."""
    queue_up(floor.pk)
    questions = FloorQuestion.objects.filter(floor=floor)
    questions.exclude(state__in=SEEN).delete()
    _unsigned(questions)
    questions.update(answer_marks={})
    FloorVote.objects.filter(question__floor=floor).delete()
    Floor.objects.filter(pk=floor.pk).update(forgotten_at=now or timezone.now())
    touch(floor.pk)
