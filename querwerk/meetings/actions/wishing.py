"""What participants say: who they are to others, whom they want to meet, when they cannot come, whom they do not want to meet.

None of it stands in the journal, which is kept for ever: who wants to meet whom is forgotten with the registration.
"""

import random
from collections.abc import Collection, Iterable
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from querwerk.meetings.actions.reading import forget_words
from querwerk.meetings.models import Block, OtherRole, Participant, Slot, Unavailable, Wish
from querwerk.meetings.queries import people
from querwerk.meetings.queries.people import is_active
from querwerk.meetings.rules import MOST_ROLES, may_answer, may_wish
from querwerk.meetings.signals import words_changed
from querwerk.meetings.states import ANSWERS, STANDING, WISH_MOVES, WishState

type Roles = tuple[OtherRole | None, OtherRole | None]


class UnableToWish(Exception):
    """It is not possible; the message says why."""


def _locked(participant: Participant) -> Participant:
    rows = Participant.objects.select_for_update(of=("self",)).select_related("networking", "registration")
    return rows.get(pk=participant.pk)


@transaction.atomic
def introduce(
    *, participant: Participant, sentence: str, languages: Collection[str], needs_accessible: bool
) -> Participant:
    """Store what somebody says about themselves."""
    current = _locked(participant)
    before = current.sentence
    current.sentence, current.languages = sentence, sorted(languages)
    current.needs_accessible = needs_accessible
    current.save(update_fields=["sentence", "languages", "needs_accessible"])
    if sentence != before:
        forget_words([before])
        words_changed.send(Participant, participant=current)
    return current


@transaction.atomic
def save_role(*, participant: Participant, role: OtherRole | None, title: str, group: str, sentence: str) -> OtherRole:
    """Store as what else somebody is here; a second time changes nothing. Raises :class:`UnableToWish`."""
    current = _locked(participant)
    others = OtherRole.objects.filter(participant=current)
    if role is None:
        role = others.filter(title=title).first()
        if role is None and others.count() >= MOST_ROLES:
            raise UnableToWish(_("More than %(most)s further roles are too many.") % {"most": MOST_ROLES})
    elif others.filter(title=title).exclude(pk=role.pk).exists():
        raise UnableToWish(_("You are here in this role already."))
    role = role or OtherRole(participant=current)
    before = role.sentence
    role.title, role.group, role.sentence = title, group, sentence
    role.save()
    if sentence != before:
        forget_words([before])
    words_changed.send(Participant, participant=current)
    return role


@transaction.atomic
def delete_role(*, role: OtherRole) -> None:
    """Somebody is not here in this role any more; wishes about it are about them as who they registered."""
    OtherRole.objects.filter(pk=role.pk).delete()
    forget_words([role.sentence])


@transaction.atomic
def wish_for(
    *, sender: Participant, receiver: Participant, is_surprise: bool = False, roles: Roles = (None, None)
) -> Wish:
    """Wish to meet somebody, below all earlier wishes; a second time changes at most the roles. Raises :class:`UnableToWish`.

    ``roles``: as what the sender comes, and as what the receiver is wished for.
    """
    current = _locked(sender)
    known = Wish.objects.filter(sender=current, receiver=receiver).first()
    if known is not None and known.state in STANDING:
        known.sender_role, known.receiver_role = roles
        known.save(update_fields=["sender_role", "receiver_role"])
        return known
    networking = current.networking
    verdict = may_wish(
        phase=networking.phase, may_wish=networking.may_wish, is_able=is_active(current),
        standing=Wish.objects.filter(sender=current, state__in=STANDING).count(), most=networking.most_wishes,
    )  # fmt: skip
    if not verdict:
        raise UnableToWish(str(verdict.why))
    if known is not None and known.state == WishState.DECLINED:
        raise UnableToWish(_("This person has declined; please respect that."))
    if receiver.networking_id != networking.pk or receiver.pk == current.pk or not is_active(receiver):
        raise UnableToWish(_("This person does not take part in the meetings."))
    last = Wish.objects.filter(sender=current).aggregate(last=Max("rank"))["last"] or 0
    wish = known or Wish(sender=current, receiver=receiver)
    wish.sender_role, wish.receiver_role = roles
    wish.state, wish.rank, wish.is_surprise, wish.reason, wish.answered_at = (
        WishState.SENT,
        last + 1,
        is_surprise,
        "",
        None,
    )
    wish.save()
    return wish


@transaction.atomic
def be_surprised(*, sender: Participant) -> Wish:
    """Wish for somebody whom chance chooses, from another field if there is anybody. Raises :class:`UnableToWish`."""
    candidates = people.strangers(sender)
    if not candidates:
        raise UnableToWish(_("You have met everybody in your list already, or wished to."))
    own = sender.registration.group
    others = [one for one in candidates if one.registration.group != own]
    chosen = random.SystemRandom().choice(others or candidates)
    return wish_for(sender=sender, receiver=chosen, is_surprise=True)


@transaction.atomic
def withdraw_wish(*, wish: Wish) -> bool:
    """Take a wish back; false where there was nothing to take back."""
    current = Wish.objects.select_for_update().get(pk=wish.pk)
    if current.state == WishState.WITHDRAWN:
        return False
    current.state, current.reason = WishState.WITHDRAWN, ""
    current.save(update_fields=["state", "reason"])
    return True


@transaction.atomic
def move_wish(*, wish: Wish, by_places: int) -> None:
    """Move a wish up or down in its sender's list."""
    _locked(wish.sender)
    rows = list(Wish.objects.filter(sender=wish.sender_id).exclude(state=WishState.WITHDRAWN).order_by("rank", "pk"))
    place = next((number for number, row in enumerate(rows) if row.pk == wish.pk), None)
    if place is None:
        return
    rows.insert(max(0, min(len(rows) - 1, place + by_places)), rows.pop(place))
    for rank, row in enumerate(rows, start=1):
        if row.rank != rank:
            Wish.objects.filter(pk=row.pk).update(rank=rank)


@transaction.atomic
def answer_wish(*, wish: Wish, answer: WishState, reason: str = "") -> Wish:
    """Accept or decline a wish, or leave it to the organisers; the same answer again changes nothing.

    Raises :class:`UnableToWish`.
    """
    assert answer in ANSWERS
    current = Wish.objects.select_for_update(of=("self",)).select_related("sender__networking").get(pk=wish.pk)
    verdict = may_answer(phase=current.sender.networking.phase, state=current.state)
    if not verdict:
        raise UnableToWish(str(verdict.why))
    kept = reason[:300] if answer == WishState.DECLINED else ""
    if current.state == answer and current.reason == kept:
        return current
    assert answer == current.state or answer in WISH_MOVES[WishState(current.state)]
    current.state, current.reason, current.answered_at = answer, kept, timezone.now()
    current.save(update_fields=["state", "reason", "answered_at"])
    return current


@transaction.atomic
def say_when(*, participant: Participant, open_slots: Iterable[int]) -> None:
    """Store in which slots somebody can come; what the organisers entered stays."""
    current = _locked(participant)
    every = set(Slot.objects.filter(networking=current.networking_id).values_list("pk", flat=True))
    closed = every - set(open_slots)
    mine = Unavailable.objects.filter(participant=current)
    mine.filter(is_by_organiser=False).exclude(slot__in=closed).delete()
    have = set(mine.values_list("slot", flat=True))
    rows: list[Any] = [Unavailable(participant=current, slot_id=slot) for slot in sorted(closed - have)]
    Unavailable.objects.bulk_create(rows)


@transaction.atomic
def block(*, participant: Participant, other: Participant) -> None:
    """Note that somebody does not want to meet somebody; the own wish for them is withdrawn, and they never learn of it."""
    if participant.pk == other.pk or participant.networking_id != other.networking_id:
        return
    current = _locked(participant)
    Block.objects.get_or_create(participant=current, other=other)
    Wish.objects.filter(sender=current, receiver=other).update(state=WishState.WITHDRAWN, reason="")


@transaction.atomic
def unblock(*, participant: Participant, other: Participant) -> None:
    """Take that back."""
    Block.objects.filter(participant=participant, other=other).delete()
