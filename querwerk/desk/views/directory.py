"""The directory at the desk: import with a preview, invitations, claims, duplicates."""

from typing import Any, cast

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from querwerk.core.queries import snapshot
from querwerk.core.spec import Texts
from querwerk.desk import imports
from querwerk.desk.views.frame import actor, desk_page, require, sent, surrounding
from querwerk.people import actions, importing, queries
from querwerk.people.merging import finding, joining, parting
from querwerk.people.models import Claim, Inquiry, Profile, User
from querwerk.people.states import Audience, ClaimState
from querwerk.programmes.pages import Request, page_language
from querwerk.programmes.profiles.choosing import languages
from querwerk.programmes.rules import may_run_directory

SUFFIX = "table"
SHOWN_ROWS = 200
INVITED_PER_PAGE = 100


def show(request: Request, template: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    """Show a page of the directory at the desk."""
    return render(request, template, {**surrounding(request, "desk:directory"), **context}, status=status)


@desk_page
def overview(request: Request) -> HttpResponse:
    """Show how the directory stands, and what waits for a decision."""
    require(may_run_directory(request.viewer))
    space_id = request.frame.space_id
    context = {
        "numbers": queries.directory_numbers(space_id),
        "claims": queries.open_claims(space_id),
        "inquiries": queries.open_inquiries(space_id),
    }
    return show(request, "desk/directory.html", context)


@desk_page
def import_upload(request: Request) -> HttpResponse:
    """Take a table in."""
    require(may_run_directory(request.viewer))
    error = ""
    if request.method == "POST":
        file: Any = request.FILES.get("file")
        if file is None:
            error = _("Please choose a file.")
        elif file.size > importing.MOST_BYTES:
            error = _("The file is larger than %(limit)d MB.") % {"limit": importing.MOST_BYTES // 1_000_000}
        else:
            content = file.read()
            try:
                importing.read_table(content, file.name)
            except importing.UnreadableTable as refusal:
                error = str(refusal)
            else:
                token = imports.keep(content, user_id(request), suffix=SUFFIX)
                return redirect("desk:directory_plan", request.frame.key, token)
    return show(request, "desk/directory_import.html", {"error": error}, status=422 if error else 200)


def user_id(request: Request) -> int:
    """Return whose file it is."""
    return cast("User", request.user).pk


@desk_page
def import_plan(request: Request, token: str) -> HttpResponse:
    """Ask what the columns mean, say what would happen to each row, and do it."""
    require(may_run_directory(request.viewer))
    content = imports.kept(token, user_id(request), suffix=SUFFIX)
    if content is None:
        messages.info(request, _("The file is no longer kept. Please upload it again."))
        return redirect("desk:directory_import", request.frame.key)
    table = importing.read_table(content, "")
    options = options_from(request, table)
    plan = None
    if "name" in options.mapping:
        plan = importing.plan_import(table, options, request.frame.space, actions.new_key)
    if request.method == "POST" and request.POST.get("do") == "import" and plan is not None:
        return carry_out(request, plan)
    context = {
        "table": table,
        "columns": [
            {"number": number, "head": head, "target": options.mapping[number], "samples": samples(table, number)}
            for number, head in enumerate(table.heads)
        ],
        "targets": importing.TARGETS,
        "options": options,
        "languages": languages(),
        "audiences": Audience.choices,
        "plan": plan,
        "counts": [(outcome, plan.count(outcome)) for outcome in ("new", "changed", "same", "refused")] if plan else [],
        "shown": plan.of("refused", "changed", "new")[:SHOWN_ROWS] if plan else [],
    }
    return show(request, "desk/directory_plan.html", context)


def options_from(request: Request, table: importing.Table) -> importing.Options:
    """Return how the table is to be read: as was sent, else as its headings suggest."""
    known = {target.key for target in importing.TARGETS}
    if request.method == "POST":
        stated = [request.POST.get(f"column-{number}", "") for number in range(len(table.heads))]
        mapping = tuple(
            target if target in known and target not in stated[:number] else "" for number, target in enumerate(stated)
        )
    else:
        mapping = tuple(importing.guess(table.heads))
    language = request.POST.get("language", "")
    audience = request.POST.get("audience", "")
    return importing.Options(
        mapping,
        language if language in dict(languages()) else page_language(),
        audience if audience in Audience.values else str(Audience.MEMBERS),
    )


def samples(table: importing.Table, number: int) -> list[str]:
    """Return what stands in a column, for a start."""
    return [cells[number][:60] for _line, cells in table.rows[:50] if cells[number]][:3]


def carry_out(request: Request, plan: importing.Plan) -> HttpResponse:
    """Write what is new or changed; a double click writes nothing twice, for the second time everything is the same."""
    done = actions.import_profiles(space=request.frame.space, rows=plan.of("new", "changed"), by=actor(request))
    words = ngettext("%(number)d profile was written.", "%(number)d profiles were written.", done) % {"number": done}
    messages.success(request, words)
    return redirect("desk:directory", request.frame.key)


@desk_page
def invite(request: Request) -> HttpResponse:
    """Invite the owners of imported profiles: those ticked, or all who got no mail yet; one mail each."""
    require(may_run_directory(request.viewer))
    waiting = queries.uninvited(request.frame.space_id)
    if request.method == "POST":
        chosen = (
            None
            if sent(request, "do") == "all"
            else [int(pk) for pk in request.POST.getlist("profile") if pk.isdecimal()]
        )
        number = actions.invite_owners(space=request.frame.space, profile_ids=chosen, by=actor(request))
        messages.success(
            request,
            ngettext("%(number)d mail is on its way.", "%(number)d mails are on their way.", number)
            % {"number": number},
        )
        return redirect("desk:directory_invite", request.frame.key)
    page = Paginator(waiting, INVITED_PER_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "invited": queries.invited(request.frame.space_id)}
    return show(request, "desk/directory_invite.html", context)


@desk_page
def claim(request: Request, number: int) -> HttpResponse:
    """Grant or decline a claim that its author could not prove by an address."""
    require(may_run_directory(request.viewer))
    found = Claim.objects.filter(profile__space=request.frame.space_id, pk=number).select_related(
        "profile__space", "profile__node", "user"
    ).first()  # fmt: skip
    if found is None:
        raise Http404
    if request.method == "POST" and found.state == ClaimState.OPEN:
        actions.settle_claim(claim=found, is_granted=sent(request, "do") == "grant", by=actor(request))
        messages.success(request, _("Saved."))
        return redirect("desk:directory", request.frame.key)
    return show(request, "desk/directory_claim.html", {"claim": found, "contact": queries.contact_of(found.profile)})


@desk_page
def inquiry(request: Request, number: int) -> HttpResponse:
    """Show a question and answer it by mail, once."""
    require(may_run_directory(request.viewer))
    found = Inquiry.objects.filter(space=request.frame.space_id, pk=number).select_related("space").first()
    if found is None:
        raise Http404
    error = ""
    if request.method == "POST":
        answer = sent(request, "answer")
        if answer:
            actions.answer_inquiry(inquiry=found, answer=answer[:20_000], by=actor(request))
            messages.success(request, _("The answer is on its way."))
            return redirect("desk:directory", request.frame.key)
        error = _("Please write an answer.")
    context = {"inquiry": found, "error": error}
    return show(request, "desk/directory_inquiry.html", context, status=422 if error else 200)


@desk_page
def duplicates(request: Request) -> HttpResponse:
    """List profiles that may be the same."""
    require(may_run_directory(request.viewer))
    space_id = request.frame.space_id
    context = {"pairs": finding.duplicates(space_id), "mergers": parting.mergers_in(space_id)[:50]}
    return show(request, "desk/directory_duplicates.html", context)


@desk_page
def part(request: Request, number: int) -> HttpResponse:
    """Ask, then take apart what was merged."""
    require(may_run_directory(request.viewer))
    found = parting.mergers_in(request.frame.space_id).filter(pk=number).first()
    if found is None:
        raise Http404
    refusal = ""
    if request.method == "POST":
        try:
            parting.part_profiles(merger=found, by=actor(request))
        except parting.UnableToPart as error:
            refusal = str(error)
        else:
            messages.success(request, _("They are two profiles again."))
            return redirect("desk:directory_duplicates", request.frame.key)
    context = {"merger": found, "refusal": refusal}
    return show(request, "desk/directory_part.html", context, status=409 if refusal else 200)


@desk_page
def merge(request: Request, one: str, other: str) -> HttpResponse:
    """Show two profiles beside each other; make them one, or note that they are not the same."""
    require(may_run_directory(request.viewer))
    keep, gone = (queries.find_profile(request.frame.space_id, key) for key in (one, other))
    if keep is None or gone is None or keep.pk == gone.pk:
        raise Http404
    if request.method == "POST":
        try:
            if sent(request, "do") == "apart":
                finding.tell_apart(one=keep, other=gone, by=actor(request))
            else:
                joining.merge_profiles(keep=keep, gone=gone, by=actor(request))
            messages.success(request, _("Saved."))
        except joining.UnableToMerge as error:
            messages.error(request, str(error))
        return redirect("desk:directory_duplicates", request.frame.key)
    context = {"keep": keep, "gone": gone, "rows": compared(keep, gone)}
    return show(request, "desk/directory_merge.html", context)


def compared(keep: Profile, gone: Profile) -> list[dict[str, Any]]:
    """Return each field of both, and which value the merged profile has."""
    mine, theirs = snapshot(keep), snapshot(gone)
    changes = joining.filled(mine, theirs, keep.key)
    labels: dict[str, Any] = {"id": _("Id")}
    for declared in Profile.SPEC.all_fields:
        names = [declared.key]
        if isinstance(declared, Texts):
            names += [name for name in {**mine, **theirs} if name.startswith(f"{declared.key}_")]
        labels |= dict.fromkeys(names, declared.label)
    return [
        {"label": labels.get(key, key), "mine": mine.get(key), "theirs": theirs.get(key), "taken": key in changes}
        for key in dict.fromkeys([*mine, *theirs])
        if mine.get(key) != theirs.get(key)
    ]
