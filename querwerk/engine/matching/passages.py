"""Cuts texts into passages: a few sentences each, with their place in the text as people wrote it."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from itertools import zip_longest

from querwerk.engine.matching.language import detect
from querwerk.engine.matching.model import MOST_CHARACTERS, MOST_OF_ENTRY, MOST_PASSAGES, MOST_WORDS, Passage, Text

MOST_LETTERS = 600
"""Letters in one passage: scripts without spaces have no words to count."""
LONGEST_TURN = 8
"""Words in a turn of words whose repetition says nothing new."""

_END = re.compile(r"(?:[.!?…]+[\"'”“’»)\]]*(?=\s)|[。！？]+|[\r\n]+)\s*")
_SHORTENED = re.compile(
    r"(?:\b(?:z|d|u|i|o|e|p|n|a|v|s|m|c)\.\s?[a-zà-ž]|\b[A-ZÀ-Ž]|\b\d{1,2}|"
    r"\b(?:Dr|Prof|Nr|St|Mr|Mrs|Ms|bzw|ca|usw|etc|evtl|ggf|inkl|vgl|Abs|Art|max|min|tel|str|ing|dott|prof|np|tj|tzv|např|"
    r"resp|sig|sp|bijv|dhr|mevr|napr|oz|itd|itp|vs|approx|no|fig))\.$",
    re.IGNORECASE,
)
_INVISIBLE = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2064\ufeff]")
_SURROGATES = re.compile(r"[\ud800-\udfff]")
_SPACES = re.compile(r"\s+")


def clean(text: str) -> str:
    """Return a text as it can be compared: NFC, one space between words, nothing invisible, no turn of words over and over.

    A NUL would end the text silently in an encoder written in C, and half a character (a lone surrogate) has no UTF-8.
    """
    text = _SURROGATES.sub("\ufffd", _INVISIBLE.sub(" ", text))
    words = _SPACES.sub(" ", unicodedata.normalize("NFC", text)).strip().split(" ")
    return " ".join(_said_once(words))[:MOST_CHARACTERS]


def _said_once(words: Sequence[str]) -> list[str]:
    """Return the words without immediate repetitions: whoever says a thing two hundred times has said it once."""
    every = [word.casefold().strip(".,;:!?-–/|•·") for word in words]
    if len(set(every)) == len(every):
        return list(words)
    kept: list[str] = []
    shapes: list[str] = []
    for word, shape in zip(words, every, strict=True):
        kept.append(word)
        last = shapes[-LONGEST_TURN:]
        if shape not in last:
            shapes.append(shape)
            continue
        # A turn can only end here where its last word stands at the end of the one before.
        before = [size for size, other in enumerate(reversed(last), 1) if other == shape]
        shapes.append(shape)
        for size in before:
            if len(shapes) >= 2 * size and shapes[-size:] == shapes[-2 * size : -size]:
                del kept[-size:], shapes[-size:]
                break
    return kept


def sentences(text: str) -> Iterator[tuple[int, int]]:
    """Yield where each sentence begins and ends in the text, without the space around it."""
    start = 0
    for match in _END.finditer(text):
        is_break = match.group()[0] in "\r\n"
        if not is_break and _SHORTENED.search(text, max(start, match.start() - 12), match.start() + 1):
            continue
        yield from _trimmed(text, start, match.end())
        start = match.end()
    yield from _trimmed(text, start, len(text))


def _says_something(character: str) -> bool:
    return character.isalnum() or unicodedata.category(character) == "So"


def _trimmed(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if start < end:
        yield from _cut(text, start, end)


def _cut(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield a sentence in pieces that are short enough, cut between words where there are any."""
    if end - start <= MOST_LETTERS and len(text[start:end].split()) <= MOST_WORDS:
        yield start, end
        return
    words = list(re.compile(r"\S+").finditer(text, start, end))
    begin = start
    stop = start
    count = 0
    for word in words:
        if count and (count >= MOST_WORDS or word.end() - begin > MOST_LETTERS):
            yield begin, stop
            begin, count = word.start(), 0
        while word.end() - begin > MOST_LETTERS:
            yield begin, begin + MOST_LETTERS
            begin += MOST_LETTERS
        count += 1
        stop = word.end()
    if stop > begin:
        yield begin, stop


def passages(text: str, *, source: int = 0, language: str = "") -> list[Passage]:
    """Return the passages of one text: sentences put together to at most 60 words; what was said before is left out."""
    language = language or detect(text)
    found: list[Passage] = []
    seen: set[str] = set()
    held: list[tuple[int, int, str]] = []

    def put_down() -> None:
        if held:
            whole = clean(" ".join(piece for _, _, piece in held))
            found.append(Passage(whole, source, held[0][0], held[-1][1], language))
            held.clear()

    words = letters = 0
    for start, end in sentences(text):
        piece = clean(text[start:end])
        shape = piece.casefold()
        if shape in seen or not any(map(_says_something, piece)):
            continue
        seen.add(shape)
        count = piece.count(" ") + 1
        if words + count > MOST_WORDS or letters + len(piece) > MOST_LETTERS:
            put_down()
            words = letters = 0
            if len(found) >= MOST_PASSAGES:
                break
        held.append((start, end, piece))
        words, letters = words + count, letters + len(piece)
    put_down()
    return found[:MOST_PASSAGES]


def passages_of(texts: Sequence[Text]) -> list[Passage]:
    """Return the passages of all texts, at most 96: where there are more, each text gives its first ones in turn."""
    each = [passages(text.text, source=number, language=text.language) for number, text in enumerate(texts)]
    if sum(map(len, each)) > MOST_OF_ENTRY:
        turns = [passage for turn in zip_longest(*each) for passage in turn if passage]
        return sorted(turns[:MOST_OF_ENTRY], key=lambda passage: (passage.source, passage.start))
    return [passage for some in each for passage in some]
