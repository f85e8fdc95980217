"""Concepts with names in every language: creative submarkets, branches of industry (NACE Rev. 2) and skills.

They bridge languages where an encoder alone does not: a German text and a Czech one that name the same concept carry the same
tag. Texts are tagged by the names in them; people correct that.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from pathlib import Path

from querwerk.engine.matching.model import LANGUAGES, Entry
from querwerk.engine.matching.words import folded

FOLDER = Path(__file__).parent
FILES = ("submarkets", "divisions", "skills")
SHORTEST_STEM = 5
"""Letters of a name's word that have to agree; what follows may be an ending, or the rest of a compound."""
ENDING = 4
"""Letters that an inflected word may have beyond the name's."""

_WORD = re.compile(r"[^\W_]+(?:[+#]+|(?<=\d)\.\d+)?")


type _Names = tuple[tuple[tuple[str, ...], str], ...]
"""Names as folded words, each with its concept."""


@dataclass(frozen=True, slots=True)
class Concept:
    """A thing with names."""

    id: str
    """“submarket:design”, “nace:25”, “skill:lighting-design”."""
    names: Mapping[str, tuple[str, ...]]
    """For each language the name that is shown and others by which it is known."""
    within: str
    """What it belongs to: a group of submarkets, a NACE section, a group of skills."""
    near: frozenset[str] = frozenset()
    """Branches that a submarket is counted under as well."""

    def name(self, language: str) -> str:
        """Return how it is called in a language, or in English."""
        return (self.names.get(language) or self.names["en"])[0]


@dataclass(frozen=True)
class Taxonomy:
    """Concepts by id."""

    concepts: Mapping[str, Concept]

    def name(self, concept: str, language: str) -> str:
        """Return how a concept is called; one that is unknown by its id."""
        return self.concepts[concept].name(language) if concept in self.concepts else concept

    def tags(self, entry: Entry) -> frozenset[str]:
        """Return the skills of an entry: those that people gave it, and those its texts name, without those people took away."""
        found: set[str] = set()
        for text in entry.texts:
            found |= self.named_in(text.text)
        return (entry.tags | found) - entry.untagged

    def named_in(self, text: str) -> frozenset[str]:
        """Return the skills that a text names, in any language, inflected or within a compound."""
        words = tuple(folded(word.lower()) for word in _WORD.findall(text[:100_000]))
        names = self._beginning_with
        return frozenset(
            concept
            for at, word in enumerate(words, 1)
            for more, concept in names(word)
            if not more or _is_named(more, words, at)
        )

    def distance(self, one: str, other: str) -> float | None:
        """Return how far apart two sectors are: 0 the same, ⅓ the same section or group, ⅔ both make goods or both serve, 1."""
        a, b = self.concepts.get(one), self.concepts.get(other)
        if a is None or b is None:
            return None
        if one == other or one in b.near or other in a.near:
            return 0.0
        if a.within == b.within or self._sections(a) & self._sections(b):
            return 1 / 3
        return 2 / 3 if bool(_makers(a)) == bool(_makers(b)) else 1.0

    def _sections(self, concept: Concept) -> frozenset[str]:
        return frozenset({concept.within} | {self.concepts[near].within for near in concept.near})

    @cached_property
    def _beginning_with(self) -> "Callable[[str], _Names]":
        """Return what gives for a word the names of skills that begin with it, without it; words come again and again."""
        stems = self._by_stem

        @lru_cache(20_000)
        def names(word: str) -> _Names:
            return tuple(
                (name[1:], concept)
                for size in range(min(SHORTEST_STEM, len(word)), 0, -1)
                for name, concept in stems.get(word[:size], ())
                if _is_form(name[0], word)
            )

        return names

    @cached_property
    def _by_stem(self) -> dict[str, list[tuple[tuple[str, ...], str]]]:
        """Names of skills as folded words, by how the first of these begins."""
        found: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        for concept in self.concepts.values():
            if not concept.id.startswith("skill:"):
                continue
            for name in sorted({name for names in concept.names.values() for name in names}):
                words = tuple(folded(word.lower()) for word in _WORD.findall(name))
                found.setdefault(words[0][:SHORTEST_STEM], []).append((words, concept.id))
        return found


def _is_named(name: tuple[str, ...], words: tuple[str, ...], at: int) -> bool:
    if at + len(name) > len(words):
        return False
    return all(_is_form(wanted, words[at + offset]) for offset, wanted in enumerate(name))


def _is_form(name: str, word: str) -> bool:
    """Return whether a word is a name, or the name with an ending; short names have to be there as they are."""
    if name == word:
        return True
    if len(name) < SHORTEST_STEM:
        return False
    # The last letters may differ with case and number: Architektur, Architekturen; grafika, grafiki.
    stem = name[: max(SHORTEST_STEM, len(name) - 1 - (len(name) > 8))]
    return word.startswith(stem) and len(word) <= len(name) + ENDING


def _makers(concept: Concept) -> bool:
    """Return whether a branch makes goods, energy or buildings (NACE sections A to F)."""
    return concept.within in set("ABCDEF")


@cache
def bundled() -> Taxonomy:
    """Return the taxonomy that comes with Querwerk."""
    return Taxonomy({concept.id: concept for file in FILES for concept in read(FOLDER / f"{file}.tsv")})


def read(file: Path) -> Iterable[Concept]:
    """Yield the concepts of a table: id, what it is within, what it is near, then names for each language."""
    head, *rows = file.read_text(encoding="utf-8").splitlines()
    columns = head.split("\t")
    if columns[:3] != ["id", "within", "near"] or set(columns[3:]) != set(LANGUAGES):
        raise ValueError(f"{file.name} does not begin with id, within, near and the languages")
    for row in rows:
        identity, within, near, *names = row.split("\t")
        yield Concept(
            identity,
            {language: tuple(name.split("|")) for language, name in zip(columns[3:], names, strict=True)},
            within,
            frozenset(near.split("|")) - {""},
        )
