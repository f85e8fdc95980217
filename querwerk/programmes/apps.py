"""Django's registration of the room."""

from django.apps import AppConfig


class ProgrammesConfig(AppConfig):
    """The room ``programmes``."""

    name = "querwerk.programmes"
    label = "programmes"
    default_auto_field = "django.db.models.BigAutoField"
