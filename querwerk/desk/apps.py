"""Django's registration of the room."""

from django.apps import AppConfig


class DeskConfig(AppConfig):
    """The room ``desk``."""

    name = "querwerk.desk"
    label = "desk"
    default_auto_field = "django.db.models.BigAutoField"
