"""Django's registration of the room."""

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_save
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from querwerk.core import registry


class MeetingsConfig(AppConfig):
    """The room ``meetings``."""

    name = "querwerk.meetings"
    label = "meetings"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Put the meetings at the desk, on the page of a registration, into the journal, and into what is told and forgotten."""
        from querwerk.events.signals import registration_forgotten, registration_told  # noqa: PLC0415  (models are not loaded before)
        from querwerk.events.tasks.letters import register_letter  # noqa: PLC0415
        from querwerk.meetings import panels, tasks  # noqa: PLC0415
        from querwerk.meetings.actions import forgetting, joining, planning  # noqa: PLC0415
        from querwerk.meetings.rules import may_see_meetings  # noqa: PLC0415
        from querwerk.meetings.signals import plan_wanted, words_changed  # noqa: PLC0415

        def tell(sender: Any, registration: Any, **_more: Any) -> tuple[str, Any] | None:
            found = forgetting.data_of(registration)
            return ("meetings", found) if found else None

        def forget(sender: Any, registration: Any, **_more: Any) -> None:
            forgetting.forget(registration)

        def follow(sender: Any, instance: Any, **_more: Any) -> None:
            joining.follow_registration(instance)

        post_save.connect(follow, sender="events.Registration", weak=False, dispatch_uid="meetings.follow_registration")
        registration_told.connect(tell, weak=False)
        registration_forgotten.connect(forget, weak=False)
        plan_wanted.connect(tasks.queue_plan)
        words_changed.connect(tasks.queue_words)
        register_letter(planning.LETTERS, tasks.LETTER)
        registry.register_panel(panels.MINE)
        registry.register_panel(panels.AT_DESK)
        registry.register_tool(registry.Tool(_("Meetings"), "meetings:home", 45, may_see_meetings))
        registry.register_journaled("meetings", _("Meetings"), FIELDS)


FIELDS = {
    "least": _("Guaranteed meetings"),
    "most": _("Most meetings of one person"),
    "most_wishes": _("Most wishes of one person"),
    "may_wish": _("Participants may wish"),
    "phase": _("State"),
    "session": _("Session"),
    "slots": _("Times"),
    "tables": _("Tables"),
    "table": pgettext_lazy("furniture", "Table"),
    "is_closed": _("Closed"),
    "team": _("Team"),
    "members": _("Members"),
    "comes_together": _("They always come together"),
    "plan": _("Version of the timetable"),
    "method": _("How it came about"),
    "letters": _("Letters"),
    "pair": _("Pair"),
    "sort": _("Sort"),
    "participant": _("Participant"),
    "is_absent": _("Did not come"),
    "meeting": _("Meeting"),
    "is_locked": _("Locked"),
    "wish": _("Wish"),
}
"""How the journal calls what changes."""
