"""The words of a directory in a file, so that a process that starts need not read thousands of profiles again.

With each profile stands when it was last written: what has changed since is read anew, whatever happened to the database. Whoever
erases a profile deletes the file.
"""

import os
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from querwerk.people.meaning import folder

if TYPE_CHECKING:
    from querwerk.engine.matching.search import WordIndex

FORM = 2
"""To be raised when other words are read of a profile, or words are folded otherwise."""

SEAL = 32
"""Bytes of the hash before everything else."""


@dataclass(frozen=True, slots=True)
class Kept:
    """Words by node, and when each profile was written."""

    words: "WordIndex"
    marks: dict[int, int]


def mark(version: int, changed_at: datetime) -> int:
    """Return a number that no other state of a profile has."""
    return int(changed_at.timestamp() * 1_000_000) * 64 + version % 64


def opened(space_id: int) -> Kept:
    """Return what is kept of a space; nothing where there is no file, or none that can be read."""
    import numpy as np  # noqa: PLC0415

    from querwerk.engine.matching.search import WordIndex  # noqa: PLC0415

    try:
        content = _file(space_id).read_bytes()
    except OSError:
        return Kept(WordIndex(), {})
    seal, data = content[:SEAL], content[SEAL:]
    if sha256(data).digest() != seal:  # half of it was written when the power went
        return Kept(WordIndex(), {})
    size = int.from_bytes(data[:8])
    marks = np.frombuffer(data, np.int64, 2 * size, 8).reshape(2, size).tolist()
    return Kept(WordIndex.load(data[8 + 16 * size :]), dict(zip(*marks, strict=True)))


def keep(space_id: int, words: "WordIndex", marks: Mapping[int, int]) -> None:
    """Write a file that takes the place of the former one; a full disk is no reason not to search."""
    import numpy as np  # noqa: PLC0415

    rows = np.array([list(marks), list(marks.values())], np.int64)
    data = len(marks).to_bytes(8) + rows.tobytes() + words.dump()
    file = _file(space_id)
    with suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=file.parent)
        try:
            with os.fdopen(descriptor, "wb") as new:
                new.write(sha256(data).digest() + data)
            Path(name).replace(file)
        except OSError:
            Path(name).unlink()


def forget(space_id: int) -> None:
    """Delete the file."""
    _file(space_id).unlink(missing_ok=True)


def _file(space_id: int) -> Path:
    return folder() / "words" / f"{space_id}-{FORM}"
