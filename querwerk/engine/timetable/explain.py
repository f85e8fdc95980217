"""Why there is no plan: a small set of demands that cannot be met together.

Every demand is switched on by a literal of its own. The solver says which of them it needed for a contradiction; then each
is left out once more, and stays out when the contradiction stays. So leaving out any one of what remains ends it.
"""

from collections import Counter
from collections.abc import Iterable
from itertools import pairwise

from querwerk.engine.timetable.attended import Interrupted, heed
from querwerk.engine.timetable.breakless import Obstacle, obstacle
from querwerk.engine.timetable.clauses import TRUE, Clauses
from querwerk.engine.timetable.matching import all_have_one
from querwerk.engine.timetable.oracle import Oracle
from querwerk.engine.timetable.problem import Problem, Session
from querwerk.engine.timetable.result import Stop

TRIAL = 5_000
"""Conflicts spent on the question whether one demand can be left out."""
PATIENCE = 40_000
"""Conflicts spent on the first question, whether the demands contradict each other at all."""
CROWD = 12
"""From so many meetings on they are counted in an explanation, not listed."""
LISTED = 40
"""Up to so many meetings that are in each other's way, each is tried without."""


type Words = tuple[str, str]
"""What a demand is called, and what many of its kind are called together."""


class Switched:
    """Clauses that hold only as long as the demand they belong to is made."""

    def __init__(self, stop: Stop) -> None:
        self._stop = stop
        self.clauses = Clauses()
        self.words: dict[int, Words] = {}

    def demand(self, words: str, many: str, clauses: list[list[int]]) -> None:
        """Add clauses under a switch; `words` is what the demand is called in an explanation.

        Where a conflict has a crowd of demands that share `many`, such as “{} meetings have to be”, they are only counted.
        """
        heed(self._stop)
        switch = self.clauses.new()
        self.words[switch] = words, many
        for clause in clauses:
            self.clauses.add((-switch, *clause))

    def conflict(self) -> tuple[str, ...]:
        """Return demands that cannot be met together, in the order they were made; empty when none were found."""
        oracle = Oracle(self.clauses, self._stop)
        try:
            core = _core(oracle, list(self.words), PATIENCE) or []
            for switch in list(core):
                if switch in core:
                    smaller = _core(oracle, [other for other in core if other != switch], TRIAL)
                    core = core if smaller is None else smaller
        finally:
            oracle.close()
        return told([self.words[switch] for switch in sorted(core)])


def told(demands: list[Words]) -> tuple[str, ...]:
    """Return demands in words; a crowd of the same kind is only counted."""
    sizes = Counter(many for _, many in demands if many)
    lines = (many.replace("{}", str(sizes[many]), 1) if sizes[many] > CROWD else words for words, many in demands)
    return tuple(dict.fromkeys(lines))


def conflict(problem: Problem, stop: Stop) -> tuple[str, ...]:
    """Return demands that cannot be met together; empty when time is over.

    Mostly it is one person whose meetings do not fit into their day, and then nobody else has to be looked at.
    """
    if crowd := crowding(problem):
        return crowd
    try:
        for person, meetings in enumerate(problem.meetings_of()):
            heed(stop)
            if not all_have_one([problem.slots_of(index) for index in meetings]):
                return _demands_of(problem, person, stop).conflict()
        found = obstacle(problem, stop) if problem.fairness == 0 and _idle(problem) is not None else None
        if found is None or len(found.meetings) <= LISTED:
            return _demands(problem, stop, found).conflict()
        return told(_words_of(problem, found))
    except Interrupted:
        return ()


def _words_of(problem: Problem, found: Obstacle) -> list[Words]:
    """Return all demands of an obstacle."""
    words = [_absence(problem, person) for person in found.absent]
    inside = set(found.meetings)
    for index in found.meetings:
        meeting = problem.meetings[index]
        words.append(_meeting(problem, index))
        words += [_fixed(index, meeting.slot)] if meeting.slot is not None else []
        words += [_order(other, index) for other in meeting.after if other in inside]
    words += [_tables(problem, slot) for slot in found.slots]
    return words + [_fair(problem, person) for person in found.people]


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


def _demands_of(problem: Problem, person: int, stop: Stop) -> Switched:
    """Return what is demanded of one person and those they meet: as if there were a table for everybody."""
    found = Switched(stop)
    meetings = problem.meetings_of()[person]
    at = {index: [found.clauses.new() for _ in range(problem.slots)] for index in meetings}
    busy = _busy(problem, found.clauses, [at[index] for index in meetings])
    _count(problem, found.clauses, meetings, at, busy)
    for other in sorted({one for index in meetings for one in problem.meetings[index].people}):
        shared = [index for index in meetings if other in problem.meetings[index].people]
        _demand_presence(problem, found, other, shared, at)
    for index in meetings:
        _demand_meeting(problem, found, index, at)
    return found


def _demand_presence(
    problem: Problem, found: Switched, person: int, meetings: list[int], at: dict[int, list[int]]
) -> None:
    closed = problem.unavailable[person]
    if closed and meetings:
        found.demand(*_absence(problem, person), [[-at[index][slot]] for index in meetings for slot in sorted(closed)])


def _demands(problem: Problem, stop: Stop, part: Obstacle | None) -> Switched:
    """Return all demands; where a part of them is known to be too much, only those of its meetings, slots and people."""
    found = Switched(stop)
    clauses = found.clauses
    chosen = list(range(len(problem.meetings))) if part is None else part.meetings
    at = {index: [clauses.new() for _ in range(problem.slots)] for index in chosen}
    days = [[index for index in day if index in at] for day in problem.meetings_of()]
    busy = [_busy(problem, clauses, [at[index] for index in day]) for day in days]
    for person, meetings in enumerate(days):
        heed(stop)
        _count(problem, clauses, meetings, at, busy[person])
        _demand_presence(problem, found, person, meetings, at)
    for index in chosen:
        _demand_meeting(problem, found, index, at)
    for slot in range(problem.slots) if part is None else part.slots:
        _demand_tables(problem, found, slot, [row[slot] for row in at.values()], [row[slot] for row in busy])
    if problem.fairness is not None:
        people = range(problem.people) if part is None else part.people
        _demand_fairness(problem, found, busy, people)
    return found


def _demand_tables(problem: Problem, found: Switched, slot: int, meetings: list[int], busy: list[int]) -> None:
    """Limit the meetings of a slot, and the busy people, which says the same and helps with breaks."""
    if len(meetings) <= problem.tables:
        return
    limits = [[-found.clauses.counter(meetings, problem.tables + 1)[-1]]]
    if len(busy) > 2 * problem.tables:
        limits.append([-found.clauses.counter(busy, 2 * problem.tables + 1)[-1]])
    found.demand(*_tables(problem, slot), limits)


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


def _count(problem: Problem, clauses: Clauses, meetings: list[int], at: dict[int, list[int]], busy: list[int]) -> None:
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


def _demand_meeting(problem: Problem, found: Switched, index: int, at: dict[int, list[int]]) -> None:
    meeting, row, slots = problem.meetings[index], at[index], range(problem.slots)
    inside = {
        Session.MORNING: slots[: problem.morning_slots],
        Session.AFTERNOON: slots[problem.morning_slots :],
        Session.ANY: slots,
    }[meeting.session]
    found.demand(*_meeting(problem, index), [[row[slot] for slot in inside]])
    found.clauses.at_most_one(row)
    if meeting.slot is not None:
        found.demand(*_fixed(index, meeting.slot), [[-row[slot]] for slot in slots if slot != meeting.slot])
    for other in meeting.after:
        if other in at:
            order = [[-row[slot], -at[other][when]] for slot in slots for when in range(slot, problem.slots)]
            found.demand(*_order(other, index), order)


def _idle(problem: Problem) -> int | None:
    """Return somebody who can have no breaks."""
    return next((person for person, meetings in enumerate(problem.meetings_of()) if len(meetings) < 2), None)


def _demand_fairness(problem: Problem, found: Switched, busy: list[list[int]], people: Iterable[int]) -> None:
    """Bind each person's breaks to a number that is the same for all, under a switch for each person."""
    fairness = problem.fairness or 0
    floors = [found.clauses.new() for _ in range(problem.slots)] if _idle(problem) is None else [TRUE]
    found.clauses.add(floors)
    days = problem.meetings_of()
    for person in people:
        if len(days[person]) < 2:
            continue
        enough, limits = _runs(found.clauses, busy[person])
        bounds = []
        for breaks, floor in enumerate(floors):
            # So many breaks are one run of meetings more.
            bounds += [[-floor, -literal] for literal in limits[breaks + fairness + 1 : breaks + fairness + 2]]
            bounds += [[-floor, *enough[breaks : breaks + 1]]] if breaks else []
        found.demand(*_fair(problem, person), bounds)


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


def _absence(problem: Problem, person: int) -> Words:
    return f"{problem.person(person)} cannot come in {slots_in_words(problem.unavailable[person])}", ""


def _meeting(problem: Problem, index: int) -> Words:
    meeting = problem.meetings[index]
    one, two = (problem.person(person) for person in meeting.people)
    part = "" if meeting.session is Session.ANY else f" in the {meeting.session}"
    return f"meeting {index + 1} of {one} and {two} has to be{part}", f"{{}} meetings have to be{part}"


def _fixed(index: int, slot: int) -> Words:
    return f"meeting {index + 1} is fixed to slot {slot + 1}", ""


def _order(earlier: int, later: int) -> Words:
    return f"meeting {earlier + 1} has to be before meeting {later + 1}", ""


def _tables(problem: Problem, slot: int) -> Words:
    return f"slot {slot + 1} has {_many(problem.tables, 'table')}", ""


def _fair(problem: Problem, person: int) -> Words:
    idle = _idle(problem)
    most = f"at most {problem.fairness}" if problem.fairness else "no"
    words = f"may have {most} breaks more or fewer than anybody else"
    if idle is not None:
        words = f"may have {most} breaks more than {problem.person(idle)}, who can have none"
    return f"{problem.person(person)} {words}", f"{{}} people {words}"


def _many(number: int, thing: str) -> str:
    return f"{number} {thing}{'' if number == 1 else 's'}"


def slots_in_words(slots: frozenset[int]) -> str:
    """Return slots as people count them."""
    numbers = ", ".join(str(slot + 1) for slot in sorted(slots))
    return f"slot {numbers}" if len(slots) == 1 else f"slots {numbers}"


def _core(oracle: Oracle, switches: list[int], conflicts: int) -> list[int] | None:
    """Return those of the switches that contradict each other; None when they do not, or it takes too long to see."""
    return oracle.core() if oracle.ask(switches, conflicts) is False else None
