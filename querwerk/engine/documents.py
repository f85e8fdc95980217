"""Reading files of problems: parts of a JSON document that know where they are, and rows of a table with their lines."""

import csv
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import Any

type Path = tuple[str | int, ...]
"""Where in a document something is: ("tasks", 3, "name"); indices count from 0."""
type Columns = tuple[tuple[str, ...], tuple[str, ...]]
"""A table's columns: those that have to be there, and those that may."""


class Unreadable(ValueError):
    """A file does not hold what it should; the message has file, line and reason."""

    def __init__(self, file: FilePath, line: int | None, reason: str) -> None:
        super().__init__(f"{file}, line {line}: {reason}" if line else f"{file}: {reason}")
        self.line = line
        self.reason = reason


class Misplaced(ValueError):
    """A part of a document is not what it should be."""

    def __init__(self, reason: str, path: Path = ()) -> None:
        super().__init__(reason)
        self.reason = reason
        self.path = path


def text_of(file: FilePath, largest: int) -> str:
    """Return a file's text; refuse one of more bytes than `largest`."""
    try:
        size = file.stat().st_size
        if size > largest:
            raise Unreadable(file, None, f"has {size // 1_000_000} MB, more than {largest // 1_000_000}")
        return file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise Unreadable(file, None, error.strerror or str(error)) from None
    except UnicodeDecodeError as error:
        raise Unreadable(file, error.object.count(b"\n", 0, error.start) + 1, "is not UTF-8 text") from None


def json_of(file: FilePath, text: str) -> object:
    """Return what a JSON text says."""
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
class Part:
    """A piece of a document that knows where it is."""

    value: Any
    path: Path = ()

    def wrong(self, reason: str) -> Misplaced:
        """Return the error to raise about this part."""
        return Misplaced(reason, self.path)

    def mapping(self, known: tuple[str, ...], what: str) -> "dict[str, Part]":
        """Return the members of an object; refuse unknown ones."""
        if not isinstance(self.value, dict):
            raise self.wrong(f"{what} must be an object, not {kind_of(self.value)}")
        for name in self.value:
            if name not in known:
                raise Misplaced(f"{what} has no “{name}”; known are {', '.join(known)}", (*self.path, name))
        return {name: Part(value, (*self.path, name)) for name, value in self.value.items()}

    def items(self, what: str) -> "list[Part]":
        """Return the entries of a list."""
        if not isinstance(self.value, list):
            raise self.wrong(f"{what} must be a list, not {kind_of(self.value)}")
        return [Part(value, (*self.path, index)) for index, value in enumerate(self.value)]

    def words(self, what: str) -> frozenset[str]:
        """Return a list of words, or one word, as a set."""
        if isinstance(self.value, str):
            return frozenset({self.value.strip()} - {""})
        return frozenset(item.text(what) for item in self.items(what))

    def integer(self, what: str) -> int:
        """Return a whole number."""
        if isinstance(self.value, bool) or not isinstance(self.value, int):
            raise self.wrong(f"{what} must be a whole number, not {kind_of(self.value)}")
        return self.value

    def number(self, what: str) -> float:
        """Return a number that is finite."""
        if isinstance(self.value, bool) or not isinstance(self.value, (int, float)):
            raise self.wrong(f"{what} must be a number, not {kind_of(self.value)}")
        number = float(self.value)
        if number - number != 0:
            raise self.wrong(f"{what} must be a finite number, not {number}")
        return number

    def text(self, what: str) -> str:
        """Return a text without spaces around it."""
        if not isinstance(self.value, str):
            raise self.wrong(f"{what} must be text, not {kind_of(self.value)}")
        return self.value.strip()


def kind_of(value: object) -> str:
    """Return what to call a value in a message."""
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


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row of a table, by the names of its columns."""

    line: int
    cells: Mapping[str, str]


def rows_of(file: FilePath, columns: Columns, largest: int) -> list[TableRow]:
    """Read a CSV table, separated by commas or semicolons; empty rows are passed over."""
    text = text_of(file, largest)
    delimiter = ";" if text.partition("\n")[0].count(";") else ","
    reader = csv.reader(text.splitlines(keepends=True), delimiter=delimiter)
    rows = []
    try:
        head = [name.strip().lower() for name in next(reader, [])]
        _require_columns(file, head, columns)
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(head):
                raise Unreadable(file, reader.line_num, f"has {len(cells)} cells, but the head has {len(head)}")
            rows.append(TableRow(reader.line_num, dict(zip(head, (cell.strip() for cell in cells), strict=True))))
    except csv.Error as error:
        raise Unreadable(file, reader.line_num, f"is no table: {error}") from None
    return rows


def _require_columns(file: FilePath, head: list[str], columns: Columns) -> None:
    needed, optional = columns
    for name in needed:
        if name not in head:
            raise Unreadable(file, 1, f"the column “{name}” is missing")
    for name in head:
        if name not in {*needed, *optional}:
            raise Unreadable(file, 1, f"there is no column “{name}”; known are {', '.join((*needed, *optional))}")
