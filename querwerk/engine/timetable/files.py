"""Files and their lines: what all readers of problems and plans share."""

import json
from pathlib import Path as FilePath

from querwerk.engine.timetable.problem import LARGEST, Path

PIECES = 15 * LARGEST
"""Commas and semicolons that a file may have."""
LARGEST_FILE = 50_000_000
"""Bytes. A file of 200,000 meetings has about a third of this."""


class Unreadable(ValueError):
    """A file does not hold what it should; the message has file, line and reason."""

    def __init__(self, file: FilePath, line: int | None, reason: str) -> None:
        super().__init__(f"{file}, line {line}: {reason}" if line else f"{file}: {reason}")
        self.line = line
        self.reason = reason


def text_of(file: FilePath) -> str:
    """Return the text of a file; raises Unreadable."""
    try:
        size = file.stat().st_size
        if size > LARGEST_FILE:
            raise Unreadable(
                file,
                None,
                f"has {size // 1_000_000} MB; a problem of {LARGEST} meetings, the most there may be, has less",
            )
        text = file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise Unreadable(file, None, error.strerror or str(error)) from None
    except UnicodeDecodeError as error:
        raise Unreadable(file, error.object.count(b"\n", 0, error.start) + 1, "is not UTF-8 text") from None
    # Small pieces take far more memory than text, so they are counted before anything is made of them.
    if text.count(",") + text.count(";") > PIECES:
        raise Unreadable(file, None, f"has more than {PIECES} entries; a problem of {LARGEST} meetings has fewer")
    return text


def json_of(file: FilePath, text: str) -> object:
    """Return what a JSON text holds; raises Unreadable."""
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
