"""Makes problems of the same kind as the published ones that nobody has tuned for: ``--unseen N``.

Each original is changed in one way, drawn from a seed: other absences, some meetings fixed, some in a given order, fewer
tables, or one more participant who meets a few of the others. Nothing promises that a plan exists.
"""

import random
from dataclasses import replace

from querwerk.engine.timetable import Meeting, Problem, Session

KINDS = ("absent", "fixed", "ordered", "tables", "newcomer")


def variant(problem: Problem, kind: str, seed: int) -> Problem:
    """Return the problem changed in one of the KINDS; the same seed, the same change."""
    chance = random.Random(f"{kind} {seed}")
    return {
        "absent": _absent, "fixed": _fixed, "ordered": _ordered, "tables": _tables, "newcomer": _newcomer,
    }[kind](problem, chance)  # fmt: skip


def _absent(problem: Problem, chance: random.Random) -> Problem:
    share = chance.choice((0.002, 0.004, 0.008, 0.015))
    slots = range(problem.slots)
    closed = (frozenset(slot for slot in slots if chance.random() < share) for _ in range(problem.people))
    return replace(problem, unavailable=tuple(closed))


def _fixed(problem: Problem, chance: random.Random) -> Problem:
    share = chance.choice((0.05, 0.1, 0.3))
    meetings = list(problem.meetings)
    taken: set[tuple[int, int]] = set()
    load = [0] * problem.slots
    for index in chance.sample(range(len(meetings)), round(share * len(meetings))):
        people = meetings[index].people
        free = [
            slot
            for slot in problem.slots_of(index)
            if load[slot] < problem.tables and not any((person, slot) in taken for person in people)
        ]
        if free:
            slot = chance.choice(free)
            load[slot] += 1
            taken.update((person, slot) for person in people)
            meetings[index] = replace(meetings[index], slot=slot)
    return replace(problem, meetings=tuple(meetings))


def _ordered(problem: Problem, chance: random.Random) -> Problem:
    share = chance.choice((0.05, 0.1, 0.25))
    meetings = list(problem.meetings)
    # A chance order of all meetings keeps rings out.
    rank = chance.sample(range(len(meetings)), len(meetings))
    for _ in range(round(share * len(meetings))):
        days = problem.meetings_of()
        first = chance.randrange(len(meetings))
        others = {other for person in meetings[first].people for other in days[person]} - {first}
        later = [other for other in sorted(others) if rank[other] > rank[first]]
        if later:
            second = chance.choice(later)
            after = tuple(sorted({*meetings[second].after, first}))
            meetings[second] = replace(meetings[second], after=after)
    return replace(problem, meetings=tuple(meetings))


def _tables(problem: Problem, chance: random.Random) -> Problem:
    least = -(-len(problem.meetings) // problem.slots)
    return replace(problem, tables=max(least, problem.tables - chance.randint(1, 3)))


def _newcomer(problem: Problem, chance: random.Random) -> Problem:
    days = problem.meetings_of()
    free = [person for person in range(problem.people) if len(days[person]) < problem.slots - 2]
    met = chance.sample(free, min(len(free), problem.slots // 2))
    extra = tuple(Meeting((person, problem.people), Session.ANY) for person in met)
    return replace(
        problem,
        people=problem.people + 1,
        meetings=problem.meetings + extra,
        unavailable=(*problem.unavailable, frozenset()),
        names=(),
    )
