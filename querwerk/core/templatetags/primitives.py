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
from django.template.loader import get_template
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import Truncator
from django.utils.translation import get_language, gettext_noop
from django.utils.translation import gettext as _

from querwerk.core.addresses import host_of
from querwerk.core.icons import ICONS
from querwerk.core.maps import project
from querwerk.core.markup import conditional_escape, format_html, format_html_join
from querwerk.core.pictures.tags import card_picture
from querwerk.core.text import Text
from querwerk.core.weave import weave as draw_weave

register = template.Library()

NOTHING = mark_safe("")


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
def shown(value: Any, limit: int = 0) -> SafeString:
    """Show a value: a content text in the best language, with ``lang`` where it differs; anything else escaped.

    A ``limit`` in characters counts the words alone, so that no markup is ever cut in two.
    """
    if isinstance(value, Text):
        passage = value.best((get_language() or "en").split("-")[0])
        words = Truncator(passage.words).chars(limit) if limit else passage.words
        if passage.is_substitute:
            return format_html('<span lang="{}">{}</span>', passage.language, words)
        return conditional_escape(words)
    words = "" if value is None else value
    return conditional_escape(Truncator(words).chars(limit) if limit else words)


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


# What stands on a page many times is put together here and not in a template of its own: each tag of a template takes
# about five microseconds, and pages are made of hundreds.


def linked(title: Any, url: str) -> SafeString:
    """Name something, as a link where it has an address."""
    return format_html('<a href="{}">{}</a>', url, shown(title)) if url else shown(title)


def optional(markup: str, value: Any) -> SafeString:
    """Put a value into its markup; nothing where there is no value."""
    return format_html(markup, shown(value)) if value else NOTHING


@register.simple_tag
def card(
    title: Any, *, url: str = "", key: str = "", kicker: Any = "", text: Any = "", foot: Any = "",
    picture: Any = None, level: int = 3,
) -> SafeString:  # fmt: skip
    """Show a record in a list; with a picture, else with its cloth (``key``), else plain."""
    top = card_picture(picture, key) if key or picture else NOTHING
    return format_html(
        '<article class="card{}">{} <div class="card__body">{}<h{} class="card__title">{}</h{}>{} {}</div></article>',
        " card--link" if url else "", top, optional('<p class="card__kicker">{}</p>', kicker),
        level, linked(title, url), level,
        optional('<p class="card__text"> {} </p>', text), optional('<div class="card__foot">{}</div>', foot),
    )  # fmt: skip


@register.simple_tag
def facts(rows: Iterable[tuple[Any, Any]]) -> SafeString:
    """List facts: rows of (label, value)."""
    shown_rows = ((shown(label), shown(value)) for label, value in rows)
    return format_html(
        '<dl class="facts">{}</dl>', format_html_join(" ", "<div><dt>{}</dt> <dd>{}</dd></div>", shown_rows)
    )


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


@register.simple_tag
def questions(items: Iterable[Any], level: int = 3) -> SafeString:
    """Show the guiding questions: dict(number, title, url, answers=[dict(kind, title, url)])."""
    shown_items = (
        (
            format_html('id="{}"', item["id"]) if item.get("id") else "",
            item.get("number") or place,
            level, linked(item["title"], item.get("url", "")), level,
            answers(item["answers"], item.get("note")) if item.get("answers") else "",
        )
        for place, item in enumerate(items, start=1)
    )  # fmt: skip
    return format_html(
        '<ol class="questions">{}</ol>',
        format_html_join(
            " ",
            '<li class="question" {}><span class="question__number" aria-hidden="true">{}</span>'
            '<div class="question__body"> <h{} class="question__title">{}</h{}>{} </div></li>',
            shown_items,
        ),
    )


def answers(items: Iterable[Any], note: Any = "") -> SafeString:
    """Show what answers a question, and what is said about all of it."""
    links = (
        (
            optional("<span>{}</span> ", item.get("kind")),
            linked(item["title"], item.get("url", "")),
            state(item["grade"], item.get("tone") or "plain") if item.get("grade") else "",
        )
        for item in items
    )
    return format_html(
        '<p class="question__label">{}</p><ul class="question__answers">{}</ul>{}',
        _("Answered by"), format_html_join(" ", "<li>{} {} {}</li>", links),
        optional('<p class="question__note">{}</p>', note),
    )  # fmt: skip


@register.simple_tag
def agenda(items: Iterable[Any], level: int = 3) -> SafeString:
    """Show the parts of an event in order: dict(time, title, text, links=[dict(kind, title, url)])."""
    shown_items = (
        (
            format_html('id="{}"', item["id"]) if item.get("id") else "",
            shown(item["time"]) if item.get("time") else format_html('<span aria-hidden="true">{}</span>', f"{place:02d}"),
            level, shown(item["title"]), level,
            optional("<p>{}</p>", item.get("text")), agenda_links(item.get("links") or ()),
        )
        for place, item in enumerate(items, start=1)
    )  # fmt: skip
    return format_html(
        '<ol class="agenda">{}</ol>',
        format_html_join(
            " ",
            '<li class="agenda__item" {}><p class="agenda__time">{}</p> <div><h{} class="agenda__title">{}</h{}>{} {}</div></li>',
            shown_items,
        ),
    )


def agenda_links(items: Sequence[Any]) -> SafeString:
    """Show what was presented or discussed."""
    links = (
        (optional("<span>{}</span> ", item.get("kind")), linked(item["title"], item.get("url", ""))) for item in items
    )
    return format_html(
        '<ul class="agenda__links">{}</ul>', format_html_join(" ", "<li>{} {}</li>", links)
    ) if items else NOTHING  # fmt: skip


@register.simple_tag
def event_date(start: Any, end: Any = None) -> SafeString:
    """Show the day of an event as a block; ``start`` may be a date or "2021", "2021-09", "2021-09-29"."""
    if not start:
        return format_html('<p class="day day--unknown">{}</p>', _("Date unknown"))
    parts = [*str(start)[:10].split("-"), "", ""][:3]
    months = [
        _("Jan"), _("Feb"), _("Mar"), _("Apr"), _("May"), _("Jun"),
        _("Jul"), _("Aug"), _("Sep"), _("Oct"), _("Nov"), _("Dec"),
    ]  # fmt: skip
    month = months[int(parts[1]) - 1] if parts[1] else ""
    return format_html(
        '<p class="day"><time datetime="{}">{} {}<span class="day__year">{}</span></time>{}</p>',
        "-".join(filter(None, parts)),
        optional('<span class="day__day">{}</span>', parts[2].lstrip("0")),
        optional('<span class="day__month">{}</span> ', month), parts[0],
        optional('<span class="day__end">– {}</span>', end),
    )  # fmt: skip


@register.inclusion_tag("core/ui/people_caption.html")
def people_caption(people: Iterable[Any], caption: Any = "") -> dict[str, Any]:
    """Name those on a picture that we may not show, from left to right: dict(name, affiliation, url)."""
    return locals()


@register.inclusion_tag("core/ui/film.html")
def film(
    title: Any,
    *,
    url: str = "",
    embed_url: str = "",
    provider: str = "",
    length: str = "",
    key: str = "",
    reel: Any = None,
) -> dict[str, Any]:
    """Show a film: our own file with its subtitles (``reel``), a frame that loads from its host on a click only, or a link."""
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


CRUMB = 60
"""Characters of a step that leads back; the page's own name is cut to the width that there is."""


@register.simple_tag
def breadcrumb(*steps: Any) -> SafeString:
    """Show the way to this page: label, url, label, url, ...; or one list of (label, url)."""
    pairs = list(steps[0]) if len(steps) == 1 else list(zip(steps[::2], steps[1::2], strict=False))
    way = (
        (
            format_html('<a href="{}">{}</a>', url, shown(label, CRUMB))
            if url
            else format_html('<span aria-current="page">{}</span>', shown(label)),
        )
        for label, url in pairs
    )
    return format_html(
        '<nav class="crumbs" aria-label="{}"><ol class="crumbs__list">{}</ol></nav>',
        _("You are here"), format_html_join(" ", "<li>{}</li>", way),
    )  # fmt: skip


DJANGO_SAYS = (gettext_noop("This field is required."),)
"""Words of Django that our catalogue says in our own."""


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
    rows = [
        (form[name], _before_words(str(form[name].label)), errors)
        for name, errors in form.errors.items()
        if name != "__all__"
    ]
    return {"form": form, "rows": rows, "general": form.non_field_errors()}


def _before_words(label: str) -> str:
    """Return a label so that words may follow: a question or a sentence has its own end."""
    return f"{label} " if label.endswith(("?", ".", "!", "…")) else f"{label}: "


@cache
def _drawing() -> SafeString:
    return mark_safe(get_template("core/maps/central-europe.svg").render())  # noqa: S308


@cache
def _drawing_box() -> str:
    return str(get_template("core/maps/central-europe.box").render()).strip()


@register.simple_tag
def partner_map(pins: Iterable[Any], title: str = "") -> SafeString:
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
    dots = format_html_join(
        "",
        '<a class="map__pin{}" href="{}" aria-label="{} {}">'
        '<circle class="map__target" cx="{}" cy="{}" r="15" fill="none" pointer-events="all" />'
        '<circle class="map__dot" cx="{}" cy="{}" r="10" />'
        '<text class="map__number" x="{}" y="{}" dy=".35em" text-anchor="middle" aria-hidden="true"> {} </text></a>',
        (
            (
                " map__pin--lead" if pin.get("is_lead") else "", pin["url"], pin["number"], pin["label"],
                *(pin["x"], pin["y"]) * 3, pin["number"],
            )
            for pin in placed
        ),
    )  # fmt: skip
    return format_html(
        '<figure class="map"><div class="map__stage"><svg class="map__drawing" viewBox="{}" role="group" aria-label="{}">'
        '{} {} {}</svg></div> <figcaption class="map__list"><ol class="map__places">{}</ol></figcaption></figure>',
        _drawing_box(), title or _("Map of the partners"), _drawing(),
        optional('<path class="map__thread" fill="none" stroke="currentColor" d="{}" />', "".join(threads)), dots,
        format_html_join(" ", '<li><a href="{}">{}</a>{}</li>', ((pin["url"], pin["label"], place_of(pin)) for pin in placed)),
    )  # fmt: skip


@register.simple_tag
def cluster_map(pins: Iterable[Any], title: str) -> SafeString:
    """Put numbers on the map of central Europe: dict(x, y, count, label, url) on the drawing; a list says the same."""
    placed = [{**pin, "size": next(size for size, most in CLUSTER_SIZES if pin["count"] <= most)} for pin in pins]
    discs = format_html_join(
        "",
        '<a class="map__pin map__cluster map__cluster--{}" href="{}" aria-label="{}: {}"><circle class="map__disc" cx="{}" cy="{}" r="{}" />'
        '<text class="map__number" x="{}" y="{}" dy=".35em" text-anchor="middle" aria-hidden="true"> {} </text></a>',
        (
            (
                pin["size"], pin["url"], pin["label"], pin["count"], *(x := f"{pin['x']:.0f}", y := f"{pin['y']:.0f}"),
                pin["size"], x, y, pin["count"],
            )
            for pin in placed
        ),
    )  # fmt: skip
    return format_html(
        '<figure class="map"><div class="map__stage"><svg class="map__drawing" viewBox="{}" role="group" aria-label="{}">'
        '{} {}</svg></div> <figcaption class="map__list"><ol class="map__places map__places--plain">{}</ol></figcaption></figure>',
        _drawing_box(), title, _drawing(), discs,
        format_html_join(
            " ", '<li><a href="{}">{}</a> <span>{}</span></li>', ((pin["url"], pin["label"], pin["count"]) for pin in placed)
        ),
    )  # fmt: skip


CLUSTER_SIZES = ((9, 1), (12, 9), (15, 99), (18, 999), (22, 10**9))
"""Radius of a disc, and how many it stands for at most."""


def place_of(pin: dict[str, Any]) -> SafeString:
    """Say where a partner is, and which one leads."""
    words = [str(pin.get("place") or ""), _("lead partner") if pin.get("is_lead") else ""]
    return optional("<span>{}</span>", " · ".join(filter(None, words)))


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
