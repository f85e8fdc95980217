"""The solver against a judge that shares nothing with it, and on tiny problems against trying everything."""

import itertools
import threading
import time
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from querwerk.engine.timetable import (
    Meeting,
    Placement,
    Problem,
    Progress,
    Session,
    Status,
    check,
    days,
    explain,
    oracle,
    proof,
    solve,
)
from querwerk.engine.timetable.attended import Interrupted, attended
from querwerk.engine.timetable.breakless import Obstacle, obstacle
from querwerk.engine.timetable.clauses import Clauses
from querwerk.engine.timetable.encoding import Contradiction, Encoding, domains
from querwerk.engine.timetable.explain import conflict
from querwerk.engine.timetable.oracle import Kind, Oracle
from querwerk.engine.timetable.unbroken import Unbroken


@st.composite
def problems(draw: st.DrawFn) -> Problem:
    people, slots = draw(st.integers(2, 5)), draw(st.integers(1, 5))
    indices = list(range(draw(st.integers(0, 5))))
    pairs = list(itertools.combinations(range(people), 2))
    rarely = st.none() | st.none() | st.none() | st.integers(0, slots - 1)
    meetings: list[Meeting] = []
    tables = draw(st.integers(1, 3))
    fixed = [0] * slots
    for index in indices:
        slot = draw(rarely)
        if slot is not None and fixed[slot] == tables:
            slot = None
        if slot is not None:
            fixed[slot] += 1
        others = [other for other in indices if other != index]
        after = tuple(draw(st.lists(st.sampled_from(others), max_size=1))) if others else ()
        session = draw(st.sampled_from([Session.ANY, Session.ANY, *Session]))
        meetings.append(Meeting(draw(st.sampled_from(pairs)), session, slot, after if draw(st.booleans()) else ()))
    closed = st.frozensets(st.integers(0, slots - 1), max_size=1)
    return Problem(
        people=people,
        slots=slots,
        morning_slots=draw(st.integers(0, slots)),
        tables=tables,
        meetings=tuple(meetings),
        unavailable=tuple(draw(closed) for _ in range(people)),
        fairness=draw(st.none() | st.integers(0, 2)),
    )


def fewest_breaks(problem: Problem) -> int | None:
    """Try every plan, judged by the checker."""
    best: int | None = None
    for slots in itertools.product(range(problem.slots), repeat=len(problem.meetings)):
        seats = [slots[:index].count(slot) for index, slot in enumerate(slots)]
        if any(seat >= problem.tables for seat in seats):
            continue
        verdict = check(problem, tuple(map(Placement, slots, seats)))
        if verdict.is_valid and (best is None or verdict.breaks < best):
            best = verdict.breaks
    return best


@settings(max_examples=60)
@given(problems())
def test_solver_finds_what_trying_everything_finds(problem: Problem) -> None:
    result = solve(problem)
    expected = fewest_breaks(problem)
    assert result.breaks == expected
    assert result.status == (Status.INFEASIBLE if expected is None else Status.OPTIMAL)
    assert bool(result.conflict) == (expected is None)
    if result.plan is not None:
        verdict = check(problem, result.plan)
        assert (verdict.faults, verdict.breaks) == ((), result.breaks)
        assert result.bound == result.breaks


@pytest.mark.parametrize(("easy", "many"), [(1, 1_000), (1_000, 0)])
def test_climbing_finds_the_same_bound(monkeypatch: pytest.MonkeyPatch, easy: int, many: int) -> None:
    """Small problems are proved by what comes easily, so the rest of the proof is made to work here."""
    problem = replace(
        crowded(2), unavailable=(frozenset({3}), frozenset({2, 5}), *(frozenset({3}),) * 10), tables=2, slots=11
    )
    expected = solve(problem)
    monkeypatch.setattr(proof, "TRIAL", easy)
    monkeypatch.setattr(proof, "MANY", many)
    found = solve(problem)
    assert found.plan is not None
    assert check(problem, found.plan).is_valid
    assert (found.status, found.breaks, found.bound) == (Status.OPTIMAL, expected.breaks, expected.breaks)


@settings(max_examples=60)
@given(problems())
def test_first_question_is_answered_as_trying_everything_does(problem: Problem) -> None:
    expected = fewest_breaks(replace(problem, fairness=None))
    for kind in Kind:
        try:
            unbroken = Unbroken(problem, domains(problem))
        except Contradiction:
            assert expected != 0
            return
        solver = Oracle(unbroken.clauses, lambda: False, kind)
        answer = solver.ask([], 10_000)
        assert answer == (expected == 0)
        if answer:
            slots = unbroken.slots_in(solver.model())
            verdict = check(
                problem, tuple(Placement(slot, slots[:index].count(slot)) for index, slot in enumerate(slots))
            )
            assert (verdict.faults, verdict.breaks) == ((), 0)
        solver.close()


@settings(max_examples=60)
@given(problems())
def test_days_alone_never_cost_more_than_the_best_plan(problem: Problem) -> None:
    best = fewest_breaks(replace(problem, fairness=None))
    if best is None:
        return
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(days, "SCARCE", 0)
        assert days.fewest_breaks(problem, domains(problem)) <= best


def test_scarce_places_show_in_the_days_alone() -> None:
    # Everybody meets four others in six slots with places for eight, so in each slot four of twelve are idle. In the two in the
    # middle nobody would be without a break; four breaks of both slots are enough.
    problem = Problem(
        12, 6, 3, 4, tuple(Meeting((first, 6 + (first + step) % 6)) for first in range(6) for step in range(4))
    )
    assert days.fewest_breaks(problem, domains(problem)) == 4
    result = solve(problem)
    assert (result.status, result.breaks) == (Status.OPTIMAL, 4)


@settings(max_examples=60)
@given(problems(), st.data())
def test_checker_sees_every_way_of_spoiling_a_plan(problem: Problem, data: st.DataObject) -> None:
    plan = solve(problem).plan
    if not plan:
        return
    index = data.draw(st.integers(0, len(plan) - 1))
    other = data.draw(
        st.integers(0, len(plan) - 1).filter(lambda found: found != index) if len(plan) > 1 else st.just(index)
    )
    if other != index:
        assert not check(problem, (*plan[:index], plan[other], *plan[index + 1 :])).is_valid
    placed = plan[index]
    assert placed is not None
    for wrong in (Placement(problem.slots, 0), Placement(placed.slot, problem.tables), Placement(-1, 0)):
        assert not check(problem, (*plan[:index], wrong, *plan[index + 1 :])).is_valid


def crowded(fairness: int | None = None) -> Problem:
    """Twelve people in two rows, three tables: everybody meets three of the other row."""
    pairs = [(first, 6 + (first + step) % 6) for first in range(6) for step in range(3)]
    return Problem(12, 8, 4, 3, tuple(Meeting(pair) for pair in pairs), fairness=fairness)


def test_same_seed_same_plan() -> None:
    first, second = solve(crowded(), seed=3), solve(crowded(), seed=3)
    assert (first.plan, first.breaks) == (second.plan, second.breaks)


def test_stopped_at_once_nothing_is_known() -> None:
    result = solve(crowded(), stop=lambda: True)
    assert (result.status, result.plan, result.breaks, result.bound) == (Status.UNKNOWN, None, None, 0)


def test_stopped_later_the_best_plan_so_far_is_returned() -> None:
    problem = replace(crowded(), unavailable=(frozenset({3}),) * 12, tables=2, slots=11)
    best = solve(problem).breaks
    assert best is not None
    assert best > 0
    for patience in range(1, 12):
        calls = itertools.count()
        result = solve(problem, stop=lambda calls=calls, patience=patience: next(calls) > patience)  # type: ignore[misc]
        assert result.status in {Status.FEASIBLE, Status.OPTIMAL}
        assert result.plan is not None
        assert check(problem, result.plan).is_valid
        assert result.breaks is not None
        assert result.bound <= best <= result.breaks


def pigeons(count: int) -> Clauses:
    """So many pigeons, one hole too few: from a dozen on no solver is done within a lifetime."""
    clauses = Clauses()
    holes = [[clauses.new() for _ in range(count - 1)] for _ in range(count)]
    for pigeon in holes:
        clauses.add(pigeon)
    for hole in zip(*holes, strict=True):
        clauses.at_most_one(hole)
    return clauses


@pytest.mark.parametrize("is_alone", [False, True])
def test_the_solver_looks_up_between_two_portions(monkeypatch: pytest.MonkeyPatch, *, is_alone: bool) -> None:
    if is_alone:  # as where CaDiCaL's own functions cannot be called
        monkeypatch.setattr(oracle, "_entries", lambda: None)
    is_over: list[int] = []
    solver = Oracle(pigeons(12), lambda: bool(is_over))
    assert solver.ask([], 100) is None
    assert solver.ask([], 100) is None
    is_over.append(1)
    with pytest.raises(Interrupted):
        solver.ask([], 100)
    solver.close()


@pytest.mark.parametrize("kind", Kind)
def test_the_solver_stops_in_the_middle_of_a_question(kind: Kind) -> None:
    calls = itertools.count()
    solver = Oracle(pigeons(30), lambda: next(calls) > 2, kind)
    with pytest.raises(Interrupted):
        solver.ask([], 10**9)
    solver.close()


@pytest.mark.parametrize("kind", Kind)
def test_ctrl_c_ends_a_question_before_its_solver_is_thrown_away(kind: Kind) -> None:
    calls = itertools.count()

    def stop() -> bool:
        if next(calls) > 2:
            raise KeyboardInterrupt
        return False

    before = threading.active_count()
    solver = Oracle(pigeons(30), stop, kind)
    with pytest.raises(KeyboardInterrupt):
        solver.ask([], 10**9)
    assert threading.active_count() == before
    solver.close()


@pytest.mark.parametrize("is_alone", [False, True])
def test_both_ways_of_asking_give_the_same_answers(monkeypatch: pytest.MonkeyPatch, *, is_alone: bool) -> None:
    if is_alone:
        monkeypatch.setattr(oracle, "_entries", lambda: None)
    clauses = Clauses()
    one, other, third = (clauses.new() for _ in range(3))
    clauses.found += [[one, other], [-one, third]]
    solver = Oracle(clauses, lambda: False)
    assert solver.ask([-one], 100) is True
    assert {-one, other} <= set(solver.model())
    assert solver.ask([third, -one, -other], 100) is False
    assert sorted(solver.core(), key=abs) == [-one, -other]
    assert solver.ask([], 100) is True
    solver.close()


def test_what_fails_beside_is_raised_here() -> None:
    with pytest.raises(ZeroDivisionError):
        attended(lambda: 1 // 0, lambda: False, lambda: None)


def test_clauses_are_not_finished_for_somebody_who_has_left() -> None:
    problem = crowded(2)
    for make in (Encoding, Unbroken):
        patience = 0
        with pytest.raises(Interrupted):
            make(problem, domains(problem), lambda: True)
        while True:
            calls = itertools.count()
            try:
                make(problem, domains(problem), lambda calls=calls, most=patience: next(calls) >= most)  # type: ignore[misc]
            except Interrupted:
                patience += 1
                continue
            break
        assert patience > problem.people


def test_a_solver_that_is_given_many_clauses_looks_up_in_between() -> None:
    clauses = Clauses()
    clauses.found += [[clauses.new()] for _ in range(2 * oracle.LOADING)]
    calls = itertools.count()
    solver = Oracle(clauses, lambda: next(calls) == 1)
    with pytest.raises(Interrupted):
        solver.ask([], 100)
    solver.close()


def ring(tables: int) -> Problem:
    """Forty people, each of whom meets six neighbours on both sides."""
    pairs = [(first, (first + step) % 40) for first in range(40) for step in range(1, 7)]
    return Problem(40, 20, 10, tables, tuple(Meeting(pair) for pair in pairs), fairness=2)


def test_a_hard_problem_that_is_stopped_ends_with_a_plan_and_a_gap() -> None:
    problem = ring(tables=12)
    began = time.process_time()
    result = solve(problem, stop=lambda: time.process_time() - began > 1)
    assert result.status is Status.FEASIBLE
    assert result.plan is not None
    assert check(problem, result.plan).is_valid
    assert result.breaks is not None
    assert result.bound < result.breaks


def test_one_place_too_few_is_known_without_a_search() -> None:
    calls = itertools.count()
    result = solve(replace(ring(tables=12), slots=19), stop=lambda: next(calls) > 3)
    assert result.status is Status.INFEASIBLE
    assert result.conflict == ("240 meetings have to be", "19 slots with 12 tables have 228 places")


def test_progress_only_gets_better() -> None:
    problem = replace(crowded(), unavailable=(frozenset({3}),) * 12, tables=2, slots=11)
    seen: list[Progress] = []
    result = solve(problem, report=seen.append)
    breaks = [progress.breaks for progress in seen if progress.breaks is not None]
    bounds = [progress.bound for progress in seen]
    assert breaks == sorted(breaks, reverse=True)
    assert bounds == sorted(bounds)
    assert (breaks[-1], bounds[-1]) == (result.breaks, result.bound)


def test_fairness_is_bought_with_breaks() -> None:
    # Person 1 meets in slots 1 and 3 only; the others could sit together, unless all are to have breaks alike.
    meetings = (Meeting((0, 1), slot=0), Meeting((0, 1), slot=2), Meeting((2, 3)), Meeting((2, 3)))
    free = Problem(4, 3, 3, 2, meetings)
    assert solve(free).breaks == 2
    assert solve(replace(free, fairness=0)).breaks == 4


def test_impossible_plans_are_explained() -> None:
    meetings = (*(Meeting((0, other)) for other in (1, 2, 3)), Meeting((1, 2)))
    problem = Problem(4, 3, 3, 2, meetings, (frozenset({1}), frozenset(), frozenset(), frozenset()))
    result = solve(problem)
    assert result.status is Status.INFEASIBLE
    assert result.conflict == (
        "person 1 cannot come in slot 2",
        "meeting 1 of person 1 and person 2 has to be",
        "meeting 2 of person 1 and person 3 has to be",
        "meeting 3 of person 1 and person 4 has to be",
    )


def test_tables_and_order_are_named_in_explanations() -> None:
    names = ("Anna", "Ben", "Cem", "Dana")
    meetings = (Meeting((0, 1), Session.MORNING), Meeting((2, 3), Session.MORNING), Meeting((0, 2), after=(2,), slot=1))
    with pytest.raises(ValueError, match="after itself"):
        Problem(4, 2, 1, 1, meetings)
    crowd = Problem(4, 2, 1, 1, meetings[:2], names=names)
    assert conflict(crowd, lambda: False) == (
        "meeting 1 of Anna and Ben has to be in the morning",
        "meeting 2 of Cem and Dana has to be in the morning",
        "slot 1 has 1 table",
    )
    late = Problem(4, 2, 1, 1, (Meeting((0, 1), slot=1), Meeting((2, 3), after=(0,))), names=names)
    assert conflict(late, lambda: False) == (
        "meeting 1 of Anna and Ben has to be",
        "meeting 1 is fixed to slot 2",
        "meeting 2 of Cem and Dana has to be",
        "meeting 1 has to be before meeting 2",
    )


def test_fairness_is_named_with_the_people_it_is_about() -> None:
    names = ("Anna", "Ben", "Cem", "Dana", "Eda")
    apart = (Meeting((0, 1), slot=0), Meeting((0, 1), slot=2))
    fixed = (
        "meeting 1 of Anna and Ben has to be",
        "meeting 1 is fixed to slot 1",
        "meeting 2 of Anna and Ben has to be",
        "meeting 2 is fixed to slot 3",
    )
    lonely = solve(Problem(5, 3, 3, 2, (*apart, Meeting((2, 3)), Meeting((3, 4))), fairness=0, names=names))
    assert lonely.status is Status.INFEASIBLE
    assert set(fixed) < set(lonely.conflict)
    assert lonely.conflict[-1].endswith(" may have no breaks more than Cem, who can have none")
    together = (*apart, Meeting((2, 3), slot=0), Meeting((2, 3), slot=1), Meeting((0, 2)))
    everybody = solve(Problem(4, 3, 3, 2, together[:4], fairness=0, names=names[:4]))
    assert everybody.status is Status.INFEASIBLE
    assert set(fixed) < set(everybody.conflict)
    assert [words for words in everybody.conflict if "breaks" in words] == [
        f"{name} may have no breaks more or fewer than anybody else"
        for name in (everybody.conflict[-2].split()[0], everybody.conflict[-1].split()[0])
    ]


def can_be_met(problem: Problem, found: Obstacle) -> bool:
    """Try every way of seating the meetings of an obstacle with its demands alone."""
    absent, days = set(found.absent), problem.meetings_of()
    choices = [
        problem.slots_of(index)
        if absent >= set(problem.meetings[index].people)
        else replace(
            problem,
            unavailable=tuple(c if person in absent else frozenset() for person, c in enumerate(problem.unavailable)),
        ).slots_of(index)
        for index in found.meetings
    ]
    for slots in itertools.product(*choices):
        at = dict(zip(found.meetings, slots, strict=True))
        busy = [sorted(at[index] for index in day if index in at) for day in days]
        if any(len(set(day)) < len(day) for day in busy):
            continue
        if any(slots.count(slot) > problem.tables for slot in found.slots):
            continue
        if any(at[other] >= at[index] for index in at for other in problem.meetings[index].after if other in at):
            continue
        if all(busy[person][-1] - busy[person][0] < len(busy[person]) for person in found.people):
            return True
    return False


@settings(max_examples=200, deadline=None)
@given(problems())
def test_what_stands_in_the_way_of_days_without_breaks_is_true_and_nothing_of_it_too_much(problem: Problem) -> None:
    problem = replace(problem, fairness=None)
    found = obstacle(problem, lambda: False)
    best = fewest_breaks(problem)
    if found is None:
        assert best is None or best == 0
        return
    assert best != 0
    assert not can_be_met(problem, found)
    for name in ("absent", "slots", "people"):
        numbers = getattr(found, name)
        for number in numbers:
            assert can_be_met(problem, replace(found, **{name: [other for other in numbers if other != number]}))


@pytest.mark.parametrize("listed", [0, 40])
def test_an_obstacle_is_told_in_the_words_of_its_demands(monkeypatch: pytest.MonkeyPatch, listed: int) -> None:
    """Where many meetings are in the way they are not tried one by one, but the demands have the same names."""
    monkeypatch.setattr(explain, "LISTED", listed)
    names = ("Anna", "Ben", "Cem", "Dana", "Eda")
    hers = (Meeting((0, 1), slot=0), Meeting((0, 2), after=(0,)))
    fixed = (
        "meeting 1 of Anna and Ben has to be",
        "meeting 1 is fixed to slot 1",
        "meeting 2 of Anna and Cem has to be",
    )
    equal = "Anna may have no breaks more than Ben, who can have none"
    away = (frozenset({1}), frozenset({3}), *(frozenset[int](),) * 3)
    absent = Problem(5, 4, 4, 2, (*hers, Meeting((3, 4))), away, fairness=0, names=names)
    assert obstacle(absent, lambda: False) == Obstacle([0, 1], [0], [], [0])
    order = ("meeting 1 has to be before meeting 2",)
    assert solve(absent).conflict == ("Anna cannot come in slot 2", *fixed, *(order if listed == 0 else ()), equal)
    taken = Problem(5, 4, 4, 1, (*hers, Meeting((3, 4), slot=1)), fairness=0, names=names)
    assert obstacle(taken, lambda: False) == Obstacle([0, 1, 2], [], [1], [0])
    third = ("meeting 3 of Dana and Eda has to be", "meeting 3 is fixed to slot 2", "slot 2 has 1 table")
    assert solve(taken).conflict == (*fixed, *(order if listed == 0 else ()), *third, equal)


def test_a_crowd_is_counted_not_listed() -> None:
    pairs = [(first, second) for first in range(4) for second in range(4, 8)]
    crowd = Problem(8, 3, 1, 5, tuple(Meeting(pair, Session.AFTERNOON) for pair in pairs))
    assert solve(crowd).conflict == (
        "16 meetings have to be in the afternoon",
        "2 slots with 5 tables have 10 places",
    )


def test_rings_of_order_are_impossible() -> None:
    ring = Problem(4, 4, 4, 2, (Meeting((0, 1), after=(1,)), Meeting((2, 3), after=(0,))))
    assert solve(ring).status is Status.INFEASIBLE


def test_no_meetings_no_breaks() -> None:
    assert solve(Problem(2, 1, 1, 1, ())).breaks == 0


@pytest.mark.parametrize(("size", "most"), [(1, 1), (4, 2), (5, 5), (7, 3)])
def test_counters_count(size: int, most: int) -> None:
    from pysat.solvers import Solver  # noqa: PLC0415

    clauses = Clauses()
    literals = [clauses.new() for _ in range(size)]
    outputs = clauses.counter(literals, most)
    with Solver(name="glucose4", bootstrap_with=clauses.found) as solver:
        for values in itertools.product((False, True), repeat=size):
            assumed = [literal if value else -literal for literal, value in zip(literals, values, strict=True)]
            _, implied = solver.propagate(assumptions=assumed)
            assert [output in implied for output in outputs] == [sum(values) > j for j in range(len(outputs))]


@pytest.mark.parametrize(("size", "most"), [(1, 0), (3, 2), (6, 1), (6, 3), (7, 5)])
def test_limits_hold_exactly(size: int, most: int) -> None:
    from pysat.solvers import Solver  # noqa: PLC0415

    clauses = Clauses()
    literals = [clauses.new() for _ in range(size)]
    clauses.at_most(most, literals)
    with Solver(name="glucose4", bootstrap_with=clauses.found) as solver:
        for values in itertools.product((False, True), repeat=size):
            assumed = [literal if value else -literal for literal, value in zip(literals, values, strict=True)]
            assert solver.solve(assumptions=assumed) == (sum(values) <= most)
