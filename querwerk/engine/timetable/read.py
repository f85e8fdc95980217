"""Reads problems and plans from files: JSON, tables (CSV) and the MiniZinc data of the published benchmark.

Files count people, slots, tables and meetings from 1. Whatever is wrong is told with its line.
"""

import csv
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path as FilePath
from typing import Any

from querwerk.engine.timetable.dzn import read_dzn
from querwerk.engine.timetable.problem import LARGEST, InvalidProblem, Meeting, Path, Problem, Session
from querwerk.engine.timetable.result import Placement, Plan

LARGEST_FILE = 50_000_000
"""Bytes. A file of 200,000 meetings has about a third of this."""
TABLES = ("event.csv", "people.csv", "meetings.csv")
SIZES = ("slots", "morning_slots", "tables", "fairness")


class Unreadable(ValueError):
    """A file does not hold what it should; the message has file, line and reason."""

    def __init__(self, file: FilePath, line: int | None, reason: str) -> None:
        super().__init__(f"{file}, line {line}: {reason}" if line else f"{file}: {reason}")
        self.line = line
        self.reason = reason


def read(file: FilePath, *, fairness: int | None = None) -> Problem:
    """Read a problem; the name says how: ``.json``, ``.dzn``, or a folder with the three tables.

    A fairness given here counts more than that of the file.
    """
    problem = _read(file)
    if fairness is None:
        return problem
    try:
        return replace(problem, fairness=fairness)
    except InvalidProblem as error:
        raise Unreadable(file, None, error.reason) from None


def _read(file: FilePath) -> Problem:
    if file.is_dir():
        return _read_tables(file)
    if file.suffix == ".dzn":
        text = _text(file)
        return _located(file, lambda: read_dzn(text))
    if file.suffix == ".json":
        text = _text(file)
        document = _json(file, text)
        try:
            return _problem(_Part(document))
        except InvalidProblem as error:
            raise Unreadable(file, line_of(text, error.path), error.reason) from None
    raise Unreadable(file, None, f"is neither .json nor .dzn nor a folder with {', '.join(TABLES)}")


def read_plan(file: FilePath, problem: Problem) -> Plan:
    """Read a plan as ``querwerk timetable solve --json`` prints it."""
    text = _text(file)
    document = _json(file, text)
    try:
        return _plan(_Part(document), problem)
    except InvalidProblem as error:
        raise Unreadable(file, line_of(text, error.path), error.reason) from None


def _located(file: FilePath, reading: Callable[[], Problem]) -> Problem:
    try:
        return reading()
    except InvalidProblem as error:
        line = error.path[0] if error.path and isinstance(error.path[0], int) else None
        raise Unreadable(file, line, error.reason) from None


def _text(file: FilePath) -> str:
    try:
        size = file.stat().st_size
        if size > LARGEST_FILE:
            raise Unreadable(
                file,
                None,
                f"has {size // 1_000_000} MB; a problem of {LARGEST} meetings, the most there may be, has less",
            )
        return file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise Unreadable(file, None, error.strerror or str(error)) from None
    except UnicodeDecodeError as error:
        raise Unreadable(file, error.object.count(b"\n", 0, error.start) + 1, "is not UTF-8 text") from None


# --- JSON --------------------------------------------------------------------


def _json(file: FilePath, text: str) -> object:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise Unreadable(file, error.lineno, f"is no JSON, or cut off: {error.msg}") from None
    except RecursionError:
        raise Unreadable(file, None, "is nested too deeply") from None


def line_of(text: str, path: Path) -> int:
    """Return the line in which a part of a JSON document begins; of its nearest parent when it is missing."""
    decoder = json.JSONDecoder()
    position = _skip(text, 0)
    for step in path:
        found = _member(decoder, text, position, step)
        if found is None:
            break
        position = found
    return text.count("\n", 0, position) + 1


def _skip(text: str, position: int) -> int:
    while position < len(text) and text[position] in " \t\r\n,:":
        position += 1
    return position


def _member(decoder: json.JSONDecoder, text: str, position: int, step: str | int) -> int | None:
    is_object = text[position] == "{"
    if text[position] not in "{[" or is_object != isinstance(step, str):
        return None
    position = _skip(text, position + 1)
    index = 0
    while text[position] not in "}]":
        name: str | int = index
        if is_object:
            name, position = decoder.raw_decode(text, position)
            position = _skip(text, position)
        if name == step:
            return position
        _, position = decoder.raw_decode(text, position)
        position = _skip(text, position)
        index += 1
    return None


@dataclass(frozen=True, slots=True)
class _Part:
    """A piece of a document that knows where it is."""

    value: object
    path: Path = ()

    def wrong(self, reason: str) -> InvalidProblem:
        return InvalidProblem(reason, self.path)

    def mapping(self, known: tuple[str, ...], what: str) -> "dict[str, _Part]":
        if not isinstance(self.value, dict):
            raise self.wrong(f"{what} must be an object, not {_kind(self.value)}")
        for name in self.value:
            if name not in known:
                raise InvalidProblem(f"{what} has no “{name}”; known are {', '.join(known)}", (*self.path, name))
        return {name: _Part(value, (*self.path, name)) for name, value in self.value.items()}

    def items(self, what: str) -> "list[_Part]":
        if not isinstance(self.value, list):
            raise self.wrong(f"{what} must be a list, not {_kind(self.value)}")
        return [_Part(value, (*self.path, index)) for index, value in enumerate(self.value)]

    def integer(self, what: str) -> int:
        if isinstance(self.value, bool) or not isinstance(self.value, int):
            raise self.wrong(f"{what} must be a whole number, not {_kind(self.value)}")
        return self.value


def _kind(value: object) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case str():
            return f"the text “{value[:40]}”"
        case dict():
            return "an object"
        case list():
            return "a list"
        case _:
            return str(value)[:40]


@dataclass(slots=True)
class _People:
    """The people of a document, by number and by name."""

    count: int
    unavailable: list[frozenset[int]] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    numbers: dict[str, int] = field(default_factory=dict)

    def add(self, name: str, unavailable: frozenset[int], path: Path) -> None:
        if name and name in self.numbers:
            raise InvalidProblem(f"there are two people called “{name}”", path)
        if name:
            self.numbers[name] = self.count
        self.count += 1
        self.names.append(name or f"person {self.count}")
        self.unavailable.append(unavailable)

    def index(self, reference: _Part) -> int:
        if isinstance(reference.value, str):
            if reference.value not in self.numbers:
                raise reference.wrong(f"there is nobody called “{reference.value}”")
            return self.numbers[reference.value]
        return reference.integer("a person") - 1


def _problem(document: _Part) -> Problem:
    parts = document.mapping(("people", "meetings", *SIZES), "a problem")
    for name in ("people", "slots", "tables", "meetings"):
        if name not in parts:
            raise InvalidProblem(f"“{name}” is missing")
    people = _people(parts["people"])
    slots = parts["slots"].integer("slots")
    fairness = parts.get("fairness", _Part(None))
    return Problem(
        people=people.count,
        slots=slots,
        morning_slots=parts["morning_slots"].integer("morning_slots") if "morning_slots" in parts else slots,
        tables=parts["tables"].integer("tables"),
        meetings=_meetings(parts["meetings"], people),
        unavailable=tuple(people.unavailable),
        fairness=None if fairness.value is None else fairness.integer("fairness"),
        names=tuple(people.names) if people.numbers else (),
    )


def _people(part: _Part) -> _People:
    if not isinstance(part.value, list):
        count = part.integer("people")
        if count > LARGEST:
            raise part.wrong(f"there are {count} people, more than {LARGEST}")
        return _People(count)
    people = _People(0)
    for person in part.items("people"):
        parts = person.mapping(("name", "unavailable"), "a person")
        name = parts.get("name", _Part(""))
        if not isinstance(name.value, str):
            raise name.wrong(f"a name must be text, not {_kind(name.value)}")
        slots = parts["unavailable"].items("unavailable") if "unavailable" in parts else []
        people.add(name.value.strip(), frozenset(slot.integer("a slot") - 1 for slot in slots), name.path)
    return people


def _meetings(part: _Part, people: _People) -> tuple[Meeting, ...]:
    found = part.items("meetings")
    if len(found) > LARGEST:
        raise part.wrong(f"there are {len(found)} meetings, more than {LARGEST}")
    return tuple(_meeting(meeting, people) for meeting in found)


def _meeting(meeting: _Part, people: _People) -> Meeting:
    parts = meeting.mapping(("people", "session", "slot", "after"), "a meeting")
    if "people" not in parts:
        raise meeting.wrong("“people” is missing")
    pair = [people.index(person) for person in parts["people"].items("people")]
    if len(pair) != 2:
        raise parts["people"].wrong(f"a meeting has two people, not {len(pair)}")
    slot = parts.get("slot", _Part(None))
    after = parts["after"].items("after") if "after" in parts else []
    return Meeting(
        people=(pair[0], pair[1]),
        session=_session(parts.get("session", _Part("any"))),
        slot=None if slot.value is None else slot.integer("a slot") - 1,
        after=tuple(other.integer("a meeting") - 1 for other in after),
    )


def _session(part: _Part) -> Session:
    if isinstance(part.value, str) and part.value in {str(session) for session in Session}:
        return Session(part.value)
    raise part.wrong(f"a session is one of {', '.join(Session)}, not {_kind(part.value)}")


def _plan(document: _Part, problem: Problem) -> Plan:
    if not isinstance(document.value, dict) or "meetings" not in document.value:
        raise document.wrong("a plan must be an object with “meetings”")
    placed: dict[int, Placement] = {}
    for entry in _Part(document.value["meetings"], ("meetings",)).items("meetings"):
        number, placement = _placement(entry, len(problem.meetings))
        if number - 1 in placed:
            raise entry.wrong(f"meeting {number} is placed twice")
        placed[number - 1] = placement
    missing = next((index for index in range(len(problem.meetings)) if index not in placed), None)
    if missing is not None:
        raise InvalidProblem(f"meeting {missing + 1} is not placed", ("meetings",))
    return tuple(placed[index] for index in range(len(problem.meetings)))


def _placement(entry: _Part, meetings: int) -> tuple[int, Placement]:
    parts = entry.mapping(("id", "slot", "table"), "a placed meeting")
    for name in ("id", "slot", "table"):
        if name not in parts:
            raise entry.wrong(f"“{name}” is missing")
    number = parts["id"].integer("an id")
    if not 1 <= number <= meetings:
        raise parts["id"].wrong(f"there is no meeting {number}; meetings are 1 to {meetings}")
    return number, Placement(parts["slot"].integer("a slot") - 1, parts["table"].integer("a table") - 1)


# --- Tables ------------------------------------------------------------------


def _read_tables(folder: FilePath) -> Problem:
    rows = {name: _rows(folder / name) for name in TABLES}
    event, people, meetings = (rows[name] for name in TABLES)
    document: dict[str, Any] = {}
    sizes: dict[str, int] = {}
    for line, row in event:
        document[row["what"]] = _number(row["number"])
        sizes[row["what"]] = line
    document["people"] = [
        {"name": row["name"], "unavailable": _numbers(row.get("unavailable", ""))} for _, row in people
    ]
    document["meetings"] = [_table_meeting(row) for _, row in meetings]

    def locate(path: Path) -> tuple[str, int | None]:
        match path:
            case ("people", int(index), *_):
                return "people.csv", people[index][0]
            case ("meetings", int(index), *_):
                return "meetings.csv", meetings[index][0]
            case (str(name), *_) if name in sizes:
                return "event.csv", sizes[name]
            case _:
                return "event.csv", None

    try:
        return _problem(_Part(document))
    except InvalidProblem as error:
        table, at = locate(error.path)
        raise Unreadable(folder / table, at, error.reason) from None


COLUMNS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "event.csv": (("what", "number"), ()),
    "people.csv": (("name",), ("unavailable",)),
    "meetings.csv": (("first", "second"), ("session", "slot", "after")),
}


def _rows(file: FilePath) -> list[tuple[int, dict[str, str]]]:
    text = _text(file)
    delimiter = ";" if text.partition("\n")[0].count(";") else ","
    reader = csv.reader(text.splitlines(keepends=True), delimiter=delimiter)
    rows = []
    try:
        head = [name.strip().lower() for name in next(reader, [])]
        _require_columns(file, head)
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(head):
                raise Unreadable(file, reader.line_num, f"has {len(cells)} cells, but the head has {len(head)}")
            rows.append((reader.line_num, dict(zip(head, (cell.strip() for cell in cells), strict=True))))
    except csv.Error as error:
        raise Unreadable(file, reader.line_num, f"is no table: {error}") from None
    return rows


def _require_columns(file: FilePath, head: list[str]) -> None:
    needed, optional = COLUMNS[file.name]
    for name in needed:
        if name not in head:
            raise Unreadable(file, 1, f"the column “{name}” is missing")
    for name in head:
        if name not in {*needed, *optional}:
            raise Unreadable(file, 1, f"there is no column “{name}”; known are {', '.join((*needed, *optional))}")


def _table_meeting(row: dict[str, str]) -> dict[str, Any]:
    meeting: dict[str, Any] = {"people": [row["first"], row["second"]], "after": _numbers(row.get("after", ""))}
    if row.get("session"):
        meeting["session"] = row["session"]
    if row.get("slot"):
        meeting["slot"] = _number(row["slot"])
    return meeting


def _numbers(cell: str) -> list[int | str]:
    return [_number(word) for word in cell.split()]


def _number(cell: str) -> int | str:
    """Return the number, or the text for the message about it."""
    try:
        return int(cell)
    except ValueError:
        return cell
