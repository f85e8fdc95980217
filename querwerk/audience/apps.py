"""Django's registration of the room."""

from datetime import timedelta
from typing import Any

from django.apps import AppConfig
from django.db.models.signals import pre_delete
from django.utils.translation import gettext_lazy as _

from querwerk.core import registry


class AudienceConfig(AppConfig):
    """The room ``audience``."""

    name = "querwerk.audience"
    label = "audience"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Put the floor, feedback and thanks at the desk, on the page of a registration, before the clock, and into what is told and forgotten."""
        from querwerk.audience import panels, tasks  # noqa: PLC0415  (models are not loaded before)
        from querwerk.audience.actions import forgetting  # noqa: PLC0415
        from querwerk.audience.rules import may_see_audience  # noqa: PLC0415
        from querwerk.events.signals import registration_forgotten, registration_told  # noqa: PLC0415
        from querwerk.events.tasks.letters import register_letter  # noqa: PLC0415

        def tell(sender: Any, registration: Any, **_more: Any) -> tuple[str, Any] | None:
            found = forgetting.data_of(registration)
            return ("audience", found) if found else None

        def forget(sender: Any, registration: Any, **_more: Any) -> None:
            forgetting.forget(registration)

        def forget_sender(sender: Any, instance: Any, **_more: Any) -> None:
            forgetting.forget_sender(instance)

        pre_delete.connect(forget_sender, sender="people.User", weak=False, dispatch_uid="audience.forget_sender")
        registration_told.connect(tell, weak=False)
        registration_forgotten.connect(forget, weak=False)
        register_letter("thanks", tasks.LETTER)
        registry.register_panel(panels.MINE)
        registry.register_panel(panels.AT_DESK)
        registry.register_tool(registry.Tool(_("Audience"), "audience:home", 46, may_see_audience))
        registry.register_journaled("audience", _("Audience"), FIELDS)
        duty = registry.Duty("questions from the floor", timedelta(hours=1), forgetting.forget_by_time)
        registry.register_duty(duty)


FIELDS = {
    "item": _("Agenda item"),
    "is_open": _("Open"),
    "is_moderated": _("Moderated"),
    "links": _("Links"),
    "feedback": _("Feedback"),
    "struck_out": _("Answer struck out"),
    "letters": _("Letters"),
    "draft": _("Draft"),
}
"""How the journal calls what changes."""
