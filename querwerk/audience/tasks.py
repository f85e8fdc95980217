"""What the mail after an event says; the letters themselves are sent by the room below, each once."""

from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from querwerk.audience.actions.feedback import has_answered
from querwerk.audience.actions.thanks import CAME, draft_of
from querwerk.audience.models import FeedbackBox, Thanks
from querwerk.core.letters import site
from querwerk.core.templatetags.ui import plain
from querwerk.core.text import Text
from querwerk.events.models import Letter, Registration, Terms
from querwerk.events.tasks.letters import FurtherLetter, Words, link
from querwerk.programmes.pages import address


def _write(registration: Registration, name: dict[str, str]) -> Words:
    letter = _letters(registration).order_by("-pk").first()
    occasion = letter.occasion if letter is not None else CAME
    words = _worded(registration.terms, occasion)
    box = FeedbackBox.objects.filter(terms=registration.terms_id).first()
    if occasion == CAME and box is not None and box.is_open and not has_answered(box, registration):
        event = registration.terms.event
        words.button = _("Say how it was")
        words.url = site(reverse("audience:feedback", args=[event.space.key, event.key, registration.code]))
    return words


def _letters(registration: Registration) -> QuerySet[Letter]:
    return Letter.objects.filter(registration=registration, occasion__startswith="thanks:")


def _worded(terms: Terms, occasion: str) -> Words:
    thanks = draft_of(terms)
    subject, body = _texts(thanks, occasion)
    event = terms.event
    newsletter = address("newsletter:subscribe", programme=event.space.key)
    further = [(_("What was shown and said"), link(event, "event_detail"))]
    if newsletter:
        further.append((_("Hear from us again: the newsletter"), site(newsletter)))
    return Words(
        plain(subject), [part.strip() for part in plain(body).split("\n\n") if part.strip()], further=further,
        end=_("You get this mail because you registered for the event. There is no further one about it."),
    )  # fmt: skip


def _texts(thanks: Thanks, occasion: str) -> tuple[Text, Text]:
    if occasion == CAME:
        return thanks.came_subject, thanks.came_body
    return thanks.missed_subject, thanks.missed_body


def _is_true(letter: Letter) -> bool:
    assert letter.registration is not None
    return Thanks.objects.filter(terms=letter.registration.terms_id, sent_at__isnull=False).exists()


LETTER = FurtherLetter(_write, _is_true)


def preview_of(terms: Terms, occasion: str) -> dict[str, Any]:
    """Return a mail as it arrives, in the reader's language, without the link that differs for everybody."""
    words = _worded(terms, occasion)
    box = FeedbackBox.objects.filter(terms=terms).first()
    button = _("Say how it was") if occasion == CAME and box is not None and box.is_open else ""
    return {
        "subject": words.subject,
        "paragraphs": words.paragraphs,
        "button": button,
        "further": words.further,
        "end": words.end,
    }
