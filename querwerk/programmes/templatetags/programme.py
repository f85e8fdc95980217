"""Template filters and tags of the programme's pages."""

from typing import Any

from django import template
from django.utils.formats import number_format
from django.utils.safestring import SafeString

from querwerk.core.addresses import host_of
from querwerk.core.markup import format_html
from querwerk.core.models import Record
from querwerk.core.spec import Label, spec_of
from querwerk.core.templatetags.ui import language_name, plain
from querwerk.programmes.pages import address

register = template.Library()


@register.filter
def euros(amount: float | None) -> str:
    """Print an amount of money, without cents where there are none."""
    if amount is None:
        return ""
    decimals = 0 if amount == int(amount) else 2
    return f"{number_format(amount, decimal_pos=decimals, use_l10n=True, force_grouping=True)}\N{NO-BREAK SPACE}€"


@register.filter
def host(url: str) -> str:
    """Return the host of an address, as people write it."""
    return host_of(url).removeprefix("www.")


@register.filter
def kind_label(kind: str) -> Label:
    """Return what a kind of record is called."""
    return spec_of(kind).label


@register.filter
def language(code: str) -> str:
    """Return a language's name in the reader's language."""
    return language_name(code)


@register.simple_tag(takes_context=True)
def share(context: dict[str, Any], record: Record) -> SafeString:
    """Say under which title and picture a page is shared (Open Graph)."""
    frame = context["frame"]
    title = plain(record.node.title)
    picture = address("publishing:share", programme=frame.key, kind=record.SPEC.kind, key=record.key)
    return format_html(
        '<meta property="og:title" content="{}"><meta property="og:image" content="{}">'
        '<meta property="og:image:width" content="1200"><meta property="og:image:height" content="630">'
        '<meta property="og:image:alt" content="{}"><meta name="twitter:card" content="summary_large_image">',
        title, context["site_origin"] + picture, title,
    )  # fmt: skip
