"""Who may do what with challenges and matches: pure predicates that answer yes or no, and why."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _

from querwerk.matching.states import SHOWN, SOUGHT, Answer, ChallengeState, Confidentiality, ProposalState
from querwerk.programmes.rules import YES, Verdict, Viewer

SILENT_AFTER = timedelta(days=14)
"""A proposal that nobody answered, or an introduction after which nobody was heard of, is called silent."""
REMIND_AFTER = timedelta(days=5)
MOST_REMINDERS = 2


@dataclass(frozen=True, slots=True)
class Reading:
    """What decides who reads a challenge."""

    state: str
    confidentiality: str
    author_id: int | None
    chosen: Collection[int] = field(default_factory=frozenset)

    def is_near(self, user_id: int | None) -> bool:
        """Tell whether somebody wrote it or was chosen."""
        return user_id is not None and (user_id == self.author_id or user_id in self.chosen)


def may_see_challenge(viewer: Viewer, *, reading: Reading, is_member: bool) -> Verdict:
    """Decide on one challenge; for whom it is not, it does not exist."""
    if reading.is_near(viewer.user_id):
        return YES
    if reading.confidentiality == Confidentiality.CHOSEN:
        return Verdict(is_allowed=False, why=_("Only chosen people read this."))
    if viewer.is_organiser:
        return YES
    is_for_viewer = reading.confidentiality == Confidentiality.PUBLIC or is_member
    if is_for_viewer and reading.state in SHOWN:
        return YES
    return Verdict(is_allowed=False, why=_("This challenge is not shown."))


def may_edit_challenge(viewer: Viewer, *, reading: Reading) -> Verdict:
    """Whoever wrote it, and the organisers who may read it."""
    if viewer.user_id is not None and viewer.user_id == reading.author_id:
        return YES
    if viewer.is_organiser and may_see_challenge(viewer, reading=reading, is_member=True):
        return YES
    return Verdict(is_allowed=False, why=_("Only who wrote this challenge and the organisers change it."))


def may_write_challenge(viewer: Viewer) -> Verdict:
    """Everybody who has signed in may bring a challenge: it is read by the organisers before anything follows."""
    if viewer.user_id is not None:
        return YES
    return Verdict(is_allowed=False, why=_("Please sign in with your e-mail address first."))


def may_use_matching(viewer: Viewer) -> Verdict:
    """Organisers bring people together."""
    return YES if viewer.is_organiser else Verdict(is_allowed=False, why=_("Only organisers bring people together."))


def may_match(viewer: Viewer, *, reading: Reading) -> Verdict:
    """An organiser matches what an organiser may read."""
    verdict = may_use_matching(viewer)
    return may_see_challenge(viewer, reading=reading, is_member=True) if verdict else verdict


def can_be_proposed(state: str) -> Verdict:
    """Only for what is looking for creatives."""
    if state in SOUGHT:
        return YES
    if state == ChallengeState.DRAFT:
        return Verdict(is_allowed=False, why=_("The challenge is still a draft. Open it first."))
    return Verdict(is_allowed=False, why=_("This challenge is not looking for creatives now."))


def can_be_answered(state: str, answer: str) -> Verdict:
    """One answer per side, while the proposal stands."""
    if answer != Answer.OPEN:
        return Verdict(is_allowed=False, why=_("You have answered already."))
    if state != ProposalState.PROPOSED:
        return Verdict(is_allowed=False, why=_("This proposal no longer stands."))
    return YES


def is_silent(*, state: str, heard_at: datetime, now: datetime) -> bool:
    """Tell whether nobody was heard of for so long that somebody should ask."""
    is_waiting = state in (ProposalState.PROPOSED, ProposalState.INTRODUCED)
    return is_waiting and now - heard_at >= SILENT_AFTER


def can_be_reminded(*, state: str, heard_at: datetime, reminders: int, now: datetime) -> bool:
    """Tell whether a side that has not answered gets a reminder."""
    return state == ProposalState.PROPOSED and reminders < MOST_REMINDERS and now - heard_at >= REMIND_AFTER


def may_be_asked(*, own_is_closed: bool, other_is_closed: bool, other_answer: str) -> bool:
    """Tell whether a side is asked now: not before the other has agreed to be named, where that is not for everybody.

    Where both are closed both are asked, and neither reads of the other before that one has said yes.
    """
    return not other_is_closed or own_is_closed or other_answer == Answer.YES


def may_read_of_other(*, other_is_closed: bool, other_answer: str) -> bool:
    """Tell whether a side reads the other's text before it answers."""
    return not other_is_closed or other_answer == Answer.YES


def needs_another(*, wanted: int | None, introduced: int) -> bool:
    """Tell whether a challenge is still looking for creatives after so many introductions."""
    return introduced < (wanted or 1)


FEW_SHARE = 0.1
"""The creatives with the most proposals, as a share of all."""
TOO_MUCH = 0.5
"""From which share of all proposals on they have too much."""
ENOUGH_TO_TELL = 10
"""Proposals below which nothing is said about their spread."""


def share_of_few(counts: Sequence[int]) -> float:
    """Return which share the tenth of them with the most has; at least one is looked at."""
    total = sum(counts)
    few = max(1, round(FEW_SHARE * len(counts)))
    return sum(sorted(counts, reverse=True)[:few]) / total if total else 0.0


def is_concentrated(counts: Sequence[int]) -> bool:
    """Tell whether a few get so much that somebody should look at it."""
    return sum(counts) >= ENOUGH_TO_TELL and len(counts) > 1 and share_of_few(counts) >= TOO_MUCH
