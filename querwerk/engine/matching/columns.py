"""Arrays that grow in place, in memory or in files that several processes have open at once."""

import fcntl
import mmap
import os
import tempfile
import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

_PAGE = mmap.ALLOCATIONGRANULARITY


class Column:
    """An array of ``width`` numbers per item (0: one plain number) that can be made longer.

    Its items are mapped, so what one process writes the others see, and what was written outlives a killed process.
    Without a file it lives in memory. New items are 0.
    """

    def __init__(self, file: Path | None, dtype: DTypeLike, width: int = 0) -> None:
        self._dtype = np.dtype(dtype)
        self._width = width
        self._in_memory = file is None
        self._fd = _anonymous() if file is None else os.open(file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o660)
        weakref.finalize(self, os.close, self._fd)
        self._bytes_per_item = self._dtype.itemsize * max(width, 1)
        self.items: NDArray[Any] = self._mapped(0)
        self.see()

    @property
    def bytes_per_item(self) -> int:
        """Return the size of an item."""
        return self._bytes_per_item

    def see(self) -> NDArray[Any]:
        """Map what other processes have added; return all items there is room for."""
        size = os.fstat(self._fd).st_size
        if size // self._bytes_per_item > len(self.items):
            self.items = self._mapped(size)
        return self.items

    def reach(self, count: int) -> NDArray[Any]:
        """Make room for ``count`` items, and half as many again when it has to grow; OSError when the disk is full."""
        if count > len(self.items) and count > len(self.see()):
            wanted = max(count, len(self.items) * 3 // 2) * self._bytes_per_item
            size = -(-wanted // _PAGE) * _PAGE
            if self._in_memory:
                os.ftruncate(self._fd, size)
            else:
                # A file with holes would kill the process with SIGBUS when the disk turns out to be full.
                os.posix_fallocate(self._fd, 0, size)
            self.see()
        return self.items

    def _mapped(self, size: int) -> NDArray[Any]:
        items = size // self._bytes_per_item
        shape = (items, self._width) if self._width else (items,)
        if not items:
            return np.zeros(shape, self._dtype)
        # The array keeps the mapping; both go when nobody uses them any more.
        return np.frombuffer(mmap.mmap(self._fd, size), self._dtype, items * max(self._width, 1)).reshape(shape)


def _anonymous() -> int:
    """Return the descriptor of a file without a name, in memory where the system can do that."""
    if hasattr(os, "memfd_create"):
        return os.memfd_create("querwerk", os.MFD_CLOEXEC)
    with tempfile.TemporaryFile() as file:
        return os.dup(file.fileno())


class WriteLock:
    """Lets one writer in at a time: threads always, processes when there is a file."""

    def __init__(self, file: Path | None) -> None:
        self._file = file
        self._threads = threading.Lock()

    @contextmanager
    def __call__(self) -> Iterator[None]:
        """Wait until nobody else writes. The system frees the lock of a killed process."""
        with self._threads:
            if self._file is None:
                yield
                return
            # Opened anew each time: after a fork, parent and child would own an inherited lock together.
            with self._file.open("ab") as handle:
                fcntl.flock(handle, fcntl.LOCK_EX)
                yield
