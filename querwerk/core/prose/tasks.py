"""Jobs of documents."""

from django.tasks import task

from querwerk.core.prose.actions import publish_due


@task()
def publish_documents_due() -> int:
    """Publish what was scheduled for now; running it twice, or late, does no harm."""
    return publish_due()
