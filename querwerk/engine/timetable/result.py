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


type Plan = tuple[Placement, ...]
"""One placement for each meeting, in the order of the problem."""


@dataclass(frozen=True, slots=True)
class Result:
    """A plan if there is one, and what is proved about it."""

    status: Status
    plan: Plan | None
    breaks: int | None
    bound: int
    """No plan can have fewer breaks than this."""
    cpu_seconds: float
    seed: int
    first_plan_seconds: float | None = None
    """CPU seconds until the first plan."""
    conflict: tuple[str, ...] = ()
    """Where there is no plan: demands that cannot be met together; leaving out any one of them would end this conflict."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How things stand while the planning goes on."""

    breaks: int | None
    bound: int
    cpu_seconds: float


type Report = Callable[[Progress], None]
type Stop = Callable[[], bool]
"""Asked often; true ends the planning with the best plan so far."""
