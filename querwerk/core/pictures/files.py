"""Where files lie on disk: each once, named after the SHA-256 of what is in it, so that a repeated upload changes nothing.

Originals are under ``MEDIA_ROOT`` and in every backup. Renditions can be made again and lie beside, in ``RENDITIONS_ROOT``.
"""

import fcntl
import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from django.conf import settings

SHA = re.compile(r"[0-9a-f]{64}")
CHUNK = 1 << 20
MODE = 0o640


def originals() -> Path:
    """Return the folder of the originals."""
    return Path(settings.MEDIA_ROOT) / "files"


def path_of(sha256: str, suffix: str) -> Path:
    """Return where a file lies."""
    return originals() / sha256[:2] / f"{sha256}.{suffix}"


def renditions_of(sha256: str) -> Path:
    """Return the folder of all that was made of a file."""
    return Path(settings.RENDITIONS_ROOT) / sha256[:2] / sha256


def rendition_path(sha256: str, focus: tuple[int, int], name: str) -> Path:
    """Return where a rendition lies; a cut one depends on the focus."""
    is_cut = "-" in name
    return renditions_of(sha256) / (f"{focus[0]}-{focus[1]}" if is_cut else "full") / name


def digest_of(content: bytes) -> str:
    """Return the name of a content."""
    return hashlib.sha256(content).hexdigest()


def put(content: bytes, suffix: str) -> str:
    """Keep a content and return its SHA-256; what is there already stays."""
    sha256 = digest_of(content)
    target = path_of(sha256, suffix)
    if target.exists():
        target.touch()  # new again for the sweep, which takes old files that no row names
    else:
        write_whole(target, content)
    return sha256


def put_stream(stream: IO[bytes], suffix: str, clean: Callable[[Path], object] | None = None) -> tuple[str, int]:
    """Keep what a stream holds, whatever its length; return SHA-256 and length in bytes. ``clean`` may change the draft in place."""
    originals().mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=originals(), prefix=".draft-")
    draft = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            shutil.copyfileobj(stream, file, CHUNK)
        if clean is not None:
            clean(draft)
        with draft.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
            os.fsync(file.fileno())
        length = draft.stat().st_size
        target = path_of(sha256, suffix)
        target.parent.mkdir(parents=True, exist_ok=True)
        draft.chmod(MODE)
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)
    return sha256, length


def write_whole(target: Path, content: bytes) -> None:
    """Write a file so that nobody ever sees half of it."""
    target.parent.mkdir(parents=True, exist_ok=True)
    descriptor, draft = tempfile.mkstemp(dir=target.parent, prefix=".draft-")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(draft).chmod(MODE)
        Path(draft).replace(target)
    finally:
        Path(draft).unlink(missing_ok=True)


@contextmanager
def one_at_a_time(sha256: str) -> Iterator[None]:
    """Let one process make renditions of a file; others wait and find them made."""
    folder = renditions_of(sha256)
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def drop_renditions(sha256: str) -> None:
    """Take away all that was made of a file."""
    shutil.rmtree(renditions_of(sha256), ignore_errors=True)


def drop(sha256: str, suffix: str) -> None:
    """Take a file away for good, with all that was made of it."""
    path_of(sha256, suffix).unlink(missing_ok=True)
    drop_renditions(sha256)


def everything() -> Iterator[Path]:
    """Yield every kept file, drafts of uploads that were broken off too."""
    if originals().exists():
        for path in sorted(originals().rglob("*")):
            if path.is_file():
                yield path
