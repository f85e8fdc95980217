"""Template filters of the programme's pages."""

from django import template
from django.utils.formats import number_format

from querwerk.core.addresses import host_of
from querwerk.core.spec import Label, spec_of
from querwerk.core.templatetags.ui import language_name

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
