"""Django's registration of the room."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from querwerk.core import registry
from querwerk.core.prose.files import register_offers
from querwerk.core.prose.roles import register_text


class ProgrammesConfig(AppConfig):
    """The room ``programmes``."""

    name = "querwerk.programmes"
    label = "programmes"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Say where the room's records are shown."""
        from querwerk.core.pictures.serving import register_gate  # noqa: PLC0415  (models are not loaded before)
        from querwerk.core.pictures.showing import register_people  # noqa: PLC0415
        from querwerk.people.signals import answer_wanted, invitation_wanted, speaker_wanted  # noqa: PLC0415
        from querwerk.programmes.files import offers  # noqa: PLC0415
        from querwerk.programmes.lists import described  # noqa: PLC0415
        from querwerk.programmes.pages import may_fetch_draft  # noqa: PLC0415
        from querwerk.programmes.profiles import mailing  # noqa: PLC0415
        from querwerk.programmes.profiles.pictures import may_fetch_of_profile  # noqa: PLC0415

        register_gate(may_fetch_draft)
        register_gate(may_fetch_of_profile)
        register_offers(offers)
        register_people(described)
        registry.register_single_page("programme", "programmes:about")
        invitation_wanted.connect(mailing.invite, dispatch_uid="programmes.invite")
        speaker_wanted.connect(mailing.ask_speaker, dispatch_uid="programmes.ask_speaker")
        answer_wanted.connect(mailing.answer, dispatch_uid="programmes.answer")
        registry.register_page("profile", "programmes:profile")
        registry.register_navigation(_("Directory"), "programmes:directory", 15)
        registry.register_page("organisation", "programmes:organisation_detail")
        register_text("page", "body", _("Text"))
        registry.register_page("page", "programmes:page")
        registry.register_navigation(_("Partners"), "programmes:partner_list", 80)
