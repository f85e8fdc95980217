"""The SAT solver, as far as it is used here."""

from collections.abc import Callable
from enum import StrEnum
from functools import cache, partial
from importlib import import_module
from threading import current_thread, main_thread
from typing import Any, NamedTuple

from querwerk.engine.timetable.attended import Interrupted, completed, heed
from querwerk.engine.timetable.clauses import Clauses

OPTIONS = {"stabilizeonly": 1, "lucky": 0, "phase": 1}
"""What CaDiCaL does otherwise than by itself: no hasty restarts, which on timetables lose what a search has settled; and
no tries of constant values at each question."""
EARLY = {"probeint": 500}
"""It tries what follows from single literals after so many conflicts, not after ten times as many. Where hardly anything is
allowed, that settles many questions at once; elsewhere it only takes time."""


LOADING = 20_000
"""Clauses between two looks at whether to stop."""

SATISFIABLE, UNKNOWN = 10, 0
"""What CaDiCaL answers."""
EXPORTED = ("6assumeEi", "5solveEv", "9terminateEv")
"""What a C++ compiler calls its functions `assume`, `solve` and `terminate`."""


class Kind(StrEnum):
    """Solvers, by what python-sat calls them."""

    CADICAL = "cadical195"
    MINISAT = "minisat22"
    """At small problems soon at work, and soon lost where one has to look ahead."""


class Oracle:
    """Answers whether clauses can be satisfied under assumptions; further clauses may come between two questions.

    `is_strict` says that they hardly allow anything.
    """

    def __init__(
        self, clauses: Clauses, stop: Callable[[], bool], kind: Kind = Kind.CADICAL, *, is_strict: bool = False
    ) -> None:
        # Only proofs need it. What python-sat puts around its solvers takes ten times as long to load as they do.
        self._solvers: Any = import_module("pysolvers")
        self._clauses = clauses
        self._stop = stop
        self._kind = kind
        self._is_strict = is_strict
        self._solver: Any
        self._asked: list[int] = []
        self._seed = 0
        self._begin()

    def _begin(self) -> None:
        self._solver = self._call("new")
        self._add = getattr(self._solvers, f"{self._kind}_add_cl")
        if self._kind is Kind.CADICAL:
            options = OPTIONS | EARLY if self._is_strict else OPTIONS
            for name, value in (options | {"seed": self._seed}).items():
                self._call("set", self._solver, name, value)
        self._handed_over = 0

    def _call(self, name: str, *arguments: object) -> Any:
        return getattr(self._solvers, f"{self._kind}_{name}")(*arguments)

    def renew(self) -> None:
        """Forget all that was learnt, and begin with other chances: where one search has no luck, another need not have none.

        Whether it tries early what follows from single literals changes each time; the seed alone may change little.
        """
        self.close()
        self._seed += 1
        self._is_strict = not self._is_strict
        self._begin()

    def ask(self, assumptions: list[int], conflicts: int) -> bool | None:
        """Answer with so much work at most; None: not known. Raises Interrupted if `stop` says so before or meanwhile.

        What is asked again goes on where it was, but begins its rhythm of looking back anew, so small portions are slow.
        """
        self._hand_over()
        self._call("cbudget", self._solver, conflicts)
        self._asked = assumptions
        if self._kind is Kind.MINISAT:
            return completed(self._ask_minisat, self._stop, partial(self._call, "interrupt", self._solver))
        entries = _entries()
        if entries is None:
            return self._ask_alone()
        address = entries.address(self._solver, None)
        ask = partial(_ask_cadical, entries, address, assumptions)
        return completed(ask, self._stop, partial(entries.terminate, address))

    def _ask_minisat(self) -> bool | None:
        # The last argument lets others work meanwhile.
        found: bool | None = self._call("solve_lim", self._solver, self._asked, 0, 1)
        return found

    def _ask_alone(self) -> bool | None:
        """Ask CaDiCaL as python-sat does: nobody can look up before it has done its work."""
        # Only there can it handle Ctrl-C.
        is_main = current_thread() is main_thread()
        try:
            answer = self._call("solve_lim", self._solver, self._asked, int(is_main))
        except self._solvers.error:
            # The solver handles Ctrl-C itself while it works, and cannot go on afterwards.
            raise Interrupted from None
        return None if answer == 0 else bool(answer > 0)

    def _hand_over(self) -> None:
        """Give the solver the clauses that came since the last question."""
        clauses = self._clauses.found
        while True:
            heed(self._stop)
            for clause in clauses[self._handed_over : self._handed_over + LOADING]:
                self._add(self._solver, clause)
            self._handed_over = min(len(clauses), self._handed_over + LOADING)
            if self._handed_over == len(clauses):
                return

    def core(self) -> list[int]:
        """Return assumptions that contradict the clauses, after an answer that was false."""
        return list(self._call("core", self._solver, self._asked) or [])

    def model(self) -> list[int]:
        """Return what is true, after an answer that was true."""
        return list(self._call("model", self._solver))

    def close(self) -> None:
        """Free its memory."""
        self._call("del", self._solver, *([None] if self._kind is Kind.CADICAL else []))


class _Entries(NamedTuple):
    """Functions of CaDiCaL itself."""

    address: Callable[[object, None], int]
    """Where a solver of python-sat is."""
    assume: Callable[[int, int], None]
    solve: Callable[[int], int]
    terminate: Callable[[int], None]


@cache
def _entries() -> _Entries | None:
    """Return what python-sat's module exports but does not let Python call: CaDiCaL can be told from outside to end.

    python-sat holds Python while CaDiCaL works, so nobody could tell it. None: the module was built in another way here.
    """
    import ctypes  # noqa: PLC0415 -- only proofs need it

    try:
        module = ctypes.CDLL(import_module("pysolvers").__file__)
        assume, solve, terminate = (getattr(module, f"_ZN10CaDiCaL1956Solver{name}") for name in EXPORTED)
    except (AttributeError, OSError):
        return None
    address: Any = ctypes.PYFUNCTYPE(ctypes.c_void_p, ctypes.py_object, ctypes.c_char_p)(
        ("PyCapsule_GetPointer", ctypes.pythonapi)
    )
    assume.argtypes, assume.restype = [ctypes.c_void_p, ctypes.c_int], None
    solve.argtypes, solve.restype = [ctypes.c_void_p], ctypes.c_int
    terminate.argtypes, terminate.restype = [ctypes.c_void_p], None
    return _Entries(address, assume, solve, terminate)


def _ask_cadical(entries: _Entries, address: int, assumptions: list[int]) -> bool | None:
    for literal in assumptions:
        entries.assume(address, literal)
    answer = entries.solve(address)
    return None if answer == UNKNOWN else answer == SATISFIABLE
