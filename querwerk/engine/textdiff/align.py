"""Which block became which: by key, and in the order in which a reader meets them."""

from collections.abc import Sequence
from typing import NamedTuple

from querwerk.engine.textdiff.words import longest_rising


class Row(NamedTuple):
    """Two blocks side by side, by their places; none where one side has no such block. ``is_moved``: it stood elsewhere."""

    before: int | None
    after: int | None
    is_moved: bool = False


def align(before: Sequence[str], after: Sequence[str]) -> list[Row]:
    """Return the rows of a comparison of two sequences of unique keys.

    Every block of either side is in exactly one row. Blocks that kept their order stand side by side in it; a block that
    moved stands where it is now, and what was removed stands where it was.
    """
    place = {key: number for number, key in enumerate(before)}
    shared = [(place[key], number) for number, key in enumerate(after) if key in place]
    steady = {shared[at] for at in longest_rising([was for was, _is in shared])}
    after_of = {was: now for was, now in shared if (was, now) in steady}
    moved = {now: was for was, now in shared if (was, now) not in steady}
    gone = [number for number, key in enumerate(before) if number not in after_of and number not in moved.values()]
    rows: list[Row] = []
    was = 0
    before_of = {now: number for number, now in after_of.items()}
    for now in range(len(after)):
        if now in before_of:
            rows += [Row(number, None) for number in gone if was <= number < before_of[now]]
            was = before_of[now]
            rows.append(Row(was, now))
        elif now in moved:
            rows.append(Row(moved[now], now, is_moved=True))
        else:
            rows.append(Row(None, now))
    return rows + [Row(number, None) for number in gone if number >= was]
