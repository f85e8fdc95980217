"""``{% document text %}`` shows a public text; ``{% contents text %}`` its table of contents where it is long."""

from collections.abc import Mapping
from typing import Any

from django import template
from django.utils.safestring import SafeString, mark_safe

from querwerk.core.films import allow_frame, screening
from querwerk.core.pictures.queries import pictures_by_key
from querwerk.core.pictures.tags import put_by
from querwerk.core.prose.blocks import used_media
from querwerk.core.prose.files import offered
from querwerk.core.prose.queries import PublicText
from querwerk.core.prose.render import fill
from querwerk.core.templatetags.ui import language_name, reader_language

register = template.Library()

TEMPLATES = {
    "image": "prose/piece_image.html",
    "gallery": "prose/piece_gallery.html",
    "file": "prose/piece_file.html",
    "video": "prose/piece_video.html",
    "notes": "prose/piece_notes.html",
}
"""What is decided whenever a page is made, and how it is shown."""
HEADINGS_FOR_CONTENTS = 6
"""From so many headings on a reader wants to see them all at once."""
DEEPEST_LISTED = 2
"""How many levels the table of contents shows."""


@register.simple_tag(takes_context=True)
def pieces(context: template.Context, text: PublicText) -> SafeString:
    """Put the pieces of a text together; what is stored elsewhere is asked for now, all pictures with 1 query."""
    wanted = sorted(used_media({"blocks": [piece for piece in text.pieces if not isinstance(piece, str)], "notes": []}))
    request, frame = context.get("request"), context.get("frame")
    if wanted and request is not None and frame is not None:
        with_drafts = bool(getattr(request, "with_drafts", False))
        put_by(request, pictures_by_key(frame.space_id, wanted, with_drafts=with_drafts))
    return fill(text.pieces, lambda piece: show(context, piece))


def show(context: template.Context, piece: Mapping[str, Any]) -> str:
    """Return the markup of a piece that is decided whenever a page is made."""
    engine = context.template.engine if context.template else None
    assert engine is not None
    with context.push(piece=piece, **(film(context, piece) if piece["type"] == "video" else {})):
        return engine.get_template(TEMPLATES[piece["type"]]).render(context)


def film(context: template.Context, piece: Mapping[str, Any]) -> dict[str, Any]:
    """Return where a film can be seen; its host may be asked only after a click."""
    found = screening(piece["url"])
    request = context.get("request")
    if found.embed_url and request is not None:
        allow_frame(request, found.embed_url)
    return {"screening": found}


@register.inclusion_tag("prose/document.html", takes_context=True)
def document(context: template.Context, text: PublicText) -> dict[str, Any]:
    """Show a text: what is to be said about its language, its contents, its words."""
    request = context.get("request")
    return {
        "request": request,
        "frame": context.get("frame"),
        "text": text,
        "is_other_language": text.language != reader_language(),
        "language": language_name(text.language),
        "wanted": language_name(reader_language()),
        "source_language": language_name(text.source_language) if text.source_language else "",
        "offers": offered(request, text) if request is not None else [],
    }


@register.simple_tag
def contents(text: PublicText) -> SafeString:
    """Return the table of contents as nested lists; empty for a short text."""
    if len(text.outline) < HEADINGS_FOR_CONTENTS:
        return mark_safe("")
    top = min(entry.level for entry in text.outline)
    out, depth = [], 0
    for entry in text.outline:
        level = min(entry.level - top + 1, DEEPEST_LISTED + 1)
        if level > DEEPEST_LISTED:
            continue
        if level > depth:
            # A heading that skips a level hangs on the one that there is.
            level = depth + 1
            out.append("<ol>")
        else:
            out.append("</li>" + "</ol></li>" * (depth - level))
        depth = level
        out.append(f'<li><a href="#{entry.id}">{_escaped(entry.words)}</a>')
    return mark_safe("".join(out) + "</li></ol>" * depth)  # noqa: S308  (words are escaped above)


def _escaped(words: str) -> str:
    return words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
