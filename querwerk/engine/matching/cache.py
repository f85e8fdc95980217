"""Keeps the vectors of texts that were encoded once, so that no process ever encodes them again.

A folder for each encoder version holds two files that only grow: ``records`` with one for each text (hash, checksum) and ``vectors``.
A vector is written before its record, a record counts only when it is whole, and the checksum is compared when a vector is read:
whatever a killed process or a broken disk left behind is found out and encoded anew. Who encodes a text claims it with a lock on
one byte; the system frees the claims of a killed process, and two workers with the same list share the work.
"""

import fcntl
import os
import struct
import threading
import time
import weakref
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from hashlib import blake2b
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from querwerk.engine.matching.columns import WriteLock
from querwerk.engine.matching.model import Encoder, Floats
from querwerk.engine.matching.passages import clean

type Progress = Callable[[int, int], None]
"""Told how many texts of how many have their vectors."""
type Stop = Callable[[], bool]
"""Asked between two portions whether to end."""

type _Sorted = tuple[NDArray[np.uint64], NDArray[np.int64]]
"""First and second halves of the hashes of texts, in the order of the first ones, and the record of each."""

_HASH = 16
_RECORD = struct.Struct(f"<{_HASH}sII")
"""Hash of the text, checksum of hash and vector, nothing."""
_PORTION = 2_000
"""Characters encoded together: some 500 tokens, a third of a second; what a killed process loses at most."""
_RECENT = 20_000
"""Records kept apart before they are sorted in."""
_PAUSE = 0.02
"""Seconds between two looks at what another process is encoding."""


class VectorCache:
    """An encoder that remembers. Use one for each process; its threads take turns.

    Texts are cleaned before they are hashed and encoded; an empty one gets zeros. ``folder`` is made when it is not there.
    """

    def __init__(self, folder: Path, encoder: Encoder) -> None:
        self._encoder = encoder
        self.version, self.dimension, self.is_symmetric = encoder.version, encoder.dimension, encoder.is_symmetric
        home = folder / blake2b(f"{self.version}\n{self.dimension}".encode(), digest_size=8).hexdigest()
        home.mkdir(parents=True, exist_ok=True)
        (home / "version").write_text(f"{self.version}\n", encoding="utf-8")
        self._records, self._vectors = _open(home / "records"), _open(home / "vectors")
        self._writing, self._claims = WriteLock(home / "lock"), _open(home / "claims")
        for descriptor in (self._records, self._vectors, self._claims):
            weakref.finalize(self, os.close, descriptor)
        self._turn = threading.RLock()
        self._known = 0
        self._sorted: _Sorted = np.zeros((2, 0), np.uint64), np.zeros(0, np.int64)
        self._recent: dict[bytes, int] = {}

    def query(self, texts: Sequence[str]) -> Floats:
        """Return the vectors of texts that ask (n, d)."""
        return self._all(texts, asks=True)

    def passage(self, texts: Sequence[str]) -> Floats:
        """Return the vectors of texts that answer (n, d)."""
        return self._all(texts, asks=False)

    def missing(self, texts: Sequence[str], *, asks: bool = False) -> int:
        """Return how many of the texts have no vector yet (equal ones count once)."""
        with self._turn:
            return len(self._open(texts, asks=asks))

    def kept(self, texts: Sequence[str], *, asks: bool = False) -> list[Floats | None]:
        """Return the vector of each text, None where it has none yet; encode nothing."""
        with self._turn:
            self._refresh()
            return [
                self._read(self._digest(text, asks=asks)) if text else np.zeros(self.dimension, np.float32)
                for text in map(clean, texts)
            ]

    def encode(
        self, texts: Sequence[str], *, asks: bool = False, progress: Progress | None = None, stop: Stop | None = None
    ) -> int:
        """Encode what has no vector yet, in portions that are kept at once; return how many still lack one because of ``stop``.

        What another process is encoding right now is waited for, not encoded twice.
        """
        with self._turn:
            wanted = self._open(texts, asks=asks)
            total = len(wanted)
            while wanted and not (stop and stop()):
                with self._claimed(wanted) as portion:
                    self._refresh()
                    texts_of = {digest: wanted.pop(digest) for digest in portion}
                    # Another process may have kept some before they could be claimed.
                    mine = [digest for digest in portion if self._read(digest) is None]
                    if mine:
                        self._keep(mine, self._fresh([texts_of[digest] for digest in mine], asks=asks))
                if progress:
                    progress(total - len(wanted), total)
                if not portion:
                    time.sleep(_PAUSE)
            return len(wanted)

    def forget(self, texts: Sequence[str]) -> None:
        """Erase the vectors of texts, in both roles."""
        with self._turn, self._writing():
            self._refresh()
            for digest in {self._digest(text, asks=asks) for text in map(clean, texts) for asks in (True, False)}:
                row = self._row(digest)
                if row >= 0:
                    os.pwrite(self._records, bytes(_RECORD.size), row * _RECORD.size)
                    os.pwrite(self._vectors, bytes(4 * self.dimension), row * 4 * self.dimension)

    # --- inside ---

    def _all(self, texts: Sequence[str], *, asks: bool) -> Floats:
        result = np.zeros((len(texts), self.dimension), np.float32)
        digests = [self._digest(text, asks=asks) if text else b"" for text in map(clean, texts)]
        with self._turn:
            self._refresh()
            found = {digest: self._read(digest) for digest in digests if digest}
            if any(vector is None for vector in found.values()):
                self.encode(texts, asks=asks)
                found = {digest: self._read(digest) for digest in found}
            for at, digest in enumerate(digests):
                vector = found[digest] if digest else result[at]
                # Somebody erased it since; this text is wanted, so it comes back.
                result[at] = self._all([texts[at]], asks=asks)[0] if vector is None else vector
        return result

    def _digest(self, text: str, *, asks: bool) -> bytes:
        role = b"query" if asks and not self.is_symmetric else b"passage"
        return blake2b(text.encode(), digest_size=_HASH, person=role).digest()

    def _fresh(self, texts: Sequence[str], *, asks: bool) -> Floats:
        vectors = self._encoder.query(texts) if asks else self._encoder.passage(texts)
        return np.ascontiguousarray(vectors, np.float32)

    def _open(self, texts: Sequence[str], *, asks: bool) -> dict[bytes, str]:
        """Return the texts without a vector by their digests, short ones first, so that those of a length are encoded together."""
        self._refresh()
        cleaned = sorted({text for text in map(clean, texts) if text}, key=lambda text: (len(text), text))
        digests = {self._digest(text, asks=asks): text for text in cleaned}
        return {digest: text for digest, text in digests.items() if self._read(digest) is None}

    @contextmanager
    def _claimed(self, wanted: dict[bytes, str]) -> Iterator[Sequence[bytes]]:
        """Claim texts that nobody else is encoding, as many as make a portion; none when all are claimed."""
        portion: list[bytes] = []
        letters = 0
        for digest, text in wanted.items():
            if portion and letters + len(text) > _PORTION:
                break
            with suppress(BlockingIOError, PermissionError):
                fcntl.lockf(self._claims, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, _place(digest))
                portion.append(digest)
                letters += len(text)
        try:
            yield portion
        finally:
            for digest in portion:
                fcntl.lockf(self._claims, fcntl.LOCK_UN, 1, _place(digest))

    def _keep(self, digests: Sequence[bytes], vectors: Floats) -> None:
        """Write vectors, then their records."""
        with self._writing():
            self._refresh()
            first = self._known
            _write(self._vectors, vectors.tobytes(), first * 4 * self.dimension)
            records = [
                _RECORD.pack(digest, zlib.crc32(vector.tobytes(), zlib.crc32(digest)), 0)
                for digest, vector in zip(digests, vectors, strict=True)
            ]
            _write(self._records, b"".join(records), first * _RECORD.size)
            self._refresh()

    def _refresh(self) -> None:
        """Take note of records that have come."""
        count = os.fstat(self._records).st_size // _RECORD.size
        if count <= self._known:
            return
        data = _read(self._records, (count - self._known) * _RECORD.size, self._known * _RECORD.size)
        digests = [data[at : at + _HASH] for at in range(0, len(data), _RECORD.size)]
        if len(self._recent) + len(digests) > _RECENT:
            every = np.frombuffer(_read(self._records, count * _RECORD.size, 0), np.uint64).reshape(count, -1)[:, :2]
            order = np.argsort(every[:, 0], kind="stable")
            self._sorted, self._recent = (np.ascontiguousarray(every[order].T), order), {}
        else:
            self._recent |= {digest: self._known + at for at, digest in enumerate(digests)}
        self._known = count

    def _row(self, digest: bytes) -> int:
        """Return where the vector of a text is, the last place if there are several; -1: nowhere."""
        if digest in self._recent:
            return self._recent[digest]
        hashes, rows = self._sorted
        wanted = np.frombuffer(digest, np.uint64)
        at = int(hashes[0].searchsorted(wanted[0], side="right")) - 1
        return int(rows[at]) if at >= 0 and (hashes[:, at] == wanted).all() else -1

    def _read(self, digest: bytes) -> Floats | None:
        """Return the vector of a text, None when it is not there or not what was written."""
        row = self._row(digest)
        if row < 0:
            return None
        record = os.pread(self._records, _RECORD.size, row * _RECORD.size)
        data = os.pread(self._vectors, 4 * self.dimension, row * 4 * self.dimension)
        if record != _RECORD.pack(digest, zlib.crc32(data, zlib.crc32(digest)), 0):
            return None
        return np.frombuffer(data, np.float32)


def _place(digest: bytes) -> int:
    """Return the byte that stands for a text in the file of claims, which stays empty."""
    return int.from_bytes(digest[:8]) >> 2


def _open(file: Path) -> int:
    return os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o660)


def _write(descriptor: int, data: bytes, place: int) -> None:
    """Write all of it: the system may write less than it is given."""
    while data:
        written = os.pwrite(descriptor, data, place)
        data, place = data[written:], place + written


def _read(descriptor: int, size: int, place: int) -> bytes:
    """Read all of it: the system returns at most 2 GB at once."""
    data = b""
    while len(data) < size and (more := os.pread(descriptor, size - len(data), place + len(data))):
        data += more
    return data
