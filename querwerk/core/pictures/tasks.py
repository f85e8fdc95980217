"""Jobs: sizes made ahead of the first reader, files swept that no row names."""

from datetime import datetime

from django.tasks import task

from querwerk.core.pictures import files
from querwerk.core.pictures.models import StoredFile
from querwerk.core.pictures.renditions import make_all, offered
from querwerk.core.pictures.states import FileKind

AHEAD = ("full", "card")
"""The shapes that pages ask for at once; others are made when somebody does."""
MIDDLE = (50, 50)
OLD = 24 * 3600
"""Seconds after which a file without a row is no upload on its way any more."""


@task()
def make_renditions(stored_id: int) -> int:
    """Make the sizes of a picture that are not there yet; return how many. Twice makes nothing more."""
    stored = StoredFile.objects.filter(pk=stored_id, kind=FileKind.PICTURE).first()
    if stored is None:
        return 0
    return make_missing(stored)


def make_missing(stored: StoredFile) -> int:
    """Make what is missing, shape by shape."""
    made = 0
    source = files.path_of(stored.sha256, stored.suffix)
    with files.one_at_a_time(stored.sha256):
        for shape in AHEAD:
            wanted = [
                one
                for one in offered(stored.width, stored.height, has_alpha=stored.has_alpha, shape=shape)
                if not files.rendition_path(stored.sha256, MIDDLE, one.name).exists()
            ]
            if wanted:
                for one, content in make_all(source.read_bytes(), wanted, MIDDLE).items():
                    files.write_whole(files.rendition_path(stored.sha256, MIDDLE, one.name), content)
                    made += 1
    return made


def sweep_files(now: datetime) -> int:
    """Take away files that no row names: uploads that were broken off, contents whose last row went. Return how many."""
    named = set(StoredFile.objects.values_list("sha256", flat=True))
    dropped = 0
    for path in files.everything():
        is_old = now.timestamp() - path.stat().st_mtime > OLD
        if is_old and path.name.partition(".")[0] not in named:
            path.unlink(missing_ok=True)
            files.drop_renditions(path.stem)
            dropped += 1
    return dropped
