"""The order of events."""

import pytest

from querwerk.events.queries.events import placed


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([(1, "2021", ""), (2, "", ""), (3, "2022", "")], [(1, "2021"), (2, "2021"), (3, "2022")]),
        ([(1, "", ""), (2, "2020-05", "")], [(1, "2020-05"), (2, "2020-05")]),
        ([(1, "", ""), (2, "", "")], [(1, ""), (2, "")]),
        ([(1, "2021-04-29", ""), (2, "", ""), (3, "", "")], [(1, "2021-04-29"), (2, "2021-04-29"), (3, "2021-04-29")]),
        ([], []),
    ],
)
def test_an_undated_event_takes_its_neighbours_place(
    rows: list[tuple[int, str, str]], expected: list[tuple[int, str]]
) -> None:
    assert [(pk, date) for date, _last, _number, pk in placed(rows)] == expected


def test_an_event_lasts_until_its_last_day() -> None:
    assert placed([(1, "2021-01-01", "2021-03-01")]) == [("2021-01-01", "2021-03-01", 0, 1)]
