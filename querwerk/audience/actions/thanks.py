"""The mail after an event: drafted, looked at, sent once to everybody."""

from collections.abc import Mapping

from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from querwerk.audience.actions.floor import journal
from querwerk.audience.models import Thanks
from querwerk.core.actions import Actor
from querwerk.core.templatetags.ui import plain
from querwerk.core.text import Text
from querwerk.events.actions.letters import write_letters
from querwerk.events.models import Presence, Registration, Terms
from querwerk.events.states import LetterKind, RegistrationState

CAME, MISSED = "thanks:came", "thanks:missed"
FIELDS = ("came_subject", "came_body", "missed_subject", "missed_body")


class UnableToThank(Exception):
    """It cannot be sent like this; the message says why."""


def draft_of(terms: Terms) -> Thanks:
    """Return the mails as somebody wrote them, or a proposal; 1 query."""
    found = Thanks.objects.filter(terms=terms).first()
    return found or Thanks(terms=terms, version=0, **_proposed(terms))


def _proposed(terms: Terms) -> dict[str, Text]:
    said: dict[str, dict[str, str | None]] = {name: {} for name in FIELDS}
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            event = {"event": plain(terms.event.title)}
            said["came_subject"][code] = _("Thank you for coming: %(event)s") % event
            said["came_body"][code] = "\n\n".join([
                _("Thank you for being there, for your questions and for what you brought along."),
                _("What was shown and said is gathered on the page of the event, and grows in the next days."),
                _("Please tell us how it was: a few questions, three minutes, without your name."),
            ])  # fmt: skip
            said["missed_subject"][code] = _("We missed you: %(event)s") % event
            said["missed_body"][code] = "\n\n".join([
                _("You had a place and could not come after all; that happens."),
                _("What was shown and said is gathered on the page of the event."),
            ])  # fmt: skip
    return {name: Text(words) for name, words in said.items()}


@transaction.atomic
def save_draft(*, terms: Terms, values: Mapping[str, Text], by: Actor, expected_version: int) -> Thanks:
    """Keep what somebody wrote. Raises :class:`UnableToThank` where it went out, or somebody else wrote meanwhile."""
    Terms.objects.select_for_update().get(pk=terms.pk)
    thanks = Thanks.objects.filter(terms=terms).first() or Thanks(terms=terms, version=0)
    if thanks.sent_at is not None:
        raise UnableToThank(_("These mails have been sent already."))
    if thanks.version != expected_version:
        raise UnableToThank(_("Somebody else has changed the mails in the meantime. Please look at the page again."))
    for name in FIELDS:
        setattr(thanks, name, values[name])
    thanks.version += 1
    thanks.save()
    journal(terms.event, by=by, after={"draft": thanks.version})
    return thanks


def readers(terms: Terms) -> tuple[list[Registration], list[Registration]]:
    """Return who came and who had a place but did not; where nobody was noted at all everybody with a place came; 2 queries."""
    with_place = Registration.objects.filter(terms=terms, forgotten_at__isnull=True).exclude(email="")
    there = set(Presence.objects.filter(registration__terms=terms).values_list("registration", flat=True))
    known = list(with_place.order_by("pk"))
    confirmed = [row for row in known if row.state == RegistrationState.CONFIRMED]
    if not there:
        return confirmed, []
    return [row for row in known if row.pk in there], [row for row in confirmed if row.pk not in there]


@transaction.atomic
def send_thanks(*, terms: Terms, by: Actor, expected_version: int) -> int:
    """Write one letter to everybody; the worker sends each once. A second click writes none. Return how many.

    Raises :class:`UnableToThank` where the draft is not the one that was looked at.
    """
    Terms.objects.select_for_update().get(pk=terms.pk)
    thanks = Thanks.objects.filter(terms=terms).first()
    if thanks is None or thanks.version != expected_version:
        raise UnableToThank(_("The mails have changed since you looked at them. Please look at them again."))
    if thanks.sent_at is not None:
        return 0
    thanks.sent_at, thanks.sent_by = timezone.now(), by.name[:200]
    thanks.save(update_fields=["sent_at", "sent_by"])
    came, missed = readers(terms)
    number = write_letters(came, LetterKind.THANKS, CAME) + write_letters(missed, LetterKind.THANKS, MISSED)
    journal(terms.event, by=by, after={"letters": number})
    return number
