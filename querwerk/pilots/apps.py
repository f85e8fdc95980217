"""Django's registration of the room."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from querwerk.core import registry


class PilotsConfig(AppConfig):
    """The room ``pilots``."""

    name = "querwerk.pilots"
    label = "pilots"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Hang the pages in."""
        registry.register_page("pilot", "pilots:pilot_detail")
        registry.register_navigation(_("Pilots"), "pilots:pilot_list", 20)
