"""Answers with files: ranges for films, addresses that never change for pictures, and nothing that must not be seen.

What a picture's address names is fixed by the content's hash in it, so a browser may keep it for a year; but no cache between us
and the browser may keep it (``private``), so that a picture that is taken off is gone for everybody who asks again.
"""

import mimetypes
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO
from urllib.parse import quote

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified, StreamingHttpResponse

from querwerk.core.models import Record
from querwerk.core.pictures import files
from querwerk.core.pictures.models import Picture, ShowsPeople, StoredFile
from querwerk.core.pictures.renditions import Rendition, make
from querwerk.core.pictures.states import Withheld

FOREVER = "private, max-age=31536000, immutable"
ASK_AGAIN = "private, no-cache"
POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
"""For whoever opens a drawing by itself: it runs nothing, loads nothing, and is of no origin."""
RANGE = re.compile(r"bytes=(\d*)-(\d*)")
CHUNK = 256 * 1024
WHOLE = 4 * 1024 * 1024
"""Bytes up to which a file is sent in one piece: nearly every rendition is smaller than a tenth of it."""

type Gate = Callable[[HttpRequest, Record], bool]
_gates: list[Gate] = []


def register_gate(gate: Gate) -> None:
    """Say who may fetch what is not published: the room that knows the roles does (decision 0003)."""
    _gates.append(gate)


def may_fetch(request: HttpRequest, shown: ShowsPeople) -> bool:
    """Tell whether a visitor gets the files of a picture or film; a stranger's request never touches the session."""
    return shown.is_shown or has_pass(request, shown)


def has_pass(request: HttpRequest, shown: ShowsPeople) -> bool:
    """Tell whether a visitor works on the programme and may have what the public may not; what was withdrawn nobody may."""
    return shown.withheld != Withheld.WITHDRAWN and has_role_for(request, shown)


def has_role_for(request: HttpRequest, record: Record) -> bool:
    """Tell whether a visitor may have the files of a record that is not public."""
    return any(gate(request, record) for gate in _gates)


def rendition_file(picture: Picture, wanted: Rendition) -> Path:
    """Return the file of a rendition; it is made when it is not there."""
    stored = picture.stored
    assert stored is not None
    path = files.rendition_path(stored.sha256, picture.focus, wanted.name)
    if not path.exists():
        with files.one_at_a_time(stored.sha256):
            if not path.exists():
                source = files.path_of(stored.sha256, stored.suffix)
                try:
                    content = source.read_bytes()
                except FileNotFoundError:
                    raise Http404 from None
                files.write_whole(path, make(content, wanted, picture.focus))
    return path


def send_file(
    request: HttpRequest, path: Path, *, media_type: str, mark: str, is_public: bool, download_as: str = ""
) -> HttpResponse | StreamingHttpResponse:
    """Send a file, or the part that was asked for (RFC 9110, 14); ``mark`` is its strong validator."""
    etag = f'"{mark}"'
    if etag in request.headers.get("If-None-Match", ""):
        return _with_headers(HttpResponseNotModified(), etag=etag, is_public=is_public)
    try:
        size = path.stat().st_size
    except FileNotFoundError:
        raise Http404 from None
    part = _part(request, size, etag)
    first, last = part or (0, size - 1)
    if part is not None and first > last:
        response: HttpResponse | StreamingHttpResponse = HttpResponse(
            status=416, headers={"Content-Range": f"bytes */{size}"}
        )
    else:
        response = _body(path, first, last - first + 1, media_type)
        if part is not None:
            response.status_code = 206
            response["Content-Range"] = f"bytes {first}-{last}/{size}"
    response["Accept-Ranges"] = "bytes"
    if download_as:
        response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(download_as)}"
    return _with_headers(response, etag=etag, is_public=is_public)


def _body(path: Path, first: int, length: int, media_type: str) -> HttpResponse | StreamingHttpResponse:
    """Return a part of a file: as it is where it is small, in pieces where it is a film."""
    file = path.open("rb")
    if length > WHOLE:
        pieces = StreamingHttpResponse(_read(file, first, length), content_type=media_type)
        pieces["Content-Length"] = str(length)
        return pieces
    with file:
        file.seek(first)
        return HttpResponse(file.read(length), content_type=media_type)


def _with_headers[R: HttpResponse | StreamingHttpResponse](response: R, *, etag: str, is_public: bool) -> R:
    response["ETag"] = etag
    response["Cache-Control"] = FOREVER if is_public else ASK_AGAIN
    response["Content-Security-Policy"] = POLICY
    response["X-Content-Type-Options"] = "nosniff"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    return response


def _part(request: HttpRequest, size: int, etag: str) -> tuple[int, int] | None:
    """Return first and last byte of one range; nothing for the whole, or for several ranges, which nobody must honour."""
    header = request.headers.get("Range", "")
    match = RANGE.fullmatch(header.strip())
    if match is None or not any(match.groups()) or request.headers.get("If-Range", etag) != etag:
        return None
    first, last = match[1], match[2]
    if not first:
        return max(0, size - int(last)), size - 1 if int(last) else -1
    return int(first), min(int(last) if last else size - 1, size - 1)


def _read(file: IO[bytes], first: int, length: int) -> Iterator[bytes]:
    with file:
        file.seek(first)
        left = length
        while left > 0 and (chunk := file.read(min(CHUNK, left))):
            left -= len(chunk)
            yield chunk


def type_of(stored: StoredFile) -> str:
    """Return the type that a browser is told."""
    return stored.media_type or mimetypes.guess_type(stored.file_name)[0] or "application/octet-stream"


def name_for_download(picture: Picture, stored: StoredFile) -> str:
    """Return what a downloaded original is called."""
    title = next((words for words in picture.title.values() if words), picture.key)
    stem = re.sub(r"[^\w\- ]+", "", title).strip()[:80] or picture.key
    return f"{stem}.{stored.suffix}"
