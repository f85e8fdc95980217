"""What is to be assigned: agents with loads, tasks with coverage, scores, and what may, must and must not be."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from querwerk.engine.documents import Misplaced, Path

LARGEST = 20_000_000
"""More pairs of agent and task than this in one problem are taken for a mistake."""
UNIT = 1_000_000
"""Scores count in millionths: they are rounded to six decimals once, and from then on calculated in whole numbers."""
HIGHEST_SCORE = 1_000_000
"""Of a score's amount, so that sums of millionths stay within 64 bits."""

type Pair = tuple[int, int]
"""An agent and a task; both count from 0."""
type Range = tuple[int, int]
"""At least and at most."""


class InvalidProblem(Misplaced):
    """Something in a problem makes no sense; says what, and where."""


class Side(StrEnum):
    """One of the two sides of a pair."""

    AGENT = "agent"
    TASK = "task"


class Bar(IntEnum):
    """Why an agent may not be given a task."""

    NONE = 0
    NO_SCORE = 1
    EXCLUDED = 2
    ORGANISATION = 3
    CONFLICT = 4


@dataclass(frozen=True, slots=True)
class Quota:
    """How many of its partners may come from one group: of a task's agents, or of an agent's tasks."""

    each: Side
    group: str
    members: frozenset[int]
    """Those of the other side who belong to the group."""
    at_least: int = 0
    at_most: int | None = None
    only: frozenset[int] | None = None
    """For whom it holds; None: for everyone on the side."""


@dataclass(frozen=True, eq=False)
class Problem:
    """Every task gets agents within its coverage, every agent gets tasks within their load, no pair twice."""

    scores: NDArray[np.float64]
    """Agents × tasks; higher is better, may be negative; not a number: no score, so the two may not be paired."""
    loads: tuple[Range, ...]
    """For each agent the fewest and the most tasks."""
    coverage: tuple[Range, ...]
    """For each task the fewest and the most agents."""
    conflicts: frozenset[Pair] = frozenset()
    """Pairs with a conflict of interest."""
    excluded: frozenset[Pair] = frozenset()
    """Pairs that somebody does not want."""
    pinned: frozenset[Pair] = frozenset()
    """Pairs that have to be."""
    quotas: tuple[Quota, ...] = ()
    agent_names: tuple[str, ...] = ()
    """What to call the agents; empty: by their numbers."""
    task_names: tuple[str, ...] = ()
    agent_organisations: tuple[str, ...] = ()
    """An agent is not given a task of the same organisation; "": of none. Empty: nobody has one."""
    task_organisations: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        _require_shape(self)
        _require_ranges(self.loads, "agents", "load", self.tasks)
        _require_ranges(self.coverage, "tasks", "coverage", self.agents)
        for name in ("conflicts", "excluded", "pinned"):
            for agent, task in sorted(getattr(self, name)):
                if not (0 <= agent < self.agents and 0 <= task < self.tasks):
                    raise InvalidProblem(f"there is no pair of agent {agent + 1} and task {task + 1}", (name,))
        for agent, task in sorted(self.pinned):
            if bar := self.bar(agent, task):
                raise InvalidProblem(
                    f"{self.agent(agent)} is pinned to {self.task(task)}, but {self.bar_words(agent, task, bar)}",
                    ("pinned", agent, task),
                )
        for index, quota in enumerate(self.quotas):
            _require_quota(self, index, quota)

    @property
    def agents(self) -> int:
        """Return how many agents there are."""
        return int(self.scores.shape[0])

    @property
    def tasks(self) -> int:
        """Return how many tasks there are."""
        return int(self.scores.shape[1])

    def agent(self, index: int) -> str:
        """Return what to call an agent."""
        return self.agent_names[index] if self.agent_names else f"agent {index + 1}"

    def task(self, index: int) -> str:
        """Return what to call a task."""
        return self.task_names[index] if self.task_names else f"task {index + 1}"

    @cached_property
    def units(self) -> NDArray[np.int64]:
        """Return the scores in millionths; 0 where there is none."""
        return np.rint(np.nan_to_num(self.scores, nan=0.0) * UNIT).astype(np.int64)

    @cached_property
    def bars(self) -> NDArray[np.uint8]:
        """Return for each pair why it may not be (a Bar)."""
        bars = np.where(np.isnan(self.scores), np.uint8(Bar.NO_SCORE), np.uint8(Bar.NONE))
        _bar(bars, self.excluded, Bar.EXCLUDED)
        if self.agent_organisations and self.task_organisations:
            numbers = {name: index for index, name in enumerate(sorted(set(self.agent_organisations)), 1)}
            agents = np.array([numbers[name] if name else -1 for name in self.agent_organisations])
            tasks = np.array([numbers.get(name, -2) if name else -2 for name in self.task_organisations])
            bars[agents[:, None] == tasks[None, :]] = Bar.ORGANISATION
        _bar(bars, self.conflicts, Bar.CONFLICT)
        return bars

    def bar(self, agent: int, task: int) -> Bar:
        """Return why a pair may not be."""
        return Bar(int(self.bars[agent, task]))

    def bar_words(self, agent: int, task: int, bar: Bar) -> str:
        """Return the reason as the end of a sentence."""
        match bar:
            case Bar.CONFLICT:
                return "they have a conflict of interest"
            case Bar.ORGANISATION:
                return f"both belong to {self.agent_organisations[agent]}"
            case Bar.EXCLUDED:
                return "this pair is excluded"
            case Bar.NO_SCORE:
                return "this pair has no score"
            case Bar.NONE:
                return "nothing speaks against it"


def _bar(bars: NDArray[np.uint8], pairs: Iterable[Pair], bar: Bar) -> None:
    for agent, task in pairs:
        bars[agent, task] = bar


def _require_shape(problem: Problem) -> None:
    if problem.scores.ndim != 2:
        raise InvalidProblem(f"scores need two dimensions, agents and tasks, not {problem.scores.ndim}", ("scores",))
    agents, tasks = problem.scores.shape
    for name, count in (("agents", agents), ("tasks", tasks)):
        if count < 1:
            raise InvalidProblem(f"there must be at least one of “{name}”", (name,))
    if agents * tasks > LARGEST:
        raise InvalidProblem(f"{agents} agents and {tasks} tasks are more than {LARGEST} pairs", ("agents",))
    too_high = np.argwhere(np.abs(problem.scores) > HIGHEST_SCORE)
    if len(too_high):
        agent, task = (int(index) for index in too_high[0])
        raise InvalidProblem(
            f"the score {problem.scores[agent, task]:g} of {problem.agent(agent)} and {problem.task(task)} "
            f"is beyond ±{HIGHEST_SCORE}",
            ("scores", agent, task),
        )
    for name, count, what in (
        ("loads", agents, "agents"), ("coverage", tasks, "tasks"), ("agent_names", agents, "agents"),
        ("task_names", tasks, "tasks"), ("agent_organisations", agents, "agents"),
        ("task_organisations", tasks, "tasks"),
    ):  # fmt: skip
        length, is_optional = len(getattr(problem, name)), name not in {"loads", "coverage"}
        if length != count and not (is_optional and length == 0):
            raise InvalidProblem(f"“{name}” has {length} entries, but there are {count} {what}", (what,))


def _require_ranges(ranges: tuple[Range, ...], what: str, name: str, partners: int) -> None:
    for index, (least, most) in enumerate(ranges):
        if least < 0 or most < 0:
            raise InvalidProblem(f"a {name} must not be negative, but is {min(least, most)}", (what, index, name))
        if least > most:
            raise InvalidProblem(f"a {name} of at least {least} and at most {most} cannot be", (what, index, name))
        if least > partners:
            raise InvalidProblem(
                f"a {name} of at least {least} cannot be with {partners} on the other side", (what, index, name)
            )


def _require_quota(problem: Problem, index: int, quota: Quota) -> None:
    path: Path = ("quotas", index)
    own, other = (problem.agents, problem.tasks) if quota.each is Side.AGENT else (problem.tasks, problem.agents)
    if quota.at_least < 0 or (quota.at_most is not None and quota.at_most < quota.at_least):
        raise InvalidProblem(
            f"a quota of at least {quota.at_least} and at most {quota.at_most} cannot be", (*path, "at_least")
        )
    if any(not 0 <= member < other for member in quota.members):
        raise InvalidProblem(f"the quota for “{quota.group}” names a member who does not exist", (*path, "of"))
    if any(not 0 <= owner < own for owner in quota.only or ()):
        raise InvalidProblem(f"the quota for “{quota.group}” holds for somebody who does not exist", (*path, "only"))
