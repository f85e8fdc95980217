"""What would help most where not all wishes fit: each idea is tried, and what it brings is counted."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from itertools import chain

from querwerk.engine.timetable.attended import Interrupted
from querwerk.engine.timetable.problem import Person, Problem, Table
from querwerk.engine.timetable.result import Cause, Help, Plan, Stop, Unplaced
from querwerk.engine.timetable.wishes.compiled import LARGE, loops, suited
from querwerk.engine.timetable.wishes.layout import Layout
from querwerk.engine.timetable.wishes.reasons import reasons
from querwerk.engine.timetable.wishes.relaxation import Impossible, relax
from querwerk.engine.timetable.wishes.run import LOOKS, LOOKS_AT_ONCE, TRIES, WANDERINGS, Scale, portions

PEOPLE = 3
"""So many people are tried who stand in the way of most wishes."""
ROUNDS = 4
"""Rounds of letting wishes in, for the plan as it is and for each idea."""

type Score = tuple[int, int]
"""Weight and number of the wishes that are fulfilled."""


def what_helps(problem: Problem, plan: Plan, *, seed: int = 1, stop: Stop = lambda: False) -> tuple[Help, ...]:
    """Try what could let more wishes come true: a table, a slot, an interpreter, more time of somebody.

    Starts from the plan and gives it the same effort without help first, so that only the help is counted. Returns what
    brings anything, the best first; what was tried when `stop` said so.
    """
    missing = () if stop() else reasons(Layout(problem), plan)
    if not missing:
        return ()
    base = _reached(problem, plan, seed, stop)
    found = []
    for words, changed in _ideas(problem, plan, missing):
        if stop():
            break
        try:
            bound = relax(Layout(changed), stop=stop).value
        except Impossible:
            continue
        except Interrupted:
            break
        if bound <= base[0]:
            continue
        value, meetings = _reached(changed, plan, seed, stop)
        if value > base[0]:
            found.append(Help(words, meetings - base[1], value - base[0], bound - base[0]))
    return tuple(sorted(found, key=lambda one: (-one.value, -one.meetings, one.words)))


def _reached(problem: Problem, plan: Plan, seed: int, stop: Stop) -> Score:
    """Return what a plan becomes when waiting wishes are let in."""
    layout, scale = Layout(problem), Scale(problem)
    board = layout.board(seed, scale.worth, scale.guarantee)
    layout.enter(board, plan)
    count = len(problem.meetings)
    board = suited(board) if count >= LARGE else board
    fast = loops(count)
    for _ in range(ROUNDS):
        if stop() or not board.waiting_size[0]:
            break
        steps = max(400, count // 4)
        for looks in portions(LOOKS * steps, LOOKS_AT_ONCE, stop):
            fast.relay(board, looks, WANDERINGS)
        fast.fill(board, steps, TRIES)
    held = [meeting.weight for meeting, slot in zip(problem.meetings, board.slot, strict=True) if slot >= 0]
    return sum(weight or 0 for weight in held), len(held)


def _ideas(problem: Problem, plan: Plan, missing: tuple[Unplaced, ...]) -> Iterator[tuple[str, Problem]]:
    causes = {one.cause for one in missing}
    if causes & {Cause.TABLES_FULL, Cause.NO_TABLE}:
        yield "one more table", _with_table(problem, Table())
        needs = {need for one in missing for need in _needs(problem, one.meeting)}
        for need in sorted(needs):
            yield f"one more table that offers “{need}”", _with_table(problem, Table(offers=frozenset({need})))
    if causes & {Cause.PERSON_FULL, Cause.TABLES_FULL, Cause.NO_FREE_SLOT, Cause.NO_COMMON_SLOT}:
        names = (*problem.slot_names, "one more slot") if problem.slot_names else ()
        yield "one more slot at the end", replace(problem, slots=problem.slots + 1, slot_names=names)
    if causes & {Cause.INTERPRETERS_FULL}:
        for index, interpreter in enumerate(problem.interpreters):
            again = replace(interpreter, name=f"{interpreter.name} (2)", unavailable=frozenset())
            words = f"one more interpreter like {problem.interpreters[index].name}"
            yield words, replace(problem, interpreters=(*problem.interpreters, again))
    yield from _ideas_for_people(problem, plan, missing)


def _with_table(problem: Problem, table: Table) -> Problem:
    equipment = problem.equipment or ((Table(),) * problem.tables if table != Table() else ())
    more = (*equipment, table) if equipment else ()
    return replace(problem, tables=problem.tables + 1, equipment=more)


def _needs(problem: Problem, index: int) -> frozenset[str]:
    meeting = problem.meetings[index]
    people = problem.persons or (Person(),) * problem.people
    return meeting.needs.union(*(people[person].needs for person in meeting.people))


def _ideas_for_people(problem: Problem, plan: Plan, missing: tuple[Unplaced, ...]) -> Iterator[tuple[str, Problem]]:
    wanted = Counter(
        person
        for one in missing
        if one.cause in {Cause.PERSON_FULL, Cause.NO_FREE_SLOT, Cause.NO_COMMON_SLOT}
        for person in problem.meetings[one.meeting].people
    )
    load = Counter(
        person
        for meeting, placement in zip(problem.meetings, plan, strict=True)
        if placement is not None
        for person in chain(meeting.people, placement.delegates)
    )
    rules = problem.persons or (Person(),) * problem.people
    tried = 0
    for person, _ in wanted.most_common():
        most, closed = rules[person].most, problem.unavailable[person]
        if tried == PEOPLE:
            return
        if most is not None and load[person] >= most:
            persons = (*rules[:person], replace(rules[person], most=most + 1), *rules[person + 1 :])
            yield f"{problem.person(person)} may have one meeting more", replace(problem, persons=persons)
        elif closed:
            slot = min(closed)
            unavailable = (*problem.unavailable[:person], closed - {slot}, *problem.unavailable[person + 1 :])
            words = f"{problem.person(person)} comes in {problem.slot(slot)} as well"
            yield words, replace(problem, unavailable=unavailable)
        else:
            continue
        tried += 1
