"""The mark under which somebody asks and votes: it tells one person from another, and leads to nobody."""

import secrets

from django.core import signing

from querwerk.core.codes import keyed_hash
from querwerk.events.models import Registration

SALT = "audience.floor"
LASTS = 7 * 86400
"""How long a phone keeps its mark, in seconds: a conference of a week."""


def new_token() -> str:
    """Return a token for a phone that has none."""
    return secrets.token_urlsafe(18)


def token_of_registration(registration: Registration) -> str:
    """Return the token of who came in by their own link: the same on each of their devices.

    It lies readable in the cookie, so it does not hold the code, which opens the registration.
    """
    return keyed_hash(f"floor:{registration.code}")


def signed(token: str) -> str:
    """Return what is put into the cookie."""
    return signing.dumps(token, salt=SALT)


def token_in(cookie: str) -> str:
    """Return the token of a cookie; nothing for one that we did not sign, or that is too old."""
    try:
        found = signing.loads(cookie, salt=SALT, max_age=LASTS)
    except signing.BadSignature:
        return ""
    return found if isinstance(found, str) else ""


def mark_of(floor_id: int, token: str) -> str:
    """Return the mark of a token on one floor: it cannot be followed to another event."""
    return keyed_hash(f"floor:{floor_id}:{token}")


def mark_of_registration(floor_id: int, registration: Registration) -> str:
    """Return the mark under which somebody asks who came in by their own link."""
    return mark_of(floor_id, token_of_registration(registration))
