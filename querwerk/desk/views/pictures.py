"""The media library: bring pictures in, see what they lack, say who agreed, choose what a cut keeps, take them off."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from querwerk.core.actions import InvalidRecords, UnableToOverwrite
from querwerk.core.pictures.actions import erase_file, set_focus
from querwerk.core.pictures.addresses import original_url
from querwerk.core.pictures.limits import UnusableFile
from querwerk.core.pictures.models import Picture, check_publishable
from querwerk.core.pictures.queries import used_in
from querwerk.core.pictures.states import SAYS_WHY, Licence, Withheld
from querwerk.core.registry import node_url
from querwerk.core.spec import Parsed, Problems
from querwerk.core.states import VISIBILITY_MOVES, Visibility
from querwerk.desk.queries import own_node_ids, owners, search, seen_by, title_of
from querwerk.desk.views.frame import MOVES, TONES, actor, address, desk_page, require, sent, surrounding
from querwerk.desk.views.shown import ask, consent_context
from querwerk.desk.views.uploads import take_in
from querwerk.programmes.pages import Request
from querwerk.programmes.pages import address as room_address
from querwerk.programmes.rules import may_create, may_edit, may_publish, may_read_history, may_see

PAGE_SIZE = 24
MOST_AT_ONCE = 40
KIND = "picture"
MISSING: dict[str, tuple[Any, Q]] = {
    "alt": (gettext_lazy("description missing"), Q(alt={}) & ~Q(decorative="yes")),
    "credit": (gettext_lazy("credit missing"), Q(credit="")),
    "basis": (gettext_lazy("not said why people may be shown"), Q(basis="")),
    "consent": (gettext_lazy("consent missing"), Q(withheld=Withheld.NO_CONSENT)),
    "file": (gettext_lazy("file missing"), Q(withheld=Withheld.NO_FILE)),
    "withdrawn": (gettext_lazy("taken off"), Q(withheld=Withheld.WITHDRAWN)),
}
"""What a picture may lack, and how it is found."""


def of_space(request: Request) -> QuerySet[Picture]:
    """Return the pictures that the viewer may see at the desk."""
    found = Picture.objects.filter(space=request.frame.space_id).select_related("stored", "space", "node")
    return seen_by(request.viewer, found, request.frame.space_id)


def picture_or_404(request: Request, key: str) -> Picture:
    """Return a picture that the viewer may see."""
    found = Picture.objects.filter(space=request.frame.space_id, key=key).select_related("stored", "space", "node")
    picture = found.first()
    if picture is None or not may_see(request.viewer, visibility=picture.visibility, owners=owners(picture)):
        raise Http404
    return picture


def editable_or_refused(request: Request, key: str) -> Picture:
    """Return a picture that the viewer may change."""
    picture = picture_or_404(request, key)
    require(may_edit(request.viewer, kind=KIND, owners=owners(picture)))
    return picture


@desk_page
def library(request: Request) -> HttpResponse:
    """Show the pictures; take in what was dropped."""
    errors: list[str] = []
    if request.method == "POST":
        require(may_create(request.viewer, kind=KIND))
        errors = receive(request)
        if not errors:
            return redirect("desk:library", request.frame.key)
    filters = {name: request.GET.get(name, "")[:200].strip() for name in ("q", "visibility", "licence", "lacks")}
    found = filtered(of_space(request), filters)
    page = Paginator(search(found, filters["q"]).order_by("-pk"), PAGE_SIZE).get_page(request.GET.get("page"))
    own = own_node_ids(request.viewer, request.frame.space_id)
    context = {
        "rows": [row(request, picture, is_mine=picture.node_id in own) for picture in page],
        "page": page,
        "filters": filters,
        "visibilities": Visibility.choices,
        "licences": Licence.choices,
        "lacking": [(name, label) for name, (label, _condition) in MISSING.items()],
        "errors": errors,
        "may_upload": bool(may_create(request.viewer, kind=KIND)),
        "most": MOST_AT_ONCE,
        "library_url": address(request, "library"),
        "files_url": address(request, "files"),
    }
    status = 422 if errors else 200
    return render(request, "desk/library.html", {**surrounding(request, KIND), **context}, status=status)


def receive(request: Request) -> list[str]:
    """Take in each uploaded file; return what is wrong with those that could not be taken."""
    sent_files = request.FILES.getlist("file")
    if not sent_files:
        return [_("Please choose a file.")]
    if len(sent_files) > MOST_AT_ONCE:
        return [_("At most %(most)d files at once, please.") % {"most": MOST_AT_ONCE}]
    wrong, new, known = [], 0, 0
    for file in sent_files:
        try:
            done = take_in(request, file)
        except UnusableFile as error:
            wrong.append(f"{file.name}: {error}")
        else:
            new, known = new + done.is_new, known + (not done.is_new)
    if new:
        messages.success(request, _("Taken in as drafts: %(number)d.") % {"number": new})
    if known:
        messages.info(request, _("Here already: %(number)d.") % {"number": known})
    return wrong


def filtered(found: QuerySet[Picture], filters: dict[str, str]) -> QuerySet[Picture]:
    """Keep what fits the filters; words that name nothing keep everything."""
    if filters["visibility"] in Visibility.values:
        found = found.filter(visibility=filters["visibility"])
    if filters["licence"] in Licence.values:
        found = found.filter(licence=filters["licence"])
    if filters["lacks"] in MISSING:
        found = found.filter(MISSING[filters["lacks"]][1])
    return found


def row(request: Request, picture: Picture, *, is_mine: bool) -> dict[str, Any]:
    """Return what the library shows of a picture."""
    return {
        "picture": picture,
        "is_visible": picture.stored is not None and picture.withheld != Withheld.WITHDRAWN,
        "title": title_of(picture),
        "url": address(request, "picture", picture.key),
        "state": Visibility(picture.visibility).label,
        "tone": TONES[Visibility(picture.visibility)],
        "lacks": lacks(picture),
        "is_mine": is_mine,
    }


def lacks(picture: Picture) -> list[str]:
    """Return what must be there before everybody may see the picture."""
    columns = {name: getattr(picture, name) for name in ("alt", "decorative", "credit", "basis")}
    problems = Problems()
    check_publishable(Parsed(Picture.SPEC, picture.key, (), {}, columns=columns), problems)
    found = [problem.message for problem in problems.found]
    return found + ([str(SAYS_WHY[picture.withheld])] if picture.withheld else [])


@desk_page
def picture(request: Request, key: str) -> HttpResponse:
    """Show one picture with everything about it."""
    return page(request, picture_or_404(request, key))


def page(request: Request, shown: Picture, *, errors: dict[str, str] | None = None) -> HttpResponse:
    """Show the page of a picture, with what is wrong in its forms."""
    mine = owners(shown)
    is_mine = bool(may_edit(request.viewer, kind=KIND, owners=mine))
    context = {
        **consent_context(request, shown, is_mine=is_mine, errors=errors or {}),
        "picture": shown,
        "row": row(request, shown, is_mine=is_mine),
        "is_mine": is_mine,
        "uses": [
            (node, node_url(node, request.frame.key))
            for node in dict.fromkeys(link.owner for link in used_in(shown.node_id))
        ],
        "original_url": original_url(shown) if shown.stored else "",
        "public_url": room_address("publishing:picture", programme=request.frame.key, key=shown.key),
        "moves": moves(request, shown, mine),
        "edit_url": address(request, "record_edit", KIND, shown.key),
        "history_url": history_url(request, shown, mine),
        "library_url": address(request, "library"),
        "focus_url": address(request, "picture_focus", shown.key),
        "erase_url": address(request, "picture_erase", shown.key) if shown.stored else "",
    }
    status = 422 if errors else 200
    return render(request, "desk/picture.html", {**surrounding(request, KIND), **context}, status=status)


def moves(request: Request, shown: Picture, mine: frozenset[str]) -> list[tuple[str, str]]:
    """Return where the picture can go from its state."""
    if not may_publish(request.viewer, kind=KIND, owners=mine) or shown.withheld == Withheld.WITHDRAWN:
        return []
    return [
        (move, address(request, "record_move", KIND, shown.key, move))
        for move, target in MOVES.items()
        if target in VISIBILITY_MOVES[Visibility(shown.visibility)]
    ]


def history_url(request: Request, shown: Picture, mine: frozenset[str]) -> str:
    """Return where the journal of the picture is, for whoever may read it."""
    may_read = may_read_history(request.viewer, visibility=shown.visibility, owners=mine)
    return address(request, "record_history", KIND, shown.key) if may_read else ""


def back(request: Request, shown: Picture) -> HttpResponse:
    """Go back to the picture."""
    return redirect("desk:picture", request.frame.key, shown.key)


@desk_page
def focus(request: Request, key: str) -> HttpResponse:
    """Say which point of the picture every cut keeps."""
    shown = editable_or_refused(request, key)
    if request.method != "POST":
        return back(request, shown)
    typed = [request.POST.get(name, "").strip() for name in ("x", "y")]
    if not all(words.isdecimal() and len(words) <= 3 and int(words) <= 100 for words in typed):
        return page(request, shown, errors={"focus": _("Please give two whole numbers from 0 to 100.")})
    try:
        set_focus(picture=shown, x=int(typed[0]), y=int(typed[1]), by=actor(request))
    except UnableToOverwrite as error:
        messages.warning(request, str(error))
    except InvalidRecords as error:
        messages.error(request, " ".join(problem.message for problem in error.problems))
    else:
        messages.success(request, _("Saved."))
    return back(request, shown)


@desk_page
def erase(request: Request, key: str) -> HttpResponse:
    """Ask, then destroy the file of a picture that was taken off."""
    shown = editable_or_refused(request, key)
    if shown.withheld != Withheld.WITHDRAWN:
        return back(request, shown)
    if request.method == "POST":
        erase_file(picture=shown, by=actor(request), why=sent(request, "why")[:1000])
        messages.success(request, _("The file is destroyed. Older backups still hold it until they are replaced."))
        return back(request, shown)
    words = {
        "heading": _("Destroy the file for good?"),
        "text": _("The record stays and says that there was a picture. The file cannot be brought back from here."),
        "button": _("Destroy the file"),
        "asks_why": "yes",
    }
    return ask(request, shown, words)
