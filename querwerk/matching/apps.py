"""Django's registration of the room."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from querwerk.core import registry
from querwerk.core.signals import records_written


class MatchingConfig(AppConfig):
    """The room ``matching``."""

    name = "querwerk.matching"
    label = "matching"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Hang the pages in, and follow what is written elsewhere."""
        from querwerk.matching.receivers import follow_records  # noqa: PLC0415  (models are not loaded before)

        registry.register_page("challenge", "matching:challenge_detail")
        registry.register_page("match", "matching:match_detail")
        registry.register_navigation(_("Challenges"), "matching:challenge_list", 15)
        records_written.connect(follow_records, dispatch_uid="matching.follow_records")
