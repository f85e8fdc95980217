"""A file between its upload and the click that makes something of it: kept for a day, found again only by who sent it."""

import hashlib
import re
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings

from querwerk.core.pictures.files import write_whole

TOKEN = re.compile(r"[0-9a-f]{64}")
DAY = timedelta(days=1)


def folder() -> Path:
    """Return where the files wait; they are in no backup."""
    return Path(settings.RENDITIONS_ROOT) / "imports"


def forget_unconfirmed(now: datetime) -> None:
    """Clear away files of which nobody made a version or record within a day; the clock calls it."""
    for path in folder().glob("*/*.*"):
        with suppress(FileNotFoundError):  # cleared away by another process in between
            if path.stat().st_mtime < (now - DAY).timestamp():
                path.unlink()


def keep(content: bytes, user_id: int, *, suffix: str = "docx") -> str:
    """Keep a file and return the name by which it is found again."""
    token = hashlib.sha256(content).hexdigest()
    write_whole(_path(token, user_id, suffix), content)
    return token


def kept(token: str, user_id: int, *, suffix: str = "docx") -> bytes | None:
    """Return a kept file of the same person."""
    if not TOKEN.fullmatch(token):
        return None
    try:
        return _path(token, user_id, suffix).read_bytes()
    except FileNotFoundError:
        return None


def _path(token: str, user_id: int, suffix: str) -> Path:
    return folder() / str(user_id) / f"{token}.{suffix}"
