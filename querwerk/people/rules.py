"""Who may see and change a profile: pure answers, with the reason."""

from dataclasses import dataclass, field

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from querwerk.people.states import Audience, Origin


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer and its reason, fit to be shown."""

    is_allowed: bool
    why: str | Promise = ""

    def __bool__(self) -> bool:
        """Tell whether it is allowed."""
        return self.is_allowed


@dataclass(frozen=True, slots=True)
class Reader:
    """Who looks into the directory of a programme."""

    user_id: int | None = None
    is_organiser: bool = False
    has_role: bool = False
    """Works on the programme in any way."""
    speaks_for: frozenset[int] = field(default_factory=frozenset)
    """Ids of profiles."""

    @property
    def is_member(self) -> bool:
        """Tell whether the person sees what members of the directory see."""
        return self.has_role or bool(self.speaks_for)


STRANGER = Reader()
YES = Answer(is_allowed=True)
MEMBERS_ONLY = Answer(is_allowed=False, why=_("Only members of the directory see this."))
OWNERS_ONLY = Answer(is_allowed=False, why=_("Only those who speak for this profile and the organisers see this."))
NOT_SHOWN = Answer(is_allowed=False, why=_("The organisers have taken this profile out of the directory."))


def may_see_profile(reader: Reader, *, profile_id: int, shown_to: str | None) -> Answer:
    """Decide on a profile; ``shown_to`` is its audience, nothing where the desk has taken it out."""
    if reader.is_organiser or profile_id in reader.speaks_for:
        return YES
    if shown_to is None:
        return NOT_SHOWN
    return may_see(reader, profile_id=profile_id, audience=shown_to)


def may_see(reader: Reader, *, profile_id: int, audience: str) -> Answer:
    """Decide on something of a profile that has its own audience, such as a phone number."""
    if audience == Audience.PUBLIC or reader.is_organiser or profile_id in reader.speaks_for:
        return YES
    if audience == Audience.MEMBERS:
        return YES if reader.is_member else MEMBERS_ONLY
    return OWNERS_ONLY


def may_edit_profile(reader: Reader, *, profile_id: int) -> Answer:
    """Those who speak for a profile edit it, and the organisers."""
    if reader.is_organiser or profile_id in reader.speaks_for:
        return YES
    return Answer(is_allowed=False, why=_("Only those who speak for this profile edit it."))


def may_stop_speaking(*, speakers: int) -> Answer:
    """The last one who speaks for a profile hands it over first, or deletes it: a profile without anybody answers nobody."""
    if speakers > 1:
        return YES
    return Answer(
        is_allowed=False,
        why=_("You are the only one who speaks for this profile. Let somebody else in first, or delete the profile."),
    )


def may_claim(*, origin: str, has_speakers: bool) -> Answer:
    """An imported profile can be taken over until somebody has; then those who speak for it let others in."""
    if has_speakers:
        return Answer(is_allowed=False, why=_("Somebody speaks for this profile already."))
    if origin != Origin.IMPORTED:
        return Answer(is_allowed=False, why=_("Only imported profiles can be taken over."))
    return YES
