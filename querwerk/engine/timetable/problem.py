"""What is to be planned: people, slots, tables and the meetings they were promised."""

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum

LARGEST = 200_000
"""More meetings than this in one problem are taken for a mistake."""

type Path = tuple[str | int, ...]
"""Where in a problem something is, as the JSON form has it: ("meetings", 3, "people"); indices count from 0."""


class Session(StrEnum):
    """The part of the day in which a meeting has to be."""

    MORNING = "morning"
    AFTERNOON = "afternoon"
    ANY = "any"


class InvalidProblem(ValueError):
    """Something in a problem makes no sense; says what, and where."""

    def __init__(self, reason: str, path: Path = ()) -> None:
        super().__init__(reason)
        self.reason = reason
        self.path = path


@dataclass(frozen=True, slots=True)
class Meeting:
    """Two people who are to meet once. People, slots and meetings count from 0 in the engine."""

    people: tuple[int, int]
    session: Session = Session.ANY
    slot: int | None = None
    """The slot it is fixed to."""
    after: tuple[int, ...] = ()
    """Meetings that have to be over before this one."""


@dataclass(frozen=True, slots=True)
class Problem:
    """All meetings have to take place, and the breaks in people's days are to be few.

    A break is one run of idle slots, however long, between two meetings of a person.
    """

    people: int
    slots: int
    morning_slots: int
    tables: int
    meetings: tuple[Meeting, ...]
    unavailable: tuple[frozenset[int], ...] = ()
    """For each person the slots in which they cannot meet anybody; empty: everybody always can."""
    fairness: int | None = None
    """The largest difference between two people's breaks; None: any."""
    names: tuple[str, ...] = ()
    """What to call the people in messages; empty: by their numbers."""

    def __post_init__(self) -> None:
        if not self.unavailable:
            object.__setattr__(self, "unavailable", (frozenset(),) * max(self.people, 0))
        _require_sizes(self)
        for person, slots in enumerate(self.unavailable):
            for slot in sorted(slots):
                _require_slot(self, slot, ("people", person, "unavailable"))
        for index, meeting in enumerate(self.meetings):
            _require_meeting(self, index, meeting)
        _require_room_for_fixed(self)

    def person(self, index: int) -> str:
        """Return what to call a person."""
        return self.names[index] if self.names else f"person {index + 1}"

    def slots_of(self, index: int) -> list[int]:
        """Return the slots that session, fixing and both people leave to a meeting."""
        meeting = self.meetings[index]
        first = self.morning_slots if meeting.session is Session.AFTERNOON else 0
        end = self.morning_slots if meeting.session is Session.MORNING else self.slots
        closed = self.unavailable[meeting.people[0]] | self.unavailable[meeting.people[1]]
        return [slot for slot in range(first, end) if slot not in closed and meeting.slot in (None, slot)]

    def meetings_of(self) -> list[list[int]]:
        """Return for each person the meetings they take part in."""
        found: list[list[int]] = [[] for _ in range(self.people)]
        for index, meeting in enumerate(self.meetings):
            for person in meeting.people:
                found[person].append(index)
        return found


def _require_sizes(problem: Problem) -> None:
    for name in ("people", "slots", "tables"):
        if getattr(problem, name) < 1:
            raise InvalidProblem(f"there must be at least one of “{name}”, not {getattr(problem, name)}", (name,))
    if not 0 <= problem.morning_slots <= problem.slots:
        raise InvalidProblem(
            f"morning slots must be between 0 and the {problem.slots} slots there are, not {problem.morning_slots}",
            ("morning_slots",),
        )
    if problem.fairness is not None and problem.fairness < 0:
        raise InvalidProblem(f"fairness must not be negative, but is {problem.fairness}", ("fairness",))
    if len(problem.meetings) > LARGEST:
        raise InvalidProblem(f"there are {len(problem.meetings)} meetings, more than {LARGEST}", ("meetings",))
    if len(problem.unavailable) != problem.people:
        raise InvalidProblem(
            f"unavailable slots are given for {len(problem.unavailable)} people, but there are {problem.people}",
            ("people",),
        )
    if problem.names and len(problem.names) != problem.people:
        raise InvalidProblem(f"there are {len(problem.names)} names for {problem.people} people", ("people",))


def _require_slot(problem: Problem, slot: int, path: Path) -> None:
    if not 0 <= slot < problem.slots:
        raise InvalidProblem(f"there is no slot {slot + 1}; slots are 1 to {problem.slots}", path)


def _require_meeting(problem: Problem, index: int, meeting: Meeting) -> None:
    for person in meeting.people:
        if not 0 <= person < problem.people:
            raise InvalidProblem(
                f"meeting {index + 1} names person {person + 1}, but people are 1 to {problem.people}",
                ("meetings", index, "people"),
            )
    if meeting.people[0] == meeting.people[1]:
        raise InvalidProblem(
            f"meeting {index + 1} is a meeting of {problem.person(meeting.people[0])} with themselves",
            ("meetings", index, "people"),
        )
    if meeting.slot is not None:
        _require_slot(problem, meeting.slot, ("meetings", index, "slot"))
    for other in meeting.after:
        if not 0 <= other < len(problem.meetings):
            raise InvalidProblem(
                f"meeting {index + 1} is to come after meeting {other + 1}, which does not exist",
                ("meetings", index, "after"),
            )
        if other == index:
            raise InvalidProblem(f"meeting {index + 1} is to come after itself", ("meetings", index, "after"))


def _require_room_for_fixed(problem: Problem) -> None:
    fixed: Counter[int] = Counter()
    for index, meeting in enumerate(problem.meetings):
        if meeting.slot is None:
            continue
        fixed[meeting.slot] += 1
        if fixed[meeting.slot] > problem.tables:
            raise InvalidProblem(
                f"more than {problem.tables} meetings are fixed to slot {meeting.slot + 1}, "
                f"but there are only {problem.tables} tables",
                ("meetings", index, "slot"),
            )
