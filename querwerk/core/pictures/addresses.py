"""Addresses of a picture's files. They hold what is in the file and where it is cut, so an address never changes its meaning."""

import re

from django.urls import get_script_prefix
from django.utils.text import slugify

from querwerk.core.pictures.models import Download, Picture
from querwerk.core.pictures.renditions import Rendition
from querwerk.core.pictures.states import FileKind

MARK = 12
UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ß": "ss"})
LONGEST_STEM = 80


def mark_of(picture: Picture) -> str:
    """Return the part of the address that changes when a rendition would look different."""
    stored = picture.stored
    assert stored is not None
    return f"{stored.sha256[:MARK]}-{picture.focus[0]}-{picture.focus[1]}"


def folder_of(picture: Picture) -> str:
    """Return the beginning that the addresses of all renditions share."""
    return f"{get_script_prefix()}media/{picture.space.key}/{picture.key}/{mark_of(picture)}/"


def rendition_url(picture: Picture, wanted: Rendition) -> str:
    """Return where a rendition can be fetched."""
    return folder_of(picture) + wanted.name


def drawing_url(picture: Picture) -> str:
    """Return where a drawing can be fetched."""
    return f"{folder_of(picture)}drawing.svg"


def original_url(picture: Picture) -> str:
    """Return where the original can be fetched."""
    return f"{get_script_prefix()}media/{picture.space.key}/{picture.key}/original"


def preview_url(picture: Picture, width: int = 640) -> str:
    """Return one address that every browser can show, not wider than asked where there is one so small."""
    from querwerk.core.pictures.renditions import suffixes, widths  # noqa: PLC0415

    stored = picture.stored
    assert stored is not None
    if stored.kind == FileKind.DRAWING:
        return drawing_url(picture)
    offered = widths(stored.width, stored.height)
    fitting = [listed for listed in offered if listed <= width] or [offered[0]]
    return rendition_url(picture, Rendition(fitting[-1], "full", suffixes(has_alpha=stored.has_alpha)[-1]))


def download_name(download: Download) -> str:
    """Return what a fetched document is called: its title, without what file systems refuse."""
    stored = download.stored
    assert stored is not None
    title = next((words for words in download.title.values() if words), download.key)
    stem = " ".join(re.sub(r"[^\w\- ]+", " ", title).split())[:LONGEST_STEM].strip() or download.key
    return f"{stem}.{stored.suffix}"


def download_url(download: Download) -> str:
    """Return where a document can be fetched. The key alone decides; the name behind it is for people and may change."""
    stem, _dot, suffix = download_name(download).rpartition(".")
    name = f"{slugify(stem.translate(UMLAUTS)) or download.key}.{suffix}"
    return f"{get_script_prefix()}media/{download.space.key}/files/{download.key}/{name}"
