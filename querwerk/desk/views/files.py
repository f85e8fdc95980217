"""Documents that readers can fetch: brought in, listed, replaced by newer ones, destroyed; for an editor of texts in JSON too."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from querwerk.core.actions import InvalidRecords, UnableToOverwrite
from querwerk.core.pictures.actions import Filed, add_document, erase_document, replace_document
from querwerk.core.pictures.addresses import download_url
from querwerk.core.pictures.downloads import ACCEPT, SORTS, check_size
from querwerk.core.pictures.limits import MAX_DOCUMENT_BYTES, UnusableFile
from querwerk.core.pictures.models import LANGUAGE_NAMES, Download
from querwerk.core.prose.queries import documents_showing
from querwerk.core.states import VISIBILITY_MOVES, Visibility
from querwerk.core.templatetags.ui import language_name, plain
from querwerk.core.text import LANGUAGES
from querwerk.desk.queries import own_node_ids, owners, search, seen_by, title_of
from querwerk.desk.views.frame import MOVES, TONES, actor, address, desk_page, require, sent, surrounding
from querwerk.desk.views.uploads import owner_for
from querwerk.programmes.pages import Request, page_language
from querwerk.programmes.rules import may_create, may_edit, may_publish, may_read_history, may_see

PAGE_SIZE = 40
KIND = "file"
MAX_MEGABYTES = MAX_DOCUMENT_BYTES // 1_000_000


def language_choices() -> list[tuple[str, str]]:
    """Return the languages in which a file can be, those of the interface first."""
    own = [code for code, _name in settings.LANGUAGES]
    return sorted(((code, str(name)) for code, name in LANGUAGE_NAMES), key=lambda pair: pair[0] not in own)


def take_document(request: Request, file: Any, *, language: str, title: str = "") -> Filed:
    """Take in one uploaded document; raises :class:`UnusableFile`."""
    check_size(file.size)
    return add_document(
        content=file.read(), name=file.name or "", space=request.frame.space, by=actor(request), language=language,
        title=title, owner=owner_for(request),
    )  # fmt: skip


def file_or_404(request: Request, key: str) -> Download:
    """Return a document that the viewer may see at the desk."""
    found = Download.objects.filter(space=request.frame.space_id, key=key).select_related("stored", "space", "node")
    file = found.first()
    if file is None or not may_see(request.viewer, visibility=file.visibility, owners=owners(file)):
        raise Http404
    return file


def of_space(request: Request) -> QuerySet[Download]:
    """Return the documents that the viewer may see at the desk."""
    found = Download.objects.filter(space=request.frame.space_id).select_related("stored", "space", "node")
    return seen_by(request.viewer, found, request.frame.space_id)


@desk_page
def files(request: Request) -> HttpResponse:
    """List the documents; take in what was uploaded."""
    errors: dict[str, str] = {}
    if request.method == "POST":
        require(may_create(request.viewer, kind=KIND))
        filed = receive(request, errors)
        if filed is not None:
            return redirect("desk:file", request.frame.key, filed.download.key)
    words = request.GET.get("q", "")[:200].strip()
    page = Paginator(search(of_space(request), words).order_by("-pk"), PAGE_SIZE).get_page(request.GET.get("page"))
    own = own_node_ids(request.viewer, request.frame.space_id)
    context = {
        "rows": [row(request, file, is_mine=file.node_id in own) for file in page],
        "page": page,
        "words": words,
        "errors": errors,
        "typed": request.POST,
        "language": request.POST.get("language", page_language()),
        "languages": language_choices(),
        "accept": ACCEPT,
        "limit": MAX_MEGABYTES,
        "may_upload": bool(may_create(request.viewer, kind=KIND)),
        "files_url": address(request, "files"),
        "library_url": address(request, "library"),
    }
    status = 422 if errors else 200
    return render(request, "desk/files.html", {**surrounding(request, KIND), **context}, status=status)


def receive(request: Request, errors: dict[str, str]) -> Filed | None:
    """Take in the uploaded document, or note at which field something is wrong."""
    file, title, language = request.FILES.get("file"), sent(request, "title"), request.POST.get("language", "")
    if file is None:
        errors["file"] = _("Please choose a file.")
    if not title:
        errors["title"] = _("Say what the file is, as readers shall read it.")
    if language not in LANGUAGES:
        errors["language"] = _("Say in which language the file is.")
    if errors:
        return None
    try:
        filed = take_document(request, file, language=language, title=title)
    except UnusableFile as error:
        errors["file"] = str(error)
        return None
    if filed.is_new:
        messages.success(request, _("Taken in as a draft: readers get it once it is published."))
    else:
        messages.info(request, _("This file is here already."))
    return filed


def row(request: Request, file: Download, *, is_mine: bool) -> dict[str, Any]:
    """Return what the library shows of a document."""
    return {
        "file": file,
        "title": title_of(file),
        "sort": SORTS[file.stored.suffix].label if file.stored else "",
        "language": language_name(file.language) if file.language else "",
        "url": address(request, "file", file.key),
        "state": Visibility(file.visibility).label,
        "tone": TONES[Visibility(file.visibility)],
        "is_mine": is_mine,
    }


@desk_page
def file(request: Request, key: str) -> HttpResponse:
    """Show a document: fetch it, replace it by a newer one, see which texts show it."""
    shown = file_or_404(request, key)
    mine = owners(shown)
    may_change = may_edit(request.viewer, kind=KIND, owners=mine)
    error = ""
    if request.method == "POST":
        require(may_change)
        error = replaced(request, shown)
        if not error:
            return redirect("desk:file", request.frame.key, key)
    context = {
        "row": row(request, shown, is_mine=bool(may_change)),
        "file": shown,
        "may_change": bool(may_change),
        "error": error,
        "accept": ACCEPT,
        "limit": MAX_MEGABYTES,
        "fetch_url": download_url(shown) if shown.stored else "",
        "uses": uses(request, shown),
        "moves": [
            (move, address(request, "record_move", KIND, key, move))
            for move, target in MOVES.items()
            if target in VISIBILITY_MOVES[Visibility(shown.visibility)]
            and may_publish(request.viewer, kind=KIND, owners=mine)
        ],
        "edit_url": address(request, "record_edit", KIND, key),
        "erase_url": address(request, "file_erase", key),
        "files_url": address(request, "files"),
        "history_url": address(request, "record_history", KIND, key)
        if may_read_history(request.viewer, visibility=shown.visibility, owners=mine)
        else "",
    }
    status = 422 if error else 200
    return render(request, "desk/file.html", {**surrounding(request, KIND), **context}, status=status)


def uses(request: Request, shown: Download) -> list[tuple[Any, str, str]]:
    """Return record, language and address of each text that shows a document and that the viewer may see."""
    own = own_node_ids(request.viewer, request.frame.space_id)
    found = documents_showing(request.frame.space_id, shown.key)
    return [
        (
            document.node.title,
            language_name(document.language),
            address(request, "text_list", document.node.kind, document.node.key, document.role),
        )
        for document in found
        if request.viewer.is_organiser
        or may_see(request.viewer, visibility=document.node.visibility, owners=())
        or document.node_id in own
    ]


def replaced(request: Request, shown: Download) -> str:
    """Put the uploaded file in the place of the one that is there; return what is wrong."""
    uploaded: Any = request.FILES.get("file")
    if uploaded is None:
        return _("Please choose a file.")
    try:
        check_size(uploaded.size)
        replace_document(download=shown, content=uploaded.read(), name=uploaded.name or "", by=actor(request))
    except (UnusableFile, UnableToOverwrite, InvalidRecords) as error:
        return str(error)
    messages.success(request, _("The newer file is in its place; the address is the same."))
    return ""


@desk_page
def erase(request: Request, key: str) -> HttpResponse:
    """Ask, then destroy the file of a retired document."""
    shown = file_or_404(request, key)
    require(may_edit(request.viewer, kind=KIND, owners=owners(shown)))
    if shown.visibility != Visibility.RETIRED or shown.stored is None:
        return redirect("desk:file", request.frame.key, key)
    if request.method == "POST":
        erase_document(download=shown, by=actor(request), why=sent(request, "why")[:1000])
        messages.success(request, _("The file is destroyed."))
        return redirect("desk:file", request.frame.key, key)
    context = {
        "heading": _("Destroy this file for good?"),
        "text": _("Nobody can bring it back, except from a backup. The record stays, so that texts can still name it."),
        "button": _("Destroy"),
        "asks_why": "yes",
        "title": title_of(shown),
        "back_url": address(request, "file", key),
    }
    return render(request, "desk/picture_ask.html", {**surrounding(request, KIND), **context})


@desk_page
def upload(request: Request) -> HttpResponse:
    """Take in a document and say how it is called: ``file``, ``title`` and ``lang``."""
    require(may_create(request.viewer, kind=KIND))
    language = request.POST.get("lang", "")
    if request.method != "POST" or "file" not in request.FILES:
        return JsonResponse({"error": _("Please choose a file.")}, status=400)
    if language not in LANGUAGES:
        return JsonResponse({"error": _("Say in which language the file is.")}, status=422)
    try:
        filed = take_document(request, request.FILES["file"], language=language, title=sent(request, "title"))
    except UnusableFile as error:
        return JsonResponse({"error": str(error)}, status=422)
    found = {"id": filed.download.key, "title": plain(filed.download.title), "is_new": filed.is_new}
    return JsonResponse(found, status=201 if filed.is_new else 200)
