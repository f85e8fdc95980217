"""Reads challenges, offers, runs and judgements from files."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from querwerk.engine.matching.language import CODES
from querwerk.engine.matching.model import Challenge, Offer, Text

LARGEST = 500_000_000
"""Bytes of a file that is read; a larger one is taken for a mistake."""


class Unreadable(ValueError):
    """A file does not say what it should; says where and what would be right."""


def challenges_in(file: Path, language: str = "") -> list[Challenge]:
    """Return the queries of a file: a line each, “id, tab, text” or a JSON object."""
    return [
        Challenge(id=key, texts=texts, tags=tags, sector=sector)
        for key, texts, tags, sector in _entries(file, language)
    ]


def offers_in(file: Path, language: str = "") -> list[Offer]:
    """Return the documents of a file."""
    return [
        Offer(id=key, texts=texts, tags=tags, sector=sector) for key, texts, tags, sector in _entries(file, language)
    ]


def run_in(file: Path) -> dict[str, list[str]]:
    """Return for each query of a TREC run the documents by falling score, equal ones as they stand in the file."""
    found: dict[str, list[tuple[float, str]]] = {}
    for number, line in _lines(file):
        columns = line.split()
        if len(columns) != 6:
            raise Unreadable(
                f"{file.name}, line {number}: a line of a run has six columns: query Q0 document rank score name"
            )
        try:
            found.setdefault(columns[0], []).append((float(columns[4]), columns[2]))
        except ValueError:
            raise Unreadable(f"{file.name}, line {number}: “{columns[4]}” is no score") from None
    return {query: [doc for _, doc in sorted(rows, key=lambda row: -row[0])] for query, rows in found.items()}


def qrels_in(file: Path) -> dict[str, dict[str, float]]:
    """Return for each query the grades of documents: TREC's four columns, or query, document and, if it is not 1, the grade."""
    found: dict[str, dict[str, float]] = {}
    for number, line in _lines(file):
        columns = line.split("\t") if "\t" in line else line.split()
        if len(columns) == 4:
            columns = [columns[0], columns[2], columns[3]]
        if len(columns) not in {2, 3}:
            raise Unreadable(f"{file.name}, line {number}: expected are query, document and grade")
        try:
            found.setdefault(columns[0], {})[columns[1]] = float(columns[2]) if len(columns) == 3 else 1.0
        except ValueError:
            raise Unreadable(f"{file.name}, line {number}: “{columns[2]}” is no grade") from None
    return found


type _Entry = tuple[str, tuple[Text, ...], frozenset[str], str]
"""Id, texts, tags, sector."""


def spoken(language: str, place: str) -> str:
    """Return a language code, empty for none; Unreadable when there is no such language."""
    if language and language not in CODES:
        raise Unreadable(
            f"{place}: “{language}” is no language; expected is a code of two letters (ISO 639-1) such as de or en"
        )
    return language


def _entries(file: Path, language: str) -> Iterator[_Entry]:
    seen: dict[str, int] = {}
    for number, line in _lines(file):
        place = f"{file.name}, line {number}"
        entry = _from_json(line, place, language) if line.startswith("{") else _from_columns(line, place, language)
        key = entry[0]
        if not key or not key.isprintable() or " " in key:
            raise Unreadable(
                f"{place}: {key!r} is no id; ids have at least one character, no space and nothing invisible"
            )
        if key in seen:
            raise Unreadable(f"{place}: the id “{key}” stands in line {seen[key]} already")
        seen[key] = number
        yield entry
    if not seen:
        raise Unreadable(f"{file} has no entries; expected is a line each: id, tab, text; or JSON")


def _from_columns(line: str, place: str, language: str) -> _Entry:
    key, tab, text = line.partition("\t")
    if not tab:
        raise Unreadable(f"{place}: there is no tab; expected is “id, tab, text”")
    return key, (Text(text, language),), frozenset(), ""


def _from_json(line: str, place: str, language: str) -> _Entry:
    try:
        row: dict[str, Any] = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"{place}: this is no JSON: {error}") from None
    pieces = row.get("passages", row.get("text", ""))
    pieces, tags = pieces if isinstance(pieces, list) else [pieces], row.get("tags", [])
    singles = [row.get("id"), row.get("sector", ""), row.get("language", "")]
    if not isinstance(tags, list) or not all(isinstance(piece, str) for piece in [*pieces, *tags, *singles]):
        raise Unreadable(
            f"{place}: “id”, “text”, “sector” and “language” are texts, “passages” and “tags” are lists of texts"
        )
    said = spoken(row.get("language", ""), place) or language
    return row["id"], tuple(Text(piece, said) for piece in pieces), frozenset(tags), row.get("sector", "")


def _lines(file: Path) -> Iterator[tuple[int, str]]:
    try:
        if file.stat().st_size > LARGEST:
            raise Unreadable(f"{file} has more than {LARGEST // 1_000_000} MB")
        data = file.read_bytes().removeprefix(b"\xef\xbb\xbf")
    except OSError as error:
        raise Unreadable(f"{file} cannot be read: {error.strerror}") from None
    for number, line in enumerate(data.split(b"\n"), start=1):
        try:
            text = line.decode().rstrip("\r")
        except UnicodeDecodeError as error:
            raise Unreadable(f"{file.name}, line {number}: byte {error.start + 1} is not written in UTF-8") from None
        if text.strip():
            yield number, text
