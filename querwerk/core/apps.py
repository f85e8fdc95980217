"""Django's registration of the room."""

from django.apps import AppConfig


class CoreConfig(AppConfig):
    """The room ``core``."""

    name = "querwerk.core"
    label = "core"
    default_auto_field = "django.db.models.BigAutoField"
