"""What a registration can be and become; the words that organisers and participants choose from."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Attendance(TextChoices):
    """How somebody takes part."""

    ONSITE = "onsite", _("on site")
    ONLINE = "online", _("online")


class Mode(TextChoices):
    """Who gets a place."""

    OPEN = "open", _("everybody, in the order of registration")
    APPROVAL = "approval", _("whom the organisers approve")
    INVITATION = "invitation", _("whoever has an invitation")


class RegistrationState(TextChoices):
    """Where a registration stands."""

    UNCONFIRMED = "unconfirmed", _("address not confirmed")
    AWAITING = "awaiting", _("awaiting approval")
    WAITING = "waiting", _("on the waiting list")
    OFFERED = "offered", _("place offered")
    CONFIRMED = "confirmed", _("confirmed")
    CANCELLED = "cancelled", _("cancelled")
    DECLINED = "declined", _("declined")
    EXPIRED = "expired", _("offer expired")


STATE = RegistrationState

REGISTRATION_MOVES: dict[RegistrationState, frozenset[RegistrationState]] = {
    STATE.UNCONFIRMED: frozenset({STATE.AWAITING, STATE.WAITING, STATE.CONFIRMED, STATE.CANCELLED}),
    STATE.AWAITING: frozenset({STATE.WAITING, STATE.CONFIRMED, STATE.DECLINED, STATE.CANCELLED}),
    STATE.WAITING: frozenset({STATE.OFFERED, STATE.CONFIRMED, STATE.DECLINED, STATE.CANCELLED}),
    STATE.OFFERED: frozenset({STATE.CONFIRMED, STATE.EXPIRED, STATE.DECLINED, STATE.CANCELLED}),
    STATE.CONFIRMED: frozenset({STATE.WAITING, STATE.AWAITING, STATE.DECLINED, STATE.CANCELLED}),
    STATE.CANCELLED: frozenset(),
    STATE.DECLINED: frozenset(),
    STATE.EXPIRED: frozenset(),
}
"""From “confirmed” back to waiting or awaiting only for who asks for another form or time in which no place is free.

Whoever comes back after an end registers anew."""

SEATED = (STATE.OFFERED, STATE.CONFIRMED)
"""They take a place of their contingent."""
ENDED = (STATE.CANCELLED, STATE.DECLINED, STATE.EXPIRED)
RUNNING = (STATE.UNCONFIRMED, STATE.AWAITING, STATE.WAITING, STATE.OFFERED, STATE.CONFIRMED)
NUMBERED = (STATE.AWAITING, STATE.WAITING, STATE.OFFERED, STATE.CONFIRMED)
"""They have a number, which is their place in the order."""


class Group(TextChoices):
    """From which field somebody comes."""

    CCI = "cci", _("culture and creative industries")
    INDUSTRY = "industry", _("industry and crafts")
    SCIENCE = "science", _("science and education")
    ADMINISTRATION = "administration", _("administration and politics")
    OTHER = "other", _("another field")


class Way(TextChoices):
    """By which door a registration came."""

    FORM = "form", _("form on the website")
    INVITATION = "invitation", _("invitation")
    ORGANISER = "organiser", _("entered by an organiser")
    WALK_IN = "walk-in", _("came without registration")


class Occasion(TextChoices):
    """In which form a question of the organiser's own stands."""

    REGISTRATION = "registration", _("registration")
    FEEDBACK = "feedback", _("feedback after the event")


class QuestionSort(TextChoices):
    """What an answer looks like."""

    TEXT = "text", _("a line of text")
    LONG_TEXT = "long-text", _("a longer text")
    CHOICE = "choice", _("one of several")
    SEVERAL = "several", _("any of several")
    NUMBER = "number", _("a whole number")
    YES_NO = "yes-no", _("yes or no")
    DATE = "date", _("a day")


COUNTABLE = (QuestionSort.CHOICE, QuestionSort.SEVERAL, QuestionSort.YES_NO)
"""Sorts of questions whose answers can be counted without saying who gave them."""


class LetterKind(TextChoices):
    """What a mail is about."""

    CONFIRM = "confirm", _("please confirm your address")
    KNOWN = "known", _("registered already")
    AWAITING = "awaiting", _("awaiting approval")
    WAITING = "waiting", _("on the waiting list")
    OFFER = "offer", _("a place is free")
    TICKET = "ticket", _("ticket")
    CHANGED = "changed", _("event changed")
    CANCELLED = "cancelled", _("cancelled")
    DECLINED = "declined", _("declined")
    EXPIRED = "expired", _("offer expired")
    REMINDER = "reminder", _("reminder")
    INVITATION = "invitation", _("invitation")
    MESSAGE = "message", _("message from the organisers")
    THANKS = "thanks", _("thank you")


class LetterState(TextChoices):
    """What became of a mail."""

    WAITING = "waiting", _("waiting")
    HANDED = "handed", _("answer of the mail server unknown")
    SENT = "sent", _("sent")
    REFUSED = "refused", _("refused")
    DROPPED = "dropped", _("no longer needed")


LETTER_MOVES: dict[LetterState, frozenset[LetterState]] = {
    LetterState.WAITING: frozenset({LetterState.HANDED, LetterState.DROPPED}),
    LetterState.HANDED: frozenset({LetterState.SENT, LetterState.REFUSED, LetterState.WAITING}),
    LetterState.SENT: frozenset(),
    LetterState.REFUSED: frozenset(),
    LetterState.DROPPED: frozenset(),
}
"""From “handed” back to “waiting” only where the server said no for now, or an organiser decides to send again."""


class Audience(TextChoices):
    """For whom an event is, which decides what the funder counts."""

    PUBLIC = "public", _("open to everybody and announced in public")
    EXPERTS = "experts", _("for invited people or experts")
    INTERNAL = "internal", _("an internal meeting of the programme")


class DoorAct(TextChoices):
    """What happens at a door."""

    IN = "in", _("came in")
    UNDO = "undo", _("taken back")
