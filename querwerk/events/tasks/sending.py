"""Hands letters to the mail server: each is claimed first, so that no death of a worker sends it twice."""

import logging
import smtplib
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.tasks import task
from django.utils import timezone

from querwerk.events.actions.letters import claim_letter, note_dropped, note_refused, note_sent
from querwerk.events.actions.places import expire_offers
from querwerk.events.models import Letter
from querwerk.events.states import LetterKind, LetterState
from querwerk.events.tasks.letters import is_still_true, mail_of

log = logging.getLogger(__name__)
FEW = 20
"""So many letters of one occasion leave at once; more keep to the rate that the operator set."""


@task
def send_letter(letter_id: int) -> None:
    """Send one letter; when the worker dies in the middle nobody knows whether it was taken, and an organiser decides."""
    if not claim_letter(letter_id):
        return
    letter = Letter.objects.select_related(
        "registration__terms__event__space", "registration__contingent", "invitation__terms__event__space", "message"
    ).get(pk=letter_id)
    if not is_still_true(letter):
        note_dropped(letter)
        return
    later = None
    try:
        mail_of(letter).send()
    except smtplib.SMTPRecipientsRefused as refusal:
        code, answer = next(iter(refusal.recipients.values()))
        later = note_refused(letter, is_permanent=code >= 500, answer=f"{code} {_words(letter, answer)}")
    except smtplib.SMTPServerDisconnected:
        # It may have been taken; the letter stays “unknown”.
        log.warning("the mail server hung up during letter %s", letter.pk)
    except (smtplib.SMTPException, ConnectionRefusedError) as error:
        log.warning("letter %s was not taken: %s", letter.pk, type(error).__name__)
        later = note_refused(letter, is_permanent=False, answer=type(error).__name__)
    else:
        note_sent(letter)
    if later is not None:
        send_letter.using(run_after=later).enqueue(letter.pk)


@task
def expire_due() -> None:
    """End the offers whose time is over."""
    expire_offers(timezone.now())


def _words(letter: Letter, answer: bytes | str) -> str:
    """Return what the server said, without the address."""
    said = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
    owner = letter.registration or letter.invitation
    return said.replace(owner.email, "…") if owner is not None and owner.email else said


def queue_letters(sender: Any, letters: list[Letter], **_more: Any) -> None:
    """Queue letters in the transaction that wrote them; many at once keep to the operator's rate."""
    pause = timedelta(minutes=1) / settings.ENV.mail_rate if len(letters) > FEW else timedelta()
    start = timezone.now()
    for number, letter in enumerate(letters):
        job = send_letter.using(run_after=start + pause * number) if pause else send_letter
        job.enqueue(letter.pk)
        offered = letter.registration.offered_until if letter.registration is not None else None
        if letter.kind == LetterKind.OFFER and offered is not None:
            expire_due.using(run_after=offered).enqueue()


def take_up_letters(now: Any) -> int:
    """Queue again what has waited for long: a job may have been lost with an old database copy."""
    old = now - timedelta(hours=12)
    waiting = Letter.objects.filter(state=LetterState.WAITING, created_at__lt=old, not_before__isnull=True)
    letters = list(waiting.order_by("pk")[:500])
    for letter in letters:
        send_letter.enqueue(letter.pk)
    return len(letters)
