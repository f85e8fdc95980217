"""Jobs of the directory."""

from django.tasks import task

from querwerk.people.meaning import encode_profiles


@task
def encode_changed(space_id: int, node_ids: list[int]) -> None:
    """Encode the texts of profiles that were written; once more does no harm."""
    encode_profiles(space_id, node_ids)
