"""Signing in: how our rules differ from allauth's, sign-in links that work once, and codes that prove an address."""

import hmac
from datetime import UTC, datetime, timedelta
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter, get_adapter
from allauth.account.internal.flows.login import record_authentication
from django.contrib.auth import login
from django.core import signing
from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone

from querwerk.core.codes import keyed_hash
from querwerk.core.limits import HOUR, is_too_often, too_often_words
from querwerk.people.models import User

LINK_SALT = "querwerk.people.sign-in-link"
LINK_AGE = timedelta(hours=24)
SECOND_FACTOR = "allauth.mfa.stages.AuthenticateStage"


class AccountAdapter(DefaultAccountAdapter):
    """Accounts are made by organisers or by entering the directory; a passkey is another way in, not a second lock."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody signs up alone."""
        return False

    def get_login_stages(self) -> list[str]:
        """Leave the second factor out: whoever has lost the passkey must still get in with a code."""
        return [stage for stage in super().get_login_stages() if stage != SECOND_FACTOR]

    def is_reauthentication_required(self, *, app: str, **kwargs: object) -> bool:
        """Adding or removing a passkey asks for nothing more; a mail tells the owner about each change."""
        return False

    def send_notification_mail(
        self, template_prefix: str, user: User, context: dict[str, Any] | None = None, email: str | None = None,
    ) -> None:  # fmt: skip
        """Write to the account's address; allauth's own list of addresses is not used."""
        super().send_notification_mail(template_prefix, user, context, email or user.email)


def link_token(user: User) -> str:
    """Make a token that signs this person in once; any sign-in in between uses it up."""
    last = user.last_login.isoformat() if user.last_login else ""
    return signing.dumps({"user": user.pk, "last": last}, salt=LINK_SALT, compress=False)


def link_owner(token: str) -> User | None:
    """Whom the token would sign in, or nobody when it is forged, too old or used up."""
    try:
        content = signing.loads(token, salt=LINK_SALT, max_age=LINK_AGE)
    except signing.BadSignature:
        return None
    last = datetime.fromisoformat(content["last"]) if content["last"] else None
    return User.objects.filter(_not_since(last), pk=content["user"], is_active=True).first()


def sign_in_by_link(request: HttpRequest, token: str) -> bool:
    """Sign in whom the token belongs to; of two simultaneous uses one succeeds."""
    user = link_owner(token)
    if user is None:
        return False
    now = timezone.now()
    # The condition in the UPDATE decides, not the look before it: only one of two requests changes the row.
    if not User.objects.filter(_not_since(user.last_login), pk=user.pk, is_active=True).update(last_login=now):
        return False
    login(request, user, backend="django.contrib.auth.backends.ModelBackend")
    record_authentication(request, user, method="link", email=user.email)
    return True


def _not_since(last: datetime | None) -> Q:
    return Q(last_login__isnull=True) if last is None else Q(last_login=last.astimezone(UTC))


# --- Codes for people who may have no account yet ---


CODE_KEY = "querwerk_code"
CODE_AGE = timedelta(minutes=15)
CODE_TRIES = 5
CODES_PER_HOUR = 8
"""To one address; from one connection three times as many, for a fair has one connection for many visitors."""


class TooManyCodes(Exception):
    """So many codes were sent that no further one is; the message says what to do."""


def send_code(request: HttpRequest, email: str, *, purpose: str) -> None:
    """Send a code that proves an address, and keep in the session what it is for. Raises :class:`TooManyCodes`."""
    adapter = get_adapter(request)
    limits = {
        f"code:{_digest(email.lower())}": CODES_PER_HOUR,
        f"code:{adapter.get_client_ip(request)}": 3 * CODES_PER_HOUR,
    }
    for key, most in limits.items():
        if is_too_often(key, most, HOUR):
            raise TooManyCodes(too_often_words(HOUR))
    code = adapter.generate_login_code()
    request.session[CODE_KEY] = {
        "email": email.lower(), "code": _digest(code), "purpose": purpose, "tries": 0, "at": timezone.now().isoformat(),
    }  # fmt: skip
    adapter.send_mail("account/email/login_code", email, {"request": request, "code": code})


def code_sent_to(request: HttpRequest, *, purpose: str) -> str:
    """Return the address to which a code for this purpose was sent and is still good, or an empty text."""
    kept = request.session.get(CODE_KEY) or {}
    if kept.get("purpose") != purpose or timezone.now() - datetime.fromisoformat(kept["at"]) > CODE_AGE:
        return ""
    return str(kept["email"])


def take_code(request: HttpRequest, typed: str, *, purpose: str) -> str:
    """Return the address that a code proves, and use the code up; an empty text for a wrong one, which ends after some tries."""
    email = code_sent_to(request, purpose=purpose)
    if not email:
        return ""
    kept = request.session.pop(CODE_KEY)
    if hmac.compare_digest(kept["code"], _digest("".join(typed.split()))):
        return email
    if kept["tries"] + 1 < CODE_TRIES:
        request.session[CODE_KEY] = kept | {"tries": kept["tries"] + 1}
    return ""


def sign_in_proved(request: HttpRequest, email: str) -> User | None:
    """Sign in the account of an address that was proved by a code, made if it is new; nobody where it was closed."""
    user = User.objects.filter(email__iexact=email).first()
    if user is None:
        user = User.objects.create_user(email)
    if not user.is_active:
        return None
    login(request, user, backend="django.contrib.auth.backends.ModelBackend")
    record_authentication(request, user, method="code", email=user.email)
    return user


def by_mailbox(request: HttpRequest, email: str) -> User | None:
    """Return who reads the mailbox into which a link went: the account that is signed in, or a new one, signed in now.

    Nobody where the address has another account: a link lies in a mailbox for weeks, so it makes an account, but opens none.
    """
    known = User.objects.filter(email__iexact=email).first()
    if known is None:
        return sign_in_proved(request, email)
    return known if known.is_active and known.pk == request.user.pk else None


def _digest(words: str) -> str:
    plain = "".join(letter for letter in words.upper() if letter not in "- ")
    return keyed_hash(plain)
