"""Django's registration of the room."""

from django.apps import AppConfig


class EvidenceConfig(AppConfig):
    """The room ``evidence``."""

    name = "querwerk.evidence"
    label = "evidence"
    default_auto_field = "django.db.models.BigAutoField"
