from querwerk.engine.timetable import Meeting, Placement, Problem, Session, Verdict, check


def problem(*meetings: Meeting, people: int = 4, slots: int = 5, tables: int = 2, fairness: int | None = None,
            unavailable: tuple[frozenset[int], ...] = ()) -> Problem:  # fmt: skip
    return Problem(people, slots, 3, tables, meetings, unavailable, fairness)


def at(*places: tuple[int, int]) -> tuple[Placement, ...]:
    return tuple(Placement(*place) for place in places)


def test_a_gap_of_several_slots_is_one_break() -> None:
    verdict = check(problem(Meeting((0, 1)), Meeting((0, 2)), Meeting((0, 3))), at((0, 0), (1, 0), (4, 0)))
    assert verdict == Verdict((), 1, 1, 0)


def test_two_gaps_are_two_breaks() -> None:
    verdict = check(problem(Meeting((0, 1)), Meeting((0, 1)), Meeting((0, 2))), at((0, 0), (2, 0), (4, 0)))
    assert verdict == Verdict((), 3, 2, 0)


def test_nobody_meets_twice_in_a_slot() -> None:
    verdict = check(problem(Meeting((0, 1)), Meeting((0, 2))), at((1, 0), (1, 1)))
    assert verdict.faults == ("person 1 has 2 meetings in slot 2",)


def test_a_table_has_one_meeting_at_a_time() -> None:
    verdict = check(problem(Meeting((0, 1)), Meeting((2, 3))), at((1, 1), (1, 1)))
    assert verdict.faults == ("table 2 has 2 meetings in slot 2",)


def test_slots_and_tables_exist() -> None:
    verdict = check(problem(Meeting((0, 1))), at((5, 2)))
    assert verdict.faults == ("meeting 1 in slot 6: there is no such slot", "meeting 1 in slot 6: there is no table 3")


def test_sessions_fixings_and_absences_are_kept() -> None:
    day = problem(
        Meeting((0, 1), Session.MORNING), Meeting((0, 2), Session.AFTERNOON), Meeting((2, 3), slot=0),
        unavailable=(frozenset(), frozenset({3}), frozenset(), frozenset()),
    )  # fmt: skip
    assert check(day, at((3, 0), (1, 0), (2, 0))).faults == (
        "meeting 1 in slot 4: it has to be in the morning",
        "meeting 1 in slot 4: person 2 cannot come",
        "meeting 2 in slot 2: it has to be in the afternoon",
        "meeting 3 in slot 3: it is fixed to slot 1",
    )


def test_order_is_kept() -> None:
    day = problem(Meeting((0, 1), after=(1,)), Meeting((2, 3)))
    assert check(day, at((1, 0), (1, 1))).faults == (
        "meeting 1 in slot 2: meeting 2 has to come before, but is in slot 2",
    )
    assert check(day, at((1, 0), (0, 1))).is_valid


def test_fairness_is_kept() -> None:
    day = problem(Meeting((0, 1)), Meeting((0, 2)), fairness=0)
    assert check(day, at((0, 0), (2, 0))).faults == (
        "somebody has 1 breaks and somebody 0, but the difference may only be 0",
    )


def test_a_plan_has_all_meetings() -> None:
    assert check(problem(Meeting((0, 1))), ()).faults == ("the plan has 0 meetings, but the problem 1",)
