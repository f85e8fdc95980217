"""What is typed into a profile's forms is kept by itself until it is saved: for its author alone, and for some time.

It stands in no journal and raises no edition, for nobody else learns that there is something.
"""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from querwerk.core.spec import UNSTORABLE
from querwerk.people.models import Profile, ProfileDraft, User

VALID = timedelta(days=30)
"""How long it waits after the last keystroke."""
MOST = 60_000
"""Characters in one form, more than all its fields take."""


class UnableToKeep(Exception):
    """It cannot be kept; the message says why."""


def _valid(now: datetime) -> Q:
    return Q(typed_at__gt=now - VALID)


def draft_of(profile: Profile, user: User, form: str) -> ProfileDraft | None:
    """Return what somebody typed into a form and has not saved; 1 query."""
    return ProfileDraft.objects.filter(_valid(timezone.now()), profile=profile, user=user, form=form).first()


def forms_with_drafts(profile: Profile, user: User) -> set[str]:
    """Return the forms into which somebody typed what is not saved yet; 1 query."""
    found = ProfileDraft.objects.filter(_valid(timezone.now()), profile=profile, user=user)
    return set(found.values_list("form", flat=True))


def drafts_data(user: User, profile: Profile | None = None) -> list[dict[str, object]]:
    """Return what somebody typed and has not saved, into one profile's forms or all, fit for JSON; 1 query."""
    found = ProfileDraft.objects.filter(user=user).select_related("profile__space").order_by("pk")
    return [
        {
            "programme": one.profile.space.key, "not saved in": one.profile.key, "form": one.form, "typed": one.typed,
            "at": one.typed_at.isoformat(),
        }
        for one in (found if profile is None else found.filter(profile=profile))
    ]  # fmt: skip


@transaction.atomic
def keep_draft(
    *, profile: Profile, user: User, form: str, typed: Mapping[str, list[str]], base: str, window: str, continues: str
) -> None:
    """Keep what stands in a form, in the place of what stood there before; sent twice, it is the same.

    ``continues`` is the window whose draft the page was opened with. Raises :class:`UnableToKeep`.
    """
    clean = {name: [UNSTORABLE.sub("", value) for value in values] for name, values in typed.items()}
    if sum(len(value) for values in clean.values() for value in values) > MOST:
        raise UnableToKeep(_("Not kept: this is too long. Please shorten it, or save a part of it."))
    content = {"typed": clean, "base": base[:64], "window": window[:64], "typed_at": timezone.now()}
    place: dict[str, Any] = {"profile": profile, "user": user, "form": form}
    _one, is_new = ProfileDraft.objects.get_or_create(**place, defaults=content)
    if is_new:
        return
    there = ProfileDraft.objects.select_for_update().filter(**place).first()
    if there is not None and there.window not in (window, continues) and there.typed_at > timezone.now() - VALID:
        raise UnableToKeep(
            _("Not kept: this form is open in another window, where you typed something, too. That is kept; here you can still save.")
        )  # fmt: skip
    ProfileDraft.objects.update_or_create(**place, defaults=content)


def drop_draft(*, profile: Profile, user: User, form: str, windows: Collection[str]) -> None:
    """Forget what was saved or is not wanted; what was typed in a window that is none of these stays."""
    ProfileDraft.objects.filter(profile=profile, user=user, form=form, window__in=windows).delete()


def move_drafts(keep: Profile, gone: Profile) -> None:
    """Let what was typed about a profile follow it into another one; whoever typed there as well keeps that."""
    for draft in ProfileDraft.objects.filter(profile=gone):
        if not ProfileDraft.objects.filter(profile=keep, user=draft.user_id, form=draft.form).exists():
            # It was typed over other words than those that stand here: whoever saves it is told.
            ProfileDraft.objects.filter(pk=draft.pk).update(profile=keep, base="")


def forget_drafts(now: datetime) -> int:
    """Delete what nobody went on with in time; return how many."""
    return ProfileDraft.objects.exclude(_valid(now)).delete()[0]
