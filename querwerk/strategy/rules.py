"""Says in plain words where a paper stands, from what is known and what is stated to be unknown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from querwerk.strategy.states import Outcome, PaperState

WAY = (PaperState.DRAFTING, PaperState.DISCUSSED, PaperState.PUBLISHED, PaperState.ANNOUNCED, PaperState.SUBMITTED)
"""The way to the decision, in order; a paper may leave stations out."""
TONES = {Outcome.ADOPTED: "good", Outcome.CHANGED: "good", Outcome.DEFERRED: "warn", Outcome.REJECTED: "bad"}


@dataclass(frozen=True, slots=True)
class Standing:
    """What is shown: one or two short statements, and the tone in which they are shown."""

    statements: tuple[str | Promise, ...]
    tone: str

    def __str__(self) -> str:
        """Join the statements."""
        return " · ".join(str(statement) for statement in self.statements)


def standing(
    *,
    state: str,
    gaps: Mapping[str, str],
    is_submission_planned: bool,
    submitted: str,
    adopted: str,
    outcomes: Sequence[str],
) -> Standing:
    """Return where a paper stands. ``outcomes`` are those of its decisions, oldest first, empty where unknown."""
    decided = decision(state, adopted, outcomes)
    if decided is not None:
        return Standing((decided.label,), TONES[decided])
    reached = station(state, is_submission_planned=is_submission_planned, submitted=submitted)
    statements: list[str | Promise] = [reached.label] if reached else []
    if gaps.get("adopted") == "none":
        return Standing((*statements, _("Not adopted")), "warn")
    if gaps.get("adopted") == "unknown" or len(outcomes) > 0:
        return Standing((*statements, _("Decision unknown")), "open")
    return Standing(tuple(statements), "note")


def decision(state: str, adopted: str, outcomes: Sequence[str]) -> Outcome | None:
    """Return the last decision that is known: a decision on record counts more than a date, a date more than the state."""
    known = [outcome for outcome in outcomes if outcome]
    if known:
        return Outcome(known[-1])
    if adopted:
        return Outcome.CHANGED if state == PaperState.CHANGED else Outcome.ADOPTED
    return Outcome(state) if state in Outcome.values else None


def station(state: str, *, is_submission_planned: bool, submitted: str) -> PaperState | None:
    """Return the furthest station before the decision that something on record speaks for."""
    reached = [PaperState(state)] if state in WAY else []
    if is_submission_planned:
        reached.append(PaperState.ANNOUNCED)
    if submitted:
        reached.append(PaperState.SUBMITTED)
    return max(reached, key=WAY.index, default=None)
