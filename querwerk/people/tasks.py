"""Jobs of the directory."""

from django.tasks import task

from querwerk.people import word_files
from querwerk.people.meaning import encode_profiles


@task
def encode_changed(space_id: int, node_ids: list[int]) -> None:
    """Encode the texts of profiles that were written, and forget those of deleted ones; once more does no harm."""
    if encode_profiles(space_id, node_ids) < len(node_ids):
        word_files.forget(space_id)
