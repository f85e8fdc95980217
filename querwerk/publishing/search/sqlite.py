"""Search in SQLite: FTS5 over the stems, and FTS5 with three-letter tokens over the vocabulary."""

from collections.abc import Sequence
from typing import Any

from django.db import connection

from querwerk.publishing.search.matching import Match, Scope
from querwerk.publishing.search.words import grams

WEIGHTS = {"de": (10.0, 3.0, 4.0, 1.0), "en": (4.0, 1.0, 10.0, 3.0)}
"""What a hit counts in title_de, body_de, title_en and body_en."""


def quoted(stem: str) -> str:
    """Return a stem as a string of FTS5's query language, in which nothing has a meaning."""
    return '"' + stem.replace('"', '""') + '"'


def matching(scope: Scope, groups: Sequence[Sequence[str]]) -> tuple[str, list[Any]]:
    """Return the part that both questions share, with its values."""
    query = " AND ".join(f"({' OR '.join(map(quoted, group))})" for group in groups)
    visibilities, kinds = (", ".join(["%s"] * len(listed)) for listed in (scope.visibilities, scope.kinds))
    sql = f"""
        SELECT core_node.id, core_node.kind FROM publishing_search_stems
        JOIN core_node ON core_node.id = publishing_search_stems.rowid
        WHERE publishing_search_stems MATCH %s AND core_node.space_id = %s
          AND core_node.visibility IN ({visibilities}) AND core_node.kind IN ({kinds})
    """  # noqa: S608  (only placeholders are put in)
    return sql, [query, scope.space_id, *scope.visibilities, *scope.kinds]


class Sqlite:
    """See :class:`~querwerk.publishing.search.matching.Database`."""

    def matches(self, scope: Scope, groups: Sequence[Sequence[str]], most: int) -> list[Match]:
        """Rank by BM25."""
        found, values = matching(scope, groups)
        sql = f"{found} ORDER BY bm25(publishing_search_stems, %s, %s, %s, %s), core_node.id LIMIT %s"
        with connection.cursor() as cursor:
            cursor.execute(sql, [*values, *WEIGHTS.get(scope.language, WEIGHTS["en"]), most])
            return [Match(*row) for row in cursor.fetchall()]

    def has_match(self, scope: Scope, groups: Sequence[Sequence[str]]) -> bool:
        """Stop at the first."""
        found, values = matching(scope, groups)
        with connection.cursor() as cursor:
            cursor.execute(f"{found} LIMIT 1", values)
            return cursor.fetchone() is not None

    def containing(self, parts: Sequence[str], most: int) -> list[str]:
        """Ask the index of three letters, in which a longer string is a phrase."""
        sql = """
            SELECT stem FROM publishing_search_letters WHERE publishing_search_letters MATCH %s
            ORDER BY length(stem), stem LIMIT %s
        """
        with connection.cursor() as cursor:
            cursor.execute(sql, [" OR ".join(map(quoted, parts)), most])
            return [stem for (stem,) in cursor.fetchall()]

    def similar(self, stem: str, most: int) -> list[tuple[str, str]]:
        """Rank by how many, and how rare, the shared three letters are."""
        sql = """
            SELECT publishing_searchword.stem, publishing_searchword.word FROM publishing_search_letters
            JOIN publishing_searchword ON publishing_searchword.id = publishing_search_letters.rowid
            WHERE publishing_search_letters MATCH %s ORDER BY publishing_search_letters.rank LIMIT %s
        """
        with connection.cursor() as cursor:
            cursor.execute(sql, [" OR ".join(map(quoted, grams(stem))), most])
            return [(found, word) for found, word in cursor.fetchall()]
