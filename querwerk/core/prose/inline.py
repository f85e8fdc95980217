"""Inline HTML of blocks ↔ runs of words that share their marks: the form in which files hold text.

The elements are those of the contract in :mod:`querwerk.core.prose.blocks`; HTML that comes in has been sanitised,
so what is unknown here is dropped and its words are kept.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from html import escape
from html.parser import HTMLParser
from itertools import groupby

MARKS = ("strong", "em", "u", "s", "sub", "sup", "code")
"""In the order in which :func:`html_of` nests them, from outside in."""
BREAK = "\n"
"""A line break, a run of its own."""


@dataclass(frozen=True, slots=True)
class Run:
    """Words with the same marks. ``note`` is the key of a note whose anchor stands here; such a run has no words."""

    words: str
    marks: frozenset[str] = frozenset()
    language: str = ""
    href: str = ""
    title: str = ""
    hreflang: str = ""
    note: str = ""

    @property
    def is_break(self) -> bool:
        """Tell whether the run is a line break."""
        return self.words == BREAK and not self.note

    @property
    def look(self) -> tuple[frozenset[str], str, str, str, str]:
        """Return all that two runs must share to be one."""
        return self.marks, self.language, self.href, self.title, self.hreflang


class _Reader(HTMLParser):
    """Collects runs; each open element remembers how the words before it looked."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.runs: list[Run] = []
        self.look = Run("")
        self.open: list[tuple[str, Run]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        if tag == "br":
            self.runs.append(replace(self.look, words=BREAK))
            return
        if values.get("data-note"):
            self.runs.append(replace(self.look, note=values["data-note"]))
        self.open.append((tag, self.look))
        look = replace(self.look, language=values.get("lang") or self.look.language)
        if tag in MARKS:
            look = replace(look, marks=look.marks | {tag})
        elif tag == "a":
            look = replace(
                look, href=values.get("href", ""), title=values.get("title", ""), hreflang=values.get("hreflang", "")
            )
        self.look = look

    def handle_endtag(self, tag: str) -> None:
        if any(name == tag for name, _look in self.open):
            while True:
                name, self.look = self.open.pop()
                if name == tag:
                    return

    def handle_data(self, data: str) -> None:
        self.runs.append(replace(self.look, words=data.replace(BREAK, " ")))


def runs_of(html: str) -> list[Run]:
    """Return the runs of inline HTML, neighbours of the same look joined."""
    if "<" not in html and "&" not in html:
        return [Run(html.replace(BREAK, " "))] if html else []
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return joined(reader.runs)


def joined(runs: Iterable[Run]) -> list[Run]:
    """Join neighbours of the same look; anchors and breaks stay on their own, empty runs go."""
    found: list[Run] = []
    for run in runs:
        if not run.words and not run.note:
            continue
        last = found[-1] if found else None
        if last and not (run.note or last.note or run.is_break or last.is_break) and last.look == run.look:
            found[-1] = replace(last, words=last.words + run.words)
        else:
            found.append(run)
    return found


def html_of(runs: Iterable[Run]) -> str:
    """Return runs as inline HTML; the same runs give the same HTML."""
    parts = []
    for (href, title, hreflang), linked in groupby(joined(runs), key=lambda run: (run.href, run.title, run.hreflang)):
        inside = _by_language(list(linked))
        if href:
            more = "".join(
                f' {name}="{escape(value)}"' for name, value in (("title", title), ("hreflang", hreflang)) if value
            )
            inside = f'<a href="{escape(href)}"{more}>{inside}</a>'
        parts.append(inside)
    return "".join(parts)


def _by_language(runs: list[Run]) -> str:
    parts = []
    for language, same in groupby(runs, key=lambda run: run.language):
        inside = _by_mark(list(same), MARKS)
        parts.append(f'<span lang="{escape(language)}">{inside}</span>' if language else inside)
    return "".join(parts)


def _by_mark(runs: list[Run], marks: tuple[str, ...]) -> str:
    """Nest the first mark around each stretch that has it, and go on with the others inside."""
    if not marks:
        return "".join(_leaf(run) for run in runs)
    mark, rest = marks[0], marks[1:]
    parts = []
    for has_mark, same in groupby(runs, key=lambda run: mark in run.marks):
        inside = _by_mark(list(same), rest)
        parts.append(f"<{mark}>{inside}</{mark}>" if has_mark else inside)
    return "".join(parts)


def _leaf(run: Run) -> str:
    if run.note:
        return f'<span data-note="{escape(run.note)}"></span>'
    return "<br>" if run.is_break else escape(run.words, quote=False)


def plain(html: str) -> str:
    """Return the words alone; a line break becomes a space."""
    return "".join(" " if run.is_break else run.words for run in runs_of(html)).strip()


def trimmed(runs: list[Run]) -> list[Run]:
    """Return runs without spaces and breaks at both ends, as a paragraph shows them."""
    found = joined(runs)
    for at, strip in ((0, str.lstrip), (-1, str.rstrip)):
        while found and not found[at].note:
            words = strip(found[at].words)
            if words:
                found[at] = replace(found[at], words=words)
                break
            found.pop(at)
    return found
