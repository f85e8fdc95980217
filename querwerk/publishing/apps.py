"""Django's registration of the room."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from querwerk.core import registry
from querwerk.core.prose.roles import register_text


class PublishingConfig(AppConfig):
    """The room ``publishing``."""

    name = "querwerk.publishing"
    label = "publishing"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Say where news are shown, put news and films on other rooms' pages, and keep the search up to date."""
        from querwerk.core.prose.films import register_films  # noqa: PLC0415
        from querwerk.core.signals import records_written  # noqa: PLC0415  (models are not loaded before)
        from querwerk.publishing import cinema, panels, receivers  # noqa: PLC0415

        register_films(cinema.reels)
        register_text("newsflash", "body", _("Text"))
        registry.register_page("newsflash", "publishing:news_detail")
        registry.register_navigation(_("News"), "publishing:news_list", 70)
        registry.register_panel(panels.NEWS)
        registry.register_panel(panels.FILMS)
        registry.register_panel(panels.GALLERY)
        records_written.connect(receivers.keep_index)
