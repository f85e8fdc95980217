"""What the platform knows about an account, and how it forgets it."""

from collections.abc import Iterable, Iterator
from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from querwerk.core.actions import raise_edition
from querwerk.core.models import JournalEntry, Link, Once, Space
from querwerk.core.prose.actions import forget_author
from querwerk.core.prose.queries import written_by
from querwerk.core.text import Text
from querwerk.desk.likeness import forget_likeness, likeness_of
from querwerk.desk.queries import organisers_left
from querwerk.people.actions import forget_account
from querwerk.people.models import User
from querwerk.programmes.models import Role
from querwerk.programmes.states import RoleName

ERASED = "erased account"
"""Stands in the journal where the name stood: what was done stays known, who did it does not."""


class UnableToErase(Exception):
    """The account cannot be erased; the message says why."""


def personal_data(user: User) -> dict[str, Any]:
    """Return everything that is stored about an account, fit for JSON."""
    roles = Role.objects.filter(user=user).select_related("programme", "organisation").order_by("pk")
    passkeys = Authenticator.objects.filter(user=user).order_by("pk")
    done = JournalEntry.objects.filter(by_id=user.pk).order_by("pk")
    return {
        "account": {
            "email": user.email,
            "name": user.name,
            "is_active": user.is_active,
            "joined_at": user.joined_at.isoformat(),
            "last_login": user.last_login.isoformat() if user.last_login else None,
        },
        **likeness_of(user, _names(user)),
        "roles": [
            {
                "programme": role.programme.key,
                "role": str(role.name),
                "organisation": role.organisation.key if role.organisation else None,
            }
            for role in roles
        ],
        "passkeys": [
            {
                "name": str(passkey.wrap()),
                "created_at": passkey.created_at.isoformat(),
                "last_used_at": passkey.last_used_at.isoformat() if passkey.last_used_at else None,
            }
            for passkey in passkeys
        ],
        "sessions": [{"ends_at": session.expire_date.isoformat()} for session in _sessions_of(user)],
        "roles_in_journal": [_entry(entry) for entry in _role_entries(user)],
        "journal": [_entry(entry) for entry in done],
        "texts": written_by(user.pk),
        "signed_links": Link.objects.filter(author__in=_signatures(user)).count(),
    }


@transaction.atomic
def erase_account(*, user: User) -> None:
    """Delete account, roles, passkeys and sessions; the journal keeps what was done without the name.

    Raises :class:`UnableToErase` for the last organiser of a programme.
    """
    led = Role.objects.filter(user=user, name=RoleName.ORGANISER).select_related("programme").order_by("programme__key")
    for role in led:
        # Two organisers who are erased at once must not both be gone.
        Space.objects.select_for_update().get(pk=role.programme.space_id)
        if not organisers_left(role.programme_id, without=role.pk):
            raise UnableToErase(
                _("%(email)s is the last organiser of %(programme)s. Give somebody else the role first.")
                % {"email": user.email, "programme": role.programme.key}
            )
    _forget_in_journal(user)
    forget_author(user_id=user.pk, instead=ERASED)
    if Link.objects.filter(author__in=_signatures(user)).update(author=""):
        raise_edition()
    forget_likeness(user, _names(user), instead=ERASED)
    forget_account(user=user)
    for session in _sessions_of(user):
        session.delete()
    Once.objects.filter(key__startswith=f"desk:{user.pk}:").delete()
    user.delete()


def _forget_in_journal(user: User) -> None:
    for entry in _role_entries(user):
        label = RoleName(entry.key).label if entry.key in RoleName.values else entry.key
        entry.title = Text(f"{ERASED}: {label}")
        for about in (entry.before, entry.after):
            if about:
                about["account"] = ERASED
        entry.save(update_fields=["title", "before", "after"])
    signed = Q(before__author__in=_signatures(user)) | Q(after__author__in=_signatures(user))
    for entry in JournalEntry.objects.filter(signed, verb__in=["linked", "unlinked"]):
        for link in (entry.before, entry.after):
            if link:
                link.pop("author", None)
        entry.save(update_fields=["before", "after"])
    JournalEntry.objects.filter(by_id=user.pk).update(by_id=None, by_name=ERASED)


def _role_entries(user: User) -> QuerySet[JournalEntry]:
    about = Q(before__account=user.email) | Q(after__account=user.email)
    return JournalEntry.objects.filter(about, kind="role").order_by("pk")


def _signatures(user: User) -> list[str]:
    """Return the words by which links name this account as their author; a name that two accounts share tells neither."""
    is_shared = User.objects.filter(name=user.name).exclude(pk=user.pk).exists()
    return [user.email, *([user.name] if user.name and not is_shared else [])]


def _sessions_of(user: User) -> Iterator[Session]:
    sessions: Iterable[Session] = Session.objects.order_by("pk").iterator()
    for session in sessions:
        if session.get_decoded().get("_auth_user_id") == str(user.pk):
            yield session


def _entry(entry: JournalEntry) -> dict[str, Any]:
    return {
        "at": entry.at.isoformat(),
        "verb": str(entry.verb),
        "programme": entry.space_key,
        "record": f"{entry.kind}:{entry.key}",
        "why": entry.why,
    }


def _names(user: User) -> list[str]:
    """Return the name by which others than the account's programmes know it, if it is the account's alone."""
    return [name for name in _signatures(user) if name != user.email]
