"""Keeps vectors under keys, in arrays that grow in place and that several processes share.

An entry has one mean vector and any number of passage vectors. Adding writes into a row that nobody reads yet and makes it
valid last, so a killed writer leaves no half entry, and a reader never waits for a writer.
"""

from collections.abc import Sequence
from enum import IntEnum
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from querwerk.engine.matching.columns import Column, WriteLock
from querwerk.engine.matching.model import Floats

type Rows = NDArray[np.int64]

_MAGIC = 0x71776B5F_76656331
_FEWEST_SLOTS = 1024
_MOST = 0xFFFF
"""Passages of an entry, bytes of a key."""


class UnableToOpen(ValueError):
    """The folder holds something else than what was asked for."""


class Head(IntEnum):
    """What stands where in the first column, which is the only one that says how much of the others is filled."""

    MAGIC, DIMS, ROWS, ALIVE, PARTS, KEY_BYTES, SLOTS_FILE, SLOTS_TAKEN, STAMP = range(9)


class Store:
    """Entries in memory, or in a folder whose files all processes map.

    Raises UnableToOpen when the folder was made for other dimensions. Memory beside the vectors, per entry: ``d`` bytes of
    codes, 56 bytes of bookkeeping, at most 12 of the table, and the key.
    """

    def __init__(self, folder: Path | None = None, *, dims: int) -> None:
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self.dims = dims
        self._writing = WriteLock(folder and folder / "lock")
        self._head = self._column("head", np.int64)
        self.stamps = self._column("stamps", np.int64)
        """Per row: 0 while it is free, else a number that no other entry had."""
        self.means = self._column("means", np.float32, dims)
        self.codes = self._column("codes", np.int8, dims)
        self.scales = self._column("scales", np.float32)
        self.slack = self._column("slack", np.float32)
        self.parts = self._column("parts", np.float32, dims)
        self.part_spans = self._column("part-spans", np.int64, 2)
        """Per row: where its passages begin, and 2^16 x the room there plus their number."""
        self._hashes = self._column("hashes", np.uint64, 2)
        self._keys = self._column("keys", np.uint8)
        self._key_spans = self._column("key-spans", np.int64)
        self._by_row = (
            self.stamps, self.means, self.codes, self.scales, self.slack, self.part_spans, self._hashes, self._key_spans,
        )  # fmt: skip
        self._slots: tuple[int, Column] | None = None
        self._begin()

    def __len__(self) -> int:
        return int(self._head.items[Head.ALIVE])

    @property
    def stamp(self) -> int:
        """Return a number that grows with every change, so that readers know when to look again."""
        return int(self._head.items[Head.STAMP])

    @property
    def height(self) -> int:
        """Return how many rows have ever been used; make sure that all of them can be read."""
        rows, parts = int(self._head.items[Head.ROWS]), int(self._head.items[Head.PARTS])
        for column in self._by_row:
            if len(column.items) < rows:
                column.see()
        if len(self.parts.items) < parts:
            self.parts.see()
        return rows

    def rows(self, keys: Sequence[str]) -> Rows:
        """Return the row of each key, -1 for those that are not there."""
        return self._find(_hashes(keys))

    def key(self, row: int) -> str:
        """Return the key of a row that is in use."""
        start, size = divmod(int(self._key_spans.items[row]), 1 << 16)
        if len(self._keys.items) < start + size:
            self._keys.see()
        return self._keys.items[start : start + size].tobytes().decode()

    def stamps_now(self) -> NDArray[np.int64]:
        """Return the stamps of all rows (a view: they go on changing)."""
        height = self.height
        stamps: NDArray[np.int64] = self.stamps.items[:height]
        return stamps

    def used_rows(self) -> Rows:
        """Return the rows in use, in the order in which their entries were put."""
        stamps = self.stamps_now()
        rows = np.flatnonzero(stamps)
        return rows[np.argsort(stamps[rows])]

    def passages(self, row: int) -> Floats:
        """Return the passage vectors of a row (a view, not a copy)."""
        start, size = int(self.part_spans.items[row, 0]), int(self.part_spans.items[row, 1]) & 0xFFFF
        return self.parts.items[start : start + size]

    def put(self, keys: Sequence[str], vectors: Floats, counts: Sequence[int] | Rows) -> None:
        """Add entries; one whose key is there takes its place. All are found as soon as this returns.

        ``vectors`` (sum of counts, d) are the passages of all entries one after the other, ``counts`` how many each has.
        """
        from querwerk.engine.matching import kernels  # noqa: PLC0415 - loads Numba

        sizes = np.asarray(counts, np.int64)
        vectors = np.ascontiguousarray(vectors, np.float32)
        self._check(keys, vectors, sizes)
        if not keys:
            return
        hashes = _hashes(keys)
        means = np.empty((len(keys), self.dims), np.float32)
        kernels.means(vectors, sizes, means)
        codes, scales = np.empty(means.shape, np.int8), np.empty(len(keys), np.float32)
        slack = np.empty(len(keys), np.float32)
        kernels.encode(means, codes, scales, slack, query_slack(self.dims))
        with self._writing():
            former = self._find(hashes)
            rows = self._take_rows(sizes)
            self.means.items[rows], self.codes.items[rows] = means, codes
            self.scales.items[rows], self.slack.items[rows] = scales, slack
            self._write_parts(rows, vectors, sizes)
            self._write_keys(rows, keys)
            self._hashes.items[rows] = hashes
            self._enter(rows)
            self._switch(former[former >= 0], rows)

    def remove(self, keys: Sequence[str]) -> int:
        """Remove entries; return how many there were."""
        hashes = _hashes(list(dict.fromkeys(keys)))
        with self._writing():
            former = self._find(hashes)
            former = former[former >= 0]
            self._switch(former, former[:0])
        return len(former)

    def size_in_bytes(self) -> int:
        """Return how many bytes the filled parts of all columns take, vectors included."""
        head, rows = self._head.items, self.height
        slots = 4 * len(self._table().items) if rows else 0
        by_row = sum(column.bytes_per_item for column in self._by_row) * rows
        return by_row + slots + int(head[Head.KEY_BYTES]) + int(head[Head.PARTS]) * self.parts.bytes_per_item

    # --- inside ---

    def _column(self, name: str, dtype: Any, width: int = 0) -> Column:
        return Column(self._folder and self._folder / name, dtype, width)

    def _begin(self) -> None:
        with self._writing():
            head = self._head.reach(len(Head))
            if head[Head.MAGIC] == 0:
                head[Head.DIMS] = self.dims
                head[Head.MAGIC] = _MAGIC
        if (int(head[Head.MAGIC]), int(head[Head.DIMS])) != (_MAGIC, self.dims):
            raise UnableToOpen(f"{self._folder} does not hold vectors of {self.dims} dimensions.")

    def _check(self, keys: Sequence[str], vectors: Floats, sizes: Rows) -> None:
        if vectors.shape != (int(sizes.sum()), self.dims) or len(sizes) != len(keys):
            raise ValueError(f"{len(keys)} entries with {sizes.sum()} passages got vectors of shape {vectors.shape}.")
        if len(sizes) and not 0 <= int(sizes.min()) <= int(sizes.max()) <= _MOST:
            raise ValueError(f"An entry has at most {_MOST} passages.")
        if not np.isfinite(vectors).all():
            raise ValueError("A vector holds numbers that are not finite.")
        if len(set(keys)) < len(keys):
            raise ValueError("A key stands twice among the entries.")
        if not all(0 < len(key.encode()) <= _MOST for key in keys):
            raise ValueError("A key is empty or too long.")

    def _table(self) -> Column:
        """Return the table of slots that is valid now."""
        while True:
            number = int(self._head.items[Head.SLOTS_FILE])
            if self._slots is None or self._slots[0] != number:
                self._slots = number, self._column(f"slots-{number}", np.int32)
            # Another process may have put a new table in the place of this one, and deleted it, just now.
            if len(self._slots[1].items) and number == self._head.items[Head.SLOTS_FILE]:
                return self._slots[1]

    def _find(self, hashes: NDArray[np.uint64]) -> Rows:
        """Return the row of each hash, -1 for those that are not there."""
        from querwerk.engine.matching import kernels  # noqa: PLC0415 - loads Numba

        found = np.full(len(hashes), -1, np.int64)
        if len(hashes) and self.height:
            kernels.find_rows(self._table().items, hashes, self._hashes.items, self.stamps_now(), found)
        return found

    def _take_rows(self, sizes: Rows) -> Rows:
        """Choose a row for each entry: a free one with room for its passages, else a new one."""
        taken = np.full(len(sizes), -1, np.int64)
        free = np.flatnonzero(self.stamps_now() == 0)
        room = self.part_spans.items[free, 1] >> 16
        for at in range(len(sizes) if len(free) else 0):
            fitting = np.flatnonzero(room >= sizes[at])
            if len(fitting):
                best = fitting[np.argmin(room[fitting])]
                taken[at], room[best] = free[best], -1
        new = taken < 0
        taken[new] = self._append_rows(sizes[new])
        return taken

    def _append_rows(self, sizes: Rows) -> Rows:
        head, height = self._head.items, self.height
        rows = np.arange(height, height + len(sizes))
        for column in self._by_row:
            column.reach(height + len(sizes))
        starts = int(head[Head.PARTS]) + np.cumsum(sizes) - sizes
        self.parts.reach(int(head[Head.PARTS] + sizes.sum()))
        self.part_spans.items[rows] = np.stack([starts, sizes << 16], axis=1)
        self.stamps.items[rows] = 0
        head[Head.PARTS] += sizes.sum()
        head[Head.ROWS] = height + len(sizes)
        return rows

    def _write_parts(self, rows: Rows, vectors: Floats, sizes: Rows) -> None:
        spans = self.part_spans.items[rows]
        # Where each vector goes: its entry's first place, plus its number within the entry.
        within = np.arange(len(vectors)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        self.parts.items[np.repeat(spans[:, 0], sizes) + within] = vectors
        self.part_spans.items[rows, 1] = (spans[:, 1] >> 16 << 16) | sizes

    def _write_keys(self, rows: Rows, keys: Sequence[str]) -> None:
        head = self._head.items
        texts = [key.encode() for key in keys]
        starts = int(head[Head.KEY_BYTES]) + np.cumsum([0, *map(len, texts)])
        self._keys.reach(int(starts[-1]))[starts[0] : starts[-1]] = np.frombuffer(b"".join(texts), np.uint8)
        self._key_spans.items[rows] = (starts[:-1] << 16) | np.diff(starts)
        head[Head.KEY_BYTES] = starts[-1]

    def _enter(self, rows: Rows) -> None:
        """Enter rows into the table, making a larger one first when it would be more than two thirds full."""
        from querwerk.engine.matching import kernels  # noqa: PLC0415 - loads Numba

        head = self._head.items
        number = int(head[Head.SLOTS_FILE])
        slots = self._table() if number else None
        if slots is None or 3 * (int(head[Head.SLOTS_TAKEN]) + len(rows)) > 2 * len(slots.items):
            used = np.union1d(np.flatnonzero(self.stamps_now()), rows)
            size = _FEWEST_SLOTS
            while size < 2 * len(used):
                size *= 2
            new = self._column(f"slots-{number + 1}", np.int32)
            new.reach(size)[:] = 0
            taken = kernels.enter_rows(new.items, used, self._hashes.items)
            self._slots = number + 1, new
            head[Head.SLOTS_FILE] = number + 1
            if self._folder is not None and number:
                (self._folder / f"slots-{number}").unlink(missing_ok=True)
        else:
            taken = int(head[Head.SLOTS_TAKEN]) + kernels.enter_rows(slots.items, rows, self._hashes.items)
        head[Head.SLOTS_TAKEN] = taken

    def _switch(self, old: Rows, new: Rows) -> None:
        """Retire rows and make others valid; what happens before this is invisible, what is killed in it was not reported."""
        head = self._head.items
        stamp = int(head[Head.STAMP])
        # Taken first, so that whoever is killed here leaves no number that is given again; raised last, so that readers look again.
        head[Head.STAMP] = stamp + len(new)
        self.stamps.items[old] = 0
        self.stamps.items[new] = np.arange(stamp + 1, stamp + 1 + len(new))
        head[Head.ALIVE] = np.count_nonzero(self.stamps_now())
        head[Head.STAMP] = stamp + len(new) + 1


def query_slack(dims: int) -> float:
    """Return how far rounding the query, and float32 itself, can move a score, per length of the two vectors.

    Rounding to whole numbers of at most `query_limit` moves each of ``dims`` entries by half a step of the largest one; a float32
    sum of ``dims`` products is off by at most ``dims`` x 2^-24, on both sides of the comparison.
    """
    return float(np.sqrt(dims) / 2 / query_limit(dims) + dims * 2.0**-22)


def query_limit(dims: int) -> int:
    """Return the largest whole number in a rounded query, so that no sum of ``dims`` products leaves int32."""
    return min(32767, (2**31 - 1) // (127 * dims))


def _hashes(keys: Sequence[str]) -> NDArray[np.uint64]:
    """Return 128 bits for each key; two keys with the same ones have never been seen."""
    digests = b"".join(blake2b(key.encode(), digest_size=16).digest() for key in keys)
    return np.frombuffer(digests, np.uint64).reshape(-1, 2)
