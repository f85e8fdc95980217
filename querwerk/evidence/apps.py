"""Django's registration of the room."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from querwerk.core import registry


class EvidenceConfig(AppConfig):
    """The room ``evidence``."""

    name = "querwerk.evidence"
    label = "evidence"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register pages, the panel of the thread, and the entries of the navigation."""
        from querwerk.core.spec import all_specs  # noqa: PLC0415  (models are loaded by now, not before)
        from querwerk.evidence.views.thread import panel  # noqa: PLC0415

        registry.register_page("uptake", "evidence:uptake_detail")
        registry.register_page("follow_up", "evidence:follow_up_detail")
        registry.register_page("question", "evidence:question_detail")
        registry.register_navigation(_("Uptake"), "evidence:uptake_list", 50)
        registry.register_navigation(_("Thread"), "evidence:thread", 60)
        # A guiding question's own page is its thread already.
        registry.register_panel(
            registry.Panel(frozenset(all_specs()) - {"question"}, "evidence/thread_panel.html", panel, order=90)
        )
