"""Django's registration of the room."""

from datetime import timedelta

from django.apps import AppConfig
from django.db.models.signals import pre_delete
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
        from querwerk.matching.actions import guests, personal, proposals  # noqa: PLC0415  (models are not loaded before)
        from querwerk.matching.queries.ranking import read_boards  # noqa: PLC0415
        from querwerk.matching.receivers import follow_merge, follow_parting, follow_records, forget_account  # noqa: PLC0415
        from querwerk.matching.signals import challenge_saved, follow_ups_due, guest_asked, letters_due, round_asked  # noqa: PLC0415
        from querwerk.matching.tasks import rounds, sending  # noqa: PLC0415
        from querwerk.people.signals import profiles_merged, profiles_parted  # noqa: PLC0415

        registry.register_foresight(read_boards)
        registry.register_page("challenge", "matching:challenge_detail")
        registry.register_page("match", "matching:match_detail")
        registry.register_navigation(_("Challenges"), "matching:challenge_list", 15)
        records_written.connect(follow_records, dispatch_uid="matching.follow_records")
        profiles_merged.connect(follow_merge, dispatch_uid="matching.follow_merge")
        profiles_parted.connect(follow_parting, dispatch_uid="matching.follow_parting")
        challenge_saved.connect(sending.queue_encoding, dispatch_uid="matching.queue_encoding")
        letters_due.connect(sending.queue_letters, dispatch_uid="matching.queue_letters")
        follow_ups_due.connect(sending.queue_follow_ups, dispatch_uid="matching.queue_follow_ups")
        guest_asked.connect(sending.queue_guest_letter, dispatch_uid="matching.queue_guest_letter")
        round_asked.connect(rounds.queue_round, dispatch_uid="matching.queue_round")
        pre_delete.connect(forget_account, sender="people.User", dispatch_uid="matching.forget_account")
        registry.register_holder(registry.Holder("matching", personal.data_about, personal.forget_address))
        for name, every, act in (
            ("reminders of matches", timedelta(hours=1), proposals.remind_sides),
            ("follow-ups of matches", timedelta(hours=6), proposals.ask_how_it_went),
            ("invitations to challenges", timedelta(days=1), guests.forget_guests),
            ("addresses of matches", timedelta(days=1), proposals.forget_addresses),
        ):
            registry.register_duty(registry.Duty(name, every, act))
