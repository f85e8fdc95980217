"""Keeps file and state of a picture, film or document in step with its record, whatever the door through which it was written."""

from typing import Any

from querwerk.core.models import record_models
from querwerk.core.pictures.actions import settle, settle_document
from querwerk.core.pictures.models import Download, ShowsPeople


def settle_written(sender: Any, *, node_ids: list[int], **_rest: Any) -> None:
    """Find file and state anew for each picture, film and document among what was written."""
    for model in record_models().values():
        if issubclass(model, ShowsPeople):
            for shown in model._default_manager.filter(node__in=node_ids).select_related("space", "node"):
                settle(shown)
    for download in Download.objects.filter(node__in=node_ids):
        settle_document(download)
