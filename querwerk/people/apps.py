"""Django's registration of the room."""

from datetime import timedelta

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from querwerk.core import registry


class PeopleConfig(AppConfig):
    """The room ``people``."""

    name = "querwerk.people"
    label = "people"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Forget sessions that nobody can come back to; count the writes of profiles."""
        from querwerk.core.signals import records_deleted, records_written  # noqa: PLC0415  (models are not loaded before)
        from querwerk.people.actions import forget_address, forget_ended_sessions, forget_inquiries  # noqa: PLC0415
        from querwerk.people.drafts import forget_drafts  # noqa: PLC0415
        from querwerk.people.merging.parting import forget_mergers  # noqa: PLC0415
        from querwerk.people.queries import data_about  # noqa: PLC0415
        from querwerk.people.receivers import note_changes  # noqa: PLC0415
        from querwerk.people.speakers import forget_invitations  # noqa: PLC0415

        registry.register_holder(registry.Holder("profiles", data_about, forget_address))
        registry.register_journaled("contact", _("Ways of contact"), {"changed": _("Changed")})
        registry.register_journaled("spokesperson", _("Somebody who speaks for a profile"))
        registry.register_journaled("speaker_invitation", _("Invitation to speak for a profile"))
        registry.register_journaled("claim", _("Request for a profile"), {"state": _("State")})
        registry.register_journaled("invitation", _("Invitations"), {"number": _("Number")})
        registry.register_journaled("inquiry", _("Question to the organisers"))
        registry.register_journaled("profile_merge", _("Duplicates"), {"told_apart_from": _("Not the same as")})
        registry.register_foresight(_read_directories)
        registry.register_duty(registry.Duty("inquiries", timedelta(days=1), forget_inquiries))
        registry.register_duty(registry.Duty("invitations to speak", timedelta(days=1), forget_invitations))
        registry.register_duty(registry.Duty("unsaved profile texts", timedelta(days=1), forget_drafts))
        registry.register_duty(registry.Duty("merged profiles", timedelta(days=1), forget_mergers))
        registry.register_duty(registry.Duty("sessions", timedelta(hours=1), forget_ended_sessions))
        for signal in (records_written, records_deleted):
            signal.connect(note_changes, dispatch_uid="people.note_changes")


def _read_directories() -> None:
    from querwerk.people.directory import read_directories  # noqa: PLC0415  (loads NumPy)

    read_directories()
