"""Where the vectors of an index are: in memory, in a folder that all processes map, or in PostgreSQL.

What is kept are centred vectors, so each calibration with other means has a store of its own. A process that still ranks with the
former calibration goes on finding the former vectors until `forget_others` is called.
"""

import shutil
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from querwerk.engine.matching.exact import Exact
from querwerk.engine.matching.model import Floats, Role

if TYPE_CHECKING:
    from psycopg import Connection

    from querwerk.engine.matching.pgvector import PgVector


class Store(Protocol):
    """Keeps the centred unit vectors of many entries and compares passages with them; the comparison is `relevance.meaning`.

    Others may write to it meanwhile. An entry that is not there means nothing (0) to anybody.
    """

    few: int
    """Up to how many entries comparing with all of them is the fastest."""

    def __len__(self) -> int:
        """Return how many entries there are."""

    def keys(self) -> list[str]:
        """Return the ids in the order in which the entries were put."""

    def put_many(self, keys: Sequence[str], vectors: Floats, counts: Sequence[int]) -> None:
        """Add entries, or replace them: ``vectors`` (sum of counts × dimension) are their passages one after the other."""

    def remove(self, key: str) -> None:
        """Take an entry out; one that is not there is no error."""

    def vectors_of(self, keys: Sequence[str]) -> list[Floats | None]:
        """Return the passages of entries; None for one that is not there."""

    def means(self, keys: Sequence[str]) -> Floats:
        """Return the means of entries (n × dimension), each of length 1; zeros for one that is not there."""

    def meanings_of(self, vectors: Floats, keys: Sequence[str]) -> Floats:
        """Return the exact meaning of these passages with each of the entries."""

    def nearest(self, vectors: Floats, k: int, *, among: Collection[str] | None = None) -> list[tuple[str, float]]:
        """Return the k nearest entries and their meaning, best first, equal ones by key; by two stages where there are many."""


class Stores(Protocol):
    """Opens the store of a side."""

    def open(self, role: Role, dimension: int, version: str) -> Store:
        """Return the store of challenges or offers whose vectors were centred with this version of the means."""

    def forget_others(self, version: str) -> None:
        """Delete the stores of all other versions, when no process uses them any more."""


class InMemory:
    """Vectors in the memory of one process; what is not asked for any more is freed."""

    def open(self, role: Role, dimension: int, version: str) -> Exact:
        """Return an empty store."""
        return Exact(dimension=dimension)

    def forget_others(self, version: str) -> None:
        """Do nothing: nothing is kept."""


class InFolder:
    """Vectors in files that all processes of the installation map: they share the memory, and a restart finds them there."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def open(self, role: Role, dimension: int, version: str) -> Exact:
        """Return the store in its folder, which is made when it is not there; UnableToOpen when something else is in it."""
        return Exact(self._folder / f"{role}s-{version}", dimension=dimension)

    def forget_others(self, version: str) -> None:
        """Delete the folders of other versions."""
        for role in Role:
            for folder in self._folder.glob(f"{role}s-*"):
                if folder.name != f"{role}s-{version}":
                    shutil.rmtree(folder)


class InPostgres:
    """Vectors in tables of PostgreSQL (pgvector), for installations that outgrew one machine's files.

    The connection stays the caller's, and is for one thread; what is written belongs to the caller's transaction if there is one.
    """

    def __init__(self, connection: "Connection[Any]", *, prefix: str = "matching") -> None:
        self._connection, self._prefix = connection, prefix

    def open(self, role: Role, dimension: int, version: str) -> "PgVector":
        """Return the store in its table, which is made when it is not there; UnableToPrepare when the database does not allow it."""
        from querwerk.engine.matching.pgvector import PgVector  # noqa: PLC0415 - only where PostgreSQL is in use

        store = PgVector(self._connection, table=f"{self._prefix}_{role}s_{version}", dimension=dimension)
        store.prepare()
        return store

    def forget_others(self, version: str) -> None:
        """Drop the tables of other versions."""
        from querwerk.engine.matching.pgvector import drop_tables  # noqa: PLC0415 - only where PostgreSQL is in use

        for role in Role:
            drop_tables(self._connection, f"{self._prefix}_{role}s_", but=version)
