"""Search in PostgreSQL: a text vector over the stems, and an inverted index over the vocabulary's three letters.

It needs no extension, because operators of shared databases may not install any.
"""

from collections.abc import Sequence
from typing import Any

from django.db import connection

from querwerk.publishing.search.matching import Match, Scope
from querwerk.publishing.search.words import grams

WEIGHTS = {"de": "{0.1, 0.4, 0.3, 1.0}", "en": "{0.3, 1.0, 0.1, 0.4}"}
"""What a hit counts in body_en, title_en, body_de and title_de (PostgreSQL's order: D, C, B, A)."""
DIVIDE_BY_LENGTH = 1


def quoted(stem: str) -> str:
    """Return a stem as a lexeme of PostgreSQL's query language, in which nothing has a meaning."""
    return "'" + stem.replace("\\", "\\\\").replace("'", "''") + "'"


def matching(scope: Scope, groups: Sequence[Sequence[str]]) -> tuple[str, list[Any]]:
    """Return the part that both questions share, with its values."""
    query = " & ".join(f"({' | '.join(map(quoted, group))})" for group in groups)
    sql = """
        SELECT core_node.id, core_node.kind
        FROM publishing_searchentry JOIN core_node ON core_node.id = publishing_searchentry.node_id,
             CAST(%s AS tsquery) AS asked
        WHERE publishing_searchentry.stems @@ asked AND core_node.space_id = %s
          AND core_node.visibility = ANY(%s) AND core_node.kind = ANY(%s)
    """
    return sql, [query, scope.space_id, list(scope.visibilities), list(scope.kinds)]


class Postgres:
    """See :class:`~querwerk.publishing.search.matching.Database`."""

    def matches(self, scope: Scope, groups: Sequence[Sequence[str]], most: int) -> list[Match]:
        """Rank by frequency and place."""
        found, values = matching(scope, groups)
        sql = f"""
            {found}
            ORDER BY ts_rank(CAST(%s AS float4[]), publishing_searchentry.stems, asked, %s) DESC, core_node.id LIMIT %s
        """
        with connection.cursor() as cursor:
            cursor.execute(sql, [*values, WEIGHTS.get(scope.language, WEIGHTS["en"]), DIVIDE_BY_LENGTH, most])
            return [Match(*row) for row in cursor.fetchall()]

    def has_match(self, scope: Scope, groups: Sequence[Sequence[str]]) -> bool:
        """Stop at the first."""
        found, values = matching(scope, groups)
        with connection.cursor() as cursor:
            cursor.execute(f"{found} LIMIT 1", values)
            return cursor.fetchone() is not None

    def containing(self, parts: Sequence[str], most: int) -> list[str]:
        """Take what has all three letters of a part, then look whether they stand together."""
        tests = " OR ".join(["(querwerk_letters(stem) @> CAST(%s AS text[]) AND strpos(stem, %s) > 0)"] * len(parts))
        sql = f"SELECT stem FROM publishing_searchword WHERE {tests} ORDER BY length(stem), stem LIMIT %s"  # noqa: S608
        values = [value for part in parts for value in (grams(part), part)]
        with connection.cursor() as cursor:
            cursor.execute(sql, [*values, most])
            return [stem for (stem,) in cursor.fetchall()]

    def similar(self, stem: str, most: int) -> list[tuple[str, str]]:
        """Rank by how many three letters are shared."""
        sql = """
            SELECT stem, word FROM publishing_searchword
            WHERE querwerk_letters(stem) && CAST(%s AS text[]) AND length(stem) BETWEEN %s AND %s
            ORDER BY (SELECT count(*) FROM unnest(querwerk_letters(stem)) AS letters WHERE letters = ANY(%s)) DESC, stem
            LIMIT %s
        """
        own = grams(stem)
        with connection.cursor() as cursor:
            cursor.execute(sql, [own, len(stem) - 2, len(stem) + 2, own, most])
            return [(found, word) for found, word in cursor.fetchall()]
