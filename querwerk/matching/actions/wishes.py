"""What participants say themselves: to a suggestion of their own, and whether they want any."""

from django.db import transaction
from django.utils.translation import gettext as _

from querwerk.core.actions import Actor, save_record
from querwerk.core.queries import snapshot
from querwerk.matching.models import Dossier, Wish
from querwerk.matching.states import Ground, Party, Says
from querwerk.people.models import Profile
from querwerk.people.states import Switch


class UnableToSay(Exception):
    """A “not for me” needs a reason; the message says so."""


@transaction.atomic
def say_to_suggestion(
    *, dossier: Dossier, profile: Profile, says: str, why: str, ground: str = "", party: str = Party.OFFER
) -> Wish:
    """Note what one side says to a pair; a later word replaces it, the same twice changes nothing."""
    if says == Says.NOT_FOR_ME and not why and ground in ("", Ground.OTHER):
        raise UnableToSay(_("Please give a reason in a few words. It makes the next suggestions better."))
    said = {"says": says, "why": why[:500], "ground": (ground or Ground.OTHER) if says == Says.NOT_FOR_ME else ""}
    there = Wish.objects.filter(dossier=dossier, profile=profile, party=party, **said).first()
    if there is not None:
        return there
    wish, _is_new = Wish.objects.update_or_create(dossier=dossier, profile=profile, party=party, defaults=said)
    return wish


def switch_matching(*, profile: Profile, is_on: bool, by: Actor) -> None:
    """Turn suggestions on or off; off means that the matching neither ranks nor proposes the profile."""
    wanted = Switch.ON if is_on else Switch.OFF
    if (profile.matching or Switch.ON) == wanted:
        return
    raw = snapshot(profile) | {"matching": str(wanted)}
    save_record(spec=Profile.SPEC, raw=raw, space=profile.space, by=by, expected_version=profile.version)
