"""What the editor asks for and tells while somebody types: words, who else is there, what clashes."""

import json
from typing import Any

from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect

from querwerk.core.numbers import whole
from querwerk.core.pictures.addresses import preview_url
from querwerk.core.pictures.queries import pictures_by_key
from querwerk.core.prose.actions import (
    end_presence,
    mark_translated,
    note_presence,
    resolve_clash,
    save_patch,
)
from querwerk.core.prose.blocks import Body, InvalidBody, block_words, used_media
from querwerk.core.prose.models import Document, Version
from querwerk.core.prose.patch import read_patch
from querwerk.core.prose.queries import (
    clashes_of,
    head_of,
    others_present,
    source_of,
)
from querwerk.core.prose.render import render as render_body
from querwerk.core.prose.sanitise import KEY
from querwerk.core.prose.siblings import Pair, pairs
from querwerk.desk.views.frame import (
    actor,
    desk_page,
    sent,
)
from querwerk.desk.views.texts.place import Place
from querwerk.desk.views.texts.plain import SITTING_LENGTH
from querwerk.programmes.pages import Request


@desk_page
def text_sync(request: Request, kind: str, key: str, role: str, language: str) -> HttpResponse:
    """Give the editor the text, take what was typed, say who else is there and what they changed."""
    place = Place(request, kind, key, role, language)
    place.require_writing()
    document = place.document()
    if request.method != "POST":
        return JsonResponse(opening(document))
    try:
        given = json.loads(request.body)
        patch = read_patch(given)
    except (ValueError, InvalidBody) as error:
        return JsonResponse({"message": str(error)}, status=422)
    sitting = str(given.get("sitting", ""))[:SITTING_LENGTH]
    if given.get("is_leaving") is True:
        end_presence(document=document, sitting=sitting)
    else:
        at_block = given.get("block")
        block = at_block if isinstance(at_block, str) and KEY.fullmatch(at_block) else ""
        note_presence(document=document, sitting=sitting, by=actor(request), block=block)
    saved = save_patch(document=document, patch=patch, by=actor(request), sitting=sitting)
    return JsonResponse(answer(saved.document, saved.version, sitting, patch.base))


def opening(document: Document) -> dict[str, Any]:
    """Return what the editor needs to begin."""
    head = head_of(document)
    return {
        "revision": document.revision,
        "version": head.number,
        "blocks": head.body["blocks"],
        "notes": head.body["notes"],
        "pairs": source_pairs(document, head.body),
        "clashes": open_clashes(document),
        "pictures": picture_urls(document, head.body),
    }


def picture_urls(document: Document, body: Body) -> dict[str, str]:
    """Return where the pictures of a text can be seen while it is written; 1 query, none without pictures."""
    wanted = used_media(body["blocks"]).pictures
    found = pictures_by_key(document.node.space_id, wanted, with_drafts=True) if wanted else {}
    return {key: preview_url(picture) for key, picture in found.items() if picture.stored is not None}


def source_pairs(document: Document, body: Body) -> list[dict[str, Any]]:
    """Return each block of the source with its HTML and how its translation stands to it."""
    source = source_of(document)
    if source is None:
        return []
    said = head_of(source).body
    return [pair_row(pair) for pair in pairs(said, body, document.basis)]


def pair_row(pair: Pair) -> dict[str, Any]:
    """Return a pair for the page; what is shown beside the translation has no anchors of its own."""
    pieces = render_body({"blocks": [{**pair.source}], "notes": []})
    html = "".join(piece if isinstance(piece, str) else "" for piece in pieces)
    return {
        "key": pair.key,
        "source": pair.source["key"],
        "mark": pair.mark,
        "fit": str(pair.fit),
        "html": html.replace(' id="', ' data-id="'),
        "words": block_words(pair.source),
    }


def open_clashes(document: Document) -> list[dict[str, Any]]:
    """Return what two people wrote in the same block at once."""
    return [
        {
            "id": clash.pk,
            "key": clash.key,
            "by": clash.by_name,
            "words": block_words(clash.block) if clash.block else "",
            "is_removal": clash.block is None,
        }
        for clash in clashes_of(document)
    ]


def answer(document: Document, head: Version, sitting: str, base: int) -> dict[str, Any]:
    """Return what an editor must know after its change: what others changed since, who is there, what clashes."""
    changed = {key for key, stamp in document.stamps.items() if stamp[0] > base and stamp[1] != sitting}
    is_theirs = document.revision > base and any(
        stamp[1] != sitting for stamp in document.stamps.values() if stamp[0] > base
    )
    blocks = head.body["blocks"]
    return {
        "revision": document.revision,
        "version": head.number,
        "saved_at": head.saved_at.isoformat(timespec="seconds"),
        "order": [block["key"] for block in blocks] if is_theirs or document.revision > base + 1 else None,
        "put": [block for block in blocks if block["key"] in changed],
        "notes": [note for note in head.body["notes"] if note["key"] in changed],
        "others": [{"name": other.name, "block": other.block} for other in others_present(document, sitting)],
        "clashes": open_clashes(document),
    }


@desk_page
def text_clash(request: Request, kind: str, key: str, role: str, language: str) -> HttpResponse:
    """Choose between two texts of the same block; one that is settled already stays as it is."""
    place = Place(request, kind, key, role, language)
    place.require_writing()
    number, takes = sent(request, "clash"), sent(request, "takes")
    clash = clashes_of(place.document()).filter(pk=whole(number)).first()
    if request.method == "POST" and clash is not None and takes in ("mine", "theirs", "both"):
        resolve_clash(clash=clash, takes=takes, by=actor(request))
    if request.headers.get("Accept", "").startswith("application/json"):
        return JsonResponse({"clashes": open_clashes(place.document())})
    return redirect(f"{place.url('text_edit')}?plain")


@desk_page
def text_translated(request: Request, kind: str, key: str, role: str, language: str) -> HttpResponse:
    """Say that a block of a translation is right for its source as it is now."""
    place = Place(request, kind, key, role, language)
    place.require_writing()
    document = place.document()
    own, source_key, mark = (sent(request, name) for name in ("key", "source", "mark"))
    if request.method == "POST" and KEY.fullmatch(own) and KEY.fullmatch(source_key):
        mark_translated(document=document, key=own, source_key=source_key, mark=mark[:32])
    if request.headers.get("Accept", "").startswith("application/json"):
        return JsonResponse({"pairs": source_pairs(place.document(), head_of(document).body)})
    return redirect(f"{place.url('text_edit')}?plain")
