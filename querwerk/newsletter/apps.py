"""Django's registration of the room."""

from datetime import timedelta

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from querwerk.core import registry


class NewsletterConfig(AppConfig):
    """The room ``newsletter``."""

    name = "querwerk.newsletter"
    label = "newsletter"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Put the newsletter at the desk, into the journal, among the holders of personal data, and before the clock."""
        from querwerk.newsletter import actions  # noqa: PLC0415  (models are not loaded before)
        from querwerk.newsletter.rules import may_see_issues  # noqa: PLC0415

        registry.register_tool(registry.Tool(_("Newsletter"), "newsletter:home", 50, may_see_issues))
        fields = {
            "subject_de": _("Subject in German"),
            "subject_en": _("Subject in English"),
            "intro_de": _("Introduction in German"),
            "intro_en": _("Introduction in English"),
            "newsflashes": _("Newsflashes"),
        }
        registry.register_journaled("newsletter", _("Newsletter"), fields)
        registry.register_journaled("subscription", _("Newsletter subscription"))
        registry.register_holder(registry.Holder("newsletter", actions.data_about, actions.forget_address))
        registry.register_duty(
            registry.Duty("unconfirmed subscriptions", timedelta(hours=1), actions.forget_unconfirmed)
        )
