"""Django's registration of the room."""

from datetime import timedelta

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from querwerk.core import registry


class DeskConfig(AppConfig):
    """The room ``desk``."""

    name = "querwerk.desk"
    label = "desk"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Put its tools at the side of every page; have the clock clear away what was uploaded and never confirmed."""
        from querwerk.desk.imports import forget_unconfirmed  # noqa: PLC0415  (settings are not read before)
        from querwerk.matching.rules import may_use_matching  # noqa: PLC0415  (models are not loaded before)
        from querwerk.programmes.rules import may_run_directory, may_use_desk  # noqa: PLC0415

        registry.register_tool(registry.Tool(_("Matching"), "desk:matching", 20, may_use_matching))
        registry.register_tool(registry.Tool(_("Registrations"), "desk:registration_events", 40, may_use_desk))
        registry.register_tool(registry.Tool(_("Directory"), "desk:directory", 30, may_run_directory))
        registry.register_duty(registry.Duty("unconfirmed_imports", timedelta(hours=1), forget_unconfirmed))
