"""Django's registration of the room."""

from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    """The room ``exchange``."""

    name = "querwerk.exchange"
    label = "exchange"
    default_auto_field = "django.db.models.BigAutoField"
