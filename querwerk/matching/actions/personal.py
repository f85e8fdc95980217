"""What the room knows about somebody under an e-mail address, given out and forgotten on request."""

from typing import Any

from django.db import transaction

from querwerk.matching.models import Dossier, FollowUp, Side


def data_about(email: str) -> list[dict[str, Any]]:
    """Return everything that is kept about an address, fit for JSON."""
    dossiers = Dossier.objects.filter(contact_email__iexact=email).select_related("space").order_by("pk")
    found: list[dict[str, Any]] = [
        {
            "what": "contact of a challenge",
            "programme": dossier.space.key,
            "challenge": dossier.key,
            "name": dossier.contact_name,
            "telephone": dossier.contact_phone,
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
                "reason": side.reason,
                "how it went": [{"when": one.moment, "outcome": one.outcome, "words": one.words} for one in answers],
            }
        )
    return found


@transaction.atomic
def forget_address(email: str) -> int:
    """Forget name, address and telephone wherever they stand; that something happened stays, without the person."""
    contacts = Dossier.objects.filter(contact_email__iexact=email)
    sides = Side.objects.filter(email__iexact=email)
    return contacts.update(contact_name="", contact_email="", contact_phone="") + sides.update(
        name="", email="", phone=""
    )
