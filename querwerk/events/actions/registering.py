"""What somebody does who wants to come: ask, confirm the address, accept, change, cancel."""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from querwerk.core.codes import keyed_hash
from querwerk.events.actions.letters import write_letter
from querwerk.events.actions.places import locked, move, promote, queue_up, settle
from querwerk.events.models import Answer, Consent, Contingent, Invitation, Needs, Registration, Terms
from querwerk.events.states import (
    ENDED,
    RUNNING,
    LetterKind,
    RegistrationState,
    Way,
)

QUIET = timedelta(minutes=2)
"""Between two mails that anybody could cause who knows an address."""
CODE_LASTS = timedelta(hours=2)
"""How long the six digits of a mail are taken; the link in it lasts as long as the registration waits for it."""
TRIES = 6
"""Codes typed in until only the link helps: one in 160,000 finds the right one."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody typed into the form."""

    contingent_id: int
    name: str
    email: str
    language: str
    organisation: str = ""
    group: str = ""
    wants_networking: bool = False
    needs: Mapping[str, str] = field(default_factory=dict)
    """``access``, ``diet``, ``childcare`` in words; empty where nothing is needed."""
    answers: Mapping[int, Any] = field(default_factory=dict)
    """Question → answer, only of questions that were asked and answered."""
    photo: bool | None = None
    """What was said about photographs; None where nobody asked."""
    photo_words: str = ""
    invitation: str = ""


class UnableToRegister(Exception):
    """Nobody can be registered like this; the message says why."""


def six_digits(registration: Registration) -> str:
    """Return the code that was mailed last: made from the secret code and the time of the mail, so it is stored nowhere."""
    at = registration.mailed_at.isoformat() if registration.mailed_at else ""
    return f"{int(keyed_hash(f'{registration.code}:{at}')[:16], 16) % 1_000_000:06d}"


@transaction.atomic
def ask_to_register(*, terms: Terms, wish: Wish) -> Registration:
    """Note a wish, and write to the address.

    Whoever has registered already with this address gets a mail that says so, and nothing of theirs is changed by a form
    that anybody could fill in.
    """
    registration = _unconfirmed(terms, wish)
    if registration.state == RegistrationState.UNCONFIRMED:
        _fill(registration, wish)
    now = timezone.now()
    if registration.mailed_at is None or now - registration.mailed_at >= QUIET:
        registration.mailed_at, registration.tries = now, 0
        is_new = registration.state == RegistrationState.UNCONFIRMED
        kind = LetterKind.CONFIRM if is_new else LetterKind.KNOWN
        registration.save()
        write_letter(registration, kind, f"{kind}:{now.isoformat(timespec='seconds')}")
    else:
        registration.save()
    return registration


def _unconfirmed(terms: Terms, wish: Wish) -> Registration:
    """Return the running registration of the address, made if there is none; two at once make one."""
    email = wish.email.strip().lower()
    running = Registration.objects.select_for_update().filter(terms=terms, email=email, state__in=RUNNING)
    found = running.first()
    if found is None:
        made = Registration(terms=terms, email=email, language=wish.language, contingent_id=wish.contingent_id)
        try:
            with transaction.atomic():
                made.save()
        except IntegrityError:
            # Somebody else was faster by a moment, and the constraint has kept it to one.
            found = running.get()
        else:
            return made
    return found


def _fill(registration: Registration, wish: Wish) -> None:
    registration.contingent_id = wish.contingent_id
    registration.language = wish.language
    registration.invitation = (
        Invitation.objects.filter(terms=registration.terms_id, code=wish.invitation).first()
        if wish.invitation
        else None
    )
    registration.way = Way.INVITATION if registration.invitation else Way.FORM
    fill_details(registration, wish)


def fill_details(registration: Registration, wish: Wish) -> None:
    """Store what somebody said about themselves, with needs, answers and consent; the caller saves the registration."""
    registration.name, registration.organisation = wish.name, wish.organisation
    registration.group, registration.wants_networking = wish.group, wish.wants_networking
    if any(wish.needs.values()):
        Needs.objects.update_or_create(registration=registration, defaults=dict(wish.needs))
    else:
        Needs.objects.filter(registration=registration).delete()
    Answer.objects.filter(registration=registration).exclude(question__in=wish.answers).delete()
    for question_id, value in wish.answers.items():
        Answer.objects.update_or_create(registration=registration, question_id=question_id, defaults={"value": value})
    _note_consent(registration, wish)


def _note_consent(registration: Registration, wish: Wish) -> None:
    if wish.photo is None:
        return
    last = registration.consents.order_by("-pk").first()
    if last is None or last.is_given != wish.photo:
        Consent.objects.create(
            registration=registration, is_given=wish.photo, language=wish.language, words=wish.photo_words
        )


@transaction.atomic
def confirm_address(*, registration: Registration) -> Registration:
    """Take a registration whose address is proved now: a place, the waiting list or approval. A second time changes nothing."""
    current, _contingents = locked(registration)
    if current.state != RegistrationState.UNCONFIRMED:
        return current
    _use_invitation(current)
    current.confirmed_at = timezone.now()
    queue_up(current)
    settle(current)
    return current


def _use_invitation(registration: Registration) -> None:
    if registration.invitation_id is None:
        return
    left = Invitation.objects.filter(pk=registration.invitation_id, used__lt=F("uses"))
    if not left.update(used=F("used") + 1):
        raise UnableToRegister(_("This invitation has been used already."))


def free_invitation(registration: Registration) -> None:
    """Let an invitation be used again by somebody else, or by the same person who thinks better of it."""
    if registration.invitation_id is not None:
        Invitation.objects.filter(pk=registration.invitation_id, used__gt=0).update(used=F("used") - 1)


def check_digits(*, registration: Registration, digits: str) -> bool:
    """Tell whether somebody typed the code of the last mail; each wrong one counts."""
    mailed = registration.mailed_at
    open_ = Registration.objects.filter(pk=registration.pk, tries__lt=TRIES)
    if mailed is None or timezone.now() - mailed > CODE_LASTS:
        return False
    # Counted before the comparison: of many tries at once none slips through.
    if not open_.update(tries=F("tries") + 1):
        return False
    return hmac.compare_digest(digits.strip().encode(), six_digits(registration).encode())


@transaction.atomic
def accept_offer(*, registration: Registration) -> bool:
    """Take the place that was offered; false where the offer has ended."""
    current, _contingents = locked(registration)
    if current.state == RegistrationState.CONFIRMED:
        return True
    if current.state != RegistrationState.OFFERED or (
        current.offered_until and current.offered_until <= timezone.now()
    ):
        return False
    move(current, RegistrationState.CONFIRMED)
    return True


@transaction.atomic
def cancel_registration(*, registration: Registration) -> bool:
    """Give the place back, to who is next; false where there is nothing to cancel any more."""
    current, _contingents = locked(registration)
    if current.state in ENDED:
        return False
    is_known = current.state != RegistrationState.UNCONFIRMED
    if is_known:
        free_invitation(current)
    move(current, RegistrationState.CANCELLED, tell=is_known)
    promote(current.contingent)
    return True


@transaction.atomic
def change_registration(*, registration: Registration, wish: Wish) -> Registration:
    """Change what somebody said, and their form of attendance or time; only the link in their own mails leads here.

    Another contingent means its own order: the place in the old one goes to who is next there.
    """
    current, contingents = locked(registration, wish.contingent_id)
    if current.state in ENDED:
        return current
    fill_details(current, wish)
    if wish.contingent_id == current.contingent_id:
        current.save()
        return current
    _change_contingent(current, contingents[wish.contingent_id])
    return current


def _change_contingent(registration: Registration, contingent: Contingent) -> None:
    left, was = registration.contingent, RegistrationState(registration.state)
    if was in (RegistrationState.OFFERED, RegistrationState.CONFIRMED):
        left.taken -= 1
        left.save(update_fields=["taken"])
    registration.contingent = contingent
    registration.offered_until = None
    is_approved = was in (RegistrationState.CONFIRMED, RegistrationState.OFFERED, RegistrationState.WAITING)
    registration.state = RegistrationState.UNCONFIRMED
    if was == RegistrationState.UNCONFIRMED:
        registration.save()
    else:
        queue_up(registration)
        settle(registration, is_approved=is_approved)
    promote(left)
