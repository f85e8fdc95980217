"""Keeps file and state of a picture or document in step with its record, whatever the door through which it was written."""

from typing import Any

from querwerk.core.pictures.actions import settle, settle_document
from querwerk.core.pictures.models import Download, Picture


def settle_written(sender: Any, *, node_ids: list[int], **_rest: Any) -> None:
    """Find file and state anew for each picture and document among what was written."""
    for picture in Picture.objects.filter(node__in=node_ids).select_related("stored"):
        settle(picture)
    for download in Download.objects.filter(node__in=node_ids):
        settle_document(download)
