"""Django's registration of the documents, an app of its own within the room ``core``."""

from django.apps import AppConfig


class ProseConfig(AppConfig):
    """Documents and their versions."""

    name = "querwerk.core.prose"
    label = "prose"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Queue a job for each document that gets an hour."""
        from querwerk.core.prose.receivers import queue_publication  # noqa: PLC0415  (models are not loaded before)
        from querwerk.core.prose.signals import document_scheduled  # noqa: PLC0415

        document_scheduled.connect(queue_publication)
