"""Rich problems: the solver against the checker, and on tiny ones against trying everything."""

import itertools
import random
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from querwerk.engine.timetable import (
    Cause,
    Interpreter,
    InvalidProblem,
    Meeting,
    Person,
    Placement,
    Plan,
    Problem,
    Session,
    Status,
    Table,
    Verdict,
    check,
    solve,
    what_helps,
)
from querwerk.engine.timetable.attended import Interrupted
from querwerk.engine.timetable.wishes.compiled import _compiled, loops, suited
from querwerk.engine.timetable.wishes.layout import Layout
from querwerk.engine.timetable.wishes.relaxation import Impossible, chosen_first, relax
from querwerk.engine.timetable.wishes.run import Scale, portions

WORDS = st.frozensets(st.sampled_from(["a", "b"]), max_size=1)


@st.composite
def rich_problems(draw: st.DrawFn) -> Problem:
    people, slots, tables = draw(st.integers(3, 5)), draw(st.integers(1, 3)), draw(st.integers(1, 3))
    closed = st.frozensets(st.integers(0, slots - 1), max_size=1)
    everybody = list(range(people))
    count = draw(st.integers(1, 4))
    meetings: list[Meeting] = []
    for index in range(count):
        chosen = draw(st.lists(st.sampled_from(everybody), min_size=2, max_size=3, unique=True))
        others = [person for person in everybody if person not in chosen[:1]]
        has_delegates = draw(st.integers(0, 3)) == 0 and len(others) > 1
        meetings.append(
            Meeting(
                people=(chosen[0],) if has_delegates else tuple(chosen),
                session=draw(st.sampled_from([Session.ANY, Session.ANY, *Session])),
                slot=draw(st.none() | st.none() | st.integers(0, slots - 1)),
                after=(index - 1,) if index and draw(st.integers(0, 3)) == 0 else (),
                weight=draw(st.none() | st.integers(1, 3) | st.integers(1, 3)),
                choices=(tuple(others[:2]),) if has_delegates else (),
                needs=draw(WORDS) if draw(st.booleans()) else frozenset(),
                languages=draw(WORDS) if draw(st.integers(0, 2)) == 0 else frozenset(),
            )
        )
    persons = tuple(
        Person(
            least=draw(st.sampled_from([0, 0, 1])),
            most=draw(st.sampled_from([None, None, 1, 2])),
            needs=draw(WORDS) if draw(st.integers(0, 3)) == 0 else frozenset(),
            languages=draw(WORDS) if draw(st.integers(0, 5)) == 0 else frozenset(),
        )
        for _ in everybody
    )
    holders = st.frozensets(st.sampled_from(everybody), max_size=2)
    furniture = tuple(
        Table(offers=draw(WORDS), holders=held, is_stand=bool(held) and draw(st.booleans()), closed=draw(closed))
        for held in (draw(holders) if draw(st.integers(0, 2)) == 0 else frozenset[int]() for _ in range(tables))
    )
    pairs = list(itertools.combinations(everybody, 2))
    try:
        return Problem(
            people, slots, draw(st.integers(0, slots)), tables, tuple(meetings),
            tuple(draw(closed) for _ in everybody),
            fairness=draw(st.sampled_from([None, None, 0, 1])),
            persons=persons if draw(st.booleans()) else (),
            equipment=furniture if draw(st.booleans()) else (),
            interpreters=tuple(
                Interpreter(f"I{i}", draw(WORDS), draw(closed)) for i in range(draw(st.integers(0, 2)))
            ),
            never=frozenset(draw(st.lists(st.sampled_from(pairs), max_size=1))),
        )  # fmt: skip
    except InvalidProblem:
        return Problem(people, slots, slots, tables, (Meeting((0, 1), weight=1),))


def placements(problem: Problem, meeting: Meeting) -> Iterator[Placement | None]:
    if meeting.weight is not None:
        yield None
    voices = [None, *range(len(problem.interpreters))]
    for slot, table, voice in itertools.product(range(problem.slots), range(problem.tables), voices):
        for delegates in itertools.product(*meeting.choices):
            yield Placement(slot, table, delegates, voice)


def rank(problem: Problem, verdict: Verdict) -> tuple[int, ...]:
    fair = problem.slots if problem.fairness is None else problem.fairness
    unfair = max(0, verdict.largest - verdict.smallest - fair)
    return verdict.shortfall, -verdict.value, unfair, verdict.breaks


def best_rank(problem: Problem) -> tuple[int, ...] | None:
    """Try everything that the checker lets each meeting do alone, judged by the checker."""
    choices: list[list[Placement | None]] = []
    for index, meeting in enumerate(problem.meetings):
        nothing: list[Placement | None] = [None] * len(problem.meetings)
        lone = replace(
            problem, meetings=tuple(replace(m, weight=1 if m.weight is None else m.weight) for m in problem.meetings)
        )
        fitting = []
        for placement in placements(problem, meeting):
            plan: Plan = (*nothing[:index], placement, *nothing[index + 1 :])
            if check(lone, plan).is_valid:
                fitting.append(placement)
        choices.append(fitting)
    verdicts = (check(problem, plan) for plan in itertools.product(*choices))
    return min((rank(problem, verdict) for verdict in verdicts if verdict.is_valid), default=None)


@settings(max_examples=60)
@given(rich_problems())
def test_solver_finds_what_trying_everything_finds(problem: Problem) -> None:
    result = solve(problem)
    expected = best_rank(problem)
    if expected is None:
        assert (result.status, result.plan) == (Status.INFEASIBLE, None)
        return
    assert result.status is Status.OPTIMAL
    assert result.plan is not None
    verdict = check(problem, result.plan)
    assert verdict.faults == ()
    assert rank(problem, verdict) == expected
    assert (result.value or 0, result.shortfall, result.breaks) == (verdict.value, verdict.shortfall, verdict.breaks)
    assert result.bound == result.breaks
    assert {one.meeting for one in result.unplaced} == {i for i, place in enumerate(result.plan) if place is None}
    assert Cause.TIME not in {one.cause for one in result.unplaced} or problem.fairness is not None


def test_break_between_the_only_two_possible_slots_is_proved() -> None:
    after = Meeting((2,), choices=((0, 1),), after=(0,))
    away = (frozenset[int](), frozenset[int](), frozenset({1}))
    result = solve(Problem(3, 3, 3, 1, (Meeting((0, 1), slot=0), after), away))
    assert (result.status, result.breaks, result.bound) == (Status.OPTIMAL, 1, 1)


@settings(max_examples=30)
@given(rich_problems())
def test_reasons_are_true(problem: Problem) -> None:
    """No wish that was refused could simply be added."""
    result = solve(problem)
    for one in result.unplaced:
        assert result.plan is not None
        for placement in placements(problem, problem.meetings[one.meeting]):
            if placement is not None:
                more: Plan = (*result.plan[: one.meeting], placement, *result.plan[one.meeting + 1 :])
                assert not check(problem, more).is_valid


@settings(max_examples=30)
@given(rich_problems(), st.data())
def test_checker_sees_every_way_of_spoiling_a_plan(problem: Problem, data: st.DataObject) -> None:
    plan = solve(problem).plan
    held = [index for index, placement in enumerate(plan or ()) if placement is not None]
    if plan is None or not held:
        return
    index = data.draw(st.sampled_from(held))
    placed = plan[index]
    assert placed is not None
    meeting = problem.meetings[index]
    outsider = next(person for person in range(problem.people + 1) if person not in meeting.people)
    wrong: list[Placement] = [
        replace(placed, slot=problem.slots),
        replace(placed, slot=-1),
        replace(placed, table=problem.tables),
        replace(placed, interpreter=len(problem.interpreters)),
        replace(placed, delegates=(*placed.delegates, outsider)),
    ]
    for bad in wrong:
        assert not check(problem, (*plan[:index], bad, *plan[index + 1 :])).is_valid
    for other in held:
        if other != index and set(meeting.people) & set(problem.meetings[other].people):
            together = replace(placed, slot=plan[other].slot)  # type: ignore[union-attr]
            assert not check(problem, (*plan[:index], together, *plan[index + 1 :])).is_valid


@settings(max_examples=30)
@given(rich_problems())
def test_relaxation_bounds(problem: Problem) -> None:
    expected = best_rank(problem)
    try:
        relaxation = relax(Layout(problem))
    except Impossible:
        assert expected is None
        return
    if expected is not None:
        assert relaxation.shortfall <= expected[0]
        assert relax(Layout(problem), expected[0]).value >= -expected[1]


def crowd() -> Problem:
    """Thirty people, eight tables, six slots, more wishes than places."""
    pairs = [(a, (a + step) % 30) for a in range(30) for step in (1, 3, 7)]
    meetings = tuple(Meeting((min(pair), max(pair)), weight=1 + sum(pair) % 3) for pair in pairs)
    return Problem(30, 6, 3, 8, meetings, persons=(Person(least=2, most=5),) * 30)


def few() -> Problem:
    """Eight people, two tables, four slots, and more wishes than places."""
    meetings = tuple(Meeting(pair, weight=1 + sum(pair) % 3) for pair in itertools.combinations(range(8), 2))
    return Problem(8, 4, 2, 2, meetings, persons=(Person(least=1),) * 8)


def test_compiled_loops_do_what_python_does() -> None:
    problem = crowd()
    layout, scale = Layout(problem), Scale(problem)
    order = chosen_first(layout, relax(layout))
    plain, fast = layout.board(5, scale.worth, scale.guarantee), suited(layout.board(5, scale.worth, scale.guarantee))
    import numpy as np  # noqa: PLC0415

    for board, run, numbers in ((plain, loops(1), order), (fast, _compiled(), np.array(order))):
        run.begin(board, numbers, 0, len(order), 8)  # type: ignore[arg-type]
        run.relay(board, 1_000, 3)
        run.fill(board, 300, 8)
        run.anneal(board, 2_000, 0.7, 0.1)
        run.change_delegates(board, 50)
    assert layout.plan(plain) == layout.plan(fast)
    assert list(plain.totals) == list(fast.totals)
    verdict = check(problem, layout.plan(fast))
    assert (verdict.faults, verdict.breaks) == ((), plain.totals[0])


def filled(problem: Problem) -> Plan:
    """Place what finds a place, hand lacks on, and return the plan; nobody proves anything."""
    layout, scale = Layout(problem), Scale(problem)
    board, run = layout.board(1, scale.worth, scale.guarantee), loops(1)
    order = chosen_first(layout, relax(layout))
    run.begin(board, order, 0, len(order), 24)
    run.relay(board, 5_000, 3)
    return layout.plan(board)


def test_lack_is_handed_on_along_a_long_way() -> None:
    """Forty people in a row, one slot, and all but the outermost sit with the wrong neighbour: nobody is left over in the end."""
    wrong = [Meeting((one, one + 1), weight=1) for one in range(1, 38, 2)]
    right = [Meeting((one, one + 1), weight=1) for one in range(0, 40, 2)]
    problem = Problem(40, 1, 1, 20, (*wrong, *right))
    layout = Layout(problem)
    board = layout.board(1, [1] * len(problem.meetings), 0)
    loops(1).begin(board, list(range(len(wrong))), 0, len(wrong), 1)
    assert list(board.slot) == [0] * len(wrong) + [-1] * len(right)
    loops(1).relay(board, 100, 0)
    verdict, best = check(problem, layout.plan(board)), solve(problem)
    assert (best.status, best.value) == (Status.OPTIMAL, len(right))
    assert (verdict.faults, verdict.value) == ((), best.value)


@pytest.mark.parametrize(("people", "wishes", "seed"), [(40, 200, 0), (60, 300, 4)])
def test_crowd_around_a_few_gets_as_many_meetings_as_can_be(people: int, wishes: int, seed: int) -> None:
    """Everybody wants the same few; who is not needed there has to meet others, and the last free slots have to wander."""
    chance = random.Random(seed)
    fame = [chance.paretovariate(1.5) for _ in range(people)]
    pairs = set[tuple[int, int]]()
    while len(pairs) < wishes:
        asking, asked = chance.randrange(people), chance.choices(range(people), fame)[0]
        if asking != asked:
            pairs.add((min(asking, asked), max(asking, asked)))
    closed = tuple(frozenset({0, 1}) if chance.random() < 0.2 else frozenset[int]() for _ in range(people))
    meetings = tuple(Meeting(pair, weight=1) for pair in sorted(pairs))
    problem = Problem(people, 6, 3, people // 2, meetings, closed)
    verdict = check(problem, filled(problem))
    assert (verdict.faults, verdict.value) == ((), relax(Layout(problem)).value)


def test_same_seed_same_plan() -> None:
    first, second = (solve(few(), seed=3) for _ in range(2))
    assert (first.plan, first.value, first.bound) == (second.plan, second.value, second.bound)


def test_stopped_at_any_time_there_is_a_valid_plan_with_a_bound() -> None:
    problem = crowd()
    for patience in (0, 1, 2, 5):
        calls = itertools.count()
        result = solve(problem, stop=lambda calls=calls, patience=patience: next(calls) > patience)  # type: ignore[misc]
        assert result.plan is not None
        verdict = check(problem, result.plan)
        assert (verdict.faults, verdict.value) == ((), result.value)
        assert result.value_bound is not None
        assert result.value is not None
        assert result.value <= result.value_bound


def test_the_only_accessible_table_is_named() -> None:
    names = ("A", "B", "C", "X", "Y", "Z")
    wheelchair = Person(needs=frozenset({"accessible"}))
    problem = Problem(
        6, 2, 2, 4, tuple(Meeting((a, a + 3), slot=0) for a in range(3)), names=names,
        persons=(wheelchair,) * 3 + (Person(),) * 3,
        equipment=(*(Table(),) * 3, Table(offers=frozenset({"accessible"}))), slot_names=("10:00", "10:20"),
    )  # fmt: skip
    result = solve(problem)
    assert result.status is Status.INFEASIBLE
    assert result.conflict[0] == (
        "table 4 is the only one that offers “accessible”, and meeting 1 of A and X, meeting 2 of B and Y "
        "and meeting 3 of C and Z all need it at 10:00"
    )


def test_of_many_who_need_a_table_so_many_are_named_as_cannot_all_have_it() -> None:
    problem = Problem(
        20, 3, 3, 9, tuple(Meeting((a, a + 10), needs=frozenset({"screen"})) for a in range(10)),
        equipment=(*(Table(),) * 8, Table(offers=frozenset({"screen"}))),
    )  # fmt: skip
    result = solve(problem)
    assert result.conflict[0] == (
        "table 9 is the only one that offers “screen”, and meeting 1 of person 1 and person 11, "
        "meeting 2 of person 2 and person 12, meeting 3 of person 3 and person 13 "
        "and meeting 4 of person 4 and person 14 all need it in the whole day"
    )


@pytest.mark.parametrize(
    ("changes", "cause", "words"),
    [
        ({"never": frozenset({(0, 1)})}, Cause.NEVER, "Anna and Ben must never meet"),
        ({"unavailable": (frozenset({0}), frozenset({1}), frozenset())}, Cause.NO_COMMON_SLOT,
         "Anna and Ben have no slot in common"),
        ({"persons": (Person(needs=frozenset({"ramp"})), Person(), Person()), "equipment": (Table(),)}, Cause.NO_TABLE,
         "no table for Anna and Ben offers “ramp” when they can come"),
        ({"persons": (Person(languages=frozenset({"fr"})), Person(), Person())}, Cause.NO_INTERPRETER,
         "there is no interpreter for fr in the slots that Anna and Ben have in common"),
        ({"persons": (Person(most=0), Person(), Person())}, Cause.PERSON_FULL, "Anna has 0 meetings, the most allowed"),
        ({"meetings": (Meeting((0, 1), weight=1), Meeting((0, 2)), Meeting((0, 2)))}, Cause.PERSON_FULL,
         "Anna has other meetings in all 2 slots in which it could be"),
        ({"meetings": (Meeting((0, 1), weight=1), Meeting((0, 2), slot=0), Meeting((1, 2), slot=1))},
         Cause.NO_FREE_SLOT, "Anna and Ben have no free slot in common"),
        ({"people": 4, "names": ("Anna", "Ben", "Cem", "Dana"), "unavailable": (), "meetings": (Meeting((0, 1), weight=1), Meeting((2, 3)), Meeting((2, 3)))},
         Cause.TABLES_FULL, "all tables are taken in all 2 slots in which Anna and Ben are free"),
    ],
)  # fmt: skip
def test_each_refusal_has_its_reason(changes: dict[str, object], cause: Cause, words: str) -> None:
    day = Problem(3, 2, 1, 1, (Meeting((0, 1), weight=1),), names=("Anna", "Ben", "Cem"))
    result = solve(replace(day, **changes))  # type: ignore[arg-type]
    assert [(one.cause, one.words) for one in result.unplaced] == [(cause, words)]


def test_what_helps_is_tried() -> None:
    """Three pairs, one table, two slots: a second table or a third slot lets the last pair meet."""
    problem = Problem(6, 2, 1, 1, tuple(Meeting((a, a + 1), weight=1) for a in (0, 2, 4)))
    result = solve(problem)
    assert result.value == 2
    assert result.plan is not None
    assert [(one.words, one.meetings, one.at_most) for one in what_helps(problem, result.plan)] == [
        ("one more slot at the end", 1, 1),
        ("one more table", 1, 1),
    ]


def test_what_helps_is_not_tried_for_somebody_who_has_left() -> None:
    problem = crowd()
    plan = filled(problem)
    assert what_helps(problem, plan)
    calls = itertools.count()
    assert what_helps(problem, plan, stop=lambda: next(calls) >= 0) == ()
    assert next(calls) == 1


def test_the_linear_program_looks_up() -> None:
    patience = 0
    while True:
        calls = itertools.count()
        try:
            relax(Layout(crowd()), stop=lambda calls=calls, most=patience: next(calls) >= most)  # type: ignore[misc]
        except Interrupted:
            patience += 1
            continue
        break
    assert patience >= 5


@pytest.mark.parametrize(("work", "most", "parts"), [(0, 5, [0]), (5, 5, [5]), (11, 5, [3, 4, 4]), (1, 5, [1])])
def test_work_is_done_in_portions(work: int, most: int, parts: list[int]) -> None:
    assert list(portions(work, most, lambda: False)) == parts
    assert list(portions(work, most, lambda: True)) == parts[:1]


def test_guarantees_come_before_weight() -> None:
    """One place; the heavy wish would take it from the person who was promised a meeting."""
    meetings = (Meeting((0, 1), weight=9), Meeting((2, 3), weight=1))
    problem = Problem(4, 1, 1, 1, meetings, persons=(Person(), Person(), Person(least=1), Person()))
    result = solve(problem)
    assert result.plan == (None, Placement(0, 0))
    assert (result.value, result.shortfall, result.status) == (1, 0, Status.OPTIMAL)
