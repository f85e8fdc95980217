"""The building blocks of every page. ``{% load primitives %}``; the gallery shows each one in each state.

Lists are given as dictionaries or objects with the named fields; what is a content text may be given as
:class:`~querwerk.core.text.Text` and is then shown in the best language with its language stated.
"""

from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher
from functools import cache
from typing import Any

from django import template
from django.forms import BoundField, Form
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from querwerk.core.addresses import host_of
from querwerk.core.icons import ICONS
from querwerk.core.maps import project
from querwerk.core.text import Text
from querwerk.core.weave import weave as draw_weave

register = template.Library()


@cache
def _icon(name: str) -> SafeString:
    return mark_safe(  # noqa: S308
        f'<svg class="icon" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2"'
        f' stroke-linecap="square" aria-hidden="true">{ICONS[name]}</svg>'
    )


@register.simple_tag
def icon(name: str) -> SafeString:
    """Draw an outline from :mod:`querwerk.core.icons`; decoration only, words stand beside it."""
    return _icon(name)


@register.simple_tag
def weave(key: str) -> SafeString:
    """Draw the record's cloth."""
    return mark_safe(draw_weave(str(key)))  # noqa: S308


@register.filter
def shown(value: Any) -> SafeString:
    """Show a value: a content text in the best language, with ``lang`` where it differs; anything else escaped."""
    if isinstance(value, Text):
        passage = value.best((get_language() or "en").split("-")[0])
        if passage.is_substitute:
            return format_html('<span lang="{}">{}</span>', passage.language, passage.words)
        return conditional_escape(passage.words)
    return conditional_escape("" if value is None else value)


@register.simple_tag
def not_any() -> SafeString:
    """Say that there is none, as stated by the source."""
    return format_html('<span class="unknown unknown--none">{}</span>', _("none"))


@register.simple_tag
def language_note(code: str, name: str = "") -> SafeString:
    """Say that the text beside it is in another language than the page."""
    names = {
        "de": _("German"), "en": _("English"), "cs": _("Czech"), "pl": _("Polish"), "sl": _("Slovene"),
        "it": _("Italian"), "nl": _("Dutch"), "fr": _("French"),
    }  # fmt: skip
    return format_html('<span class="language-note">{}</span>', _("in %s") % (name or names.get(code, code)))


@register.simple_tag
def state(label: str, tone: str = "plain") -> SafeString:
    """Show a state as words in a frame; ``tone``: plain, good, warn, bad, open, note."""
    return format_html('<span class="state state--{}">{}</span>', tone, label)


@register.simple_tag
def tag(label: str, url: str = "") -> SafeString:
    """Show a keyword, with an address as a link."""
    if url:
        return format_html('<a class="tag" href="{}">{}</a>', url, label)
    return format_html('<span class="tag">{}</span>', label)


@register.simple_tag
def source_note(source: str) -> SafeString:
    """Say where a fact comes from: a link to the page, or the name of the source."""
    if not source:
        return mark_safe("")
    host = host_of(source)
    if host:
        return format_html(
            '<span class="source">{} <a href="{}" rel="external">{}</a></span>',
            _("Source:"), source, host.removeprefix("www."),
        )  # fmt: skip
    return format_html('<span class="source">{} {}</span>', _("Source:"), source)


NOTICE_ICONS = {"info": "info", "success": "circle-check", "warning": "triangle-alert", "error": "circle-alert"}


@register.simple_block_tag
def notice(content: str, kind: str = "info", title: str = "") -> SafeString:
    """Tell something apart from the text; ``kind``: info, success, warning, error."""
    kind = kind if kind in NOTICE_ICONS else "info"
    head = format_html('<p class="notice__title">{}</p>', title) if title else ""
    return format_html(
        '<div class="notice notice--{}">{}<div class="notice__body">{}{}</div></div>',
        kind, _icon(NOTICE_ICONS[kind]), head, content,
    )  # fmt: skip


@register.simple_block_tag
def section(content: str, title: str, *, id: str = "", lead: str = "", main: bool = False) -> SafeString:  # noqa: A002
    """Hang a section on the thread: a knot, a heading of the second level, the content."""
    mark = format_html(' id="{}"', id) if id else ""
    aside = format_html("<p>{}</p>", lead) if lead else ""
    return format_html(
        '<section class="section{}"{}><div class="section__head"><h2>{}</h2>{}</div>{}</section>',
        " section--main" if main else "", mark, shown(title), aside, content,
    )  # fmt: skip


@register.simple_block_tag
def empty(content: str, title: str) -> SafeString:
    """Say that there is nothing yet, and what to do about it."""
    return format_html('<div class="empty"><p class="empty__title">{}</p>{}</div>', title, content)


@register.simple_block_tag
def finding(content: str, grade: str = "", tone: str = "plain", source: str = "") -> SafeString:
    """Show what was learned, with the grade of the evidence and the source."""
    badge = state(grade, tone) if grade else ""
    return format_html(
        '<figure class="finding"><blockquote class="finding__words">{}</blockquote>'
        '<figcaption class="finding__foot">{} {}</figcaption></figure>',
        content, badge, source_note(source),
    )  # fmt: skip


@register.simple_block_tag
def table(content: str, caption: str, *, hidden: bool = False) -> SafeString:
    """Wrap the rows of a table so that a narrow screen can scroll it, by keyboard too."""
    return format_html(
        '<div class="table" role="region" tabindex="0" aria-label="{}"><table><caption{}>{}</caption>{}</table></div>',
        caption, mark_safe(' class="visually-hidden"') if hidden else "", caption, content,
    )  # fmt: skip


@register.inclusion_tag("core/ui/card.html")
def card(  # noqa: PLR0913
    title: Any, *, url: str = "", key: str = "", kicker: Any = "", text: Any = "", foot: Any = "",
    image_url: str = "", image_alt: str = "", level: int = 3,
) -> dict[str, Any]:  # fmt: skip
    """Show a record in a list; with a picture, else with its cloth (``key``), else plain."""
    return locals()


@register.inclusion_tag("core/ui/facts.html")
def facts(rows: Iterable[tuple[Any, Any]]) -> dict[str, Any]:
    """List facts: rows of (label, value)."""
    return {"rows": rows}


@register.inclusion_tag("core/ui/figures.html")
def figures(rows: Iterable[Any]) -> dict[str, Any]:
    """Show big numbers: rows of dict(value, label, source)."""
    return {"rows": rows}


@register.inclusion_tag("core/ui/timeline.html")
def timeline(items: Iterable[Any], level: int = 3) -> dict[str, Any]:
    """Show steps on the thread: dict(date, title, text, url, source, state, is_open)."""
    return {"items": items, "level": level}


@register.inclusion_tag("core/ui/thread_panel.html")
def thread_panel(rests_on: Sequence[Any], came_of_it: Sequence[Any], thread_url: str = "") -> dict[str, Any]:
    """Show what this rests on and what came of it: items dict(kind, relation, title, url, date, source, grade)."""
    return {"rests_on": rests_on, "came_of_it": came_of_it, "thread_url": thread_url}


@register.inclusion_tag("core/ui/questions.html")
def questions(items: Iterable[Any], level: int = 3) -> dict[str, Any]:
    """Show the guiding questions: dict(number, title, url, answers=[dict(kind, title, url)])."""
    return {"items": items, "level": level}


@register.inclusion_tag("core/ui/agenda.html")
def agenda(items: Iterable[Any], level: int = 3) -> dict[str, Any]:
    """Show the parts of an event in order: dict(time, title, text, links=[dict(kind, title, url)])."""
    return {"items": items, "level": level}


@register.inclusion_tag("core/ui/event_date.html")
def event_date(start: Any, end: Any = None) -> dict[str, Any]:
    """Show the day of an event as a block; ``start`` may be a date or "2021", "2021-09", "2021-09-29"."""
    parts = [*str(start)[:10].split("-"), "", ""][:3] if start else ["", "", ""]
    months = [
        _("Jan"), _("Feb"), _("Mar"), _("Apr"), _("May"), _("Jun"),
        _("Jul"), _("Aug"), _("Sep"), _("Oct"), _("Nov"), _("Dec"),
    ]  # fmt: skip
    month = months[int(parts[1]) - 1] if parts[1] else ""
    return {
        "iso": "-".join(filter(None, parts)),
        "year": parts[0],
        "month": month,
        "day": parts[2].lstrip("0"),
        "end": end,
    }


@register.inclusion_tag("core/ui/people_caption.html")
def people_caption(
    people: Iterable[Any], caption: Any = "", image_url: str = "", image_alt: str = ""
) -> dict[str, Any]:
    """Name those on a picture from left to right: dict(name, affiliation, url); right also without the picture."""
    return locals()


@register.inclusion_tag("core/ui/film.html")
def film(
    title: Any, *, url: str = "", embed_url: str = "", provider: str = "", length: str = "", key: str = ""
) -> dict[str, Any]:
    """Show a film: a link, or a frame that loads from its host on a click only."""
    return locals()


@register.inclusion_tag("core/ui/pagination.html", takes_context=True)
def pagination(context: template.Context, page: Any, parameter: str = "page") -> dict[str, Any]:
    """Lead through the pages of a list (a ``django.core.paginator.Page``), keeping the filters."""
    request = context.get("request")
    query = request.GET.copy() if request else None
    if query is not None:
        query.pop(parameter, None)
    prefix = f"{query.urlencode()}&" if query else ""
    numbers = page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)
    return {"page": page, "numbers": list(numbers), "prefix": f"?{prefix}{parameter}="}


@register.inclusion_tag("core/ui/breadcrumb.html")
def breadcrumb(*steps: Any) -> dict[str, Any]:
    """Show the way to this page: label, url, label, url, ...; or one list of (label, url)."""
    pairs = list(steps[0]) if len(steps) == 1 else list(zip(steps[::2], steps[1::2], strict=False))
    return {"steps": pairs}


@register.inclusion_tag("core/ui/field.html")
def field(bound: BoundField, *, wide: bool = False) -> dict[str, Any]:
    """Show a form field with label, hint and errors, whatever its widget."""
    widget = bound.field.widget
    kind = getattr(widget, "input_type", None) or (
        "textarea" if "textarea" in type(widget).__name__.lower() else "select"
    )
    is_group = bool(bound.use_fieldset)
    return {
        "field": bound,
        "kind": kind,
        "is_group": is_group,
        "wide": wide,
        "is_check": kind == "checkbox" and not is_group,
    }


@register.inclusion_tag("core/ui/error_summary.html")
def error_summary(form: Form) -> dict[str, Any]:
    """List what is wrong above the form, each error a link to its field."""
    rows = [(form[name], errors) for name, errors in form.errors.items() if name != "__all__"]
    return {"form": form, "rows": rows, "general": form.non_field_errors()}


@register.inclusion_tag("core/ui/partner_map.html")
def partner_map(pins: Iterable[Any], title: str = "") -> dict[str, Any]:
    """Put links on the map of central Europe: dict(label, lat, lon, url, is_lead, place); a list says the same."""
    placed = []
    for number, pin in enumerate(sorted(pins, key=lambda one: -float(one["lat"])), start=1):
        x, y = project(float(pin["lat"]), float(pin["lon"]))
        placed.append({**pin, "x": f"{x:.0f}", "y": f"{y:.0f}", "number": number})
    lead = next((pin for pin in placed if pin.get("is_lead")), None)
    # A thread from the lead partner to each other one, sagging a little.
    threads = [
        f"M{lead['x']} {lead['y']}Q{(int(lead['x']) + int(pin['x'])) // 2} {max(int(lead['y']), int(pin['y'])) + 14} {pin['x']} {pin['y']}"
        for pin in placed
        if lead and pin is not lead
    ]
    return {"threads": "".join(threads), "pins": placed, "title": title or _("Map of the partners")}


@register.inclusion_tag("core/ui/journal.html")
def journal(entries: Iterable[Any]) -> dict[str, Any]:
    """List who changed what: dict(when, who, verb, title, url, note, undo_url)."""
    return {"entries": entries}


def _words(text: str) -> list[str]:
    """Split into words that keep the white space behind them."""
    pieces: list[str] = []
    for piece in text.split(" "):
        pieces += [piece, " "]
    return pieces[:-1]


@register.simple_tag
def difference(before: str, after: str) -> SafeString:
    """Mark what was taken out and what was put in, word by word."""
    old, new = _words(str(before or "")), _words(str(after or ""))
    parts: list[SafeString] = []
    for move, a1, a2, b1, b2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if move == "equal":
            parts.append(conditional_escape("".join(old[a1:a2])))
            continue
        if a1 != a2:
            parts.append(format_html("<del>{}</del>", "".join(old[a1:a2])))
        if b1 != b2:
            parts.append(format_html("<ins>{}</ins>", "".join(new[b1:b2])))
    return format_html('<div class="difference">{}</div>', mark_safe("".join(parts)))  # noqa: S308


@register.inclusion_tag("core/ui/comparison.html")
def comparison(rows: Iterable[Any]) -> dict[str, Any]:
    """Compare two revisions: dict(label, before, after)."""
    return {"rows": rows}
