"""What comes out of the planning."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum


class Status(StrEnum):
    """How far the planning got."""

    OPTIMAL = "optimal"
    """The plan is proved to be the best."""
    FEASIBLE = "feasible"
    """There is a plan; a better one may exist, down to the bound."""
    INFEASIBLE = "infeasible"
    """It is proved that there is no plan."""
    UNKNOWN = "unknown"
    """No plan was found in the time given, and nothing is proved."""


@dataclass(frozen=True, slots=True)
class Placement:
    """Where and when a meeting is; slots and tables count from 0."""

    slot: int
    table: int
    delegates: tuple[int, ...] = ()
    """Who takes part of each group of the meeting's `choices`."""
    interpreter: int | None = None


type Plan = tuple[Placement | None, ...]
"""One placement for each meeting, in the order of the problem; None: it does not take place."""


class Cause(StrEnum):
    """Why a wish was not fulfilled."""

    NEVER = "never"
    NO_COMMON_SLOT = "no common slot"
    NO_TABLE = "no such table"
    NO_INTERPRETER = "no interpreter"
    PERSON_FULL = "person full"
    TABLES_FULL = "tables full"
    INTERPRETERS_FULL = "interpreters full"
    NO_FREE_SLOT = "no common free slot"
    ORDER = "order"
    TIME = "time"


@dataclass(frozen=True, slots=True)
class Unplaced:
    """A meeting that does not take place, and why not."""

    meeting: int
    cause: Cause
    words: str


@dataclass(frozen=True, slots=True)
class Help:
    """Something that would let more wishes come true."""

    words: str
    """Such as “one more table”."""
    meetings: int
    """So many more meetings were found when it was tried."""
    value: int
    """So much more weight was found."""
    at_most: int
    """It is proved that it cannot bring more weight than this."""


@dataclass(frozen=True, slots=True)
class Result:
    """A plan if there is one, and what is proved about it."""

    status: Status
    plan: Plan | None
    breaks: int | None
    bound: int
    """No plan can have fewer breaks than this; where there are wishes, no plan of the same worth."""
    cpu_seconds: float
    seed: int
    first_plan_seconds: float | None = None
    """CPU seconds until the first plan."""
    conflict: tuple[str, ...] = ()
    """Where there is no plan: demands that cannot be met together; leaving out any one of them would end this conflict."""
    value: int | None = None
    """Sum of the weights of the wishes that are fulfilled."""
    value_bound: int | None = None
    """No plan with as few missing guaranteed meetings is worth more."""
    shortfall: int = 0
    """So many meetings people have less than they were guaranteed."""
    shortfall_bound: int = 0
    unplaced: tuple[Unplaced, ...] = ()


@dataclass(frozen=True, slots=True)
class Progress:
    """How things stand while the planning goes on."""

    breaks: int | None
    bound: int
    cpu_seconds: float
    value: int | None = None
    value_bound: int | None = None


type Report = Callable[[Progress], None]
type Stop = Callable[[], bool]
"""Asked often; true ends the planning with the best plan so far."""
