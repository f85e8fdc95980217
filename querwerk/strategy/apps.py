"""Django's registration of the room."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from querwerk.core import registry
from querwerk.core.prose.roles import register_text


class StrategyConfig(AppConfig):
    """The room ``strategy``."""

    name = "querwerk.strategy"
    label = "strategy"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Hang the pages in."""
        register_text("paper", "text", _("Text of the paper"), is_section=True)
        registry.register_page("paper", "strategy:paper_detail")
        registry.register_page("decision", "strategy:decision_detail")
        registry.register_navigation(_("Papers"), "strategy:paper_list", 40)
