"""Footnotes, endnotes and comments, which lie in parts of their own."""

from typing import Any

from querwerk.core.prose.inline import BREAK, Run, html_of, trimmed
from querwerk.core.prose.word.names import W, attribute
from querwerk.core.prose.word.reading import Reading

ELEMENTS = {"footnotes": "footnote", "endnotes": "endnote", "comments": "comment"}


def note_key(reading: Reading, part: str, number: str, reader: Any) -> str:
    """Return the key of a note, read when its first anchor is met; an empty text where the file does not hold it."""
    known = reading.note_keys.get((part, number))
    if known is not None:
        return known
    element = _find(reading, part, number)
    if element is None:
        return ""
    reading.note_keys[part, number] = ""  # a note that anchors itself has no end
    note = _note(reading, part, element, reader)
    reading.note_keys[part, number] = note["key"]
    reading.notes.append(note)
    return str(note["key"])


def _find(reading: Reading, part: str, number: str) -> Any:
    name = reading.package.related(part)
    if not name:
        return None
    for element in reading.part_root(name).iterchildren(f"{W}{ELEMENTS[part]}"):
        if attribute(element, "id") == number and attribute(element, "type") in ("", "normal"):
            return element
    return None


def _note(reading: Reading, part: str, element: Any, reader: Any) -> dict[str, Any]:
    """Read a note; its paragraphs become lines."""
    outside, fields = reading.part, reading.fields
    reading.part, reading.fields = reading.package.related(part), []
    runs: list[Run] = []
    wanted = ""
    for paragraph in element.iter(f"{W}p"):
        content = reader(reading).read(paragraph)
        wanted = wanted or content.keys.get("b", "")
        words = trimmed([run for run in content.runs if not run.note])
        runs += [Run(BREAK), *words] if runs and words else words
    reading.part, reading.fields = outside, fields
    reading.report.note(
        {"endnotes": "endnote", "comments": "comment"}.get(part, "footnote"), "".join(run.words for run in runs)
    )
    return {
        "key": reading.keys.take(wanted),
        "kind": "comment" if part == "comments" else "footnote",
        "html": html_of(runs),
        "author": attribute(element, "author"),
        "at": attribute(element, "date"),
    }
