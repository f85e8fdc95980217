"""Django's registration of the room."""

from datetime import timedelta

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
        """Hang the pages in; put registrations into the journal, among the holders of personal data, and before the clock."""
        from querwerk.events.actions import forgetting, places  # noqa: PLC0415  (models are not loaded before)
        from querwerk.events.signals import letters_written  # noqa: PLC0415
        from querwerk.events.tasks.sending import queue_letters, take_up_letters  # noqa: PLC0415
        from querwerk.events.views.documentation import ANSWERS  # noqa: PLC0415

        register_text("event", "report", _("Report"), is_section=True)
        registry.register_page("event", "events:event_detail")
        registry.register_panel(ANSWERS)
        registry.register_navigation(_("Events"), "events:event_list", 30)
        registry.register_journaled("registration", _("Registration"), {"state": _("State")})
        registry.register_journaled("registration_terms", _("Terms of registration"), TERMS)
        registry.register_holder(registry.Holder("events", forgetting.data_about, forgetting.forget_address))
        letters_written.connect(queue_letters)
        duties = {
            "offers of places": (timedelta(minutes=1), places.expire_offers),
            "places for who waits": (timedelta(minutes=5), places.promote_all),
            "unconfirmed registrations": (timedelta(hours=1), forgetting.forget_unconfirmed),
            "participants' data": (timedelta(hours=1), forgetting.forget_by_time),
            "reminders of events": (timedelta(hours=1), forgetting.remind),
            "letters about registrations": (timedelta(hours=1), take_up_letters),
        }
        for name, (every, act) in duties.items():
            registry.register_duty(registry.Duty(name, every, act))


TERMS = {
    "mode": _("Who gets a place"),
    "opens_at": _("Registration opens"),
    "closes_at": _("Registration closes"),
    "accept_hours": _("Hours to accept a place"),
    "remind_days": _("Days before the event to remind"),
    "keep_days": _("Days after the event until data are deleted"),
    "asks_networking": _("Asks about networking"),
    "asks_needs": _("Asks about needs"),
    "asks_photo": _("Asks about photographs"),
    "places_onsite": _("Places on site"),
    "places_online": _("Places online"),
    "places": _("Number of places"),
    "slots": _("Times of visits"),
    "is_open": _("Open"),
    "question": _("Question"),
}
