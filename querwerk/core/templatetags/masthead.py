"""What stands at the top and at the foot of every page; written in Python, because every page pays for it."""

from collections.abc import Iterable

from django import template
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from querwerk.core.markup import format_html, format_html_join
from querwerk.core.templatetags.primitives import icon

register = template.Library()

CURRENT = mark_safe(' aria-current="page"')


@register.simple_tag
def menu_entries(navigation: Iterable[tuple[str, str, bool]]) -> SafeString:
    """List label, address and whether the page belongs there."""
    entries = ((url, CURRENT if is_current else "", label) for label, url, is_current in navigation)
    return format_html_join("", '<li><a href="{}"{}>{}</a></li>', entries)


@register.simple_tag
def language_links(alternates: Iterable[tuple[str, str, str]], current: str) -> SafeString:
    """Lead to the same page in the other languages: code, name, address."""
    links = [
        format_html('<span lang="{}" aria-current="true"><abbr title="{}">{}</abbr></span>', code, name, code.upper())
        if code == current
        else format_html(
            '<a href="{}" lang="{}" hreflang="{}" rel="alternate"><abbr title="{}">{}</abbr></a>',
            url, code, code, name, code.upper(),
        )
        for code, name, url in alternates
    ]  # fmt: skip
    if not links:
        return mark_safe("")
    return format_html('<nav class="languages" aria-label="{}">{}</nav>', _("Language"), mark_safe("".join(links)))  # noqa: S308


@register.simple_tag
def finder(url: str, query: str = "", *, id: str) -> SafeString:  # noqa: A002
    """Show the field for a search, with what was searched for."""
    word = _("Search")
    return format_html(
        '<form class="finder" action="{}" role="search"><label class="visually-hidden" for="{}">{}</label>'
        '<input id="{}" name="q" type="search" placeholder="{}" value="{}">'
        '<button><span class="visually-hidden">{}</span> {}</button></form>',
        url, id, word, id, word, query or "", _("Find"), icon("search"),
    )  # fmt: skip


@register.simple_tag
def footer_entries(links: Iterable[tuple[str, str]]) -> SafeString:
    """List label and address."""
    return format_html_join("", '<li><a href="{}">{}</a></li>', ((url, label) for label, url in links or ()))
