"""Signing in: how our rules differ from allauth's, and sign-in links that work once."""

from datetime import UTC, datetime, timedelta
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import record_authentication
from django.contrib.auth import login
from django.core import signing
from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone

from querwerk.people.models import User

LINK_SALT = "querwerk.people.sign-in-link"
LINK_AGE = timedelta(hours=24)
SECOND_FACTOR = "allauth.mfa.stages.AuthenticateStage"


class AccountAdapter(DefaultAccountAdapter):
    """Accounts are made by organisers; a passkey is another way in, not a second lock."""

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
