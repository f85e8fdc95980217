"""What comes out of the assigning."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from querwerk.engine.assignment.problem import Bar, Pair


class Status(StrEnum):
    """How far the assigning got."""

    OPTIMAL = "optimal"
    """Each goal is proved to be as good as the goals before it allow."""
    FEASIBLE = "feasible"
    """There is an assignment; a better one may exist, up to the bounds."""
    INFEASIBLE = "infeasible"
    """It is proved that there is no assignment."""
    UNKNOWN = "unknown"
    """No assignment was found in the time given, and nothing is proved."""


class Goal(StrEnum):
    """What is to be good, one after the other; a later goal never costs an earlier one anything."""

    WORST_TASK = "worst_task"
    """Raise the task with the lowest sum of scores."""
    WORST_AGENT = "worst_agent"
    """Raise the agent with the lowest sum of scores, among those who may be given anything; who has nothing has 0."""
    TOTAL = "total"
    """Raise the sum of all scores."""
    STABLE = "stable"
    """Have few pairs who both would gain by leaving the assignment for each other."""


GOALS = (Goal.WORST_TASK, Goal.WORST_AGENT, Goal.TOTAL, Goal.STABLE)


@dataclass(frozen=True, slots=True)
class Stage:
    """How far one goal got, given the goals before it."""

    goal: Goal
    level: int
    """1 for the worst, 2 for the second worst …; 1 for goals without levels."""
    value: float
    """A sum of scores; for STABLE the number of blocking pairs."""
    bound: float
    """No assignment that keeps the earlier goals has more (for STABLE: fewer) than this."""
    proved: bool


class DemandKind(StrEnum):
    """What a demand is about."""

    AT_LEAST = "at_least"
    """An agent's load or a task's coverage from below."""
    AT_MOST = "at_most"
    QUOTA_AT_LEAST = "quota_at_least"
    QUOTA_AT_MOST = "quota_at_most"
    PINNED = "pinned"
    BARRED = "barred"
    """Some agents may not be given a task, all for the same reason."""


@dataclass(frozen=True, slots=True)
class Demand:
    """Something that has to be, in parts from which a sentence in any language can be made."""

    kind: DemandKind
    agent: int | None = None
    task: int | None = None
    number: int = 0
    group: str = ""
    bar: Bar = Bar.NONE
    partners: tuple[int, ...] = ()
    """The agents who are barred from the task."""


type Assignment = tuple[Pair, ...]
"""Pairs of agent and task, sorted; both count from 0."""


@dataclass(frozen=True, slots=True)
class Result:
    """An assignment if there is one, and what is proved about it."""

    status: Status
    assignment: Assignment | None
    stages: tuple[Stage, ...]
    cpu_seconds: float
    seed: int
    first_seconds: float | None = None
    """CPU seconds until the first assignment."""
    conflict: tuple[Demand, ...] = ()
    """Where there is none: demands that cannot be met together; leaving out any one of them would end this conflict."""

    def stage(self, goal: Goal) -> Stage | None:
        """Return the stage of a goal, at its deepest level."""
        return next((stage for stage in reversed(self.stages) if stage.goal is goal), None)


@dataclass(frozen=True, slots=True)
class Progress:
    """How things stand while the assigning goes on."""

    goal: Goal
    value: float | None
    bound: float | None
    cpu_seconds: float


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """The best total where the worst task has to have at least so much."""

    worst_task: float
    total: float
    bound: float
    """No assignment with this worst task has a higher total."""
    proved: bool


type Report = Callable[[Progress], None]
type Stop = Callable[[], bool]
"""Asked often; true ends the work with the best assignment so far."""
