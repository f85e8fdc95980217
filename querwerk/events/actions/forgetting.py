"""Forgets what was promised to be forgotten: by time, at the organiser's period, and at somebody's own request."""

from collections import Counter, defaultdict
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from querwerk.core.codes import address_hash
from querwerk.events import rules
from querwerk.events.actions.letters import write_letters
from querwerk.events.actions.places import begins_at, locked, move, promote
from querwerk.events.models import (
    Answer,
    Consent,
    DoorEntry,
    Invitation,
    Letter,
    Message,
    Needs,
    Registration,
    Terms,
)
from querwerk.events.signals import registration_forgotten, registration_told
from querwerk.events.states import COUNTABLE, ENDED, LetterKind, RegistrationState


def forget_unconfirmed(now: datetime) -> int:
    """Delete registrations whose address nobody confirmed in time."""
    limit = now - rules.UNCONFIRMED_LASTS
    old = Registration.objects.filter(state=RegistrationState.UNCONFIRMED, created_at__lt=limit)
    return old.filter(Q(mailed_at__isnull=True) | Q(mailed_at__lt=limit)).delete()[1].get("events.Registration", 0)


def end_of(terms: Terms) -> datetime | None:
    """Return when an event, and the last visit to it, is over."""
    zone = ZoneInfo(settings.TIME_ZONE)
    ends = [rules.ending(terms.event.date, terms.event.end, zone)]
    ends += [slot.ends_at for slot in terms.contingents.all() if slot.ends_at]
    return max((end for end in ends if end is not None), default=None)


def forget_by_time(now: datetime) -> int:
    """Delete what participants needed soon after an event, and their personal data after the organiser's period."""
    forgotten = 0
    running = Terms.objects.filter(forgotten_at__isnull=True).select_related("event").prefetch_related("contingents")
    for terms in running.order_by("pk"):
        end = end_of(terms)
        if end is None:
            continue
        if end + rules.NEEDS_LAST <= now:
            Needs.objects.filter(registration__terms=terms).delete()
        if end + timedelta(days=terms.keep_days) <= now:
            forgotten += forget_participants(terms=terms, now=now)
    return forgotten


@transaction.atomic
def forget_participants(*, terms: Terms, now: datetime) -> int:
    """Delete everything personal about an event's participants; numbers stay."""
    current = Terms.objects.select_for_update().get(pk=terms.pk)
    if current.forgotten_at is not None:
        return 0
    current.statistics, current.forgotten_at = counted_answers(current), now
    current.save(update_fields=["statistics", "forgotten_at"])
    rows = Registration.objects.filter(terms=terms, forgotten_at__isnull=True)
    number = rows.count()
    for registration in rows.order_by("pk").iterator():
        _forget(registration, now)
    Message.objects.filter(terms=terms).delete()
    DoorEntry.objects.filter(terms=terms).delete()
    Invitation.objects.filter(terms=terms).update(email="", note="")
    return number


def counted_answers(terms: Terms) -> dict[str, dict[str, int]]:
    """Count the answers from which nobody can be recognised: question → option → number."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    confirmed = Answer.objects.filter(registration__terms=terms, registration__state=RegistrationState.CONFIRMED)
    for question, value in confirmed.filter(question__sort__in=COUNTABLE).values_list("question", "value"):
        values = value if isinstance(value, list) else [value]
        counts[str(question)].update("yes" if one is True else "no" if one is False else str(one) for one in values)
    return {question: dict(counter) for question, counter in counts.items()}


def _forget(registration: Registration, now: datetime) -> None:
    """Take everything personal from a registration; of a consent to photographs the proof stays, under a hash."""
    Needs.objects.filter(registration=registration).delete()
    Answer.objects.filter(registration=registration).delete()
    Letter.objects.filter(registration=registration).delete()
    registration_forgotten.send(Registration, registration=registration)
    has_agreed = Consent.objects.filter(registration=registration, is_given=True).exists()
    if not has_agreed:
        Consent.objects.filter(registration=registration).delete()
    if has_agreed and registration.email:
        registration.address_hash = address_hash(registration.email)
    registration.name = registration.email = registration.organisation = registration.why = ""
    registration.forgotten_at = now
    registration.save()


@transaction.atomic
def forget_registration(*, registration: Registration, now: datetime) -> None:
    """Cancel a registration, if it runs, and delete everything personal in it at once."""
    current, _contingents = locked(registration)
    if current.state == RegistrationState.UNCONFIRMED:
        current.delete()
        return
    if current.state not in ENDED:
        move(current, RegistrationState.CANCELLED, tell=False)
        promote(current.contingent)
    _forget(current, now)


def forget_address(email: str) -> int:
    """Erase everything about an address, proofs too; return how many registrations and invitations that were."""
    address, now = email.strip().lower(), timezone.now()
    found = list(Registration.objects.filter(Q(email=address) | Q(address_hash=address_hash(address))).order_by("pk"))
    for registration in found:
        forget_registration(registration=registration, now=now)
        Consent.objects.filter(registration=registration.pk).delete()
        Registration.objects.filter(pk=registration.pk).update(address_hash="")
    invited = Invitation.objects.filter(email=address)
    return len(found) + invited.delete()[1].get("events.Invitation", 0)


def data_about(email: str) -> list[dict[str, Any]]:
    """Return everything that is stored about an address, fit for JSON."""
    address = email.strip().lower()
    found = Registration.objects.filter(Q(email=address) | Q(address_hash=address_hash(address)))
    found = found.select_related("terms__event__space", "contingent", "needs").order_by("pk")
    told = [data_of(registration) for registration in found]
    told += [
        {"invited_to": invitation.terms.event.key, "note": invitation.note, "at": invitation.created_at.isoformat()}
        for invitation in Invitation.objects.filter(email=address).select_related("terms__event").order_by("pk")
    ]
    return told


def data_of(registration: Registration) -> dict[str, Any]:
    """Return everything that is stored about one registration, fit for JSON."""
    needs: Needs | None = getattr(registration, "needs", None)
    return {
        "programme": registration.terms.event.space.key,
        "event": registration.terms.event.key,
        "state": registration.state,
        "name": registration.name,
        "address": registration.email or "(forgotten)",
        "organisation": registration.organisation,
        "group": registration.group,
        "language": registration.language,
        "attendance": registration.contingent.attendance,
        "time": registration.contingent.begins_at.isoformat() if registration.contingent.begins_at else None,
        "wants_networking": registration.wants_networking,
        "needs": {name: getattr(needs, name) for name in ("access", "diet", "childcare")} if needs else {},
        "answers": [
            {"question": dict(answer.question.label), "answer": answer.value}
            for answer in registration.answers.select_related("question").order_by("question__position", "pk")
        ],
        "photographs": [
            {"at": consent.at.isoformat(), "agreed": consent.is_given, "words": consent.words}
            for consent in registration.consents.order_by("pk")
        ],
        "mails": [
            {"about": letter.kind, "state": letter.state, "at": letter.at.isoformat() if letter.at else None}
            for letter in registration.letters.order_by("pk")
        ],
        "was_there": [row.at.isoformat() for row in registration.presences.order_by("day")],
        "created_at": registration.created_at.isoformat(),
        **_told_by_others(registration),
    }


def _told_by_others(registration: Registration) -> dict[str, Any]:
    answers: list[tuple[Any, Any]] = registration_told.send(Registration, registration=registration)
    return dict(answer for _room, answer in answers if answer is not None)


def remind(now: datetime) -> int:
    """Remind who has a place, once, before the event or the visit; return how many letters that were."""
    written = 0
    running = Terms.objects.filter(forgotten_at__isnull=True, remind_days__gt=0).select_related("event")
    for terms in running.prefetch_related("contingents__terms__event").order_by("pk"):
        for contingent in terms.contingents.all():
            start = begins_at(contingent)
            if start is None or not start - timedelta(days=terms.remind_days) <= now < start:
                continue
            confirmed = contingent.registrations.filter(state=RegistrationState.CONFIRMED)
            # Who registered only now has the ticket in hand.
            told = confirmed.filter(confirmed_at__lt=now - timedelta(days=1)).exclude(letters__occasion="reminder")
            written += write_letters(list(told.order_by("pk")), LetterKind.REMINDER, "reminder")
    return written
