"""Keeps vectors in PostgreSQL with pgvector, for installations that outgrew one machine's files.

The means stand as half floats in a graph (HNSW: Malkov and Yashunin 2018), which finds most of the nearest without looking at all;
the candidates are scored with their float32 passages, as in `querwerk.engine.matching.exact`. So a score is always exact, and only the choice
of candidates is an approximation.
"""

from collections.abc import Collection, Sequence
from itertools import batched
from typing import TYPE_CHECKING, Any

import numpy as np

from querwerk.engine.matching.exact import CANDIDATES, Exact
from querwerk.engine.matching.model import Floats
from querwerk.engine.matching.relevance import unit

if TYPE_CHECKING:
    from psycopg import Connection, Cursor
    from psycopg.sql import Composed

MOST_CANDIDATES = 1_000
"""What pgvector's search can keep in sight at once (``hnsw.ef_search``)."""
_TOGETHER = 500
"""Rows sent or fetched at once."""


class UnableToPrepare(Exception):
    """The database cannot keep vectors; says what to do in a sentence for operators."""


class PgVector:
    """Entries in a table, with the interface of `Exact`.

    The connection stays the caller's, as does a transaction that was begun: others see what is put when it is committed.
    Without one, each call commits by itself.
    """

    few = 200
    """Reading more than these entries to compare them takes longer than asking the graph."""

    def __init__(self, connection: "Connection[Any]", *, table: str = "matching_vectors", dimension: int = 384) -> None:
        self._connection, self._table, self._dimension = connection, table, dimension

    def prepare(self) -> None:
        """Make extension, table and index where they are missing; UnableToPrepare when the database does not allow it."""
        from psycopg import errors  # noqa: PLC0415 - only where PostgreSQL is in use

        try:
            with self._connection.transaction(), self._connection.cursor() as cursor:
                # Two processes that start together would both find nothing.
                cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [self._table])
                cursor.execute("CREATE EXTENSION IF NOT EXISTS vector")
                cursor.execute(self._sql(_TABLE))
                cursor.execute(self._sql(_INDEX))
        except (errors.FeatureNotSupported, errors.UndefinedFile) as error:
            raise UnableToPrepare("Install pgvector 0.8 or later on the database server.") from error
        except errors.InsufficientPrivilege as error:
            raise UnableToPrepare("Let an administrator run: CREATE EXTENSION vector") from error

    def __len__(self) -> int:
        return int(self._rows("SELECT count(*) FROM {table}")[0][0])

    def __contains__(self, key: str) -> bool:
        return bool(self._rows("SELECT 1 FROM {table} WHERE key = %s", [key]))

    def keys(self) -> list[str]:
        """Return the keys in the order in which the entries were put."""
        return [key for (key,) in self._rows("SELECT key FROM {table} ORDER BY put")]

    def put(self, key: str, vectors: Floats) -> None:
        """Add an entry with its passages (n, d), n may be 0, or put it in the place of the one with this key."""
        self.put_many([key], vectors, [len(vectors)])

    def put_many(self, keys: Sequence[str], vectors: Floats, counts: Sequence[int]) -> None:
        """Add many entries: ``vectors`` (sum of counts, d) are their passages one after the other."""
        vectors = np.ascontiguousarray(vectors, np.float32)
        if (
            vectors.shape != (sum(counts), self._dimension)
            or len(keys) != len(counts)
            or not np.isfinite(vectors).all()
        ):
            raise ValueError(f"{len(keys)} entries with {sum(counts)} passages got vectors of shape {vectors.shape}.")
        if len(set(keys)) < len(keys):
            raise ValueError("A key stands twice among the entries.")
        parts = np.split(vectors, np.cumsum(counts)[:-1]) if len(keys) else []
        rows = ((key, _text(unit(part.sum(axis=0))), part.tobytes()) for key, part in zip(keys, parts, strict=True))
        with self._connection.transaction(), self._connection.cursor() as cursor:
            for some in batched(rows, _TOGETHER, strict=False):
                cursor.executemany(self._sql(_PUT), some)

    def remove(self, key: str) -> None:
        """Take an entry out; one that is not there is no error."""
        with self._connection.cursor() as cursor:
            cursor.execute(self._sql("DELETE FROM {table} WHERE key = %s"), [key])

    def vectors(self, key: str) -> Floats:
        """Return the passages of an entry; KeyError when it is not there."""
        (found,) = self.vectors_of([key])
        if found is None:
            raise KeyError(key)
        return found

    def vectors_of(self, keys: Sequence[str]) -> list[Floats | None]:
        """Return the passages of entries; None for one that is not there."""
        found = {key: self._passages(passages) for key, passages in self._rows(_SOME, [list(keys)])}
        return [found.get(key) for key in keys]

    def means(self, keys: Sequence[str]) -> Floats:
        """Return the means of entries (n, d), each of length 1; zeros for one that is not there."""
        rows = [np.zeros(self._dimension) if own is None else own.sum(axis=0) for own in self.vectors_of(keys)]
        return unit(np.array(rows, np.float32).reshape(-1, self._dimension))

    def meanings_of(self, vectors: Floats, keys: Sequence[str]) -> Floats:
        """Return the exact meaning of these passages with each of the entries; 0 for one that is not there."""
        found = np.zeros(len(keys), np.float32)
        for first in range(0, len(keys), _TOGETHER):
            some = list(keys[first : first + _TOGETHER])
            rows = self._rows(_SOME, [some])
            if rows:
                found[first : first + len(some)] = self._exact(rows).meanings_of(vectors, some)
        return found

    def meanings(self, vectors: Floats) -> Floats:
        """Return the exact meaning of these passages with every entry, in the order of `keys`; reads the whole table."""
        found = [np.zeros(0, np.float32)]
        with self._connection.transaction(), self._connection.cursor("meanings") as cursor:
            cursor.execute(self._sql("SELECT key, passages FROM {table} ORDER BY put"))
            while rows := cursor.fetchmany(_TOGETHER):
                found.append(self._exact(rows).meanings(vectors))
        return np.concatenate(found)

    def nearest(self, vectors: Floats, k: int, *, among: Collection[str] | None = None) -> list[tuple[str, float]]:
        """Return the k entries whose passages mean most nearly the same, and their exact meaning; equal ones by key.

        The index chooses max(`CANDIDATES`, 4 k) candidates, at most `MOST_CANDIDATES`. ``among`` limits the search to these keys.
        """
        if k < 1 or not len(vectors):
            return []
        wanted = min(max(CANDIDATES, 4 * k), MOST_CANDIDATES)
        query = _text(np.asarray(vectors, np.float32).sum(axis=0))
        with self._connection.transaction(), self._connection.cursor() as cursor:
            # Too narrow a view misses neighbours, and so does a filter unless the scan may go on.
            cursor.execute(f"SET LOCAL hnsw.ef_search = {wanted}")
            cursor.execute("SET LOCAL hnsw.iterative_scan = strict_order")
            limited = "" if among is None else "WHERE key = ANY(%(among)s)"
            rows = self._fetch(cursor, _NEAREST.replace("{limited}", limited), {
                "query": query, "among": sorted(among or ()), "wanted": wanted,
            })  # fmt: skip
        return self._exact(rows).nearest(vectors, k) if rows else []

    # --- inside ---

    def _sql(self, text: str) -> "Composed":
        from psycopg import sql  # noqa: PLC0415 - only where PostgreSQL is in use

        names = {"table": sql.Identifier(self._table), "index": sql.Identifier(f"{self._table}_mean")}
        return sql.SQL(text).format(dimension=sql.Literal(self._dimension), **names)

    def _fetch(self, cursor: "Cursor[Any]", text: str, values: Any = None) -> list[tuple[Any, ...]]:
        return cursor.execute(self._sql(text), values).fetchall()

    def _rows(self, text: str, values: Any = None) -> list[tuple[Any, ...]]:
        with self._connection.cursor() as cursor:
            return self._fetch(cursor, text, values)

    def _passages(self, data: bytes) -> Floats:
        return np.frombuffer(data, np.float32).reshape(-1, self._dimension)

    def _exact(self, rows: Sequence[tuple[Any, ...]]) -> Exact:
        """Return an exact search over rows of key and passages."""
        parts = [self._passages(passages) for _, passages in rows]
        exact = Exact(dimension=self._dimension)
        exact.put_many([key for key, _ in rows], np.concatenate(parts), [len(part) for part in parts])
        return exact


def drop_tables(connection: "Connection[Any]", prefix: str, *, but: str) -> None:
    """Drop the tables whose names begin so, but for one."""
    from psycopg import sql  # noqa: PLC0415 - only where PostgreSQL is in use

    found = connection.execute(
        "SELECT tablename FROM pg_tables WHERE schemaname = current_schema() AND starts_with(tablename, %s)", [prefix]
    ).fetchall()
    for (name,) in found:
        if name != prefix + but:
            connection.execute(sql.SQL("DROP TABLE {}").format(sql.Identifier(name)))


_TABLE = """
    CREATE TABLE IF NOT EXISTS {table} (
        key text PRIMARY KEY,
        put bigint GENERATED ALWAYS AS IDENTITY,
        mean halfvec({dimension}) NOT NULL,
        passages bytea NOT NULL
    )
"""
_INDEX = (
    "CREATE INDEX IF NOT EXISTS {index} ON {table} USING hnsw (mean halfvec_ip_ops) WITH (m = 16, ef_construction = 64)"
)
_PUT = """
    INSERT INTO {table} (key, mean, passages) VALUES (%s, %s, %s)
    ON CONFLICT (key) DO UPDATE SET put = DEFAULT, mean = excluded.mean, passages = excluded.passages
"""
_SOME = "SELECT key, passages FROM {table} WHERE key = ANY(%s)"
_NEAREST = """
    SELECT key, passages FROM {table} {limited} ORDER BY mean <#> %(query)s::halfvec LIMIT %(wanted)s
"""


def _text(vector: Floats) -> str:
    """Return a vector as pgvector reads it."""
    return "[" + ",".join(f"{number:.7g}" for number in vector.tolist()) + "]"
