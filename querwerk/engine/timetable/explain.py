"""Why there is no plan: a small set of demands that cannot be met together.

Every demand is switched on by a literal of its own. The solver says which of them it needed for a contradiction; then each
is left out once more, and stays out when the contradiction stays. So leaving out any one of what remains ends it.
"""

from collections import Counter
from collections.abc import Callable
from itertools import pairwise

from querwerk.engine.timetable.clauses import TRUE, Clauses
from querwerk.engine.timetable.matching import all_have_one
from querwerk.engine.timetable.oracle import Interrupted, Oracle
from querwerk.engine.timetable.problem import Problem, Session

TRIAL = 5_000
"""Conflicts spent on the question whether one demand can be left out."""
PATIENCE = 40_000
"""Conflicts spent on the first question, whether the demands contradict each other at all."""
CROWD = 12
"""From so many meetings on they are counted in an explanation, not listed."""


class Switched:
    """Clauses that hold only as long as the demand they belong to is made."""

    def __init__(self) -> None:
        self.clauses = Clauses()
        self.words: dict[int, tuple[str, str]] = {}

    def demand(self, words: str, clauses: list[list[int]], many: str = "") -> None:
        """Add clauses under a switch; `words` is what the demand is called in an explanation.

        Where a conflict has a crowd of demands that share `many`, such as “{} meetings have to be”, they are only counted.
        """
        switch = self.clauses.new()
        self.words[switch] = words, many
        for clause in clauses:
            self.clauses.add((-switch, *clause))

    def conflict(self, stop: Callable[[], bool]) -> tuple[str, ...]:
        """Return demands that cannot be met together, in the order they were made; empty when none were found in time."""
        oracle = Oracle(self.clauses, stop, is_strict=True)
        try:
            core = _core(oracle, list(self.words), PATIENCE) or []
            for switch in list(core):
                if switch in core:
                    smaller = _core(oracle, [other for other in core if other != switch], TRIAL)
                    core = core if smaller is None else smaller
        except Interrupted:
            return ()
        finally:
            oracle.close()
        return self._told(sorted(core))

    def _told(self, core: list[int]) -> tuple[str, ...]:
        sizes = Counter(many for _, many in (self.words[switch] for switch in core) if many)
        lines = []
        for switch in core:
            words, many = self.words[switch]
            lines.append(many.replace("{}", str(sizes[many]), 1) if sizes[many] > CROWD else words)
        return tuple(dict.fromkeys(lines))


def conflict(problem: Problem, stop: Callable[[], bool]) -> tuple[str, ...]:
    """Return demands that cannot be met together; empty when time is over.

    Mostly it is one person whose meetings do not fit into their day, and then nobody else has to be looked at.
    """
    if crowd := crowding(problem):
        return crowd
    for person, meetings in enumerate(problem.meetings_of()):
        if not all_have_one([problem.slots_of(index) for index in meetings]):
            return _demands_of(problem, person).conflict(stop)
    return _demands(problem).conflict(stop)


def crowding(problem: Problem) -> tuple[str, ...]:
    """Return the demands where a whole part of the day has fewer places than meetings; that needs no solver."""
    morning, afternoon = problem.morning_slots, problem.slots - problem.morning_slots
    for session, slots in ((Session.MORNING, morning), (Session.AFTERNOON, afternoon), (None, problem.slots)):
        count = sum(session in {None, meeting.session} for meeting in problem.meetings)
        places = slots * problem.tables
        if count > max(places, CROWD):
            part = f" in the {session}" if session else ""
            tables = f"{_many(slots, 'slot')} with {_many(problem.tables, 'table')} have {_many(places, 'place')}"
            return (f"{count} meetings have to be{part}", tables)
    return ()


def _demands_of(problem: Problem, person: int) -> Switched:
    """Return what is demanded of one person and those they meet: as if there were a table for everybody."""
    found = Switched()
    meetings = problem.meetings_of()[person]
    at = [[found.clauses.new() for _ in range(problem.slots)] for _ in problem.meetings]
    busy = _busy(problem, found.clauses, [at[index] for index in meetings])
    _count(problem, found.clauses, meetings, at, busy)
    for other in sorted({one for index in meetings for one in problem.meetings[index].people}):
        shared = [index for index in meetings if other in problem.meetings[index].people]
        _demand_presence(problem, found, other, shared, at)
    for index in meetings:
        _demand_meeting(problem, found, index, at)
    return found


def _demand_presence(problem: Problem, found: Switched, person: int, meetings: list[int], at: list[list[int]]) -> None:
    closed = problem.unavailable[person]
    if closed and meetings:
        words = f"{problem.person(person)} cannot come in {slots_in_words(closed)}"
        found.demand(words, [[-at[index][slot]] for index in meetings for slot in sorted(closed)])


def _demands(problem: Problem) -> Switched:
    found = Switched()
    clauses = found.clauses
    at = [[clauses.new() for _ in range(problem.slots)] for _ in problem.meetings]
    busy = [_busy(problem, clauses, [at[index] for index in day]) for day in problem.meetings_of()]
    for person, meetings in enumerate(problem.meetings_of()):
        _count(problem, clauses, meetings, at, busy[person])
        _demand_presence(problem, found, person, meetings, at)
    for index in range(len(problem.meetings)):
        _demand_meeting(problem, found, index, at)
    for slot in range(problem.slots):
        _demand_tables(problem, found, slot, [row[slot] for row in at], [row[slot] for row in busy])
    if problem.fairness is not None:
        _demand_fairness(problem, found, busy, problem.fairness)
    return found


def _demand_tables(problem: Problem, found: Switched, slot: int, meetings: list[int], busy: list[int]) -> None:
    """Limit the meetings of a slot, and the busy people, which says the same and helps with breaks."""
    if len(meetings) <= problem.tables:
        return
    limits = [[-found.clauses.counter(meetings, problem.tables + 1)[-1]]]
    if len(busy) > 2 * problem.tables:
        limits.append([-found.clauses.counter(busy, 2 * problem.tables + 1)[-1]])
    found.demand(f"slot {slot + 1} has {_many(problem.tables, 'table')}", limits)


def _busy(problem: Problem, clauses: Clauses, rows: list[list[int]]) -> list[int]:
    """Return for each slot a literal that says whether a person meets somebody there."""
    busy = []
    for slot in range(problem.slots):
        here = [row[slot] for row in rows]
        literal = clauses.new()
        clauses.at_most_one(here)
        clauses.add((-literal, *here))
        for meeting in here:
            clauses.add((-meeting, literal))
        busy.append(literal)
    return busy


def _count(problem: Problem, clauses: Clauses, meetings: list[int], at: list[list[int]], busy: list[int]) -> None:
    """Say that so many meetings keep somebody busy in as many slots: implied, but a solver would try all ways of seating."""
    parts = (
        (Session.MORNING, range(problem.morning_slots)),
        (Session.AFTERNOON, range(problem.morning_slots, problem.slots)),
        (None, range(problem.slots)),
    )
    for session, slots in parts:
        inside = [index for index in meetings if session in {None, problem.meetings[index].session}]
        if len(inside) < 2 or not slots:
            continue
        held = []
        for index in inside:
            literal = clauses.new()
            for slot in slots:
                clauses.add((-at[index][slot], literal))
            held.append(literal)
        enough = clauses.floor([busy[slot] for slot in slots], len(inside))
        for j, output in enumerate(clauses.counter(held, len(inside))):
            clauses.add((-output, *enough[j : j + 1]))


def _demand_meeting(problem: Problem, found: Switched, index: int, at: list[list[int]]) -> None:
    meeting, row, slots = problem.meetings[index], at[index], range(problem.slots)
    one, two = (problem.person(person) for person in meeting.people)
    part = "" if meeting.session is Session.ANY else f" in the {meeting.session}"
    inside = {
        Session.MORNING: slots[: problem.morning_slots],
        Session.AFTERNOON: slots[problem.morning_slots :],
        Session.ANY: slots,
    }[meeting.session]
    words = f"meeting {index + 1} of {one} and {two} has to be{part}"
    found.demand(words, [[row[slot] for slot in inside]], f"{{}} meetings have to be{part}")
    found.clauses.at_most_one(row)
    if meeting.slot is not None:
        others = [[-row[slot]] for slot in slots if slot != meeting.slot]
        found.demand(f"meeting {index + 1} is fixed to slot {meeting.slot + 1}", others)
    for other in meeting.after:
        order = [[-row[slot], -at[other][when]] for slot in slots for when in range(slot, problem.slots)]
        found.demand(f"meeting {other + 1} has to be before meeting {index + 1}", order)


def _demand_fairness(problem: Problem, found: Switched, busy: list[list[int]], fairness: int) -> None:
    """Bind each person's breaks to a number that is the same for all, under a switch for each person."""
    days = problem.meetings_of()
    idle = next((person for person, meetings in enumerate(days) if len(meetings) < 2), None)
    floors = [found.clauses.new() for _ in range(problem.slots)] if idle is None else [TRUE]
    found.clauses.add(floors)
    most = "no" if not fairness else f"at most {fairness}"
    words = f"may have {most} breaks more or fewer than anybody else"
    if idle is not None:
        words = f"may have {most} breaks more than {problem.person(idle)}, who can have none"
    for person, meetings in enumerate(days):
        if len(meetings) < 2:
            continue
        enough, limits = _runs(found.clauses, busy[person])
        bounds = []
        for breaks, floor in enumerate(floors):
            # So many breaks are one run of meetings more.
            bounds += [[-floor, -literal] for literal in limits[breaks + fairness + 1 : breaks + fairness + 2]]
            bounds += [[-floor, *enough[breaks : breaks + 1]]] if breaks else []
        found.demand(f"{problem.person(person)} {words}", bounds, f"{{}} people {words}")


def unfairness(fairness: int) -> str:
    """Return the words for the case that everything but fairness is possible, and no smaller conflict was found."""
    most = f"more than {_many(fairness, 'break')}" if fairness else "any breaks"
    return f"nobody may have {most} more than anybody else; without this there is a plan"


def _runs(clauses: Clauses, busy: list[int]) -> tuple[list[int], list[int]]:
    """Return literals of which number j can only be true with more than j runs of busy slots, and some that have to be."""
    starts = [busy[0]]
    for before, here in pairwise(busy):
        start = clauses.new()
        clauses.add((-here, before, start))
        clauses.add((-start, here))
        clauses.add((-start, -before))
        starts.append(start)
    return clauses.floor(starts, len(starts)), clauses.counter(starts, len(starts))


def _many(number: int, thing: str) -> str:
    return f"{number} {thing}{'' if number == 1 else 's'}"


def slots_in_words(slots: frozenset[int]) -> str:
    """Return slots as people count them."""
    numbers = ", ".join(str(slot + 1) for slot in sorted(slots))
    return f"slot {numbers}" if len(slots) == 1 else f"slots {numbers}"


def _core(oracle: Oracle, switches: list[int], conflicts: int) -> list[int] | None:
    """Return those of the switches that contradict each other; None when they do not, or it takes too long to see."""
    return oracle.core() if oracle.ask(switches, conflicts) is False else None
