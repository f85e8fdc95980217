"""The rival: the published MaxSAT encoding (Bofill et al., JAIR 74, 2022), solved by python-sat's RC2.

“Meeting in slot”, “busy in slot”, “had a meeting before”, “a break ends here”; tables, busy slots and breaks are counted by
totalizers; each “at least j breaks” costs one.
"""

from collections.abc import Iterator

from pysat.card import CardEnc, EncType, ITotalizer
from pysat.examples.rc2 import RC2
from pysat.formula import WCNF, IDPool

from querwerk.engine.timetable import Problem


def solve(problem: Problem) -> int | None:
    """Return the fewest breaks, None where there is no plan; there is no way to stop RC2 but to end its process."""
    with RC2(_formula(problem)) as solver:
        return None if solver.compute() is None else int(solver.cost)


def _formula(problem: Problem) -> WCNF:
    pool, formula = IDPool(), WCNF()
    at = [[pool.id() for _ in range(problem.slots)] for _ in problem.meetings]
    formula.extend(_meetings(problem, at, pool))
    for slot in range(problem.slots):
        column = [row[slot] for row in at]
        if len(column) > problem.tables:
            formula.extend(CardEnc.atmost(column, problem.tables, vpool=pool, encoding=EncType.totalizer).clauses)
    days = [[pool.id() for _ in range(problem.slots)] for _ in range(problem.people)]
    for busy, meetings in zip(days, problem.meetings_of(), strict=True):
        for clause, weight in _person(problem, busy, [at[index] for index in meetings], pool):
            formula.append(clause, weight=weight)
    # Implied, and a great help: two people are busy for each meeting.
    for column in zip(*days, strict=True):
        if len(column) > 2 * problem.tables:
            count = CardEnc.atmost(list(column), 2 * problem.tables, vpool=pool, encoding=EncType.totalizer)
            formula.extend(count.clauses)
    return formula


def _meetings(problem: Problem, at: list[list[int]], pool: IDPool) -> list[list[int]]:
    clauses: list[list[int]] = []
    for index, meeting in enumerate(problem.meetings):
        allowed = set(problem.slots_of(index))
        clauses.extend([[-at[index][slot]] for slot in range(problem.slots) if slot not in allowed])
        clauses.extend(CardEnc.equals(at[index], 1, vpool=pool, encoding=EncType.seqcounter).clauses)
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
            pairs = CardEnc.atmost(column, 1, vpool=pool, encoding=EncType.seqcounter).clauses
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
