"""Why there is no plan: a small set of demands that cannot be met together.

Every demand is switched on by a literal of its own. The solver says which of them it needed for a contradiction; then each
is left out once more, and stays out when the contradiction stays. So leaving out any one of what remains ends it.
"""

from collections.abc import Callable

from querwerk.engine.timetable.clauses import Clauses
from querwerk.engine.timetable.oracle import Interrupted, Oracle
from querwerk.engine.timetable.problem import Problem, Session

TRIAL = 20_000
"""Conflicts spent on the question whether one demand can be left out."""


class _Demands:
    """The problem with a switch at each demand."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.clauses = Clauses()
        self.words: dict[int, str] = {}
        self._at = [[self.clauses.new() for _ in range(problem.slots)] for _ in problem.meetings]
        for person, meetings in enumerate(problem.meetings_of()):
            for slot in range(problem.slots):
                self.clauses.at_most_one([self._at[index][slot] for index in meetings])
            closed = problem.unavailable[person]
            if closed and meetings:
                words = f"{problem.person(person)} cannot come in {_slots(closed)}"
                self._demand(words, [[-self._at[index][slot]] for index in meetings for slot in sorted(closed)])
        for index in range(len(problem.meetings)):
            self._add_meeting(index)
        for slot in range(problem.slots):
            self._add_tables(slot)

    def _demand(self, words: str, clauses: list[list[int]]) -> None:
        switch = self.clauses.new()
        self.words[switch] = words
        for clause in clauses:
            self.clauses.add((-switch, *clause))

    def _add_meeting(self, index: int) -> None:
        problem, meeting, at = self.problem, self.problem.meetings[index], self._at[index]
        one, two = (problem.person(person) for person in meeting.people)
        part = "" if meeting.session is Session.ANY else f" in the {meeting.session}"
        slots = range(problem.slots)
        inside = {
            Session.MORNING: slots[: problem.morning_slots],
            Session.AFTERNOON: slots[problem.morning_slots :],
            Session.ANY: slots,
        }[meeting.session]
        self._demand(f"meeting {index + 1} of {one} and {two} has to be{part}", [[at[slot] for slot in inside]])
        self.clauses.at_most_one(at)
        if meeting.slot is not None:
            others = [[-at[slot]] for slot in slots if slot != meeting.slot]
            self._demand(f"meeting {index + 1} is fixed to slot {meeting.slot + 1}", others)
        for other in meeting.after:
            order = [[-at[slot], -self._at[other][when]] for slot in slots for when in range(slot, problem.slots)]
            self._demand(f"meeting {other + 1} has to be before meeting {index + 1}", order)

    def _add_tables(self, slot: int) -> None:
        problem = self.problem
        if len(problem.meetings) > problem.tables:
            outputs = self.clauses.counter([at[slot] for at in self._at], problem.tables + 1)
            self._demand(f"slot {slot + 1} has {problem.tables} tables", [[-outputs[problem.tables]]])


def _slots(slots: frozenset[int]) -> str:
    numbers = ", ".join(str(slot + 1) for slot in sorted(slots))
    return f"slot {numbers}" if len(slots) == 1 else f"slots {numbers}"


def conflict(problem: Problem, stop: Callable[[], bool]) -> tuple[str, ...]:
    """Return demands that cannot be met together; empty when time is over, or when only fairness is in the way."""
    demands = _Demands(problem)
    oracle = Oracle(demands.clauses, stop)
    try:
        core = _core(oracle, list(demands.words)) or []
        for switch in list(core):
            if switch in core:
                smaller = _core(oracle, [other for other in core if other != switch])
                core = core if smaller is None else smaller
    except Interrupted:
        return ()
    finally:
        oracle.close()
    return tuple(demands.words[switch] for switch in sorted(core))


def _core(oracle: Oracle, switches: list[int]) -> list[int] | None:
    """Return those of the switches that contradict each other; None when they do not, or it takes too long to see."""
    return oracle.core() if oracle.ask(switches, TRIAL) is False else None
