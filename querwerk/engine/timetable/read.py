"""Reads problems and plans from files: JSON, tables (CSV) and the MiniZinc data of the published benchmark.

Files count people, slots, tables and meetings from 1. Whatever is wrong is told with its line.
"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path as FilePath

from querwerk.engine.documents import Misplaced, Part
from querwerk.engine.timetable.document import problem_of
from querwerk.engine.timetable.dzn import read_dzn
from querwerk.engine.timetable.files import Unreadable, json_of, line_of, text_of
from querwerk.engine.timetable.problem import Problem
from querwerk.engine.timetable.result import Placement, Plan
from querwerk.engine.timetable.tables import NEEDED, read_tables

PLACED = ("id", "slot", "table", "delegates", "interpreter")


def read(file: FilePath, *, fairness: int | None = None) -> Problem:
    """Read a problem; the name says how: ``.json``, ``.dzn``, or a folder with the three tables.

    A fairness given here counts more than that of the file.
    """
    problem = _read(file)
    if fairness is None:
        return problem
    try:
        return replace(problem, fairness=fairness)
    except Misplaced as error:
        raise Unreadable(file, None, error.reason) from None


def _read(file: FilePath) -> Problem:
    if file.is_dir():
        return read_tables(file)
    if file.suffix == ".dzn":
        text = text_of(file)
        return _located(file, lambda: read_dzn(text))
    if file.suffix == ".json":
        text = text_of(file)
        document = json_of(file, text)
        try:
            return problem_of(Part(document))
        except Misplaced as error:
            raise Unreadable(file, line_of(text, error.path), error.reason) from None
    raise Unreadable(file, None, f"is neither .json nor .dzn nor a folder with {', '.join(NEEDED)}")


def read_plan(file: FilePath, problem: Problem) -> Plan:
    """Read a plan as ``querwerk timetable solve --json`` prints it."""
    text = text_of(file)
    document = json_of(file, text)
    try:
        return _plan(Part(document), problem)
    except Misplaced as error:
        raise Unreadable(file, line_of(text, error.path), error.reason) from None


def _located(file: FilePath, reading: Callable[[], Problem]) -> Problem:
    try:
        return reading()
    except Misplaced as error:
        line = error.path[0] if error.path and isinstance(error.path[0], int) else None
        raise Unreadable(file, line, error.reason) from None


def _plan(document: Part, problem: Problem) -> Plan:
    if not isinstance(document.value, dict) or "meetings" not in document.value:
        raise document.wrong("a plan must be an object with “meetings”")
    placed: dict[int, Placement] = {}
    for entry in Part(document.value["meetings"], ("meetings",)).items("meetings"):
        number, placement = _placement(entry, len(problem.meetings))
        if number - 1 in placed:
            raise entry.wrong(f"meeting {number} is placed twice")
        placed[number - 1] = placement
    for index, meeting in enumerate(problem.meetings):
        if index not in placed and meeting.weight is None:
            raise Misplaced(f"meeting {index + 1} is not placed", ("meetings",))
    return tuple(placed.get(index) for index in range(len(problem.meetings)))


def _placement(entry: Part, meetings: int) -> tuple[int, Placement]:
    parts = entry.mapping(PLACED, "a placed meeting")
    for name in ("id", "slot", "table"):
        if name not in parts:
            raise entry.wrong(f"“{name}” is missing")
    number = parts["id"].integer("an id")
    if not 1 <= number <= meetings:
        raise parts["id"].wrong(f"there is no meeting {number}; meetings are 1 to {meetings}")
    delegates = parts["delegates"].items("delegates") if "delegates" in parts else []
    return number, Placement(
        parts["slot"].integer("a slot") - 1,
        parts["table"].integer("a table") - 1,
        tuple(person.integer("a person") - 1 for person in delegates),
        parts["interpreter"].integer("an interpreter") - 1 if "interpreter" in parts else None,
    )
