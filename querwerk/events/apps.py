"""Django's registration of the room."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from querwerk.core import registry
from querwerk.core.prose.roles import register_text


class EventsConfig(AppConfig):
    """The room ``events``."""

    name = "querwerk.events"
    label = "events"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Hang the pages in."""
        register_text("event", "report", _("Report"), is_section=True)
        registry.register_page("event", "events:event_detail")
        registry.register_navigation(_("Events"), "events:event_list", 30)
