"""Makes events of any size for the bench: the same seed makes the same event, on every machine."""

import random
from itertools import accumulate

from querwerk.engine.timetable import Meeting, Person, Problem

SLOTS = 12
REQUESTS = 10
"""For each person."""


def event(people: int, *, seed: int = 1, tables: float = 0.36, weighted: bool = False) -> Problem:
    """Return an event where a few people are wanted by many, some cannot come in part of the day, and too much is wished.

    `tables` is their number for each person: with 0.36 tables are scarce, with 0.5 everybody can sit at any time.
    """
    chance = random.Random(seed)
    fame = list(accumulate(chance.paretovariate(1.5) for _ in range(people)))
    pairs: dict[tuple[int, int], int] = {}
    while len(pairs) < REQUESTS * people:
        asking = chance.randrange(people)
        asked = chance.choices(range(people), cum_weights=fame)[0]
        if asking != asked:
            pairs.setdefault((min(asking, asked), max(asking, asked)), chance.randint(1, 5) if weighted else 1)
    closed = []
    for _ in range(people):
        length = chance.randint(2, 5) if chance.random() < 0.2 else 0
        first = chance.choice((0, SLOTS - length))
        closed.append(frozenset(range(first, first + length)))
    return Problem(
        people=people,
        slots=SLOTS,
        morning_slots=SLOTS // 2,
        tables=max(1, round(people * tables)),
        meetings=tuple(Meeting(pair, weight=weight) for pair, weight in pairs.items()),
        unavailable=tuple(closed),
        persons=tuple(Person(least=1, most=chance.choice((None, None, 8))) for _ in range(people)),
    )
