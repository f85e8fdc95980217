"""Template tags that show texts in the best language, partial dates, and what is stated to be unknown."""

import json
import re
from collections.abc import Iterable, Mapping
from datetime import date
from functools import lru_cache
from typing import Any

from django import template
from django.utils.formats import date_format, number_format
from django.utils.functional import Promise
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, get_language_info, pgettext
from django.utils.translation import gettext as _

from querwerk.core import terms
from querwerk.core.addresses import host_of
from querwerk.core.fields import is_partial_date
from querwerk.core.markup import conditional_escape, format_html, format_html_join
from querwerk.core.registry import anchor, node_url, page_url
from querwerk.core.text import LANGUAGES, UNSTATED, Passage, Text

register = template.Library()


def reader_language() -> str:
    """Return the language of the page."""
    return (get_language() or "de").split("-", 1)[0]


def passage_of(value: Any) -> Passage:
    """Return the passage of a text, or of a list item that is a string or a mapping of languages."""
    if isinstance(value, str):
        return Passage(value, UNSTATED, is_substitute=False)
    return (value if isinstance(value, Text) else Text(value)).best(reader_language())


def language_name(code: str) -> str:
    """Return a language's name in the reader's language."""
    try:
        return str(get_language_info(code)["name_translated"])
    except KeyError:
        return code


@register.filter
def plain(value: Any) -> str:
    """Return the words for the reader, without markup: for titles and attributes."""
    return passage_of(value).words if value else ""


@register.filter
def lang_of(value: Any) -> str:
    """Return the language code of what :func:`plain` returns; empty where it is not stated."""
    language = passage_of(value).language if value else ""
    return "" if language == UNSTATED else language


LONG_TITLE = 40
LONG_WORD = 16
"""From how many letters on a heading takes a smaller type: in all, and for a word on a phone."""


@register.filter
def heading_class(value: Any) -> str:
    """Return the classes of a page's heading: ``long`` has many words, ``wordy`` one that a phone cannot hold."""
    words = plain(value)
    longest = max(map(len, re.split(r"[\s-]", words)))
    return " ".join(
        name for name, holds in (("long", len(words) > LONG_TITLE), ("wordy", longest >= LONG_WORD)) if holds
    )


def marked(passage: Passage, words: str | SafeString) -> SafeString:
    """Give the words their ``lang`` where it differs from the page's."""
    if passage.is_substitute:
        return format_html('<span lang="{}">{}</span>', passage.language, words)
    return conditional_escape(words)


def note(passage: Passage) -> SafeString:
    """Say that a text is shown in another language than the page's."""
    if not passage.is_substitute:
        return mark_safe("")
    return format_html(
        ' <small class="language-note">{}</small>',
        _("in %(language)s only") % {"language": language_name(passage.language)},
    )


@register.simple_tag
def say(value: Any, with_note: bool = False) -> SafeString:  # noqa: FBT001, FBT002
    """Print a short text in the best language for the reader."""
    if not value:
        return mark_safe("")
    passage = passage_of(value)
    shown = marked(passage, passage.words)
    return shown + note(passage) if with_note else shown


@register.simple_tag
def say_long(value: Any) -> SafeString:
    """Print a longer text as paragraphs; where the page's language is missing, say so."""
    if not value:
        return mark_safe("")
    passage = passage_of(value)
    paragraphs = [part.strip() for part in passage.words.replace("\r\n", "\n").split("\n\n") if part.strip()]
    body = format_html_join("", "<p>{}</p>", ((with_breaks(part),) for part in paragraphs))
    if not passage.is_substitute:
        return body
    wanted = language_name(reader_language())
    message = _("This text is not available in %(wanted)s; you are reading it in %(language)s.") % {
        "wanted": wanted,
        "language": language_name(passage.language),
    }
    return format_html('<p class="language-note">{}</p><div lang="{}">{}</div>', message, passage.language, body)


def with_breaks(words: str) -> SafeString:
    """Keep single line breaks."""
    return mark_safe(conditional_escape(words).replace("\n", "<br>"))  # noqa: S308  (escaped before)


@register.filter
def term(word: str) -> str | Promise:
    """Translate a word of an open vocabulary."""
    return terms.term(word) if word else ""


@register.filter
def partial_date(value: str) -> str:
    """Print a date known to the year, the month or the day, in the page's language."""
    return _date_words(str(value), get_language()) if value else ""


@lru_cache(maxsize=4096)
def _date_words(value: str, _language: str | None) -> str:
    """Django reads the format of the language and each part of it anew for every date."""
    parts = [int(part) for part in value.split("-")]
    if len(parts) == 3:
        return date_format(date(*parts), "DATE_FORMAT")
    if len(parts) == 2:
        return date_format(date(parts[0], parts[1], 1), "YEAR_MONTH_FORMAT")
    return value


@register.simple_tag
def date_range(start: str, end: str = "") -> str:
    """Print a span of partial dates; a missing end is left out."""
    if not end or end == start:
        return partial_date(start)
    if not start:
        return _("until %(end)s") % {"end": partial_date(end)}
    if len(start) == len(end) == 10 and start[:7] == end[:7] and reader_language() in ("de", "en"):
        return f"{int(start[8:])}{'.' if reader_language() == 'de' else ''}–{partial_date(end)}"
    return f"{partial_date(start)} – {partial_date(end)}"


@register.simple_tag
def unknown(explanation: str = "") -> SafeString:
    """Print the marker for what is stated to be unknown."""
    return _unknown(explanation, get_language())


@lru_cache(maxsize=64)
def _unknown(explanation: str, _language: str | None) -> SafeString:
    return format_html(
        '<span class="unknown" title="{}">{}</span>',
        explanation or _("Searched for in public sources, but not found."),
        pgettext("value", "unknown"),
    )


@register.filter
def fact_label(key: str) -> str | Promise:
    """Return the label of a fact."""
    return terms.fact_label(key)


@register.filter
def facts(mapping: dict[str, Any] | None) -> list[tuple[str | Promise, SafeString]]:
    """Turn a mapping of free facts into labels and shown values; language variants become one fact."""
    shown: dict[str, Any] = {}
    for key, value in (mapping or {}).items():
        base, _underscore, language = key.rpartition("_")
        if base and language in LANGUAGES:
            known = shown.get(base)
            merged = known if isinstance(known, dict) else {} if known is None else {UNSTATED: known}
            shown[base] = {**merged, language: value}
        else:
            shown[key] = value
    return [(terms.fact_label(key), fact_value(value)) for key, value in shown.items()]


def fact_value(value: Any) -> SafeString:
    """Show one value of any JSON type for a person."""
    if value is None:
        return unknown()
    if isinstance(value, bool):
        return conditional_escape(_("yes") if value else _("no"))
    if isinstance(value, int | float):
        return conditional_escape(number_format(value, use_l10n=True, force_grouping=abs(value) >= 10000))
    if isinstance(value, dict | list):
        return nested_facts(value)
    return text_value(str(value))


def nested_facts(value: dict[str, Any] | list[Any]) -> SafeString:
    """Show a text by languages, facts within a fact, or a list."""
    if not value:
        return conditional_escape(pgettext("value", "none"))
    if isinstance(value, list):
        return format_html("<ul>{}</ul>", format_html_join("", "<li>{}</li>", ((fact_value(item),) for item in value)))
    if all(key in (*LANGUAGES, UNSTATED) for key in value):
        return say(value, with_note=True)
    rows: Iterable[tuple[str | Promise, SafeString]] = facts(value)
    return format_html("<dl>{}</dl>", format_html_join("", "<div><dt>{}</dt><dd>{}</dd></div>", rows))


def text_value(value: str) -> SafeString:
    """Show a text: an address as a link, a date as a date, a known word translated."""
    host = host_of(value)
    if host:
        return format_html('<a href="{}" rel="noopener">{}</a>', value, host.removeprefix("www."))
    if len(value) == len("2021-06-22") and is_partial_date(value):
        return conditional_escape(partial_date(value))
    return conditional_escape(str(terms.term(value)))


@register.simple_tag(takes_context=True)
def address(context: template.Context, node: Any) -> str:
    """Return the address of a node in the current programme, or an empty text."""
    return node_url(node, context["frame"].key)


@register.simple_tag(takes_context=True)
def page_of(context: template.Context, kind: str, key: str) -> str:
    """Return the address of the page of a record, where its node is not at hand."""
    return page_url(kind, key, context["frame"].key)


@register.simple_tag(takes_context=True)
def link_to(context: template.Context, node: Any) -> SafeString:
    """Print a record's name, linked to where it can be read; only the name where it has no page."""
    passage = passage_of(node.title)
    name = marked(passage, passage.words)
    url = node_url(node, context["frame"].key)
    return format_html('<a href="{}">{}</a>', url, name) if url else name


@register.simple_tag(takes_context=True)
def cite(context: template.Context, source: Any) -> SafeString:
    """Say where a fact comes from; a named source by the name and address that the bundle gives it.

    Among free facts, and in lists, a source may be anything that a bundle can hold.
    """
    if not source:
        return mark_safe("")
    if not isinstance(source, str):
        return format_html('<span class="source">{} {}</span>', _("Source:"), fact_value(source))
    name, url = context["frame"].source_of(source)
    shown = format_html('<a href="{}" rel="external">{}</a>', url, name) if url else conditional_escape(name)
    return format_html('<span class="source">{} {}</span>', _("Source:"), shown)


@register.filter
def element_id(node: Any) -> str:
    """Return the id of the element that shows a part on its whole's page."""
    return anchor(node)


@register.filter
def get(mapping: Any, key: Any) -> Any:
    """Return an item of a mapping, or nothing."""
    return mapping.get(key) if mapping else None


@register.filter
def is_unknown(record: Any, field: str) -> bool:
    """Tell whether a record's field is stated to be unknown."""
    return bool(record.is_unknown(field))


@register.filter
def json_ld(data: Mapping[str, Any]) -> SafeString:
    """Write facts for search engines (schema.org) as data that no browser runs; nothing in it can end the element."""
    written = json.dumps(data, ensure_ascii=False)
    harmless = written.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")
    return mark_safe(f'<script type="application/ld+json">{harmless}</script>')  # noqa: S308
