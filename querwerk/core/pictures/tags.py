"""``{% picture %}``: a picture in the sizes and formats from which the browser takes the best, with its place kept free.

Built into every template. Without a picture that the reader may see it prints nothing, or the record's cloth.
"""

from typing import Any

from django import template
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from querwerk.core.markup import format_html, format_html_join
from querwerk.core.pictures.addresses import drawing_url, folder_of, original_url
from querwerk.core.pictures.models import Picture
from querwerk.core.pictures.queries import pictures_by_key
from querwerk.core.pictures.renditions import MEDIA_TYPES, Rendition, size, suffixes, widths
from querwerk.core.pictures.showing import Plate, face_of, plates
from querwerk.core.pictures.states import FOR_THE_PRESS, FileKind
from querwerk.core.text import UNSTATED, Text
from querwerk.core.weave import weave

register = template.Library()

NOTHING = mark_safe("")
WHOLE_WIDTH = "(min-width: 75rem) 75rem, 100vw"
"""What a picture across the page takes; see ``--frame`` in the styles."""
MIDDLE_WIDTH = 960


@register.simple_tag(takes_context=True)
def picture(
    context: template.Context,
    shown: Any,
    *,
    sizes: str = WHOLE_WIDTH,
    shape: str = "full",
    alt: Any = None,
    cloth: str = "",
    css: str = "",
    eager: bool = False,
) -> SafeString:
    """Show a picture: a :class:`Picture` that the view has loaded, or its id.

    ``sizes``: how wide it will be, as in HTML. ``shape``: full, card, square or share. ``alt`` takes the place of the picture's own
    description. ``cloth``: key of the record whose weave stands here where no picture can. ``eager``: it is at the top of the page.
    """
    found = shown if isinstance(shown, Picture) else find(context, str(shown or ""))
    if found is None or found.stored is None:
        return mark_safe(weave(cloth)) if cloth else NOTHING  # noqa: S308
    return markup(found, sizes=sizes, shape=shape, alt=alt, css=css, is_eager=eager)


def find(context: template.Context, key: str) -> Picture | None:
    """Return a picture that the reader may see: one that the view has put by, else 1 query."""
    request = context.get("request")
    frame = context.get("frame")
    if not key or frame is None:
        return None
    by_key: dict[str, Picture] | None = getattr(request, "pictures", None)
    if by_key is not None and key in by_key:
        return by_key[key]
    with_drafts = bool(getattr(request, "with_drafts", False))
    return pictures_by_key(frame.space_id, [key], with_drafts=with_drafts).get(key)


def put_by(request: Any, pictures: dict[str, Picture]) -> None:
    """Let the tags of this page find pictures without asking for each."""
    request.pictures = {**getattr(request, "pictures", {}), **pictures}


def markup(
    found: Picture, *, sizes: str, shape: str = "full", alt: Any = None, css: str = "", is_eager: bool = False
) -> SafeString:
    """Return the element."""
    stored = found.stored
    assert stored is not None
    described = alternative(found, alt)
    loading = mark_safe('fetchpriority="high"') if is_eager else mark_safe('loading="lazy"')
    classes = format_html(' class="{}"', css) if css else NOTHING
    if stored.kind == FileKind.DRAWING:
        return format_html(
            '<img{} src="{}" width="{}" height="{}" {} {} decoding="async">',
            classes, drawing_url(found), stored.width, stored.height, described, loading,
        )  # fmt: skip
    offered = widths(stored.width, stored.height, shape)
    formats = suffixes(has_alpha=stored.has_alpha)
    folder = folder_of(found)
    sets = {
        suffix: ", ".join(f"{folder}{Rendition(wide, shape, suffix).name} {wide}w" for wide in offered)
        for suffix in formats
    }
    middle = max((wide for wide in offered if wide <= MIDDLE_WIDTH), default=offered[0])
    width, height = size(stored.width, stored.height, shape, middle)
    return format_html(
        '<picture{}>{}<img src="{}" srcset="{}" sizes="{}" width="{}" height="{}" {} {} decoding="async"></picture>',
        classes,
        format_html_join(
            "",
            '<source type="{}" srcset="{}" sizes="{}">',
            ((MEDIA_TYPES[suffix], sets[suffix], sizes) for suffix in formats[:-1]),
        ),
        folder + Rendition(middle, shape, formats[-1]).name,
        sets[formats[-1]], sizes, width, height, described, loading,
    )  # fmt: skip


def alternative(found: Picture, alt: Any = None) -> SafeString:
    """Return the attributes that say what is to be seen, in the reader's language or with the one it is in."""
    if alt is None and found.is_decorative:
        return mark_safe('alt=""')
    text = found.alt if alt is None else alt if isinstance(alt, Text) else Text(str(alt))
    if not text:
        return mark_safe('alt=""')
    passage = text.best((get_language() or "de").split("-", 1)[0])
    if passage.is_substitute and passage.language != UNSTATED:
        return format_html('alt="{}" lang="{}"', passage.words, passage.language)
    return format_html('alt="{}"', passage.words)


@register.simple_tag
def picture_credit(found: Picture) -> SafeString:
    """Name who made a picture, what others may do with it, and where the original is when everybody may have it."""
    parts = [format_html("<span>{}</span>", found.credit)] if found.credit else []
    if found.licence_url:
        parts.append(
            format_html('<a href="{}" rel="license external">{}</a>', found.licence_url, found.get_licence_display())
        )
    if found.licence in FOR_THE_PRESS and found.is_shown:
        parts.append(format_html('<a href="{}" download>{}</a>', original_url(found), _("Original")))
    return format_html(
        '<small class="credit">{}</small>', mark_safe(" · ".join(parts))  # noqa: S308  (escaped before)
    ) if parts else NOTHING  # fmt: skip


@register.inclusion_tag("core/ui/picture_figure.html", takes_context=True)
def picture_figure(
    context: template.Context,
    plate: Any,
    *,
    caption: Any = "",
    people: Any = None,
    sizes: str = WHOLE_WIDTH,
    eager: bool = False,
) -> dict[str, Any]:
    """Show a picture with its caption, those in it from left to right, and its credit.

    ``plate``: a :class:`Plate`, or a picture. ``caption`` and ``people`` stand in where the picture says nothing itself.
    """
    if isinstance(plate, Picture):
        (plate,) = plates([plate], context["frame"].key)
    assert isinstance(plate, Plate)
    return {
        "plate": plate,
        "words": plate.picture.caption or caption,
        "people": plate.people or people or [],
        "sizes": sizes,
        "eager": eager,
        "request": context.get("request"),
        "frame": context.get("frame"),
    }


FACE_SIZES = "(min-width: 48rem) 26rem, 100vw"


@register.simple_tag(takes_context=True)
def face(context: template.Context, record: Any) -> SafeString:
    """Show a record's picture at the head of its page, or its cloth."""
    found = face_of(context.get("request"), record)
    if found is None:
        return mark_safe(weave(record.key))  # noqa: S308
    return format_html(
        '<figure class="face">{}<figcaption>{}</figcaption></figure>',
        markup(found, sizes=FACE_SIZES, is_eager=True),
        picture_credit(found),
    )


CARD_SIZES = "(min-width: 70rem) 25rem, (min-width: 40rem) 50vw, 100vw"


@register.simple_tag
def card_picture(found: Any, key: str) -> SafeString:
    """Show what a card has at its top: a picture, or the record's cloth; the words beside it say what it is."""
    inside = weave(key)
    if isinstance(found, Picture):
        inside = markup(found, sizes=CARD_SIZES, shape="card", alt="")
    return mark_safe(f'<div class="card__picture">{inside}</div>')  # noqa: S308
