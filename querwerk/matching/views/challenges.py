"""Challenges: read them, bring one, change it. Each page shows only what the viewer may read, and counts nothing else."""

import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, cast

from django.contrib.auth.views import redirect_to_login
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.formats import time_format
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from querwerk.core import registry
from querwerk.core.actions import Actor, InvalidRecords, once
from querwerk.core.lists import Ties
from querwerk.core.numbers import whole
from querwerk.core.spec import Problem
from querwerk.core.templatetags.ui import language_name, plain
from querwerk.matching import rules
from querwerk.matching.actions import challenges as actions
from querwerk.matching.actions import guests
from querwerk.matching.forms import TEXTS, ChallengeForm, examples, languages
from querwerk.matching.models import Dossier
from querwerk.matching.queries import challenges as queries
from querwerk.matching.states import (
    CHALLENGE_MOVES,
    READERS,
    RIPENESS_MEANING,
    SHOWN,
    SOUGHT,
    ChallengeState,
    Confidentiality,
)
from querwerk.people.models import Profile, User
from querwerk.people.queries import profiles_of, profiles_seen
from querwerk.people.regions import region_name
from querwerk.people.rules import Reader
from querwerk.people.states import SKILL_CHOICES, Submarket
from querwerk.programmes.pages import Request, enter, page_language, programme_page

PER_PAGE = 30
TONES = {
    ChallengeState.DRAFT: "open",
    ChallengeState.OPEN: "good",
    ChallengeState.IN_MATCHING: "note",
    ChallengeState.MATCHED: "good",
    ChallengeState.CLOSED: "plain",
    ChallengeState.WITHDRAWN: "plain",
}
BY_HAND = (ChallengeState.OPEN, ChallengeState.DRAFT, ChallengeState.CLOSED, ChallengeState.WITHDRAWN)
"""The states into which people bring a challenge themselves; matching brings it into the others."""


def signed_in_page[**P](
    view: Callable[Concatenate[Request, P], HttpResponse],
) -> Callable[..., HttpResponse]:
    """Make a page for somebody who has signed in, with or without a role; never kept in a cache."""

    @never_cache
    @require_http_methods(["GET", "HEAD", "POST"])
    @wraps(view)
    def page(request: Request, programme: str, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        enter(request, programme)
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        return view(request, *args, **kwargs)

    return page


def actor(request: Request) -> Actor:
    """Return who writes."""
    user = cast("User", request.user)
    return Actor(user.pk, user.display_name)


def dossier_or_404(request: Request, key: str) -> Dossier:
    """Return a challenge that the viewer may read; what they may not read does not exist for them."""
    dossier = queries.dossier_of(request.frame.space_id, key)
    if dossier is None:
        raise Http404
    is_member = queries.reader_of(request.viewer, request.frame.space_id).is_member
    if not rules.may_see_challenge(request.viewer, reading=queries.reading_of(dossier), is_member=is_member):
        raise Http404
    return dossier


def row_of(dossier: Dossier, reader: Reader) -> dict[str, Any]:
    """Return what lists show of a challenge."""
    names = dict(Submarket.choices)
    state = ChallengeState(dossier.state)
    return {
        "dossier": dossier,
        "title": queries.title_of(dossier),
        "problem": queries.text_in(dossier.content, "problem"),
        "state": state.label,
        "tone": TONES[state],
        "owner": queries.owner_of(dossier, reader),
        "submarkets": [names[code] for code in dossier.content.get("submarkets") or [] if code in names],
        "audience": "" if dossier.confidentiality == Confidentiality.PUBLIC else READERS[dossier.confidentiality],
    }


@programme_page
def challenge_list(request: Request) -> HttpResponse:
    """List the challenges that the viewer may read."""
    viewer = request.viewer
    reader = queries.reader_of(viewer, request.frame.space_id)
    found = queries.seen_by(viewer, request.frame.space_id, is_member=reader.is_member)
    mine = (
        [row_of(one, reader) for one in found.filter(author=viewer.user_id)[:50]] if viewer.user_id is not None else []
    )
    shown = queries.in_states(found, SHOWN)
    counts = queries.counts_by_state(shown)
    state = request.GET.get("state", "")
    chosen = queries.in_states(shown, [state] if state in counts else SHOWN)
    submarket = request.GET.get("submarket", "")
    rows = list(chosen)
    if submarket in Submarket.values:
        rows = [one for one in rows if submarket in (one.content.get("submarkets") or [])]
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "rows": [row_of(one, reader) for one in page],
        "mine": mine,
        "states": [(value, ChallengeState(value).label, counts[value]) for value in SHOWN if counts.get(value)],
        "state": state if state in counts else "",
        "submarkets": Submarket.choices,
        "submarket": submarket,
        "sought": sum(counts.get(value, 0) for value in SOUGHT),
    }
    return render(request, "matching/challenge_list.html", context)


@programme_page
def challenge_detail(request: Request, key: str) -> HttpResponse:
    """Show one challenge; who may change it sees what happened to it as well."""
    dossier = dossier_or_404(request, key)
    reading = queries.reading_of(dossier)
    may_edit = bool(rules.may_edit_challenge(request.viewer, reading=reading))
    challenge = queries.as_challenge(dossier)
    names, region = dict(SKILL_CHOICES), region_name(challenge.region) if challenge.region else ""
    panels: list[Any] = []
    if dossier.record is not None:
        request.ties = Ties(dossier.record, [], with_drafts=request.with_drafts)
        panels = registry.panels_for(request, dossier.record)
    context = {
        **row_of(dossier, queries.reader_of(request.viewer, request.frame.space_id)),
        "challenge": challenge,
        "ripeness": challenge.get_ripeness_display(),
        "ripeness_means": RIPENESS_MEANING.get(challenge.ripeness, ""),
        "languages": [language_name(code) for code in challenge.languages],
        "skills": [str(names[code]) for code in challenge.skills if code in names],
        "where": [str(one) for one in (challenge.place, region, challenge.get_presence_display()) if one],
        "may_edit": may_edit,
        "chosen": queries.confidants_of(dossier) if may_edit else [],
        "guests": queries.guests_of(dossier) if may_edit else [],
        "happenings": queries.happenings_of(dossier) if may_edit else [],
        "moves": moves_of(dossier) if may_edit else [],
        "panels": panels,
    }
    return render(request, "matching/challenge_detail.html", context)


@programme_page
def match_detail(request: Request, key: str) -> HttpResponse:
    """Show a match that everybody may read of: who met whom, over what, and what became of it."""
    match = queries.match(request.frame.space_id, key, with_drafts=request.with_drafts)
    if match is None:
        raise Http404
    reader = queries.reader_of(request.viewer, request.frame.space_id)
    request.ties = Ties(match, [], with_drafts=request.with_drafts)
    context = {
        "match": match,
        "occasions": [node for node in request.ties.nodes("follows") if node.kind != "challenge"],
        "parties": request.ties.nodes("parties"),
        "creative": queries.name_for(match.profile, match.organisation, reader),
        "panels": registry.panels_for(request, match),
    }
    return render(request, "matching/match_detail.html", context)


def moves_of(dossier: Dossier) -> list[tuple[str, Any]]:
    """Return the states into which somebody may bring a challenge, with the words on the button."""
    words = {
        ChallengeState.OPEN: _("Open it again") if dossier.state != ChallengeState.DRAFT else _("Hand it in"),
        ChallengeState.DRAFT: _("Back to draft"),
        ChallengeState.CLOSED: _("Close it"),
        ChallengeState.WITHDRAWN: _("Withdraw it"),
    }
    allowed = CHALLENGE_MOVES[ChallengeState(dossier.state)]
    return [(str(state), words[state]) for state in BY_HAND if state in allowed]


@signed_in_page
def challenge_new(request: Request) -> HttpResponse:
    """Say what will be asked, then begin a draft; sent twice, the same one."""
    if request.method == "POST":
        user, sent = cast("User", request.user), request.POST
        language = sent.get("language", "")
        language = language if language in dict(languages()) else page_language()
        # Where an organiser writes after a visit, the contact is somebody else.
        contact = actions.Contact() if request.viewer.has_role else actions.Contact(user.name, user.email)

        def begin() -> str:
            made = actions.create_challenge(
                space=request.frame.space, by=actor(request), language=language, contact=contact
            )
            return made.key

        key = once(f"challenge:{user.pk}:{sent.get('once', '')[:64]}", begin) if sent.get("once") else begin()
        query = "?partner=1" if "partner" in request.GET else ""
        return redirect(f"{registry_url('matching:challenge_edit', request, key)}{query}")
    context = {"languages": languages(), "language": page_language(), "once": uuid.uuid4().hex}
    return render(request, "matching/challenge_new.html", context)


@signed_in_page
def challenge_edit(request: Request, key: str) -> HttpResponse:
    """Show and take the form; a script saves drafts by itself through the same door."""
    dossier = dossier_or_404(request, key)
    verdict = rules.may_edit_challenge(request.viewer, reading=queries.reading_of(dossier))
    if not verdict:
        return render(request, "matching/refused.html", {"why": verdict.why}, status=403)
    form = form_for(request, dossier)
    command = request.POST.get("command", "")
    if command == "autosave":
        return autosaved(request, dossier, form)
    if request.method == "POST" and form.is_valid() and saved(request, dossier, form, command):
        step = "matching:challenge_detail" if command == "open" else "matching:challenge_edit"
        query = "" if command == "open" else "?saved=1"
        return redirect(f"{registry_url(step, request, key)}{query}")
    context = {
        **row_of(dossier, queries.reader_of(request.viewer, request.frame.space_id)),
        "form": form,
        "steps": examples(form, has_partner="partner" in request.GET),
        "offered": [pk for pk, _name in form.fields["chosen"].choices] if "chosen" in form.fields else [],  # type: ignore[attr-defined]
        "version": request.POST.get("version") or dossier.version,
        "language": language_name(dossier.language),
        "is_saved": "saved" in request.GET and request.method == "GET",
        "is_draft": dossier.state == ChallengeState.DRAFT,
        "autosaves": dossier.state == ChallengeState.DRAFT,
    }
    return render(request, "matching/challenge_edit.html", context, status=422 if form.errors else 200)


def registry_url(name: str, request: Request, key: str) -> str:
    """Return the address of a page of one challenge."""
    return str(redirect(name, request.frame.key, key).url)


def form_for(request: Request, dossier: Dossier) -> ChallengeForm:
    """Make the form with what the viewer may choose."""
    user = cast("User", request.user)
    team = [one for one in queries.team_of(request.frame.programme.pk) if one.pk != dossier.author_id]
    asked = queries.questions_of(request.frame.space_id) if request.viewer.is_organiser else []
    questions = [(key, plain(title)) for key, title in asked]
    known = {one.pk for one in team}
    team += [one for one in queries.confidants_of(dossier) if one.pk not in known and one.pk != user.pk]
    data = request.POST if request.method == "POST" else None
    own: list[Profile] = list(profiles_of(user.pk, request.frame.space_id))
    if dossier.profile is not None and dossier.profile not in own:
        own.append(dossier.profile)
    reader = queries.reader_of(request.viewer, request.frame.space_id)
    return ChallengeForm(
        data, dossier=dossier, team=team, questions=questions, own=own,
        seen=profiles_seen(request.frame.space_id, reader), guests=queries.guests_of(dossier),
        partner_asked=queries.partner_asked(dossier),
    )  # fmt: skip


def saved(request: Request, dossier: Dossier, form: ChallengeForm, command: str) -> bool:
    """Store what was typed, and hand it in where that was asked; what is wrong goes to its field."""
    try:
        with transaction.atomic():
            after = store(request, dossier, form, command)
        # What can be saved is saved, whether or not it can be handed in.
        if command == "open" and after.state == ChallengeState.DRAFT:
            actions.move_challenge(dossier=after, to=ChallengeState.OPEN, by=actor(request))
    except InvalidRecords as error:
        tell(form, error.problems)
    except guests.UnableToAsk as error:
        form.add_error("invited", str(error))
    except actions.UnableToOverwriteChallenge as error:
        form.add_error(None, _("%(what)s Nothing of yours is lost: it stands below, but is not saved. Open the challenge in a second window and take over what is missing there.") % {"what": error})  # fmt: skip
    return not form.errors


def store(request: Request, dossier: Dossier, form: ChallengeForm, command: str) -> Dossier:
    """Store what was typed, all or nothing. Mails go out when a person saves, never while somebody is still typing an address."""
    version, by = request.POST.get("version", ""), actor(request)
    after = actions.save_challenge(
        dossier=dossier, content=form.content(), contact=form.contact(), audience=form.audience(), by=by,
        expected_version=whole(version) if version.isdecimal() else None,
    )  # fmt: skip
    if command == "autosave":
        return after
    guests.keep_guests(dossier=after, emails=form.guests_wanted(), by=by)
    typed = form.cleaned_data
    guests.name_partner(dossier=after, partner=typed["partner"], email=typed["partner_email"], by=by)
    return after


def tell(form: ChallengeForm, problems: list[Problem]) -> None:
    """Put each problem at its field."""
    for problem in problems:
        name = str(problem.path[0]) if problem.path else ""
        stem = name.rpartition("_")[0]
        field = name if name in form.fields else stem if stem in TEXTS else None
        form.add_error(field, problem.message)


def autosaved(request: Request, dossier: Dossier, form: ChallengeForm) -> JsonResponse:
    """Store a draft as it is being typed, and say when; what is wrong is said when the person saves."""
    if dossier.state != ChallengeState.DRAFT:
        return JsonResponse(
            {"message": _("Changes to a challenge that others read are saved with the button.")}, status=409
        )
    if not form.is_valid() or not saved(request, dossier, form, "autosave"):
        return JsonResponse({"message": _("Not saved yet: something in the form is not right.")}, status=422)
    dossier.refresh_from_db()
    now = time_format(timezone.localtime(), "TIME_FORMAT")
    return JsonResponse({"message": _("Saved at %(time)s") % {"time": now}, "version": dossier.version})


@signed_in_page
def challenge_move(request: Request, key: str, state: str) -> HttpResponse:
    """Ask, then bring a challenge into another state."""
    dossier = dossier_or_404(request, key)
    verdict = rules.may_edit_challenge(request.viewer, reading=queries.reading_of(dossier))
    if not verdict:
        return render(request, "matching/refused.html", {"why": verdict.why}, status=403)
    if state not in BY_HAND:
        raise Http404
    refusal: list[str] = []
    if request.method == "POST":
        try:
            actions.move_challenge(dossier=dossier, to=state, by=actor(request), why=request.POST.get("why", "")[:500])
            return redirect("matching:challenge_detail", request.frame.key, key)
        except actions.UnableToMove as error:
            refusal = [str(error)]
        except InvalidRecords:
            refusal = [_("Something that others need to know is still missing.")]
    context = {
        **row_of(dossier, queries.reader_of(request.viewer, request.frame.space_id)),
        "to": ChallengeState(state),
        "words": dict(moves_of(dossier)).get(state, ChallengeState(state).label),
        "refusal": refusal,
    }
    return render(request, "matching/challenge_move.html", context, status=422 if refusal else 200)
