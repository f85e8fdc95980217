"""Django's registration of the room."""

from datetime import timedelta
from importlib import import_module

from django.apps import AppConfig


class CoreConfig(AppConfig):
    """The room ``core``."""

    name = "querwerk.core"
    label = "core"
    default_auto_field = "django.db.models.BigAutoField"

    def import_models(self) -> None:
        """Load the models of the packages that stand above ``core.models`` and so cannot be named there."""
        super().import_models()
        import_module("querwerk.core.pictures.models")

    def ready(self) -> None:
        """Keep what depends on a picture's record in step with it, and clear away what is used up."""
        from querwerk.core import registry  # noqa: PLC0415  (models are not loaded before)
        from querwerk.core.pictures.receivers import settle_written  # noqa: PLC0415
        from querwerk.core.pictures.tasks import sweep_files  # noqa: PLC0415
        from querwerk.core.signals import records_written  # noqa: PLC0415
        from querwerk.core.tidying import forget_expired_counts, forget_finished  # noqa: PLC0415

        records_written.connect(settle_written)
        for name, act in (("jobs", forget_finished), ("counts", forget_expired_counts), ("files", sweep_files)):
            registry.register_duty(registry.Duty(name, timedelta(hours=1), act))
