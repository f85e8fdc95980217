"""Django's registration of the room."""

from django.apps import AppConfig


class PilotsConfig(AppConfig):
    """The room ``pilots``."""

    name = "querwerk.pilots"
    label = "pilots"
    default_auto_field = "django.db.models.BigAutoField"
