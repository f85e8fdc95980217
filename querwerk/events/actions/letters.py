"""Writes letters down and keeps account of them: claimed before they are handed over, so that nobody gets one twice."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.utils import timezone

from querwerk.events.models import Invitation, Letter, Message, Registration
from querwerk.events.signals import letters_written
from querwerk.events.states import LetterKind, LetterState

ATTEMPTS = 5
PAUSES = (timedelta(minutes=2), timedelta(minutes=15), timedelta(hours=1), timedelta(hours=6))
"""Before a mail that the server did not take for now is tried again."""


def write_letter(registration: Registration, kind: LetterKind, occasion: str = "") -> None:
    """Write a letter down; of each occasion there is one, however often this is called."""
    if not registration.email:
        return
    letter, is_new = Letter.objects.get_or_create(
        registration=registration, occasion=occasion or f"{kind}:{registration.version}", defaults={"kind": kind}
    )
    if is_new:
        letters_written.send(Letter, letters=[letter])


def write_letters(
    registrations: Sequence[Registration], kind: LetterKind, occasion: str, message: Message | None = None
) -> int:
    """Write one letter to each; return how many are new."""
    wanted = [registration for registration in registrations if registration.email]
    has_one = set(
        Letter.objects.filter(registration__in=wanted, occasion=occasion).values_list("registration", flat=True)
    )
    letters = [
        Letter(registration=registration, kind=kind, occasion=occasion, message=message)
        for registration in wanted
        if registration.pk not in has_one
    ]
    made = Letter.objects.bulk_create(letters, batch_size=1000)
    letters_written.send(Letter, letters=made)
    return len(made)


def write_invitation(invitation: Invitation) -> None:
    """Write the letter that invites."""
    letter, is_new = Letter.objects.get_or_create(
        invitation=invitation, occasion="invitation", defaults={"kind": LetterKind.INVITATION}
    )
    if is_new:
        letters_written.send(Letter, letters=[letter])


def claim_letter(letter_id: int) -> bool:
    """Take a letter in hand; of two workers one succeeds, and it is committed before the mail server hears of it."""
    waiting = Letter.objects.filter(pk=letter_id, state=LetterState.WAITING)
    return bool(waiting.update(state=LetterState.HANDED, at=timezone.now()))


def note_sent(letter: Letter) -> None:
    """Note that the mail server took the letter."""
    Letter.objects.filter(pk=letter.pk, state=LetterState.HANDED).update(state=LetterState.SENT)


def note_dropped(letter: Letter) -> None:
    """Note that what the letter was to say is no longer true."""
    Letter.objects.filter(pk=letter.pk, state=LetterState.HANDED).update(state=LetterState.DROPPED)


def note_refused(letter: Letter, *, is_permanent: bool, answer: str) -> datetime | None:
    """Note a refusal; return when to try again, or nothing where that is of no use."""
    attempts = letter.attempts + 1
    handed = Letter.objects.filter(pk=letter.pk, state=LetterState.HANDED)
    if is_permanent or attempts >= ATTEMPTS:
        handed.update(state=LetterState.REFUSED, attempts=attempts, answer=answer[:300])
        return None
    later = timezone.now() + PAUSES[attempts - 1]
    handed.update(state=LetterState.WAITING, attempts=attempts, not_before=later, answer=answer[:300])
    return later


def send_unclear_again(letter_ids: Sequence[int]) -> int:
    """Send again what the mail server may or may not have taken: somebody may get it twice, so a person decides."""
    unclear = Letter.objects.filter(pk__in=letter_ids, state__in=(LetterState.HANDED, LetterState.REFUSED))
    letters = list(unclear)
    unclear.update(state=LetterState.WAITING, attempts=0, not_before=None)
    letters_written.send(Letter, letters=letters)
    return len(letters)
