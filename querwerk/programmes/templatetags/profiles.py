"""Tags and filters of the directory's pages."""

from typing import Any
from urllib.parse import urlencode

from django import template
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from querwerk.core.markup import format_html, format_html_join
from querwerk.core.registry import page_url
from querwerk.core.templatetags.primitives import card, notice, shown, state
from querwerk.core.templatetags.ui import partial_date, unknown
from querwerk.core.text import Text
from querwerk.people.models import Profile
from querwerk.people.states import DIVISION_CHOICES, SKILL_CHOICES, Audience, Availability, ProfileSort, Side, Submarket

register = template.Library()
MOST_LETTERS = 160
DIVISIONS = dict(DIVISION_CHOICES)
SKILL_LABELS = dict(SKILL_CHOICES)


@register.filter
def who(profile: Profile) -> str:
    """Say whether it is an organisation or a person, as far as known."""
    return str(ProfileSort(profile.sort).label) if profile.sort else _("Profile")


@register.filter
def branches(profile: Profile) -> list[tuple[str, str]]:
    """Return submarkets and branch in words, each with the part of an address that finds others of its kind."""
    found = [(str(Submarket(code).label), f"?{urlencode({'submarket': code})}") for code in profile.submarkets]
    if profile.division:
        found.append((str(DIVISIONS[profile.division]), f"?{urlencode({'section': profile.division})}"))
    return found


@register.filter
def skills(profile: Profile) -> list[str]:
    """Return the skills in words."""
    return [str(SKILL_LABELS[code]) for code in profile.skills]


@register.simple_tag(takes_context=True)
def profile_card(context: template.Context, profile: Profile, picture: Any = None) -> SafeString:
    """Show a profile in the directory."""
    kicker = [str(Side(profile.side).label)] if profile.side else []
    kicker += [label for label, _query in branches(profile)[:2]]
    foot = format_html("{} {}", profile.town, _marks(profile)) if profile.town else _marks(profile)
    return card(
        profile.name, url=page_url("profile", profile.key, context["frame"].key), key=profile.key,
        kicker=" · ".join(kicker), text=_shortened(profile.summary), picture=picture, foot=foot, level=2,
    )  # fmt: skip


def _shortened(text: Text) -> SafeString | str:
    return shown(text, MOST_LETTERS) if text else ""


def _marks(profile: Profile) -> SafeString:
    """Say what a reader of a list should know before opening a profile."""
    marks = []
    if profile.availability == Availability.PAUSED:
        marks.append(state(_("taking a break"), "warn"))
    if profile.shown_to != Audience.PUBLIC:
        marks.append(state(audience_words(profile), "note"))
    return format_html_join(" ", "{}", ((mark,) for mark in marks))


@register.filter
def audience_words(profile: Profile) -> str:
    """Say for whom a profile is."""
    if profile.shown_to is None:
        return _("not shown")
    return {
        Audience.PUBLIC: _("for everybody"), Audience.MEMBERS: _("for members"), Audience.PRIVATE: _("private"),
    }[profile.shown_to]  # fmt: skip


@register.simple_tag
def shown_to_note(profile: Profile) -> SafeString:
    """Say above a profile that not everybody sees it."""
    words = {
        Audience.MEMBERS: _("Only members of the directory see this profile."),
        Audience.PRIVATE: _("Only those who speak for this profile and the organisers see it."),
        None: _("The organisers have taken this profile out of the directory."),
    }
    said = words.get(profile.shown_to)
    return notice(format_html("<p>{}</p>", said)) if said else mark_safe("")


@register.simple_tag
def availability(profile: Profile) -> SafeString:
    """Say whether, when and for how much somebody has time, as far as they have said so."""
    if profile.availability == Availability.PAUSED:
        return state(_("taking a break"), "warn")
    said: list[Any] = []
    if profile.availability == Availability.OPEN:
        said.append(state(_("open for projects"), "good"))
    if profile.available_from or profile.available_until:
        said.append(_span(profile.available_from, profile.available_until))
    if profile.capacity is not None:
        said.append(
            ngettext("%(number)d project a year", "%(number)d projects a year", profile.capacity)
            % {"number": profile.capacity}
        )
    if profile.open_places is not None:
        said.append(
            ngettext("%(number)d place still open", "%(number)d places still open", profile.open_places)
            % {"number": profile.open_places}
        )
    return format_html_join(" · ", "{}", ((one,) for one in said)) if said else unknown()


def _span(begins: str, ends: str) -> str:
    if begins and ends:
        return _("from %(begin)s until %(end)s") % {"begin": partial_date(begins), "end": partial_date(ends)}
    if begins:
        return _("from %(begin)s") % {"begin": partial_date(begins)}
    return _("until %(end)s") % {"end": partial_date(ends)}


@register.simple_tag(takes_context=True)
def directory_views(context: template.Context, current: str, query: str) -> SafeString:
    """Lead from list to map and back, with what was chosen."""
    views = (("list", "programmes:directory", _("List")), ("map", "programmes:directory_map", _("Map")))
    links = (
        (
            reverse(name, kwargs={"programme": context["frame"].key}) + query,
            mark_safe(' aria-current="page"') if key == current else "", label,
        )
        for key, name, label in views
    )  # fmt: skip
    return format_html(
        '<nav class="views" aria-label="{}"><ul class="views__list">{}</ul></nav>', _("Ways to look at the directory"),
        format_html_join("", '<li><a href="{}"{}>{}</a></li>', links),
    )  # fmt: skip


OUTCOMES = {
    "new": (gettext_lazy("new"), "good"),
    "changed": (gettext_lazy("changed"), "note"),
    "same": (gettext_lazy("the same"), "plain"),
    "refused": (gettext_lazy("refused"), "bad"),
}


@register.filter
def outcome_words(outcome: str) -> str:
    """Say what would become of a row of a table."""
    return str(OUTCOMES[outcome][0])


@register.filter
def outcome_state(outcome: str) -> SafeString:
    """Show what would become of a row of a table."""
    label, tone = OUTCOMES[outcome]
    return state(str(label), tone)


@register.filter
def likeness_words(reason: str) -> str:
    """Say what two profiles have in common."""
    words = {
        "email": _("the same address"), "url": _("the same website"), "name": _("similar names"),
        "meaning": _("they say the same"),
    }  # fmt: skip
    return words[reason]


@register.filter
def stated(value: Any) -> str:
    """Print a value of a bundle in a cell."""
    return ", ".join(map(str, value)) if isinstance(value, list) else "" if value is None else str(value)
