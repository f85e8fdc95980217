"""Sends what was written; when a worker dies in the middle, twice is better than never."""

from collections.abc import Iterable
from functools import partial
from typing import Any

from django.db import transaction
from django.tasks import task

from querwerk.matching.models import Dossier, FollowUp, Guest, Side
from querwerk.matching.queries.ranking import challenge_entry, encode
from querwerk.matching.states import SOUGHT
from querwerk.matching.tasks.letters import follow_up_letter, guest_letter, letter_to


@task
def send_letter(side_id: int, kind: str) -> None:
    """Write to one side of a match, unless its address was forgotten meanwhile."""
    side = Side.objects.select_related("proposal__dossier__space", "proposal__profile").filter(pk=side_id).first()
    if side is not None and side.email:
        letter_to(side, kind).send()


@task
def send_follow_up(follow_up_id: int) -> None:
    """Ask one side how it went."""
    found = FollowUp.objects.select_related("side__proposal__dossier__space", "side__proposal__profile")
    follow_up = found.filter(pk=follow_up_id, answered_at__isnull=True).first()
    if follow_up is not None and follow_up.side.email:
        follow_up_letter(follow_up).send()


@task
def send_guest_letter(guest_id: int) -> None:
    """Ask somebody to read a challenge, unless the invitation was taken back meanwhile."""
    guest = Guest.objects.select_related("dossier__space").filter(pk=guest_id, user=None).first()
    if guest is not None:
        guest_letter(guest).send()


@task
def encode_challenge(dossier_id: int) -> None:
    """Compute the vectors of a challenge; once more does no harm."""
    dossier = Dossier.objects.select_related("organisation", "profile").filter(pk=dossier_id, state__in=SOUGHT).first()
    if dossier is not None:
        encode(challenge_entry(dossier))


def queue_letters(sender: Any, *, letters: Iterable[tuple[int, str]], **kwargs: Any) -> None:
    """Queue mails once it is certain that they are due."""
    for side_id, kind in letters:
        transaction.on_commit(partial(send_letter.enqueue, side_id, kind))


def queue_follow_ups(sender: Any, *, follow_up_ids: Iterable[int], **kwargs: Any) -> None:
    """Likewise for the questions how it went."""
    for follow_up_id in follow_up_ids:
        transaction.on_commit(partial(send_follow_up.enqueue, follow_up_id))


def queue_guest_letter(sender: Any, *, guest_id: int, **kwargs: Any) -> None:
    """Queue an invitation once it is certain."""
    transaction.on_commit(partial(send_guest_letter.enqueue, guest_id))


def queue_encoding(sender: Any, *, dossier_id: int, **kwargs: Any) -> None:
    """Queue the encoding of a challenge."""
    transaction.on_commit(partial(encode_challenge.enqueue, dossier_id))
