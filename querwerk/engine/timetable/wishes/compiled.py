"""The same inner loops as machine code, for problems with thousands of meetings.

Numba keeps what it compiled beside this file, or in the user's cache folder where that cannot be written. Only the very
first run pays for compiling, and `scripts/setup` is that run.
"""

import types
from collections.abc import Callable
from functools import cache
from importlib import import_module
from typing import Any, NamedTuple, get_type_hints

from querwerk.engine.timetable.problem import Meeting, Problem
from querwerk.engine.timetable.wishes import kernel
from querwerk.engine.timetable.wishes.kernel import Board, Ints
from querwerk.engine.timetable.wishes.layout import Layout

LARGE = 1_200
"""Meetings from which loading machine code takes less time than it saves."""


class Loops(NamedTuple):
    """What is called of `kernel`, as Python or as machine code."""

    begin: Callable[[Board, Ints, int, int, int], int]
    relay: Callable[[Board, int, int], None]
    fill: Callable[[Board, int, int], None]
    anneal: Callable[[Board, int, float, float], None]
    change_delegates: Callable[[Board, int], None]


def loops(meetings: int) -> Loops:
    """Return the inner loops that suit a number of meetings."""
    if meetings >= LARGE:
        return _compiled()
    return Loops(kernel.begin, kernel.relay, kernel.fill, kernel.anneal, kernel.change_delegates)


def suited(board: Board) -> Board:
    """Return the board in the form that the compiled loops want: arrays instead of lists."""
    import numpy as np  # noqa: PLC0415 -- small problems do without

    def array(value: Any) -> Any:
        if isinstance(value, int):
            return value
        if isinstance(value, bytes):
            return np.frombuffer(value, dtype=np.uint8).copy()
        return np.array(value, dtype=np.int64)

    return Board(*(array(value) for value in board))


@cache
def _compiled() -> Loops:
    numba: Any = import_module("numba")  # takes half a second, and small problems do without
    kinds = {
        Board: numba.typeof(_sample()),
        int: numba.int64,
        bool: numba.boolean,
        float: numba.float64,
        Ints: numba.int64[::1],
    }
    names: dict[str, Any] = dict(vars(kernel))
    for name, function in vars(kernel).items():
        if isinstance(function, types.FunctionType) and function.__module__ == kernel.__name__:
            # A copy whose global names lead to compiled functions, so that `kernel` itself stays as it is. With a
            # signature each function is compiled once; callees stand before their callers.
            copy = types.FunctionType(function.__code__, names, name)
            copy.__module__ = kernel.__name__
            copy.__qualname__ = f"compiled_{name}"
            hints = get_type_hints(function)
            hints.pop("return")
            names[name] = _jit(numba, tuple(kinds[hint] for hint in hints.values()), copy)
    return Loops(*(names[name] for name in Loops._fields))


def _jit(numba: Any, signature: tuple[Any, ...], function: types.FunctionType) -> Any:
    # Only the outermost are called from Python; ways in for the others would take half of the compiling. `_nrt`: nothing is
    # allocated in there, and whoever calls holds the board, so nobody has to count at each call who uses its forty sequences.
    options = {
        "_nrt": False,
        "nogil": True,
        "no_cfunc_wrapper": True,
        "no_cpython_wrapper": function.__name__ not in Loops._fields,
    }
    try:
        return numba.njit(signature, cache=True, **options)(function)
    except RuntimeError:  # no folder can be written: compile each time
        return numba.njit(signature, **options)(function)


def _sample() -> Board:
    problem = Problem(2, 1, 1, 1, (Meeting((0, 1), weight=1),))
    return suited(Layout(problem).board(1, [1], 1))
