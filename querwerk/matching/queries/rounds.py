"""A whole round: the best set of pairs under limits, from the ranking and the engine's assignment, with reasons for who is left out."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.utils.timezone import localdate

from querwerk.matching.models import Dossier, Judgement, Proposal, Wish
from querwerk.matching.queries.feedback import Heard, heard_in
from querwerk.matching.queries.pairs import STANDING
from querwerk.matching.queries.ranking import board_of, challenge_entry
from querwerk.matching.states import Mark, Says
from querwerk.people.models import Profile

if TYPE_CHECKING:
    from querwerk.engine.assignment import Problem
    from querwerk.engine.matching import Challenge, Offer

LIFT = 0.1
"""What interest of one side adds to the score of a pair: as much as an alike no takes off."""
CONSIDERED = 60
"""Creatives that come into question for each challenge: the best by score; the rest would hardly be proposed."""
WANTED = 2
"""Creatives of a challenge that names no number."""

type Report = Callable[[str], None]
type Stop = Callable[[], bool]


@dataclass(slots=True)
class Plan:
    """What is assigned, and who is who: challenges are the tasks, creatives the agents."""

    dossiers: list[Dossier]
    profiles: list[Profile]
    scores: dict[tuple[int, int], float] = field(default_factory=dict)
    """Agent and task → score of the ranking."""
    pinned: frozenset[tuple[int, int]] = frozenset()
    standing: frozenset[tuple[int, int]] = frozenset()
    """Pairs that are proposed or introduced already; they stay and take their place."""
    calibration: str = ""
    is_lexical: bool = False


def gathered(space_id: int, dossier_ids: Sequence[int], report: Report) -> Plan:
    """Rank the creatives for each challenge of a round; some queries, and one ranking for each challenge."""
    from querwerk.engine.matching import Filters  # noqa: PLC0415  (loads NumPy)
    from querwerk.engine.matching.feedback import OWN  # noqa: PLC0415

    board = board_of(space_id)
    found = Dossier.objects.filter(space=space_id, pk__in=dossier_ids).select_related("organisation", "profile")
    dossiers = list(found.order_by("pk"))
    profiles = list(Profile.objects.filter(space=space_id, node__in=board.offers).order_by("pk"))
    plan = Plan(dossiers, profiles, calibration=board.index.calibration.version, is_lexical=board.is_lexical)
    agent_of = {profile.key: number for number, profile in enumerate(profiles)}
    by_pk = {profile.pk: number for number, profile in enumerate(profiles)}
    task_of = {dossier.pk: number for number, dossier in enumerate(dossiers)}
    heard = heard_in(space_id)
    wanted = Counter(
        Wish.objects.filter(dossier__in=task_of, says=Says.INTERESTED).values_list("dossier__key", "profile__key")
    )
    judged = list(Judgement.objects.filter(dossier__in=task_of).values_list("dossier", "profile__key", "mark"))
    for task, dossier in enumerate(dossiers):
        report(f"{task + 1}/{len(dossiers)}")
        without = {key for pk, key, mark in judged if pk == dossier.pk and mark == Mark.EXCLUDED}
        if dossier.profile is not None:
            without.add(dossier.profile.key)
        asked = challenge_entry(dossier)
        points = _points(asked, board.offers_in, heard, wanted)
        # A pair to which one side said no is for an organiser's pin, not for a plan.
        without |= {key for key, off in points.items() if off >= OWN - 2 * LIFT}
        for match in board.index.rank(
            asked, CONSIDERED, Filters(without=frozenset(without), points=points), plain=True
        ):
            plan.scores[agent_of[match.offer], task] = match.parts.score - points.get(match.offer, 0.0)
        for pk, key, mark in judged:
            if pk == dossier.pk and mark == Mark.PINNED and key in agent_of:
                pair = agent_of[key], task
                plan.scores.setdefault(pair, board.index.score(asked, board.entries["offer", key]).score)
                plan.pinned |= {pair}
    standing = Proposal.objects.filter(dossier__in=task_of, state__in=STANDING).values_list("dossier", "profile")
    plan.standing = frozenset((by_pk[profile], task_of[dossier]) for dossier, profile in standing if profile in by_pk)
    for pair in plan.standing:
        plan.scores.setdefault(pair, 0.0)
    return plan


def _points(
    asked: "Challenge", offers: "dict[str, Offer]", heard: Heard, wanted: Counter[tuple[str, str]]
) -> dict[str, float]:
    """Return what creatives lose for a challenge because people said no, less what interest adds."""
    from querwerk.engine.matching.feedback import offers_lowered  # noqa: PLC0415

    down = offers_lowered(asked, offers, heard.for_challenge(asked.id), localdate())
    points = {key: one.points for key, one in down.items()}
    for (challenge, key), sides in wanted.items():
        if challenge == asked.id:
            points[key] = points.get(key, 0.0) - LIFT * sides
    return points


def problem_of(plan: Plan, *, per_creative: int, is_mixed: bool) -> "Problem":
    """Return the round as the engine's problem. Every pair is worth something, so that nobody stays alone who need not."""
    import numpy as np  # noqa: PLC0415

    from querwerk.engine.assignment import Problem, Quota, Side  # noqa: PLC0415

    scores = np.full((len(plan.profiles), len(plan.dossiers)), np.nan)
    lowest = min(plan.scores.values(), default=0.0)
    for (agent, task), score in plan.scores.items():
        scores[agent, task] = score - lowest + 0.05
    fixed = plan.pinned | plan.standing
    has = [sum(agent == number for agent, _task in fixed) for number in range(len(plan.profiles))]
    room = [
        per_creative if profile.places_left is None else min(per_creative, profile.places_left)
        for profile in plan.profiles
    ]
    taken = [sum(task == number for _agent, task in fixed) for number in range(len(plan.dossiers))]
    wanted = [min(int(dossier.content.get("wanted") or WANTED), len(plan.profiles)) for dossier in plan.dossiers]
    quotas = []
    if is_mixed:
        fields: dict[str, set[int]] = {}
        for number, profile in enumerate(plan.profiles):
            for submarket in profile.submarkets[:1]:
                fields.setdefault(submarket, set()).add(number)
        # Where pins or standing proposals are of one field already, people wanted it so.
        free = frozenset(number for number, count in enumerate(taken) if count < 2)
        quotas = [
            Quota(Side.TASK, name, frozenset(members), at_most=1, only=free) for name, members in sorted(fields.items())
        ]
    return Problem(
        scores=scores,
        loads=tuple((0, max(most, there)) for most, there in zip(room, has, strict=True)),
        coverage=tuple((0, max(most, there)) for most, there in zip(wanted, taken, strict=True)),
        pinned=fixed,
        quotas=tuple(quotas),
    )


def worked_out(plan: Plan, *, per_creative: int, is_mixed: bool, report: Report, stop: Stop) -> dict[str, Any]:
    """Assign, and return the result as it is stored: pairs, what is proved, who is left out and why."""
    from querwerk.engine.assignment import Goal, Reasons, solve  # noqa: PLC0415  (loads OR-Tools)

    if not plan.profiles or not plan.dossiers:
        return {"status": "empty", "pairs": [], "stages": [], "left_out": [], "open_places": []}
    problem = problem_of(plan, per_creative=per_creative, is_mixed=is_mixed)
    result = solve(
        problem,
        goals=(Goal.WORST_TASK, Goal.TOTAL),
        stop=stop,
        report=lambda progress: report(f"{progress.goal} {progress.value or 0:.2f} / {progress.bound or 0:.2f}"),
    )
    if result.assignment is None:
        return {"status": str(result.status), "pairs": [], "stages": [], "left_out": [], "open_places": [],
                "conflict": [str(demand.kind) for demand in result.conflict]}  # fmt: skip
    reasons = Reasons(problem, result.assignment)
    return {
        "status": str(result.status),
        "calibration": plan.calibration,
        "is_lexical": plan.is_lexical,
        "pairs": [_pair(plan, agent, task) for agent, task in result.assignment],
        "stages": [_stage(stage) for stage in result.stages],
        "seconds": round(result.cpu_seconds, 2),
        "left_out": [
            {"profile": plan.profiles[agent].key, "why": "none" if why is None else str(why.kind)}
            for agent, why in reasons.left_out()
        ],
        "open_places": [
            {"dossier": plan.dossiers[task].pk, "number": number} for task, number in reasons.open_places()
        ],
    }


def _pair(plan: Plan, agent: int, task: int) -> dict[str, Any]:
    pair = agent, task
    kind = "standing" if pair in plan.standing else "pinned" if pair in plan.pinned else "new"
    return {
        "dossier": plan.dossiers[task].pk,
        "profile": plan.profiles[agent].key,
        "kind": kind,
        "score": plan.scores[pair],
    }


def _stage(stage: Any) -> dict[str, Any]:
    gap = 0.0 if stage.proved or not stage.bound else (stage.bound - stage.value) / abs(stage.bound)
    return {
        "goal": str(stage.goal), "value": round(stage.value, 4), "bound": round(stage.bound, 4), "gap": round(gap, 5),
        "proved": stage.proved,
    }  # fmt: skip
