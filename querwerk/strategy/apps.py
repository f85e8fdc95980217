"""Django's registration of the room."""

from django.apps import AppConfig


class StrategyConfig(AppConfig):
    """The room ``strategy``."""

    name = "querwerk.strategy"
    label = "strategy"
    default_auto_field = "django.db.models.BigAutoField"
