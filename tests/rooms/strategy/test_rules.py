"""Where a paper stands, for every mixture of what is known and what is not."""

from collections.abc import Sequence

import pytest
from django.utils import translation

from querwerk.strategy.rules import TONES, WAY, standing
from querwerk.strategy.states import PAPER_MOVES, Outcome, PaperState

UNKNOWN = {"adopted": "unknown"}

type Said = tuple[str, dict[str, str], bool, str, str, Sequence[str]]


@pytest.mark.parametrize(
    ("said", "shown", "tone"),
    [
        # nothing said at all
        (("", {}, False, "", "", ()), "", "note"),
        (("drafting", {}, False, "", "", ()), "Being written", "note"),
        (("published", {}, False, "", "", ()), "Published", "note"),
        # the honest end: announced or submitted, and nobody knows what came of it
        (("announced", UNKNOWN, True, "", "", ("",)), "Submission announced · Decision unknown", "open"),
        (("announced", UNKNOWN, False, "", "", ()), "Submission announced · Decision unknown", "open"),
        (("", UNKNOWN, True, "", "", ()), "Submission announced · Decision unknown", "open"),
        (("submitted", UNKNOWN, True, "", "", ()), "Submitted · Decision unknown", "open"),
        (("", UNKNOWN, False, "", "", ()), "Decision unknown", "open"),
        (("drafting", UNKNOWN, False, "", "", ()), "Being written · Decision unknown", "open"),
        (("", {}, False, "", "", ("",)), "Decision unknown", "open"),
        # the furthest station counts
        (("discussed", {}, True, "", "", ()), "Submission announced", "note"),
        (("discussed", {}, True, "2021-12", "", ()), "Submitted", "note"),
        (("submitted", {}, True, "", "", ()), "Submitted", "note"),
        # stated not to be adopted
        (("submitted", {"adopted": "none"}, False, "", "", ()), "Submitted · Not adopted", "warn"),
        # decided
        (("submitted", {}, True, "2021-12", "2022-03", ()), "Adopted", "good"),
        (("changed", {}, True, "", "2022-03", ()), "Adopted with changes", "good"),
        (("deferred", {}, False, "", "", ()), "Deferred", "warn"),
        (("rejected", UNKNOWN, False, "", "", ()), "Rejected", "bad"),
        (("announced", UNKNOWN, True, "", "", ("adopted",)), "Adopted", "good"),
        # the last known decision counts, also against the paper's own state
        (("submitted", {}, False, "", "", ("deferred", "changed")), "Adopted with changes", "good"),
        (("adopted", {}, False, "", "2022", ("deferred", "rejected")), "Rejected", "bad"),
        (("submitted", {}, False, "", "", ("deferred", "")), "Deferred", "warn"),
    ],
)
def test_standing(said: Said, shown: str, tone: str) -> None:
    state, gaps, is_submission_planned, submitted, adopted, outcomes = said
    with translation.override("en"):
        result = standing(
            state=state,
            gaps=gaps,
            is_submission_planned=is_submission_planned,
            submitted=submitted,
            adopted=adopted,
            outcomes=outcomes,
        )
        assert (str(result), result.tone) == (shown, tone)


def test_german_says_it_plainly() -> None:
    with translation.override("de"):
        result = standing(
            state="announced", gaps=UNKNOWN, is_submission_planned=True, submitted="", adopted="", outcomes=("",)
        )
        assert str(result) == "Vorlage angekündigt · Beschluss unbekannt"


def test_every_state_has_its_moves() -> None:
    assert set(PAPER_MOVES) == set(PaperState)
    assert all(state not in targets for state, targets in PAPER_MOVES.items())


def test_every_state_can_be_reached_from_the_draft() -> None:
    reached, pending = {PaperState.DRAFTING}, [PaperState.DRAFTING]
    while pending:
        fresh = PAPER_MOVES[pending.pop()] - reached
        reached |= fresh
        pending.extend(fresh)
    assert reached == set(PaperState)


def test_a_paper_on_its_way_can_still_be_adopted_and_an_adopted_one_is_done() -> None:
    def can_reach(start: PaperState, goal: PaperState) -> bool:
        seen, pending = {start}, [start]
        while pending:
            fresh = PAPER_MOVES[pending.pop()] - seen
            seen |= fresh
            pending.extend(fresh)
        return goal in seen

    ends = {PaperState.ADOPTED, PaperState.CHANGED}
    assert {state for state in PaperState if not PAPER_MOVES[state]} == ends
    assert all(can_reach(state, PaperState.ADOPTED) for state in set(PaperState) - ends)


def test_the_way_only_leads_forward() -> None:
    for place, state in enumerate(WAY):
        assert all(WAY.index(target) > place for target in PAPER_MOVES[state] if target in WAY)


def test_outcomes_are_states_and_have_a_tone() -> None:
    assert set(TONES) == set(Outcome)
    assert set(Outcome.values) <= set(PaperState.values)
    assert set(WAY) | {PaperState(value) for value in Outcome.values} == set(PaperState)
