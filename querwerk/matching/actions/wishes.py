"""What participants say themselves: to a suggestion of their own, and whether they want any."""

from django.db import transaction
from django.utils.translation import gettext as _

from querwerk.core.actions import Actor, save_record
from querwerk.core.queries import snapshot
from querwerk.matching.models import Dossier, Wish
from querwerk.matching.states import Says
from querwerk.people.models import Profile
from querwerk.people.states import Switch


class UnableToSay(Exception):
    """A “not for me” needs a reason; the message says so."""


@transaction.atomic
def say_to_suggestion(*, dossier: Dossier, profile: Profile, says: str, why: str) -> Wish:
    """Note what a creative says to a challenge; a later word replaces it, the same twice changes nothing."""
    if says == Says.NOT_FOR_ME and not why:
        raise UnableToSay(_("Please give a reason in a few words. It makes the next suggestions better."))
    wish, _is_new = Wish.objects.update_or_create(
        dossier=dossier, profile=profile, defaults={"says": says, "why": why[:500]}
    )
    return wish


def switch_matching(*, profile: Profile, is_on: bool, by: Actor) -> None:
    """Turn suggestions on or off; off means that the matching neither ranks nor proposes the profile."""
    wanted = Switch.ON if is_on else Switch.OFF
    if (profile.matching or Switch.ON) == wanted:
        return
    raw = snapshot(profile) | {"matching": str(wanted)}
    save_record(spec=Profile.SPEC, raw=raw, space=profile.space, by=by, expected_version=profile.version)
