"""``{% document text %}`` shows a public text; ``{% contents text %}`` its table of contents where it is long."""

from collections.abc import Mapping
from typing import Any

from django import template
from django.utils.safestring import SafeString, mark_safe

from querwerk.core.films import allow_frame, screening
from querwerk.core.pictures.addresses import download_url
from querwerk.core.pictures.downloads import SORTS
from querwerk.core.pictures.models import Download
from querwerk.core.pictures.queries import downloads_by_key, pictures_by_key
from querwerk.core.pictures.tags import find, put_by
from querwerk.core.prose.blocks import used_media
from querwerk.core.prose.files import offered
from querwerk.core.prose.films import reels_by_key
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
    """Put the pieces of a text together; what is stored elsewhere is asked for now.

    All pictures with 1 query, all files with 1, all films with 2; none for a text without.
    """
    wanted = used_media(piece for piece in text.pieces if not isinstance(piece, str))
    request, frame = context.get("request"), context.get("frame")
    stored: dict[str, Any] = {"files": {}, "films": {}}
    if any(wanted) and request is not None and frame is not None:
        with_drafts, space_id = bool(getattr(request, "with_drafts", False)), frame.space_id
        if wanted.pictures:
            put_by(request, pictures_by_key(space_id, wanted.pictures, with_drafts=with_drafts))
        if wanted.files:
            stored["files"] = downloads_by_key(space_id, wanted.files, with_drafts=with_drafts)
        stored["films"] = reels_by_key(space_id, frame.key, wanted.films, with_drafts=with_drafts)
    with context.push(stored=stored):
        return fill(text.pieces, lambda piece: show(context, piece))


def show(context: template.Context, piece: Mapping[str, Any]) -> str:
    """Return the markup of a piece that is decided whenever a page is made."""
    engine = context.template.engine if context.template else None
    assert engine is not None
    more = MORE.get(piece["type"], nothing_more)
    with context.push(piece=piece, **more(context, piece)):
        return engine.get_template(TEMPLATES[piece["type"]]).render(context)


def nothing_more(_context: template.Context, _piece: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a piece needs beside itself."""
    return {}


def film(context: template.Context, piece: Mapping[str, Any]) -> dict[str, Any]:
    """Return where a film can be seen: one of the programme's, else an address, whose host may be asked only after a click."""
    reel = context["stored"]["films"].get(piece["file"])
    url = reel["film"].url if reel else piece["url"]
    found = screening(url)
    request = context.get("request")
    is_own = bool(reel and reel["file_url"])
    if found.embed_url and not is_own and request is not None:
        allow_frame(request, found.embed_url)
    poster = find(context, piece["poster"])
    reel = {"poster": poster, **(reel or {})} if poster else reel
    title = piece["title"] or (reel["film"].title if reel and "film" in reel else url)
    return {
        "screening": found,
        "film_url": url,
        "film_title": title,
        "reel": reel,
        "is_there": bool(url or "film" in (reel or {}) or (piece["transcript"] and not piece["file"])),
    }


def file(context: template.Context, piece: Mapping[str, Any]) -> dict[str, Any]:
    """Return where a file can be fetched, and what must be known before: its sort, and its language where it is another."""
    found: Download | None = context["stored"]["files"].get(piece["file"])
    if found is None or found.stored is None:
        return {"download": None}
    return {
        "download": found,
        "url": download_url(found),
        "sort": SORTS[found.stored.suffix].label,
        "language": language_name(found.language) if found.language != reader_language() else "",
    }


MORE = {"video": film, "file": file}


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
