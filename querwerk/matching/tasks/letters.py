"""What the mails about a match say, each in its reader's language."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.urls import reverse
from django.utils import translation
from django.utils.formats import date_format
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from querwerk.core.letters import PLAIN, Mail, addressed, host, make_letter, site
from querwerk.core.templatetags.ui import plain
from querwerk.matching import rules
from querwerk.matching.actions.proposals import is_closed, other_side, suggested_day
from querwerk.matching.models import FollowUp, Guest, Side
from querwerk.matching.queries.challenges import owner_for_match, title_of
from querwerk.matching.states import LetterKind, Moment, Party
from querwerk.programmes.pages import publicity
from querwerk.programmes.queries import Frame, frame_for


@dataclass(slots=True)
class Words:
    """What a mail says."""

    subject: str
    paragraphs: list[str]
    button: str = ""
    url: str = ""
    end: str = ""
    facts: list[tuple[str, str]] = field(default_factory=list)


def letter_to(side: Side, kind: str) -> Mail:
    """Return the mail to one side of a match."""
    with translation.override(side.language):
        words = WRITERS[LetterKind(kind)](side, frame_for(side.proposal.dossier.space.key))
        return _mail(side, words, name=f"{kind}-{side.reminders}")


def follow_up_letter(follow_up: FollowUp) -> Mail:
    """Return the mail that asks one side how it went."""
    side = follow_up.side
    with translation.override(side.language):
        frame = frame_for(side.proposal.dossier.space.key)
        again = follow_up.asked_again_at is not None
        words = Words(
            _("How did it go? %(programme)s") % {"programme": frame.programme.name},
            [
                _when(follow_up, _other_name(side)),
                _(
                    "One question with five answers, each of which is a good one, and room for a sentence. It takes a minute."
                ),
            ],
            button=pgettext("action", "Answer"),
            url=site(reverse("matching:follow_up", args=[frame.key, follow_up.code])),
            end=_("We do not write again about this date.") if again else "",
        )
        return _mail(side, words, name=f"follow-up-{follow_up.moment}-{int(again)}")


def guest_letter(guest: Guest) -> Mail:
    """Return the mail that asks somebody to read a challenge. What it is about stands on the page alone: mails travel openly."""
    with translation.override(guest.language):
        frame = frame_for(guest.dossier.space.key)
        name = {"by": guest.by_name, "programme": frame.programme.name}
        if guest.is_partner:
            subject = _("An idea, with you as the partner: %(programme)s") % name
            first = _("%(by)s wants to try something with you in %(programme)s, and has written down what.") % name
        else:
            subject = _("Something in confidence: %(programme)s") % name
            first = _("%(by)s wants you to read something in %(programme)s that is for chosen people only.") % name
        words = Words(
            subject,
            [
                first,
                _("Behind the link you read it. It works for 30 days and for you alone: please do not pass it on."),
            ],
            button=_("Read it"),
            url=site(reverse("matching:guest", args=[frame.key, guest.code])),
            end=_("You do not know what this is about? Then do nothing; the invitation is deleted after 30 days."),
        )
        return _sent(guest.email, words, language=guest.language, frame=frame, identity=f"guest-{guest.pk}")


def _when(follow_up: FollowUp, other: str) -> str:
    name = {"other": other}
    return {
        Moment.END: _("The time for your work with %(other)s is over, as it was planned. What became of it?") % name,
        Moment.SIX: _("Half a year has passed since the end of your work with %(other)s. What is left of it?") % name,
        Moment.TWELVE: _("A year has passed since the end of your work with %(other)s. What is left of it?") % name,
    }[Moment(follow_up.moment)]


def _mail(side: Side, words: Words, *, name: str) -> Mail:
    frame = frame_for(side.proposal.dossier.space.key)
    return _sent(side.email, words, language=side.language, frame=frame, identity=f"match-{side.pk}-{name}")


def _sent(email: str, words: Words, *, language: str, frame: Frame, identity: str) -> Mail:
    context: dict[str, Any] = {
        "subject": words.subject, "paragraphs": words.paragraphs, "button": words.button, "url": words.url,
        "end": words.end, "facts": words.facts, "further": [], "digits": "",
    }  # fmt: skip
    made = make_letter(PLAIN, context, language=language, programme=frame.programme.name, publicity=publicity(frame))
    headers = {"Message-ID": f"<{identity}@{host()}>", "X-Auto-Response-Suppress": "All"}
    return addressed(made, email, headers=headers)


def _link(side: Side, frame: Frame) -> str:
    return site(reverse("matching:answer", args=[frame.key, side.code]))


def _other_name(side: Side) -> str:
    """Return what the other side is called, as far as this one may know."""
    other = other_side(side)
    if not rules.may_read_of_other(other_is_closed=is_closed(other), other_answer=other.answer):
        return _("somebody whom the organisers introduce to you")
    if other.party == Party.OFFER:
        return plain(side.proposal.profile.name)
    dossier = side.proposal.dossier
    return plain(owner_for_match(dossier)) or plain(title_of(dossier))


def _asked(side: Side, frame: Frame) -> Words:
    name = {
        "programme": frame.programme.name,
        "title": plain(title_of(side.proposal.dossier)),
        "other": _other_name(side),
    }
    if side.party == Party.CHALLENGE:
        first = _("For your challenge “%(title)s” we would like to introduce %(other)s to you.") % name
        subject = _("A proposal for your challenge") + f": {name['other']}"
    else:
        first = _("We have a challenge that could be yours: “%(title)s”.") % name
        if not rules.may_read_of_other(
            other_is_closed=is_closed(other_side(side)), other_answer=other_side(side).answer
        ):
            first = _("We have a challenge that could be yours.")
        subject = _("A challenge that could be yours")
    return Words(
        subject,
        [
            first,
            side.proposal.why,
            _("On the page behind this link you read more, and say yes or no. You need no account."),
            _("Only when both sides have said yes we tell each how to reach the other."),
        ],
        button=_("Read and answer"),
        url=_link(side, frame),
        end=_("A person of the team of %(programme)s chose this; software only helped to find it.") % name,
    )


def _reminded(side: Side, frame: Frame) -> Words:
    words = _asked(side, frame)
    words.subject = _("Once more: %(subject)s") % {"subject": words.subject}
    words.paragraphs.insert(0, _("We have not heard of you yet. A “no” helps us as much as a “yes”."))
    return words


def _introduced(side: Side, frame: Frame) -> Words:
    other = other_side(side)
    place = str(side.proposal.dossier.content.get("place") or "")
    day = date_format(suggested_day(localdate()), "DATE_FORMAT")
    facts = [(_("You reach"), ", ".join(part for part in (other.name, other.email, other.phone) if part))]
    meeting = _("%(day)s, 10 o'clock, for an hour") % {"day": day}
    facts.append((_("A suggestion for the first meeting"), f"{meeting}, {place}" if place else meeting))
    facts.append(
        (
            _("What helps"),
            _("See the place. Tell what was tried. Say what success would look like. Agree on one small step."),
        )
    )
    return Words(
        _("You have a match: %(other)s") % {"other": _other_name(side)},
        [
            _("Both sides have said yes. From now on it is yours: whoever reads this first writes to the other."),
        ],
        button=_("See it again"),
        url=_link(side, frame),
        facts=facts,
        end=_("We ask both sides at the end, half a year and a year later what became of it."),
    )  # fmt: skip


def _regret(side: Side, frame: Frame) -> Words:
    name = {"other": _other_name(side)}
    return Words(
        _("It does not come about: %(other)s") % name,
        [
            _("The match with %(other)s does not come about. That says nothing about you or your work: often it is time, place or money.") % name,
            _("We go on looking."),
        ],
    )  # fmt: skip


WRITERS: dict[LetterKind, Callable[[Side, Frame], Words]] = {
    LetterKind.ASK: _asked,
    LetterKind.REMIND: _reminded,
    LetterKind.INTRODUCE: _introduced,
    LetterKind.REGRET: _regret,
}
