"""What organisers do with registrations: decide, enter, invite, write to many."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from querwerk.core.actions import Actor
from querwerk.core.states import Verb
from querwerk.core.text import Text
from querwerk.events.actions.letters import write_invitation, write_letters
from querwerk.events.actions.places import journal, lock_contingents, locked, move, promote, queue_up, settle
from querwerk.events.actions.registering import UnableToRegister, Wish, fill_details
from querwerk.events.models import Contingent, Invitation, Message, Registration, Terms
from querwerk.events.states import (
    ENDED,
    RUNNING,
    LetterKind,
    RegistrationState,
    Way,
)


@transaction.atomic
def approve_registration(*, registration: Registration, by: Actor, why: str = "") -> bool:
    """Approve who waits for it; they get a place, or the waiting list where there is none. A second click does nothing."""
    current, _contingents = locked(registration)
    if current.state != RegistrationState.AWAITING:
        return False
    current.why = why[:500]
    settle(current, is_approved=True)
    journal(current, by=by, before=RegistrationState.AWAITING, why=why)
    return True


@transaction.atomic
def decline_registration(*, registration: Registration, by: Actor, why: str = "") -> bool:
    """Turn somebody away, with a reason that stands in the mail; the place goes to who is next."""
    return _end(registration, RegistrationState.DECLINED, by=by, why=why)


@transaction.atomic
def cancel_for(*, registration: Registration, by: Actor, why: str = "") -> bool:
    """Cancel at somebody's request."""
    return _end(registration, RegistrationState.CANCELLED, by=by, why=why)


def _end(registration: Registration, state: RegistrationState, *, by: Actor, why: str) -> bool:
    current, _contingents = locked(registration)
    before = current.state
    if before in ENDED or (before == RegistrationState.UNCONFIRMED and state == RegistrationState.DECLINED):
        return False
    current.why = why[:500]
    move(current, state)
    promote(current.contingent)
    journal(current, by=by, before=before, why=why)
    return True


@transaction.atomic
def give_place(*, registration: Registration, by: Actor, why: str = "") -> bool:
    """Confirm somebody out of turn. Where all places are taken there is one more from now on, because somebody said so."""
    current, _contingents = locked(registration)
    before = current.state
    if before not in (RegistrationState.AWAITING, RegistrationState.WAITING, RegistrationState.OFFERED):
        return False
    if before != RegistrationState.OFFERED:
        _make_room(current.contingent)
    current.why = ""
    move(current, RegistrationState.CONFIRMED)
    journal(current, by=by, before=before, why=why)
    return True


def _make_room(contingent: Contingent) -> None:
    if contingent.is_full and contingent.capacity is not None:
        contingent.capacity += 1
        contingent.save(update_fields=["capacity"])


@transaction.atomic
def enter_registration(*, terms: Terms, wish: Wish, way: Way, by: Actor) -> Registration:
    """Register somebody by hand, or who came without: they have a place, whatever the number of places said.

    Raises :class:`UnableToRegister` for an address that is registered already.
    """
    contingent = lock_contingents([wish.contingent_id])[wish.contingent_id]
    email = wish.email.strip().lower()
    if email and Registration.objects.filter(terms=terms, email=email, state__in=RUNNING).exists():
        raise UnableToRegister(_("This address is registered already."))
    registration = Registration(
        terms=terms, contingent=contingent, email=email, language=wish.language, way=way, confirmed_at=timezone.now()
    )
    try:
        with transaction.atomic():
            registration.save()
    except IntegrityError:
        raise UnableToRegister(_("This address is registered already.")) from None
    fill_details(registration, wish)
    _make_room(contingent)
    queue_up(registration)
    move(registration, RegistrationState.CONFIRMED, tell=way != Way.WALK_IN)
    journal(registration, by=by, before="", verb=Verb.CREATED)
    return registration


# --- Invitations -------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Guest:
    """Whom to invite: an address, or only a note for whom the code is."""

    email: str
    note: str = ""


@transaction.atomic
def invite(*, terms: Terms, guests: Sequence[Guest], language: str) -> int:
    """Invite many; who has been invited already gets no second mail. Return how many are new."""
    known = set(Invitation.objects.filter(terms=terms).exclude(email="").values_list("email", flat=True))
    made = 0
    for guest in guests:
        email = guest.email.strip().lower()
        if email and email in known:
            continue
        known.add(email)
        invitation = Invitation.objects.create(terms=terms, email=email, note=guest.note[:200], language=language)
        made += 1
        if email:
            write_invitation(invitation)
    return made


@transaction.atomic
def make_codes(*, terms: Terms, number: int, uses: int, note: str) -> list[Invitation]:
    """Make codes to hand out."""
    made = [Invitation(terms=terms, uses=uses, note=note[:200]) for _number in range(number)]
    return Invitation.objects.bulk_create(made)


# --- Messages ----------------------------------------------------------------


@transaction.atomic
def write_to_many(
    *, terms: Terms, registrations: Sequence[Registration], subject: Text, body: Text, chosen: dict[str, Any], by: Actor
) -> int:
    """Write to those concerned; return to how many."""
    message = Message.objects.create(terms=terms, subject=subject, body=body, chosen=chosen, by_name=by.name[:200])
    return write_letters(registrations, LetterKind.MESSAGE, f"message:{message.pk}", message)
