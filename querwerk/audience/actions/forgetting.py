"""Gives out and forgets what ties people to questions, votes and sheets; what was said stays without them."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from querwerk.audience import rules
from querwerk.audience.actions.feedback import mark_of
from querwerk.audience.marks import mark_of_registration
from querwerk.audience.models import FeedbackBox, Floor, FloorQuestion, FloorVote
from querwerk.audience.states import SEEN
from querwerk.events.models import Registration, Terms
from querwerk.events.rules import ending_of


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
    """Take somebody's marks away: their questions stand there without a name, their votes count on."""
    floor = Floor.objects.filter(event=registration.terms.event_id).first()
    if floor is not None:
        mark = mark_of_registration(floor.pk, registration)
        _unsigned(FloorQuestion.objects.filter(floor=floor, asker=mark))
        FloorVote.objects.filter(question__floor=floor, voter=mark).delete()
    box = FeedbackBox.objects.select_for_update().filter(terms=registration.terms_id).first()
    if box is not None and (mark := mark_of(registration)) in box.used:
        box.used = [one for one in box.used if one != mark]
        box.save(update_fields=["used"])


def _unsigned(questions: Any) -> None:
    questions.filter(may_name=False).update(name="")
    questions.update(asker="")


def forget_by_time(now: datetime) -> int:
    """Delete the marks of who asked and voted, and what nobody was shown, after the organiser's period; return how many events."""
    forgotten = 0
    for floor in Floor.objects.filter(forgotten_at__isnull=True).select_related("event").order_by("pk"):
        end = ending_of(floor.event)
        terms = Terms.objects.filter(event=floor.event_id).first()
        days = terms.keep_days if terms is not None else rules.KEPT_DAYS
        if end is not None and end + timedelta(days=days) <= now:
            forget_floor(floor, now)
            forgotten += 1
    return forgotten


@transaction.atomic
def forget_floor(floor: Floor, now: datetime | None = None) -> None:
    """Keep what was shown and answered, with names only of who agreed; everything else goes."""
    questions = FloorQuestion.objects.filter(floor=floor)
    questions.exclude(state__in=SEEN).delete()
    _unsigned(questions)
    FloorVote.objects.filter(question__floor=floor).delete()
    Floor.objects.filter(pk=floor.pk).update(forgotten_at=now or timezone.now())
