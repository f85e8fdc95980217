"""Django's registration of the room."""

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """The room ``people``."""

    name = "querwerk.people"
    label = "people"
    default_auto_field = "django.db.models.BigAutoField"
