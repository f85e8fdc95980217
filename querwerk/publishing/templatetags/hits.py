"""The hits of a search: there may be many on one page."""

from django import template
from django.utils.safestring import SafeString

from querwerk.core.markup import format_html, format_html_join
from querwerk.core.templatetags.ui import partial_date, say
from querwerk.publishing.results import Hit

register = template.Library()


@register.simple_tag
def hit_row(hit: Hit | None) -> SafeString:
    """Show one hit: its title, the words around what was found, what it is part of and when it was."""
    if hit is None:
        return SafeString("")
    title = (
        format_html('<a href="{}"{}>{}</a>', hit.url, language(hit.language), hit.title)
        if hit.url
        else format_html("<span{}>{}</span>", language(hit.language), hit.title)
    )
    words = format_html('<p class="hits__words"{}>{}</p>', language(hit.text_language), hit.text) if hit.text else ""
    return format_html('<li><h3 class="rows__title">{}</h3> {} {}</li>', title, words, foot(hit))


def language(code: str) -> SafeString:
    """Return the attribute that names a language; nothing for the page's own."""
    return format_html(' lang="{}"', code) if code else SafeString("")


def foot(hit: Hit) -> SafeString:
    """Say of what the record is part, and when it was."""
    node = hit.node
    whole = say(node.part_of.title) if node.part_of is not None and node.title else ""
    details = [detail for detail in (whole, partial_date(node.dated)) if detail]
    if not details:
        return SafeString("")
    return format_html('<p class="rows__foot">{}</p>', format_html_join(" · ", "{}", ((one,) for one in details)))
