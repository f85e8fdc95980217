"""Repaired plans against the checker, and the promise against trying all wishes."""

import itertools
import json
import random
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from querwerk.cli import main
from querwerk.engine.timetable import (
    Changes,
    Interpreter,
    InvalidProblem,
    Meeting,
    Person,
    Placement,
    Problem,
    Status,
    Table,
    Unreadable,
    check,
    promise,
    read,
    read_changes,
    repair,
    repair_with_moves,
    solve,
)


def busy_day(seed: int) -> Problem:
    chance = random.Random(seed)
    pairs = sorted(itertools.combinations(range(8), 2))
    meetings = [Meeting(pair, weight=chance.randint(1, 4)) for pair in chance.sample(pairs, 16)]
    meetings[0] = replace(meetings[0], weight=None)
    accessible = Table(offers=frozenset({"accessible"}))
    return Problem(
        8, 5, 3, 3, tuple(meetings),
        tuple(frozenset({chance.randrange(5)}) if chance.random() < 0.2 else frozenset() for _ in range(8)),
        persons=(Person(needs=frozenset({"accessible"})), *(Person(least=1, most=4) for _ in range(7))),
        equipment=(Table(), accessible, Table()),
    )  # fmt: skip


@st.composite
def changes(draw: st.DrawFn) -> Changes:
    slots = st.frozensets(st.integers(0, 4), min_size=1)
    return Changes(
        absent=tuple(draw(st.lists(st.tuples(st.integers(0, 7), slots), max_size=2))),
        closed=tuple(draw(st.lists(st.tuples(st.integers(0, 2), slots), max_size=1))),
        cancelled=draw(st.frozensets(st.integers(1, 15), max_size=2)),
        added=tuple(Meeting(pair, weight=2) for pair in draw(st.lists(st.sampled_from([(0, 7), (1, 6)]), max_size=1))),
        since=draw(st.integers(0, 3)),
    )


PLANS = {seed: solve(busy_day(seed), stop=lambda: True).plan for seed in range(4)}


@settings(max_examples=80)
@given(st.sampled_from(sorted(PLANS)), changes())
def test_repaired_plans_are_valid_and_leave_others_alone(seed: int, change: Changes) -> None:
    problem, plan = busy_day(seed), PLANS[seed]
    assert plan is not None
    found = repair(problem, plan, change)
    assert check(found.problem, found.plan).faults == ()
    absent = {(person, slot) for person, slots in change.absent for slot in slots}
    closed = {(table, slot) for table, slots in change.closed for slot in slots}
    lost = 0
    for index, before in enumerate(plan):
        if before is None:
            continue
        people = problem.meetings[index].people
        is_hit = index in change.cancelled or (before.table, before.slot) in closed
        is_hit = is_hit or any((person, before.slot) in absent for person in people)
        if is_hit and before.slot >= change.since:
            lost += 1
            assert found.plan[index] != before
        else:
            assert found.plan[index] == before
    assert found.bound == lost
    assert not change.cancelled & {one.meeting for one in found.changed if one.after is not None}
    assert found.told == {
        person for one in found.changed for person in (problem.meetings + change.added)[one.meeting].people
    }


def fewest_possible(problem: Problem, plan: tuple[Placement | None, ...], change: Changes) -> int:
    """Try every choice of meetings that stay: with how few of them gone or moved is the plan valid again?"""
    old = [index for index, placement in enumerate(plan) if placement is not None]
    after = repair(problem, plan, change, refill=False).problem
    best = len(old)
    for number in range(len(old) + 1):
        for gone in itertools.combinations(old, number):
            kept = {index for index in old if index not in gone}
            is_wanted = all(plan[i].slot < change.since for i in kept & change.cancelled)  # type: ignore[union-attr]
            tried = (*(plan[i] if i in kept else None for i in range(len(plan))), *(None for _ in change.added))
            if is_wanted and not check(replace(after, meetings=tuple(replace(m, weight=m.weight or 1) for m in after.meetings)), tried).faults:  # fmt: skip
                return number
    return best


@settings(max_examples=40)
@given(st.sampled_from(sorted(PLANS)), changes())
def test_the_fewest_changes_are_exactly_as_many_as_there_have_to_be(seed: int, change: Changes) -> None:
    problem, plan = busy_day(seed), PLANS[seed]
    assert plan is not None
    found = repair(problem, plan, change, refill=False)
    assert check(found.problem, found.plan).faults == ()
    new = sum(placement is not None for placement in found.plan[len(plan) :])
    assert len(found.changed) == found.bound == fewest_possible(problem, plan, change) + new
    filled = repair(problem, plan, change)
    assert filled.bound <= found.bound <= len(filled.changed)


def test_free_places_can_be_filled_later() -> None:
    """Cem takes the place of Ben, who did not come; not before somebody asks for it."""
    meetings = (Meeting((0, 1), weight=2), Meeting((0, 2), weight=1))
    problem = Problem(3, 1, 1, 1, meetings, (frozenset(), frozenset(), frozenset()))
    plan: tuple[Placement | None, ...] = (Placement(0, 0), None)
    change = Changes(absent=((1, frozenset({0})),))
    assert repair(problem, plan, change, refill=False).plan == (None, None)
    assert repair(problem, (None, None), change).plan == (None, Placement(0, 0))


@settings(max_examples=12)
@given(st.sampled_from(sorted(PLANS)), changes())
def test_moves_are_worth_it(seed: int, change: Changes) -> None:
    problem, plan = busy_day(seed), PLANS[seed]
    assert plan is not None
    without, found = repair(problem, plan, change), repair_with_moves(problem, plan, change)
    verdict = check(without.problem, found.plan)
    assert verdict.faults == ()
    before = check(without.problem, without.plan)
    assert (-verdict.shortfall, verdict.value) >= (-before.shortfall, before.value)
    assert len(found.changed) >= found.bound >= without.bound


def test_a_move_makes_room() -> None:
    """Ben and Cem lose their table at ten; only when Anna and Dana change their time can both pairs meet."""
    meetings = (Meeting((1, 2)), Meeting((0, 3), weight=1))
    problem = Problem(4, 2, 2, 1, meetings, (frozenset(), frozenset(), frozenset(), frozenset()))
    plan = (Placement(0, 0), Placement(1, 0))
    change = Changes(absent=((1, frozenset({0})),))
    assert repair(problem, plan, change).plan == (None, Placement(1, 0))
    found = repair_with_moves(problem, plan, change)
    assert found.plan == (Placement(1, 0), Placement(0, 0))
    assert (len(found.changed), found.bound, sorted(found.told)) == (2, 2, [0, 1, 2, 3])


@pytest.mark.parametrize(
    "change",
    [Changes(absent=((9, frozenset()),)), Changes(closed=((4, frozenset()),)), Changes(cancelled=frozenset({99}))],
)
def test_changes_of_what_does_not_exist_are_refused(change: Changes) -> None:
    plan = PLANS[0]
    assert plan is not None
    with pytest.raises(InvalidProblem, match="there is no"):
        repair(busy_day(0), plan, change)


# --- The promise --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("people", "slots", "tables", "closed"),
    [(4, 3, 2, {}), (5, 3, 2, {}), (5, 5, 2, {}), (4, 4, 1, {}), (4, 3, 2, {0: {0}}), (4, 4, 2, {0: {0}, 1: {3}}), (4, 2, 2, {0: {0}, 1: {1}})],
)  # fmt: skip
def test_the_promise_holds_for_all_wishes(people: int, slots: int, tables: int, closed: dict[int, set[int]]) -> None:
    empty = Problem(
        people, slots, slots, tables, (), tuple(frozenset(closed.get(person, ())) for person in range(people))
    )
    found = promise(empty)
    pairs = list(itertools.combinations(range(people), 2))

    def always(most: int) -> bool:
        for chosen in itertools.chain.from_iterable(itertools.combinations(pairs, n) for n in range(1, len(pairs) + 1)):
            degree = [sum(person in pair for pair in chosen) for person in range(people)]
            # It is enough to look at wishes to which none can be added.
            full = all(max(degree[a], degree[b]) >= most for a, b in pairs if (a, b) not in chosen)
            wished = replace(empty, meetings=tuple(map(Meeting, chosen)))
            if max(degree) <= most and full and solve(wished).status is Status.INFEASIBLE:
                return False
        return True

    assert found.meetings == 0 or always(found.meetings)
    if found.is_best and found.meetings < people - 1:
        assert not always(found.meetings + 1)


def test_promises_have_reasons() -> None:
    found = promise(Problem(40, 10, 5, 20, ()))
    assert (found.meetings, found.people) == (9, 40)
    assert found.why == (
        "everybody can come in 10 slots; 10 of them suffice for 9 meetings each (Vizing), with at most 18 meetings at a time"
    )
    between = promise(Problem(40, 10, 5, 20, ()), side=frozenset(range(20)))
    assert (between.meetings, between.is_best) == (10, True)
    few = promise(Problem(40, 10, 5, 4, ()))
    assert (few.meetings, few.is_best) == (2, True)
    assert few.limit == "3 for everybody are 60 meetings, and all tables have 40 places"


# --- Files and commands ---------------------------------------------------------------

EVENT = {
    "slots": ["10:00", "10:20", "10:40"],
    "tables": [{"name": "A"}, {"name": "B", "offers": ["accessible"]}, {"name": "Stand", "stand": "Werk"}],
    "people": [
        {"name": "Anna", "needs": ["accessible"], "least": 1}, {"name": "Ben", "most": 2}, {"name": "Cem", "interpreter": "fr"},
        {"name": "Dana", "organisation": "Werk"}, {"name": "Emil", "organisation": "Werk", "unavailable": ["10:00"]},
    ],
    "interpreters": [{"name": "Ines", "languages": ["fr"], "unavailable": [1]}],
    "meetings": [{"people": ["Anna", "Ben", "Cem"], "weight": 2, "slot": "10:20"}],
    "requests": [
        {"from": "Anna", "to": "Ben", "priority": 3}, {"from": "Ben", "to": "Anna", "priority": 2},
        {"from": "Cem", "to": "Werk"},
    ],
    "must": [["Ben", "Cem"], ["Anna", "Ben"]],
    "never": [["Ben", "Werk"]],
}  # fmt: skip

READ = Problem(
    5, 3, 3, 3,
    (
        Meeting((0, 1, 2), slot=1, weight=2), Meeting((0, 1)), Meeting((2,), weight=1, choices=((3, 4),)), Meeting((1, 2)),
    ),
    (frozenset(), frozenset(), frozenset(), frozenset(), frozenset({0})),
    names=("Anna", "Ben", "Cem", "Dana", "Emil"),
    persons=(
        Person(least=1, needs=frozenset({"accessible"})), Person(most=2), Person(languages=frozenset({"fr"})), Person(), Person(),
    ),
    equipment=(
        Table("A"), Table("B", frozenset({"accessible"})), Table("Stand", holders=frozenset({3, 4}), is_stand=True),
    ),
    interpreters=(Interpreter("Ines", frozenset({"fr"}), frozenset({0})),),
    never=frozenset({(1, 3), (1, 4)}),
    slot_names=("10:00", "10:20", "10:40"),
)  # fmt: skip


def event_file(folder: Path, **parts: object) -> Path:
    file = folder / "event.json"
    file.write_text(json.dumps(EVENT | parts, indent=1))
    return file


def test_events_are_read_from_json(tmp_path: Path) -> None:
    assert read(event_file(tmp_path)) == READ


def test_events_are_read_from_tables(tmp_path: Path) -> None:
    tables = {
        "event": "what,number\nmorning_slots,3\n",
        "slots": "name\n10:00\n10:20\n10:40\n",
        "tables": "name;offers;reserved;stand;closed\nA;;;;\nB;accessible;;;\nStand;;;Werk;\n",
        "people": "name,unavailable,organisation,least,most,needs,interpreter\nAnna,,,1,,accessible,\nBen,,,,2,,\nCem,,,,,,fr\nDana,,Werk,,,,\nEmil,1,Werk,,,,\n",
        "interpreters": "name,languages,unavailable\nInes,fr,1\n",
        "meetings": "first,second,others,weight,slot\nAnna,Ben,Cem,2,2\n",
        "requests": "from,to,priority\nAnna,Ben,3\nBen,Anna,2\nCem,Werk,\n",
        "must": "first,second\nBen,Cem\nAnna,Ben\n",
        "never": "first,second\nBen,Werk\n",
    }
    for name, text in tables.items():
        (tmp_path / f"{name}.csv").write_text(text)
    assert read(tmp_path) == READ
    (tmp_path / "requests.csv").write_text("from,to,priority\nAnna,Ben,3\nBen,Zoe,2\n")
    with pytest.raises(Unreadable, match=r"requests\.csv, line 3: there is nobody called “Zoe”"):
        read(tmp_path)


@pytest.mark.parametrize(
    ("parts", "reason"),
    [
        ({"requests": [{"from": "Anna", "to": "Ben"}, {"from": "Anna", "to": "Ben"}]}, "this was requested before"),
        ({"requests": [{"from": "Anna", "to": "Anna"}]}, "somebody asks to meet themselves"),
        ({"requests": [{"from": "Anna", "to": "Zoe"}]}, "there is nobody called “Zoe”"),
        ({"requests": [{"from": "Anna", "to": "Ben", "priority": -1}]}, "a priority is 1 to 1000, not -1"),
        ({"never": [["Ben", "Cem"]]}, "meeting 4 has to take place, but Ben and Cem must never meet"),
        ({"meetings": [{"people": ["Anna", "Anna"]}]}, "meeting 1 is a meeting of Anna with themselves"),
        ({"meetings": [{"people": ["Dana", "Emil"], "slot": "12:00"}]}, "there is no slot called “12:00”"),
        ({"meetings": [{"people": ["Anna", "Cem"], "weight": 0}]}, "the weight of meeting 1 must be 1 to 1000, not 0"),
        ({"people": [{"name": "Anna", "least": -1}]}, "there is nobody called “Ben”"),
        ({"tables": [{"reserved": "Anna", "stand": "Ben"}]}, "a stand is reserved anyway; “reserved” and “stand” cannot both be given"),
        ({"interpreters": [{"name": "Ines"}]}, "“languages” is missing"),
    ],
)  # fmt: skip
def test_faults_of_events_have_a_reason(tmp_path: Path, parts: dict[str, object], reason: str) -> None:
    with pytest.raises(Unreadable) as caught:
        read(event_file(tmp_path, **parts))
    assert caught.value.reason == reason
    assert caught.value.line is not None


def test_files_of_many_small_pieces_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    file.write_text('{"meetings": [' + "{}," * 3_000_001 + "{}]}")
    with pytest.raises(Unreadable, match="has more than 3000000 entries"):
        read(file)


def run(*arguments: str) -> object:
    with pytest.raises(SystemExit) as end:
        main(["timetable", *arguments])
    return end.value.code


def test_commands_from_wishes_to_the_day_itself(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file, plan, change = str(event_file(tmp_path)), tmp_path / "plan.json", tmp_path / "changes.json"
    assert run("solve", file, "--json") == 0
    document = json.loads(capsys.readouterr().out)
    plan.write_text(json.dumps(document))
    assert (document["status"], document["value"], document["value_bound"]) == ("optimal", 1, 1)
    assert [(one["id"], one["cause"]) for one in document["unplaced"]] == [(1, "person full")]
    assert run("check", file, str(plan)) == 0
    assert capsys.readouterr().out.startswith("valid: 3 meetings, ")
    assert run("promise", file, "--json") == 0
    assert json.loads(capsys.readouterr().out)["people"] == 1
    change.write_text('{"no_shows": ["Ben"], "late": [{"person": "Dana", "first": "10:20"}]}')
    assert run("repair", file, str(plan), str(change)) == 0
    assert "meeting 4 of Ben and Cem" in capsys.readouterr().out
    assert run("repair", file, str(plan), str(change), "--moves", "--json") == 0
    assert json.loads(capsys.readouterr().out)["bound"] >= 2
    change.write_text('{\n"no_shows": ["Zoe"]}')
    assert run("repair", file, str(plan), str(change)) == f"querwerk: {change}, line 2: there is nobody called “Zoe”"


def test_changes_are_read(tmp_path: Path) -> None:
    file = tmp_path / "changes.json"
    file.write_text(json.dumps({
        "since": "10:20", "no_shows": ["Anna"], "late": [{"person": "Ben", "first": 3}], "tables": ["A", {"table": 2, "slots": [1]}],
        "absent": [{"person": 3, "slots": ["10:40"]}], "cancelled": [2], "requests": [{"from": "Dana", "to": "Anna"}],
    }))  # fmt: skip
    assert read_changes(file, READ) == Changes(
        absent=((0, frozenset({0, 1, 2})), (2, frozenset({2})), (1, frozenset({0, 1}))),
        closed=((0, frozenset({0, 1, 2})), (1, frozenset({0}))),
        cancelled=frozenset({1}),
        added=(Meeting((3, 0), weight=1),),
        since=1,
    )
