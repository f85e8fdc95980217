"""The rival: the published MaxSAT encoding (Bofill et al., JAIR 74, 2022), solved by python-sat's RC2.

“Meeting in slot”, “busy in slot”, “had a meeting before”, “a break ends here”; tables, busy slots and breaks are counted by
totalizers; each “at least j breaks” costs one. Tables are counted by busy people, two for each meeting, or by meetings where
few people can be busy and have few. That was the fastest of these ways, and of both together, on the five families tried
(forum-13crafc takes 2 s by meetings and more than 100 s with both; forum-14 7 s by people, 16 s with both; forum-13crafb 23 s by
people, more than 120 s by meetings).
"""

from collections.abc import Iterator

from pysat.card import CardEnc, EncType, ITotalizer
from pysat.examples.rc2 import RC2
from pysat.formula import WCNF, IDPool

from querwerk.engine.timetable import Problem

FEW = 4
"""Tables are few when there are more people for each."""
MANY = 2.5
"""Meetings are many when there are so many for each person."""


def solve(problem: Problem) -> int | None:
    """Return the fewest breaks, None where there is no plan; there is no way to stop RC2 but to end its process."""
    with RC2(_formula(problem)) as solver:
        return None if solver.compute() is None else int(solver.cost)


def _formula(problem: Problem) -> WCNF:
    pool, formula = IDPool(), WCNF()
    at = [[pool.id() for _ in range(problem.slots)] for _ in problem.meetings]
    formula.extend(_meetings(problem, at, pool))
    days = [[pool.id() for _ in range(problem.slots)] for _ in range(problem.people)]
    for busy, meetings in zip(days, problem.meetings_of(), strict=True):
        for clause, weight in _person(problem, busy, [at[index] for index in meetings], pool):
            formula.append(clause, weight=weight)
    is_crowded = problem.people <= FEW * problem.tables or len(problem.meetings) >= MANY * problem.people
    most = 2 * problem.tables if is_crowded else problem.tables
    for column in zip(*(days if is_crowded else at), strict=True):
        if len(column) > most:
            formula.extend(CardEnc.atmost(list(column), most, vpool=pool, encoding=EncType.totalizer).clauses)
    return formula


def _meetings(problem: Problem, at: list[list[int]], pool: IDPool) -> list[list[int]]:
    clauses: list[list[int]] = []
    for index, meeting in enumerate(problem.meetings):
        allowed = set(problem.slots_of(index))
        clauses.extend([[-at[index][slot]] for slot in range(problem.slots) if slot not in allowed])
        clauses.extend(CardEnc.equals(at[index], 1, vpool=pool, encoding=EncType.pairwise).clauses)
        for other in meeting.after:
            clauses.extend(
                [
                    [-at[index][slot], -at[other][when]]
                    for slot in range(problem.slots)
                    for when in range(slot, problem.slots)
                ]
            )
    return clauses


def _person(
    problem: Problem, busy: list[int], rows: list[list[int]], pool: IDPool
) -> Iterator[tuple[list[int], int | None]]:
    slots = range(problem.slots)
    had = [pool.id() for _ in slots]
    ends = [pool.id() for _ in slots]
    for slot in slots:
        column = [row[slot] for row in rows]
        yield [-busy[slot], *column], None
        yield from (([-literal, busy[slot]], None) for literal in column)
        if len(column) > 1:
            pairs = CardEnc.atmost(column, 1, vpool=pool, encoding=EncType.pairwise).clauses
            yield from ((clause, None) for clause in pairs)
        yield [-busy[slot], had[slot]], None
        if slot:
            yield [-had[slot - 1], had[slot]], None
            yield [-had[slot], had[slot - 1], busy[slot]], None
            yield [-busy[slot], busy[slot - 1], -had[slot - 1], ends[slot]], None
        else:
            yield [-had[slot], busy[slot]], None
    if len(rows) > 1:
        count = CardEnc.equals(busy, len(rows), vpool=pool, encoding=EncType.totalizer).clauses
        yield from ((clause, None) for clause in count)
        most = len(rows) - 1 if problem.fairness is None else problem.fairness + 1
        with ITotalizer(lits=ends, ubound=most, top_id=pool.id()) as counter:
            yield from ((clause, None) for clause in counter.cnf.clauses)
            pool.occupy(pool.top, counter.top_id)
            if problem.fairness is not None:
                yield [-counter.rhs[problem.fairness]], None
            for output in counter.rhs[: most if problem.fairness is None else problem.fairness]:
                yield [-output], 1
