"""Django's registration of the room."""

from django.apps import AppConfig


class PublishingConfig(AppConfig):
    """The room ``publishing``."""

    name = "querwerk.publishing"
    label = "publishing"
    default_auto_field = "django.db.models.BigAutoField"
