"""What the room knows about somebody under an e-mail address, given out and forgotten on request."""

from typing import Any

from django.db import transaction
from django.db.models import Q

from querwerk.matching.models import Dossier, FollowUp, Guest, Happening, Judgement, Proposal, Round, Side, Wish
from querwerk.matching.states import Party
from querwerk.people.models import User


def data_about(email: str) -> list[dict[str, Any]]:
    """Return everything that is kept about an address, fit for JSON."""
    own = Q(contact_email__iexact=email) | Q(author__email__iexact=email)
    dossiers = Dossier.objects.filter(own).select_related("space").order_by("pk")
    found: list[dict[str, Any]] = [
        {
            "what": "author or contact of a challenge",
            "programme": dossier.space.key,
            "challenge": dossier.key,
            **_contact(dossier, email),
            "content": dossier.content,
        }
        for dossier in dossiers
    ]
    sides = Side.objects.filter(email__iexact=email).select_related("proposal__dossier__space", "proposal__profile")
    for side in sides.order_by("pk"):
        answers = FollowUp.objects.filter(side=side, answered_at__isnull=False).order_by("pk")
        found.append(
            {
                "what": "side of a proposed match",
                "programme": side.proposal.dossier.space.key,
                "challenge": side.proposal.dossier.key,
                "profile": side.proposal.profile.key,
                "party": side.party,
                "name": side.name,
                "telephone": side.phone,
                "proposed": side.proposal.proposed_at.isoformat(),
                "answer": side.answer,
                "answered": side.answered_at.isoformat() if side.answered_at else None,
                "ground": side.ground,
                "reason": side.reason,
                "how it went": [{"when": one.moment, "outcome": one.outcome, "words": one.words} for one in answers],
            }
        )
    found += [
        {
            "what": "invited to read a challenge",
            "programme": guest.dossier.space.key,
            "challenge": guest.dossier.key,
            "invited": guest.invited_at.isoformat(),
            "came": guest.accepted_at.isoformat() if guest.accepted_at else None,
        }
        for guest in Guest.objects.filter(email__iexact=email).select_related("dossier__space").order_by("pk")
    ]
    as_creative = Q(profile__spokespersons__user__email__iexact=email, party=Party.OFFER)
    as_company = Q(dossier__in=dossiers.order_by().values("pk"), party=Party.CHALLENGE)
    spoken = Wish.objects.filter(as_creative | as_company).distinct()
    found += [
        {
            "what": "said to a suggestion",
            "programme": wish.dossier.space.key,
            "challenge": wish.dossier.key,
            "profile": wish.profile.key,
            "party": wish.party,
            "says": wish.says,
            "ground": wish.ground,
            "why": wish.why,
        }
        for wish in spoken.select_related("dossier__space", "profile").order_by("pk")
    ]
    return found


def _contact(dossier: Dossier, email: str) -> dict[str, str]:
    """Return what is on file about the contact, where that is who asks."""
    if dossier.contact_email.casefold() != email.casefold():
        return {}
    return {"name": dossier.contact_name, "telephone": dossier.contact_phone}


@transaction.atomic
def forget_address(email: str) -> int:
    """Forget name, address and telephone wherever they stand; that something happened stays, without the person."""
    contacts = Dossier.objects.filter(contact_email__iexact=email)
    sides = Side.objects.filter(email__iexact=email)
    guests, _models = Guest.objects.filter(email__iexact=email).delete()
    return (
        guests
        + contacts.update(contact_name="", contact_email="", contact_phone="")
        + sides.update(name="", email="", phone="")
    )


def forget_name(user: User) -> None:
    """Take the name of an account that is being deleted out of what it did here; a name that two accounts share tells neither."""
    Proposal.objects.filter(by_id=user.pk).update(by_id=None, by_name="")
    name = user.display_name[:200]
    if User.objects.filter(name=user.name).exclude(pk=user.pk).exists() and name != user.email:
        return
    for model in (Guest, Happening, Judgement, Round):
        model._default_manager.filter(by_name=name).update(by_name="")
