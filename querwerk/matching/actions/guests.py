"""Writes about those who are asked by mail: to read a challenge that is for chosen people, or to be the partner for it."""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from querwerk.core.actions import Actor
from querwerk.core.limits import DAY, is_too_often
from querwerk.core.templatetags.ui import plain
from querwerk.matching.actions.challenges import note
from querwerk.matching.actions.pairs import judge_pair
from querwerk.matching.models import Confidant, Dossier, Guest
from querwerk.matching.signals import guest_asked
from querwerk.matching.states import Confidentiality, Mark, Step
from querwerk.people.actions import actor_of
from querwerk.people.models import Profile, Spokesperson, User
from querwerk.people.queries import contact_of, profiles_of, speakers_of

MOST = 20
"""Guests of one challenge."""
VALID = timedelta(days=30)


class UnableToAsk(Exception):
    """Nobody further can be asked; the message says why."""


@transaction.atomic
def keep_guests(*, dossier: Dossier, emails: Iterable[str], by: Actor) -> None:
    """Ask those by mail who are new, and take the invitation back from those who are not named any more.

    Guests are for what chosen people read; where everybody or the members may, none is needed and those asked are let go.
    """
    dossier = Dossier.objects.select_for_update(of=("self",)).get(pk=dossier.pk)
    is_closed = dossier.confidentiality == Confidentiality.CHOSEN
    wanted = {email.lower() for email in emails} if is_closed else set()
    waiting = Guest.objects.filter(dossier=dossier, is_partner=False, user=None)
    for guest in waiting:
        if guest.email not in wanted:
            guest.delete()
    for email in sorted(wanted):
        ask(dossier, email, by=by)
    _let_go(dossier)


def ask(dossier: Dossier, email: str, *, by: Actor, is_partner: bool = False) -> Guest:
    """Ask somebody by mail, once; a reader who is named as the partner is that from now on."""
    there = Guest.objects.filter(dossier=dossier, email__iexact=email).first()
    if there is not None:
        if is_partner and not there.is_partner:
            there.is_partner = True
            there.save(update_fields=["is_partner"])
        return there
    if Guest.objects.filter(dossier=dossier).count() >= MOST:
        raise UnableToAsk(_("At most %(number)d people can be invited to one challenge.") % {"number": MOST})
    # Whoever takes back and invites anew mails again.
    if is_too_often(f"guest-mails:{dossier.pk}", 2 * MOST, DAY):
        raise UnableToAsk(_("Many invitations went out today. Please try again tomorrow."))
    made = Guest.objects.create(
        dossier=dossier, email=email.lower(), language=dossier.language, by_name=by.name[:200], is_partner=is_partner
    )
    note(dossier, Step.ASKED_IN, by=by)
    guest_asked.send(Guest, guest_id=made.pk)
    return made


def _let_go(dossier: Dossier) -> None:
    """Forget guests who came and are no readers any more: they were unticked, or the challenge is not for chosen people now."""
    readers = Confidant.objects.filter(dossier=dossier).values("user")
    Guest.objects.filter(dossier=dossier, is_partner=False, user__isnull=False).exclude(user__in=readers).delete()


@transaction.atomic
def take_in(*, guest: Guest, user: User) -> bool:
    """Let a guest read the challenge; a partner with a profile here becomes the partner in the challenge.

    False where the invitation was taken back, or taken up by somebody else, while they were about to come in.
    """
    dossier = Dossier.objects.select_for_update(of=("self",)).select_related("space").get(pk=guest.dossier_id)
    if not Guest.objects.filter(Q(user=None) | Q(user=user), pk=guest.pk).exists():
        return False
    _one, is_new = Confidant.objects.get_or_create(dossier=dossier, user=user)
    Guest.objects.filter(pk=guest.pk).update(user=user, accepted_at=timezone.now())
    if is_new:
        note(dossier, Step.CAME_IN, by=actor_of(user))
    own = list(profiles_of(user.pk, dossier.space_id)[:2])
    if guest.is_partner and len(own) == 1:
        name_partner(dossier=dossier, partner=own[0], by=actor_of(user))
    return True


@transaction.atomic
def name_partner(*, dossier: Dossier, partner: Profile | None, by: Actor, email: str = "") -> None:
    """Name the partner with whom the idea is to be tried: a profile, an address, or nobody; asked by mail where there is a way."""
    dossier = Dossier.objects.select_for_update(of=("self",)).select_related("space").get(pk=dossier.pk)
    if partner is not None and dossier.partner_id != partner.pk:
        dossier.partner = partner
        dossier.save(update_fields=["partner"])
        note(dossier, Step.PARTNER, by=by, words=plain(partner.name))
        judge_pair(dossier=dossier, profile=partner, mark=Mark.PINNED, why=_("Named as the partner"), by=by)
        reached = address_of(partner)
        if reached and not Confidant.objects.filter(dossier=dossier, user__email__iexact=reached).exists():
            ask(dossier, reached, by=by, is_partner=True)
    expected = {email.lower(), address_of(partner) if partner is not None else ""} - {""}
    _let_partners_go(dossier, partner, expected)
    if partner is None and dossier.partner_id is not None:
        dossier.partner = None
        dossier.save(update_fields=["partner"])
    if email:
        ask(dossier, email, by=by, is_partner=True)


def _let_partners_go(dossier: Dossier, partner: Profile | None, expected: Collection[str]) -> None:
    """Forget who was asked as the partner and is it no more; whoever came reads the challenge no longer."""
    asked = Guest.objects.filter(dossier=dossier, is_partner=True).exclude(email__in=expected)
    speaking = Spokesperson.objects.filter(profile=partner).values("user")
    gone = list(asked.exclude(user__in=speaking))
    Confidant.objects.filter(dossier=dossier, user__in=[one.user_id for one in gone if one.user_id]).delete()
    Guest.objects.filter(pk__in=[one.pk for one in gone]).delete()


def address_of(profile: Profile) -> str:
    """Return where a profile's people are reached; an empty text where nobody knows."""
    contact = contact_of(profile)
    if contact is not None and contact.email:
        return contact.email
    speakers = speakers_of([profile.pk])[profile.pk]
    return speakers[0].email if speakers else ""


def forget_guests(now: datetime) -> int:
    """Delete invitations that nobody took up in time; return how many."""
    return Guest.objects.filter(user=None, invited_at__lt=now - VALID).delete()[0]
