"""What the platform knows about somebody in pictures, and how it forgets it."""

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet

from querwerk.core.actions import Actor
from querwerk.core.models import Link
from querwerk.core.pictures.actions import withdraw_consent
from querwerk.core.pictures.models import Consent, Picture, StoredFile
from querwerk.people.models import User


def likeness_of(user: User, names: Sequence[str]) -> dict[str, Any]:
    """Return consents, recordings, uploads and credits of an account; ``names`` are those that are its alone."""
    return {
        "consents_to_be_shown": [_consent(one) for one in _consents_of(names)],
        "recorded_consents": Consent.objects.filter(recorded_by_id=user.pk).count(),
        "uploaded_files": StoredFile.objects.filter(by_id=user.pk).count(),
        "credited_pictures": _credited(user),
        "bylines": _bylines(names),
    }


def forget_likeness(user: User, names: Sequence[str], *, instead: str) -> None:
    """Take the name from what was recorded; whoever is shown under it has taken consent back with that."""
    for consent in _consents_of(names).filter(withdrawn_at=None):
        withdraw_consent(consent=consent, by=Actor(None, instead))
    _consents_of(names).update(name=instead, note="")
    Consent.objects.filter(recorded_by_id=user.pk).update(recorded_by_id=None, recorded_by=instead)
    StoredFile.objects.filter(by_id=user.pk).update(by_id=None)


def _consents_of(names: Sequence[str]) -> QuerySet[Consent]:
    return Consent.objects.filter(name__in=names).select_related("shown_in__space").order_by("pk")


def _consent(consent: Consent) -> dict[str, Any]:
    return {
        "programme": consent.shown_in.space.key,
        consent.shown_in.kind: consent.shown_in.key,
        "given_on": consent.given_on.isoformat(),
        "how": str(consent.how),
        "uses": list(consent.uses),
        "withdrawn_at": consent.withdrawn_at.isoformat() if consent.withdrawn_at else None,
    }


def _bylines(names: Sequence[str]) -> list[str]:
    """Return the newsflashes that name the account as their author: a right of the author, which stays like a credit."""
    found = Link.objects.filter(field="author", words__in=names).select_related("owner__space").order_by("pk")
    return [f"{link.owner.space.key}:{link.owner.kind}:{link.owner.key}" for link in found]


def _credited(user: User) -> list[str]:
    """Return the pictures whose credit names the account: copyright, which stays where the picture stays."""
    if not user.name:
        return []
    found = Picture.objects.filter(credit__contains=user.name).order_by("pk")
    return [f"{space}:{key}" for space, key in found.values_list("space__key", "key")]
