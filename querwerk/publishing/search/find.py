"""Answers a visitor's question: which records, in which order, and what they may have meant."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db import connection

from querwerk.core import registry
from querwerk.core.spec import all_specs, spec_of
from querwerk.publishing.models import SearchWord
from querwerk.publishing.search.matching import Database, Match, Scope
from querwerk.publishing.search.postgres import Postgres
from querwerk.publishing.search.sqlite import Sqlite
from querwerk.publishing.search.words import distance, grams, query_words, stems

MOST_MATCHES = 500
MOST_COMPOUNDS = 60
SHORTEST_PART = 4
"""A shorter word stands in too many others by chance."""
MOST_SIMILAR = 80
LONG_WORD = 8


@dataclass(frozen=True, slots=True)
class Term:
    """One word of the query, its stems, and the compounds in which it stands."""

    word: str
    stems: frozenset[str]
    compounds: tuple[str, ...] = ()


@dataclass(slots=True)
class Found:
    """The answer. ``has_all_words`` is false where no record holds all words and those with some are shown."""

    terms: list[Term]
    matches: list[Match] = field(default_factory=list)
    suggestion: str = ""
    has_all_words: bool = True

    @property
    def is_cut(self) -> bool:
        """Tell whether there may be more matches than were counted."""
        return len(self.matches) >= MOST_MATCHES


def database() -> Database:
    """Return how to ask the database in use."""
    return Postgres() if connection.vendor == "postgresql" else Sqlite()


def findable_kinds() -> tuple[str, ...]:
    """Return the kinds that can be shown: with a page of their own, or on that of what they are part of."""
    shown = {*registry.page_kinds(), *registry.single_page_kinds(), "person"}

    def is_shown(kind: str) -> bool:
        parent = spec_of(kind).parent_kind
        return kind in shown or bool(parent and is_shown(parent))

    return tuple(sorted(kind for kind in all_specs() if is_shown(kind)))


def find(query: str, scope: Scope) -> Found:
    """Return what holds the query's words: the words themselves first, then compounds; at most 6 queries."""
    terms = [Term(word, stems(word).both) for word in query_words(query)]
    if not terms:
        return Found([])
    asked = database()
    found = Found(with_compounds(asked, terms))
    found.matches = ranked(asked, scope, found.terms)
    if found.matches:
        return found
    if len(found.terms) > 1:
        # No record holds all words: one group of all stems asks for any.
        any_stem = sorted({stem for term in found.terms for stem in (*term.stems, *term.compounds)})
        found.matches = asked.matches(scope, [any_stem], MOST_MATCHES)
        found.has_all_words = False
    found.suggestion = suggest(asked, scope, found.terms)
    return found


def with_compounds(asked: Database, terms: Sequence[Term]) -> list[Term]:
    """Add to each term the stems inside which it stands; 1 query."""
    parts = {stem for term in terms for stem in term.stems if len(stem) >= SHORTEST_PART}
    if not parts:
        return list(terms)
    known = asked.containing(sorted(parts), MOST_COMPOUNDS)
    return [
        Term(term.word, term.stems, tuple(stem for stem in known if stem not in term.stems and holds(stem, term.stems)))
        for term in terms
    ]


def holds(stem: str, parts: frozenset[str]) -> bool:
    """Tell whether one of the parts, if long enough, stands in the stem."""
    return any(len(part) >= SHORTEST_PART and part in stem for part in parts)


def ranked(asked: Database, scope: Scope, terms: Sequence[Term]) -> list[Match]:
    """Return records with the words themselves, then those where a compound stands for one; 2 queries."""
    exact = asked.matches(scope, [sorted(term.stems) for term in terms], MOST_MATCHES)
    if len(exact) >= MOST_MATCHES or not any(term.compounds for term in terms):
        return exact
    wider = asked.matches(scope, [sorted({*term.stems, *term.compounds}) for term in terms], MOST_MATCHES)
    seen = {match.node_id for match in exact}
    return (exact + [match for match in wider if match.node_id not in seen])[:MOST_MATCHES]


def suggest(asked: Database, scope: Scope, terms: Sequence[Term]) -> str:
    """Return the query with unknown words replaced by similar known ones, if that finds something.

    The vocabulary knows words of drafts and of other programmes too; a suggestion is shown only where the reader finds
    a record by it, so it never gives away a word that they may not read.
    """
    known = set(
        SearchWord.objects.filter(stem__in={s for term in terms for s in term.stems}).values_list("stem", flat=True)
    )
    proposed = [
        term.word if term.compounds or known & term.stems else nearest(asked, scope, term) or term.word
        for term in terms
    ]
    if proposed == [term.word for term in terms]:
        return ""
    is_found = asked.has_match(scope, [sorted(stems(word).both) for word in proposed])
    return " ".join(proposed) if is_found else ""


def nearest(asked: Database, scope: Scope, term: Term) -> str:
    """Return the known word with the fewest slips; one slip in a short word, two in a long one; 1 query."""
    stem = max(term.stems, key=len)
    if not grams(stem):
        return ""
    most = 2 if len(stem) >= LONG_WORD else 1
    near = [(distance(stem, other, most), other, word) for other, word in asked.similar(stem, MOST_SIMILAR)]
    near = sorted(entry for entry in near if entry[0] <= most)
    readable = (word for _slips, other, word in near if asked.has_match(scope, [[other]]))
    return next(readable, "")
