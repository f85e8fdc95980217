"""Static files: hashed and compressed names once they are collected, the plain files of the rooms otherwise."""

import hashlib
import logging
import shutil
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.management import call_command
from whitenoise.storage import CompressedManifestStaticFilesStorage

STAMP = "collected"


class StaticStorage(CompressedManifestStaticFilesStorage):
    """The usual hashed storage, which also works before anything was collected."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Read the manifest, if there is one."""
        super().__init__(*args, **kwargs)
        self._urls: dict[str, str] = {}

    def url(self, name: str | None, force: bool = False) -> str:  # noqa: FBT001, FBT002  (Django's signature)
        """Return the address of a file; every page asks for the same few, and they stay as long as the process lives."""
        if name is None or force:
            return str(super().url(name, force))
        if name not in self._urls:
            self._urls[name] = str(super().url(name))
        return self._urls[name]

    def stored_name(self, name: str) -> str:
        """Give a file that was not collected (yet) its plain name; a file that does not exist stays an error."""
        if self.hash_key(name) not in self.hashed_files and finders.find(name):
            return name
        return str(super().stored_name(name))


def _fingerprint() -> str:
    digest = hashlib.sha256()
    for finder in finders.get_finders():
        for path, storage in finder.list([]):
            stat = Path(storage.path(path)).stat()
            digest.update(f"{path}\0{stat.st_size}\0{stat.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def collect() -> bool:
    """Collect the static files unless that was done for exactly these files; true when there was something to do."""
    root = Path(settings.STATIC_ROOT)
    now = _fingerprint()
    stamp = root / STAMP
    if stamp.exists() and stamp.read_text() == now:
        return False
    logging.getLogger(__name__).info("collecting static files in %s", root)
    # From an empty folder: leftovers of an earlier release would be served for ever.
    shutil.rmtree(root, ignore_errors=True)
    call_command("collectstatic", interactive=False, verbosity=0)
    stamp.write_text(now)
    return True
