"""Splits text into words, and words into stems without case, accents and endings."""

import re
import threading
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import snowballstemmer

WORD = re.compile(r"[^\W_]+")
MOST_LETTERS = 60
MOST_QUERY_LETTERS = 300
MOST_TERMS = 8

# Snowball's stemmers keep the word they work on in themselves.
_lock = threading.Lock()
_german = snowballstemmer.stemmer("german")
_english = snowballstemmer.stemmer("english")


@dataclass(frozen=True, slots=True)
class Stems:
    """The stem of a word read as German and as English."""

    de: str
    en: str
    both: frozenset[str]
    """The different stems; kept, because every word of every text that was found is held against the query."""


def fold(word: str) -> str:
    """Drop case and accents."""
    return "".join(c for c in unicodedata.normalize("NFKD", word.casefold()) if not unicodedata.combining(c))


@lru_cache(maxsize=50_000)
def stems(word: str) -> Stems:
    """Return a word's stems; German stemming comes before folding, because it treats ä like ae."""
    word = word[:MOST_LETTERS]
    with _lock:
        german = fold(_german.stemWord(unicodedata.normalize("NFC", word).casefold()))
        english = _english.stemWord(fold(word))
    # Folding may break one letter into several characters, some of which are no letters ("½").
    de, en = "".join(WORD.findall(german)) or german, "".join(WORD.findall(english)) or english
    return Stems(de, en, frozenset({de, en}))


def words(text: str) -> Iterator[str]:
    """Yield the words of a text; a letter and its accent may come as two characters, of which the second is no letter."""
    return (match[0] for match in WORD.finditer(unicodedata.normalize("NFC", text)))


FILLERS = frozenset(
    words(
        "der die das den dem des ein eine einer eines einem einen und oder in im an am auf aus bei für mit nach von vom vor "
        "zu zum zur über unter ist sind war waren was wer wie wo warum welche welcher welches es sie er wir "
        "the a an and or of in on at for with from to by is are was were what who how where why which it"
    )
)
"""Words that tell nothing about what somebody looks for."""


def query_words(query: str) -> list[str]:
    """Return the words that a query asks for, without fillers unless there is nothing else."""
    found = list(dict.fromkeys(words(query[:MOST_QUERY_LETTERS])))[: 3 * MOST_TERMS]
    telling = [word for word in found if word.casefold() not in FILLERS]
    return (telling or found)[:MOST_TERMS]


def grams(stem: str) -> list[str]:
    """Return every three letters that stand together in a stem."""
    return list(dict.fromkeys(stem[start : start + 3] for start in range(len(stem) - 2)))


def distance(one: str, other: str, most: int) -> int:
    """Count the slips between two words (wrong, missing, extra or swapped letters), giving up above ``most``."""
    if abs(len(one) - len(other)) > most:
        return most + 1
    before: list[int] = []
    above = list(range(len(other) + 1))
    for row, letter in enumerate(one, start=1):
        line = [row]
        for column, facing in enumerate(other, start=1):
            cost = min(above[column] + 1, line[-1] + 1, above[column - 1] + (letter != facing))
            is_swap = row > 1 and column > 1 and letter == other[column - 2] and one[row - 2] == facing
            line.append(min(cost, before[column - 2] + 1) if is_swap else cost)
        if min(line) > most:
            return most + 1
        before, above = above, line
    return above[-1]
