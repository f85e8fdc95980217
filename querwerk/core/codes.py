"""Codes that nobody guesses, and what stays of an address when the address itself is forgotten."""

import hashlib
import hmac
import secrets

from django.conf import settings


def new_code() -> str:
    """Return a code for links in somebody's mails: 32 characters, 192 bits."""
    return secrets.token_urlsafe(24)


def keyed_hash(words: str) -> str:
    """Return what tells the same words again, and leads back to them for nobody without the installation's key: 64 digits."""
    return hmac.new(settings.SECRET_KEY.encode(), words.encode(), hashlib.sha256).hexdigest()


def address_hash(email: str) -> str:
    """Return what stays of an address after the end: enough to answer "did this address consent?", no more."""
    return keyed_hash(email.strip().lower())
