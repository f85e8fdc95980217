"""The entries of the thread's panel and the rows of uptake: they stand on every page, many at once."""

from collections.abc import Sequence
from typing import Any

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from querwerk.core.markup import format_html, format_html_join
from querwerk.core.registry import anchor
from querwerk.core.templatetags.primitives import NOTHING, state
from querwerk.core.templatetags.ui import cite, say, unknown

register = template.Library()


@register.simple_tag(takes_context=True)
def thread_entries(context: template.Context, entries: Sequence[dict[str, Any]], nothing: str) -> SafeString:
    """List what a record rests on, or what came of it."""
    if not entries:
        return format_html('<p class="threads__nothing">{}</p>', nothing)
    rows = (
        (
            format_html("{} · ", entry["kind"]) if entry["kind"] else NOTHING, entry["relation"],
            named(entry["title"], entry["url"]), _whole(entry), _part(entry),
            format_html('<p class="threads__note">{}</p>', say(entry["note"])) if entry["note"] else NOTHING,
            _foot(context, entry),
        )
        for entry in entries
    )  # fmt: skip
    return format_html(
        '<ul class="threads__list">{}</ul>',
        format_html_join(
            " ",
            '<li><p class="threads__kind">{}{}</p> <p class="threads__title">{}</p> {} {} {} {}</li>',
            rows,
        ),
    )


def named(title: Any, url: str) -> SafeString:
    """Name a record, as a link where it has an address."""
    return format_html('<a href="{}">{}</a>', url, say(title)) if url else say(title)


def _whole(entry: dict[str, Any]) -> SafeString:
    if not entry["within"]:
        return NOTHING
    inside = pgettext("part of a whole", "in")
    return format_html('<p class="threads__within">{} {}</p>', inside, say(entry["within"]))


def _part(entry: dict[str, Any]) -> SafeString:
    if not entry["through"]:
        return NOTHING
    return format_html(
        '<p class="threads__through">{}: <a href="{}">{}</a></p>',
        entry["through_kind"], entry["through_url"], say(entry["through"].title),
    )  # fmt: skip


def _foot(context: template.Context, entry: dict[str, Any]) -> SafeString:
    if not (entry["date"] or entry["author"] or entry["grade"] or entry["source"]):
        return NOTHING
    author = _("linked by %(author)s") % {"author": entry["author"]} if entry["author"] else ""
    return format_html(
        '<p class="threads__foot">{}{}{} {}</p>',
        format_html("<span>{}</span>", entry["date"]) if entry["date"] else "",
        format_html(" <span>{}</span>", author) if author else "",
        format_html(" {}", state(entry["grade"], entry["tone"])) if entry["grade"] else "",
        cite(context, entry["source"]),
    )  # fmt: skip


@register.simple_tag(takes_context=True)
def uptake_row(context: template.Context, row: dict[str, Any]) -> SafeString:
    """Show from what to what something was carried on, and how well that is proved."""
    record = row["record"]
    return format_html(
        '<li class="handover" id="{}"><div class="handover__way"><p class="handover__end">{}</p>'
        '<p class="handover__end handover__end--to">{}</p></div>'
        '<p class="handover__words"><a href="{}">{}</a></p><p class="threads__foot">{}{} {}</p></li>',
        anchor(record.node), _end(row["origin"]), _end(row["target"]), row["url"], say(record.statement),
        state(row["grade"], row["tone"]), format_html(" <span>{}</span>", row["date"]) if row["date"] else "",
        cite(context, record.source),
    )  # fmt: skip


def _end(end: dict[str, Any] | None) -> SafeString:
    if end is None:
        return unknown()
    kind = format_html('<span class="handover__kind">{}</span> ', end["kind"]) if end["kind"] else NOTHING
    return format_html("{}{}", kind, named(end["title"], end["url"]))
