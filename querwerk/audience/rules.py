"""Who may ask from the floor, who works with it, and when the results of feedback are shown: yes or no, and why."""

from collections.abc import Collection

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from querwerk.events.states import RegistrationState
from querwerk.programmes.rules import YES, Verdict, Viewer, may_edit
from querwerk.programmes.states import RoleName

MOST_LETTERS = 500
"""Of a question: what can be read from a screen."""
LEAST_SHEETS = 5
"""Fewer answers are not shown: among so few people one is recognised by what they say."""
KEPT_DAYS = 90
"""How long marks of who asked and voted stay where an event says nothing of its own."""


def may_ask(*, is_open: bool) -> Verdict:
    """Decide whether a question can be asked at a point of the agenda."""
    return YES if is_open else Verdict(is_allowed=False, why=_("Questions about this point are closed."))


def may_vote(*, is_shown: bool, is_own: bool) -> Verdict:
    """Decide whether somebody can vote for a question."""
    if is_own:
        return Verdict(is_allowed=False, why=_("This is your own question."))
    return YES if is_shown else Verdict(is_allowed=False, why=_("This question is closed."))


def may_see_audience(viewer: Viewer) -> Verdict:
    """Whoever may edit some event; a reader sees numbers elsewhere."""
    if RoleName.READER in viewer.roles and not viewer.is_organiser and len(viewer.roles) == 1:
        return Verdict(is_allowed=False, why=gettext_lazy("Readers see numbers, but neither names nor addresses."))
    return YES


def may_handle(viewer: Viewer, *, owners: Collection[str]) -> Verdict:
    """Whoever may edit the event opens the floor, reads feedback and writes the thanks."""
    return may_edit(viewer, kind="event", owners=owners)


def may_speak(*, state: str, was_there: bool) -> Verdict:
    """Whoever has a place, or was there all the same, comes onto the floor by their own link, and says how it was."""
    if state == RegistrationState.CONFIRMED or was_there:
        return YES
    return Verdict(is_allowed=False, why=_("This is for those who have a place."))


def may_see_results(*, sheets: int) -> Verdict:
    """Decide whether what was said in feedback can be read without telling who said it."""
    if sheets >= LEAST_SHEETS:
        return YES
    words = _("Results show from %(least)s answers on, so that nobody is recognised among a few. So far there are %(number)s.")  # fmt: skip
    return Verdict(is_allowed=False, why=words % {"least": LEAST_SHEETS, "number": sheets})
