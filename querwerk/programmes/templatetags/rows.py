"""Rows of long lists."""

from django import template
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from querwerk.core.markup import format_html
from querwerk.core.templatetags.ui import address, say, term, unknown
from querwerk.people.models import Organisation
from querwerk.people.states import Side

register = template.Library()


@register.simple_tag(takes_context=True)
def organisation_row(context: template.Context, organisation: Organisation) -> SafeString:
    """Say who an organisation is, on which side it stands, and where it is."""
    return format_html(
        '<li><p class="rows__title"><a href="{}">{}</a></p> <p class="rows__foot">{}{}</p> <p class="rows__end small">{}{}</p></li>',
        address(context, organisation.node), say(organisation.name), _side(organisation),
        format_html(" · {}", say(organisation.sector)) if organisation.sector else "", _place(organisation),
        format_html("{} {}", _("Place"), unknown()) if _is_place_unknown(organisation) else "",
    )  # fmt: skip


def _side(organisation: Organisation) -> str:
    if organisation.side:
        return str(Side(organisation.side).label)  # Django's display translates all sides to find one
    return format_html("{} {}", _("Side"), unknown()) if organisation.is_unknown("kind") else ""


def _place(organisation: Organisation) -> str:
    where = organisation.city or (say(organisation.region) if organisation.region else "")
    country = term(organisation.country) if organisation.country else ""
    return format_html("{}{}{}", where, ", " if where and country else "", country)


def _is_place_unknown(organisation: Organisation) -> bool:
    return organisation.is_unknown("city") and not organisation.region and not organisation.country
