"""Django's registration of the room."""

from django.apps import AppConfig


class EventsConfig(AppConfig):
    """The room ``events``."""

    name = "querwerk.events"
    label = "events"
    default_auto_field = "django.db.models.BigAutoField"
