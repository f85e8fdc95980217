"""What happens when a document gets an hour: a job is queued for it."""

from datetime import datetime
from typing import Any

from querwerk.core.prose.tasks import publish_documents_due


def queue_publication(sender: Any, *, at: datetime, **kwargs: Any) -> None:
    """Queue the job; it is committed together with the hour."""
    publish_documents_due.using(run_after=at).enqueue()
