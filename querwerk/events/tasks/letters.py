"""What the mails about a registration say, in the participant's language."""

from collections.abc import Callable
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from querwerk.core import ical
from querwerk.core.letters import PLAIN, Inlay, Mail, addressed, host, make_letter, site
from querwerk.core.templatetags.ui import date_range, lang_of, plain
from querwerk.events.actions.registering import six_digits
from querwerk.events.models import Contingent, Event, Letter, Message, Registration
from querwerk.events.queries.registrations import place_in_line
from querwerk.events.states import ENDED, NUMBERED, RUNNING, Attendance, LetterKind, RegistrationState
from querwerk.programmes.pages import publicity
from querwerk.programmes.queries import frame_for

TICKET = "ticket"
"""The name of the ticket's picture in a mail."""


@dataclass(slots=True)
class Words:
    """What a mail says."""

    subject: str
    paragraphs: list[str]
    button: str = ""
    url: str = ""
    end: str = ""
    digits: str = ""
    facts: list[tuple[str, str]] = field(default_factory=list)
    has_ticket: bool = False
    has_calendar: bool = False
    is_cancelled: bool = False
    calendar: str = ""
    """A calendar file of its own, beside that of the event."""
    further: list[tuple[str, str]] = field(default_factory=list)


def link(event: Event, name: str, *args: str) -> str:
    """Return the full address of a page about an event."""
    return site(reverse(f"events:{name}", args=[event.space.key, event.key, *args]))


def when(event: Event, contingent: Contingent | None = None) -> str:
    """Return when an event, or a visit, takes place."""
    if contingent is not None and contingent.begins_at and contingent.ends_at:
        start, end = localtime(contingent.begins_at), localtime(contingent.ends_at)
        return f"{date_format(start, 'DATETIME_FORMAT')}–{date_format(end, 'TIME_FORMAT')}"
    day = date_range(event.date, event.end)
    return f"{day}, {event.time}" if event.time else day


def where(event: Event) -> str:
    """Return where an event takes place."""
    return ", ".join(filter(None, (plain(event.venue), plain(event.place))))


def facts_of(registration: Registration) -> list[tuple[str, str]]:
    """Return when, where and how somebody takes part."""
    event, contingent = registration.terms.event, registration.contingent
    facts = [(_("When"), when(event, contingent))]
    if contingent.attendance == Attendance.ONSITE:
        facts.append((_("Where"), where(event)))
    else:
        facts.append((_("Where"), plain(registration.terms.online_note) or _("online")))
    return [(label, value) for label, value in facts if value]


# --- One function for each kind -------------------------------------------------


def _confirm(registration: Registration, name: dict[str, str]) -> Words:
    event = registration.terms.event
    return Words(
        _("Please confirm: %(event)s") % name,
        [
            _("Somebody, we hope you, wants to register for “%(event)s” with this address.") % name,
            _("Type these six digits into the page that is still open, or click the link. Only then the registration counts."),
        ],
        digits=six_digits(registration),
        button=_("Confirm the registration"),
        url=link(event, "confirm", registration.code),
        facts=facts_of(registration),
        end=_("It was not you? Then do nothing; after two days we forget the address."),
    )  # fmt: skip


def _known(registration: Registration, name: dict[str, str]) -> Words:
    return Words(
        _("You have registered already: %(event)s") % name,
        [_("Somebody has entered this address into the form once more. You are registered, so nothing changes.")],
        digits=six_digits(registration),
        button=_("See, change or cancel the registration"),
        url=link(registration.terms.event, "mine", registration.code),
        end=_("It was not you? Then do nothing."),
    )


def _awaiting(registration: Registration, name: dict[str, str]) -> Words:
    return _about_mine(
        registration,
        _("We have your registration: %(event)s") % name,
        [_("Thank you. The organisers look at each registration; you get another mail as soon as they have decided.")],
    )


def _waiting(registration: Registration, name: dict[str, str]) -> Words:
    number = {"number": place_in_line(registration)}
    return _about_mine(
        registration,
        _("You are on the waiting list: %(event)s") % name,
        [
            _("At the moment all places are taken. You are number %(number)s on the waiting list.") % number,
            _("As soon as a place becomes free for you, you get a mail. You need not do anything until then."),
        ],
    )


def _offer(registration: Registration, name: dict[str, str]) -> Words:
    until = registration.offered_until
    day = {"until": date_format(localtime(until), "DATETIME_FORMAT") if until else ""}
    return Words(
        _("A place is free for you: %(event)s") % name,
        [
            _("A place has become free, and you are next.") % name,
            _("Please take it until %(until)s. After that it goes to whoever is next on the list.") % day,
        ],
        button=_("Take the place, or give it up"),
        url=link(registration.terms.event, "mine", registration.code),
        facts=facts_of(registration),
    )


def _ticket(registration: Registration, name: dict[str, str]) -> Words:
    words = _about_mine(registration, _("You are registered: %(event)s") % name, [_("We look forward to seeing you.")])
    return _with_ticket(registration, words)


def _reminder(registration: Registration, name: dict[str, str]) -> Words:
    paragraphs = [
        _("We look forward to seeing you soon."),
        _("You cannot come after all? Then please cancel, so that somebody from the waiting list gets the place."),
    ]
    return _with_ticket(registration, _about_mine(registration, _("Soon: %(event)s") % name, paragraphs))


def _changed(registration: Registration, message: Message, name: dict[str, str]) -> Words:
    lines = [part for part in plain(message.body).split("\n\n") if part]
    paragraphs = [_("Something about the event has changed:"), *lines]
    words = _about_mine(registration, _("Changed: %(event)s") % name, paragraphs)
    return _with_ticket(registration, words) if registration.state == RegistrationState.CONFIRMED else words


def _with_ticket(registration: Registration, words: Words) -> Words:
    words.has_calendar = True
    if registration.contingent.attendance == Attendance.ONSITE:
        words.has_ticket = True
        words.facts.append((_("Your ticket"), registration.ticket_shown))
        words.end = _("Please show the code at the entrance, on your phone or on paper. Your name will do as well.")
    return words


def _cancelled(registration: Registration, name: dict[str, str]) -> Words:
    paragraphs = [_("Your registration is cancelled. The place goes to somebody else."), *_reason(registration)]
    words = _ended(registration, _("Cancelled: %(event)s") % name, paragraphs)
    words.has_calendar = words.is_cancelled = True
    return words


def _declined(registration: Registration, name: dict[str, str]) -> Words:
    paragraphs = [_("We are sorry that we cannot give you a place this time."), *_reason(registration)]
    return _ended(registration, _("No place: %(event)s") % name, paragraphs)


def _expired(registration: Registration, name: dict[str, str]) -> Words:
    paragraphs = [
        _("The time in which the place was kept for you is over; it went to whoever was next."),
        _("If you still want to come you can register again."),
    ]
    return _ended(registration, _("The offer has ended: %(event)s") % name, paragraphs)


def _reason(registration: Registration) -> list[str]:
    return [registration.why] if registration.why else []


def _ended(registration: Registration, subject: str, paragraphs: list[str]) -> Words:
    url = link(registration.terms.event, "event_detail")
    return Words(subject, paragraphs, button=_("To the event"), url=url)


def _about_mine(registration: Registration, subject: str, paragraphs: list[str]) -> Words:
    url = link(registration.terms.event, "mine", registration.code)
    button = _("See, change or cancel the registration")
    return Words(subject, paragraphs, button=button, url=url, facts=facts_of(registration))


WRITERS: dict[str, Callable[[Registration, dict[str, str]], Words]] = {
    LetterKind.CONFIRM: _confirm,
    LetterKind.KNOWN: _known,
    LetterKind.AWAITING: _awaiting,
    LetterKind.WAITING: _waiting,
    LetterKind.OFFER: _offer,
    LetterKind.TICKET: _ticket,
    LetterKind.REMINDER: _reminder,
    LetterKind.CANCELLED: _cancelled,
    LetterKind.DECLINED: _declined,
    LetterKind.EXPIRED: _expired,
}
STANDS_IN: dict[str, tuple[str, ...]] = {
    LetterKind.CONFIRM: (RegistrationState.UNCONFIRMED,),
    LetterKind.KNOWN: RUNNING,
    LetterKind.AWAITING: (RegistrationState.AWAITING,),
    LetterKind.WAITING: (RegistrationState.WAITING,),
    LetterKind.OFFER: (RegistrationState.OFFERED,),
    LetterKind.TICKET: (RegistrationState.CONFIRMED,),
    LetterKind.REMINDER: (RegistrationState.CONFIRMED,),
    LetterKind.CHANGED: NUMBERED,
    LetterKind.CANCELLED: ENDED,
    LetterKind.DECLINED: ENDED,
    LetterKind.EXPIRED: ENDED,
}
"""The states in which what a letter says is true; it is dropped when the registration has moved on before it left."""


@dataclass(frozen=True, slots=True)
class FurtherLetter:
    """A letter of an upper room; it knows its letters by where their occasion begins."""

    write: Callable[[Registration, dict[str, str]], Words]
    is_true: Callable[[Letter], bool]


_further: dict[str, FurtherLetter] = {}


def register_letter(beginning: str, letter: FurtherLetter) -> None:
    """Say what the letters say whose occasion begins like this, up to a colon."""
    _further[beginning] = letter


def further(letter: Letter) -> FurtherLetter | None:
    """Return what an upper room has registered for a letter."""
    return _further.get(letter.occasion.partition(":")[0])


def is_still_true(letter: Letter) -> bool:
    """Tell whether a letter says what is so."""
    registration = letter.registration
    if registration is None:
        return letter.invitation is not None and bool(letter.invitation.email)
    of_room = further(letter)
    if of_room is not None:
        return bool(registration.email) and registration.state not in ENDED and of_room.is_true(letter)
    return bool(registration.email) and registration.state in STANDS_IN.get(letter.kind, tuple(RegistrationState))


# --- Mails ---------------------------------------------------------------------


def mail_of(letter: Letter) -> Mail:
    """Return a letter as a mail, in the language of who gets it."""
    registration, invitation = letter.registration, letter.invitation
    owner = registration or invitation
    assert owner is not None
    event = owner.terms.event
    with translation.override(owner.language or settings.LANGUAGE_CODE):
        return _mail(letter, event, _words(letter, event), owner.email, owner.language)


def _words(letter: Letter, event: Event) -> Words:
    name = {"event": plain(event.title)}
    if letter.registration is None:
        assert letter.invitation is not None
        code = letter.invitation.code
        return Words(
            _("Invitation: %(event)s") % name,
            [_("We invite you to “%(event)s”.") % name, plain(event.summary)],
            button=_("Register"),
            url=f"{link(event, 'register')}?code={code}",
            facts=[(_("When"), when(event)), (_("Where"), where(event))],
        )
    if letter.message is not None and letter.kind == LetterKind.CHANGED:
        return _changed(letter.registration, letter.message, name)
    if letter.message is not None:
        body = [part.strip() for part in plain(letter.message.body).split("\n\n") if part.strip()]
        return _about_mine(letter.registration, plain(letter.message.subject), body)
    of_room = further(letter)
    return (of_room.write if of_room is not None else WRITERS[letter.kind])(letter.registration, name)


def _mail(letter: Letter, event: Event, words: Words, to: str, language: str) -> Mail:
    frame = frame_for(event.space.key)
    context: dict[str, Any] = {
        "subject": words.subject,
        "paragraphs": [part for part in words.paragraphs if part],
        "digits": words.digits,
        "facts": [(label, value) for label, value in words.facts if value],
        "button": words.button,
        "url": words.url,
        "further": words.further,
        "end": words.end,
        "picture": TICKET if words.has_ticket else "",
        "picture_alt": _("Your ticket as a QR code"),
    }
    made = make_letter(PLAIN, context, language=language, programme=frame.programme.name, publicity=publicity(frame))
    registration = letter.registration
    if words.has_ticket and registration is not None:
        made = made.with_inlay(Inlay(TICKET, ticket_png(registration.ticket)))
    headers = {"Message-ID": f"<event-{letter.mark}@{host()}>", "X-Auto-Response-Suppress": "All"}
    mail = addressed(made, to, headers=headers)
    if words.has_calendar and registration is not None and ical.has_calendar(event.date, event.end):
        mail.attach(f"{event.key}.ics", calendar_of(registration, is_cancelled=words.is_cancelled), "text/calendar")
    if words.calendar:
        mail.attach(f"{event.key}-meetings.ics", words.calendar, "text/calendar")
    return mail


def ticket_png(ticket: str) -> bytes:
    """Return a ticket's QR code as a picture."""
    import segno  # noqa: PLC0415  (only who sends tickets needs it)

    drawn = BytesIO()
    segno.make_qr(f"QW:{ticket}", error="m").save(drawn, kind="png", scale=6, border=4)
    return drawn.getvalue()


def calendar_of(registration: Registration, *, is_cancelled: bool = False) -> str:
    """Return somebody's part in an event as a calendar file; each version replaces the one before."""
    event, contingent = registration.terms.event, registration.contingent
    day, last, clock = event.date, event.end, event.time
    if contingent.begins_at and contingent.ends_at:
        start, end = localtime(contingent.begins_at), localtime(contingent.ends_at)
        day, last, clock = start.date().isoformat(), "", f"{start:%H:%M}-{end:%H:%M}"
    entry = ical.Entry(
        identity=f"{event.space.key}:registration:{registration.pk}",
        title=plain(event.title),
        language=lang_of(event.title),
        date=day,
        end=last,
        time=clock,
        place=where(event) if contingent.attendance == Attendance.ONSITE else plain(registration.terms.online_note),
        text=plain(event.summary),
        url=link(event, "event_detail"),
        changed_at=event.changed_at,
        version=event.version + registration.version,
        is_cancelled=is_cancelled,
    )
    return ical.calendar_file(entry, ZoneInfo(settings.TIME_ZONE)).decode()
