"""Problems as a folder of tables (CSV), as people export them from a spreadsheet."""

import csv
from collections.abc import Mapping
from pathlib import Path as FilePath
from typing import Any

from querwerk.engine.documents import Misplaced, Part, Path
from querwerk.engine.timetable.document import problem_of
from querwerk.engine.timetable.files import Unreadable, text_of
from querwerk.engine.timetable.problem import LARGEST, Problem

NEEDED = ("event.csv", "people.csv")
COLUMNS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "event.csv": (("what", "number"), ()),
    "people.csv": (("name",), ("unavailable", "organisation", "least", "most", "needs", "interpreter")),
    "meetings.csv": (
        ("first", "second"),
        ("others", "session", "slot", "after", "weight", "needs", "interpreter"),
    ),
    "requests.csv": (("from", "to"), ("priority", "session", "needs", "interpreter")),
    "slots.csv": (("name",), ()),
    "tables.csv": (("name",), ("offers", "reserved", "stand", "closed")),
    "interpreters.csv": (("name", "languages"), ("unavailable",)),
    "must.csv": (("first", "second"), ()),
    "never.csv": (("first", "second"), ()),
}
NUMBERS = ("least", "most", "slot", "weight", "priority", "number")
LISTS = ("unavailable", "after", "closed")
WORDS = ("needs", "interpreter", "offers", "languages")

type Row = tuple[int, dict[str, str]]


def read_tables(folder: FilePath) -> Problem:
    """Read a problem from a folder; raises Unreadable with table and line."""
    rows = {name: _rows(folder / name) for name in COLUMNS if name in NEEDED or (folder / name).exists()}
    document: dict[str, Any] = {row["what"]: _number(row["number"]) for _, row in rows["event.csv"]}
    for name, found in rows.items():
        part = name.removesuffix(".csv")
        if part == "slots":
            document[part] = [row["name"] for _, row in found]
        elif part != "event":
            document[part] = [_entry(part, row) for _, row in found]
    try:
        return problem_of(Part(document))
    except Misplaced as error:
        table, line = _locate(rows, error.path)
        raise Unreadable(folder / table, line, error.reason) from None


def _locate(rows: dict[str, list[Row]], path: Path) -> tuple[str, int | None]:
    match path:
        case (str(part), int(index), *_) if f"{part}.csv" in rows:
            return f"{part}.csv", rows[f"{part}.csv"][index][0]
        case (str(part), *_) if f"{part}.csv" in rows:
            return f"{part}.csv", None
        case (str(part), *_):
            return "event.csv", next((line for line, row in rows["event.csv"] if row["what"] == part), None)
        case _:
            return "event.csv", None


def _entry(part: str, row: dict[str, str]) -> Any:
    if part in {"must", "never"}:
        return [row["first"], row["second"]]
    entry: dict[str, Any] = {}
    if part == "meetings":
        entry["people"] = [row.pop("first"), row.pop("second"), *_words(row.pop("others", ""))]
    for name, cell in row.items():
        if name in LISTS and cell:
            entry[name] = [_number(word) for word in (_words(cell) if "|" in cell else cell.split())]
        elif name in WORDS and cell:
            entry[name] = _words(cell)
        elif cell:
            entry[name] = _number(cell) if name in NUMBERS else cell
    return entry


def _words(cell: str) -> list[str]:
    return [word.strip() for word in cell.split("|") if word.strip()]


def _number(cell: str) -> int | str:
    """Return the number, or the text for the message about it."""
    try:
        return int(cell)
    except ValueError:
        return cell


def _rows(file: FilePath) -> list[Row]:
    text = text_of(file)
    delimiter = ";" if text.partition("\n")[0].count(";") else ","
    reader = csv.reader(text.splitlines(keepends=True), delimiter=delimiter)
    rows: list[Row] = []
    try:
        head = [name.strip().lower() for name in next(reader, [])]
        _require_columns(file, head)
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(head):
                raise Unreadable(file, reader.line_num, f"has {len(cells)} cells, but the head has {len(head)}")
            if len(rows) == LARGEST:
                raise Unreadable(file, reader.line_num, f"has more than {LARGEST} rows")
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
