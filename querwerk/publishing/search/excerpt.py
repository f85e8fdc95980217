"""Cuts the piece of a text in which the words stand, and marks them."""

from collections.abc import Mapping, Sequence

from django.utils.safestring import SafeString, mark_safe

from querwerk.core.markup import conditional_escape, format_html
from querwerk.core.text import UNSTATED, Passage, Text
from querwerk.publishing.search.find import Term, holds
from querwerk.publishing.search.words import WORD, stems

BEFORE = 70
AFTER = 170
MOST_READ = 20_000
SHORTEST_TELLING = 30
"""Shorter texts without a hit ("7.1", a time of day) tell nothing beside the title."""


def is_hit(word: str, terms: Sequence[Term]) -> bool:
    """Tell whether a word of a text is one that was asked for."""
    own = stems(word).both
    for term in terms:
        if not own.isdisjoint(term.stems):
            return True
        for stem in own:
            if holds(stem, term.stems):
                return True
    return False


def hits(text: str, terms: Sequence[Term]) -> list[tuple[int, int]]:
    """Return where the words stand."""
    return [match.span() for match in WORD.finditer(text[:MOST_READ]) if is_hit(match[0], terms)]


def marked(text: str, spans: Sequence[tuple[int, int]]) -> SafeString:
    """Mark the words."""
    pieces: list[SafeString] = []
    end = 0
    for start, stop in spans:
        pieces += [conditional_escape(text[end:start]), format_html("<mark>{}</mark>", text[start:stop])]
        end = stop
    pieces.append(conditional_escape(text[end:]))
    return mark_safe("".join(pieces))  # noqa: S308  (each piece is escaped)


def title(passage: Passage, terms: Sequence[Term]) -> SafeString:
    """Return a title with the words marked."""
    return marked(passage.words, hits(passage.words, terms))


def excerpt(texts: Mapping[str, str], terms: Sequence[Term], language: str) -> tuple[SafeString, str]:
    """Return the piece with the first hit, in the reader's language if it has one, and its language ("" if not stated)."""
    order = dict.fromkeys([language, UNSTATED, "de", "en", *texts])
    for code in order:
        text = texts.get(code, "")
        spans = hits(text, terms)
        if spans:
            return cut(text, spans), "" if code == UNSTATED else code
    passage = Text(texts).best(language)
    if len(passage.words) < SHORTEST_TELLING:
        return mark_safe(""), ""
    return cut(passage.words, []), "" if passage.language == UNSTATED else passage.language


def cut(text: str, spans: Sequence[tuple[int, int]]) -> SafeString:
    """Cut at word boundaries around the first hit."""
    first = spans[0][0] if spans else 0
    start = max(0, first - BEFORE)
    if start:
        start = text.find(" ", start, first) + 1 or start
    end = min(len(text), first + AFTER)
    if end < len(text):
        end = max(text.rfind(" ", first + 1, end), first + 1) if text.rfind(" ", first + 1, end) > 0 else end
    inside = [(a - start, b - start) for a, b in spans if start <= a and b <= end]
    piece = marked(text[start:end], inside)
    return format_html("{}{}{}", "… " if start else "", piece, " …" if end < len(text) else "")
