"""Computes a version of the timetable with the engine; called by the job."""

import time
from dataclasses import asdict, dataclass, field
from typing import Any

from django.db import transaction
from django.utils import timezone

from querwerk.engine.timetable import (
    InvalidProblem,
    Problem,
    Progress,
    Status,
    check,
    repair,
    repair_with_moves,
    solve,
    what_helps,
)
from querwerk.engine.timetable import (
    Plan as EnginePlan,
)
from querwerk.engine.timetable.wishes.layout import Layout
from querwerk.engine.timetable.wishes.reasons import reasons
from querwerk.meetings import planning
from querwerk.meetings.models import Meeting, Plan, Seat, Unmet
from querwerk.meetings.queries.situation import situation_of
from querwerk.meetings.states import COMPUTING, Method, PlanState

LOOK_EVERY = 0.5
"""Seconds between two looks at whether somebody wants the computing to stop, and between two notes of how far it is."""
HELP_SHARE = 0.3
"""How much of the time is spent on what would help, after the timetable is found."""
MOST_HELP = 5
CHUNK = 500


@dataclass(slots=True)
class Certificate:
    """What is proved about a version; as it is stored."""

    status: str
    wanted: int = 0
    """Meetings that somebody wants."""
    met: int = 0
    value: int = 0
    value_bound: int | None = None
    """No version can be worth more; None: not known."""
    shortfall: int = 0
    shortfall_bound: int = 0
    breaks: int = 0
    breaks_bound: int = 0
    changed: int | None = None
    """Of a mended version: meetings that are not where they were."""
    told: int = 0
    changed_bound: int = 0
    """At least so many meetings had to change."""
    fill: dict[str, int] = field(default_factory=dict)
    """Of a version with the fewest changes: what filling free places would bring; ``met`` and ``changed`` more, ``told`` more."""
    help: list[dict[str, Any]] = field(default_factory=list)
    conflict: list[str] = field(default_factory=list)
    cpu_seconds: float = 0


@dataclass(slots=True)
class _Found:
    """What the engine found."""

    certificate: Certificate
    plan: EnginePlan | None = None
    problem: Problem | None = None


class _Watch:
    """Looks now and then whether time is over or somebody wants to stop, and notes how far the computing is."""

    def __init__(self, plan: Plan, seconds: float) -> None:
        self.plan_id = plan.pk
        self.until = time.monotonic() + seconds
        self.looked = self.noted = time.monotonic()
        self.is_over = False

    def stop(self) -> bool:
        now = time.monotonic()
        if not self.is_over and now >= self.until:
            self.is_over = True
        if not self.is_over and now - self.looked >= LOOK_EVERY:
            self.looked = now
            self.is_over = not Plan.objects.filter(pk=self.plan_id, is_stop_asked=False, state__in=COMPUTING).exists()
        return self.is_over

    def report(self, progress: Progress) -> None:
        now = time.monotonic()
        if now - self.noted >= LOOK_EVERY:
            self.noted = now
            told = {"value": progress.value, "value_bound": progress.value_bound, "breaks": progress.breaks}
            Plan.objects.filter(pk=self.plan_id).update(progress=told)


def compute_plan(plan_id: int) -> None:
    """Compute a version that waits; one that a dead worker began is begun again, and one that is done stays."""
    if not Plan.objects.filter(pk=plan_id, state__in=COMPUTING).update(state=PlanState.RUNNING):
        return
    plan = Plan.objects.select_related("networking", "based_on").get(pk=plan_id)
    situation = situation_of(plan.networking, plan.based_on)
    is_anew, is_fewest = plan.method == Method.ANEW, plan.method == Method.FEWEST
    task = planning.anew(situation) if is_anew else planning.mending(situation, is_fewest=is_fewest)
    try:
        found = _anew(plan, task) if is_anew else _mended(plan, task)
        if is_fewest:
            found.certificate.fill = _filled(found.certificate, planning.mending(situation))
    except InvalidProblem as error:
        found = _Found(Certificate("invalid", conflict=[str(error)]))
    if found.plan is not None and found.problem is not None:
        wrong = planning.faults(found.problem, found.plan)
        if wrong:
            found = _Found(Certificate("faulty", conflict=list(wrong[:20])))
    _store(plan, situation, task, found)


def _anew(plan: Plan, task: planning.Task) -> _Found:
    watch = _Watch(plan, plan.seconds)
    result = solve(task.problem, seed=1, stop=watch.stop, report=watch.report)
    certificate = Certificate(result.status, wanted=len(task.keys), cpu_seconds=round(result.cpu_seconds, 2))
    certificate.conflict = list(result.conflict)
    if result.plan is None:
        return _Found(certificate)
    _count(certificate, task.problem, result.plan)
    certificate.value_bound = result.value_bound
    certificate.shortfall_bound, certificate.breaks_bound = result.shortfall_bound, result.bound
    if result.unplaced:
        helping = _Watch(plan, plan.seconds * HELP_SHARE)
        helps = what_helps(task.problem, result.plan, seed=1, stop=helping.stop)
        certificate.help = [asdict(one) for one in helps[:MOST_HELP]]
    return _Found(certificate, result.plan, task.problem)


def _mended(plan: Plan, task: planning.Task) -> _Found:
    began, watch = time.process_time(), _Watch(plan, plan.seconds)
    if plan.method == Method.MOVED:
        repaired = repair_with_moves(task.problem, task.plan, task.changes, seed=1, stop=watch.stop)
    else:
        repaired = repair(task.problem, task.plan, task.changes, refill=plan.method == Method.REFILLED)
    spent = round(time.process_time() - began, 2)
    certificate = Certificate(Status.FEASIBLE, wanted=len(task.all_keys), cpu_seconds=spent)
    certificate.wanted -= len(task.changes.cancelled)
    _count(certificate, repaired.problem, repaired.plan)
    certificate.changed, certificate.told = len(repaired.changed), len(repaired.told)
    certificate.changed_bound = repaired.bound
    return _Found(certificate, repaired.plan, repaired.problem)


def _filled(fewest: Certificate, task: planning.Task) -> dict[str, int]:
    """Return what filling free places would bring more than the fewest changes."""
    filled = repair(task.problem, task.plan, task.changes)
    more = {
        "met": sum(placement is not None for placement in filled.plan) - fewest.met,
        "changed": len(filled.changed) - (fewest.changed or 0),
        "told": len(filled.told) - fewest.told,
    }
    return more if more["met"] > 0 else {}


def _count(certificate: Certificate, problem: Problem, plan: EnginePlan) -> None:
    verdict = check(problem, plan)
    certificate.met = sum(placement is not None for placement in plan)
    certificate.value, certificate.breaks, certificate.shortfall = verdict.value, verdict.breaks, verdict.shortfall


def _state_of(certificate: Certificate, *, has_plan: bool) -> PlanState:
    if has_plan:
        return PlanState.READY
    return PlanState.IMPOSSIBLE if certificate.status == Status.INFEASIBLE else PlanState.FAILED


@transaction.atomic
def _store(plan: Plan, situation: planning.Situation, task: planning.Task, found: _Found) -> None:
    current = Plan.objects.select_for_update().filter(pk=plan.pk, state=PlanState.RUNNING).first()
    if current is None:
        return
    if found.plan is not None and found.problem is not None:
        _store_meetings(current, situation, planning.sittings(situation, task, found.plan))
        unplaced = reasons(Layout(found.problem), found.plan)
        causes = {one.meeting: one.cause.value for one in unplaced if one.meeting not in task.changes.cancelled}
        pairs = planning.unmet_pairs(situation, task, causes)
        Unmet.objects.bulk_create(
            [Unmet(plan=current, first_id=one, second_id=other, cause=cause) for (one, other), cause in pairs.items()],
            batch_size=CHUNK,
        )
    current.state = _state_of(found.certificate, has_plan=found.plan is not None)
    current.certificate, current.computed_at = asdict(found.certificate), timezone.now()
    current.save(update_fields=["state", "certificate", "computed_at"])


def _store_meetings(plan: Plan, situation: planning.Situation, sittings: list[planning.Sitting]) -> None:
    rows = [Meeting(plan=plan, slot_id=one.slot, table_id=one.table, is_locked=one.is_locked) for one in sittings]
    made = Meeting.objects.bulk_create(rows, batch_size=CHUNK)
    seats = [
        Seat(meeting=meeting, plan=plan, slot_id=one.slot, participant_id=person, other_id=other)
        for meeting, one in zip(made, sittings, strict=True)
        for person, other in planning.seats(situation, one)
    ]
    Seat.objects.bulk_create(seats, batch_size=CHUNK)
