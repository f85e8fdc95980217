"""A whole round at the desk: ask for it, see it come, look at who with whom and who is left out."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from querwerk.desk.views.frame import actor, desk_page, require, surrounding
from querwerk.desk.views.matching import CURRENT, seen
from querwerk.matching import rules
from querwerk.matching.actions.rounds import ask_for_round
from querwerk.matching.models import Round
from querwerk.matching.queries import challenges, pairs
from querwerk.matching.queries.fairness import fairness
from querwerk.matching.states import SOUGHT, RoundState
from querwerk.programmes.pages import Request

LEFT_OUT: dict[str, str | Promise] = {
    "none": gettext_lazy("came into question for no challenge: language, place, time, capacity or exclusions"),
    "barred": gettext_lazy("is excluded where the score is highest"),
    "agent_full": gettext_lazy("has no room"),
    "task_full": gettext_lazy("others fit better where the score is highest, and the places there are taken"),
    "both_full": gettext_lazy("the places are taken"),
    "quota": gettext_lazy("somebody of the same submarket is there already"),
    "no_gain": gettext_lazy("nothing speaks for a pair"),
    "open": gettext_lazy("would fit; the time for working it out was over"),
}
GOALS: dict[str, str | Promise] = {
    "worst_task": gettext_lazy("Fairness: the challenge that fares worst"),
    "total": gettext_lazy("All pairs together"),
}
STATUS: dict[str, str | Promise] = {
    "optimal": gettext_lazy("Proved: under these limits there is no better round."),
    "feasible": gettext_lazy("A good round; a better one may exist, up to the bound."),
    "infeasible": gettext_lazy("What is pinned and demanded contradicts itself: no round can meet it. Release a pin."),
    "unknown": gettext_lazy("No round was found in the time given."),
    "empty": gettext_lazy("There is no challenge that looks for creatives, or no creative who can be proposed."),
}


@desk_page
def rounds(request: Request) -> HttpResponse:
    """Show the rounds so far and ask for another."""
    found = challenges.in_states(seen(request), SOUGHT)
    if request.method == "POST":
        typed = request.POST.get("per_creative", "2")
        per_creative = min(max(int(typed), 1), 9) if typed.isdecimal() else 2
        made = ask_for_round(
            space=request.frame.space, per_creative=per_creative, is_mixed="is_mixed" in request.POST,
            dossiers=list(found.values_list("pk", flat=True)), by=actor(request),
        )  # fmt: skip
        return redirect("desk:round", request.frame.key, made.pk)
    listed = Round.objects.filter(space=request.frame.space_id).order_by("-pk")[:20]
    context = {"rounds": listed, "number": found.count(), "creatives": pairs.creatives(request.frame.space_id).count()}
    return render(request, "desk/matching_rounds.html", {**surrounding(request, CURRENT), **context})


@desk_page
def show(request: Request, number: int) -> HttpResponse:
    """Show a round as far as the viewer may read its challenges."""
    readable = {one.pk: one for one in seen(request)}
    found = Round.objects.filter(space=request.frame.space_id, pk=number).first()
    if found is None:
        raise Http404
    result = found.result
    keys = [one["profile"] for one in (*result.get("pairs", ()), *result.get("left_out", ()))]
    profiles = pairs.profiles_by_key(request.frame.space_id, keys)
    by_dossier: dict[int, list[dict[str, Any]]] = {}
    for one in result.get("pairs", ()):
        if one["dossier"] in readable and one["profile"] in profiles:
            row = {**one, "profile": profiles[one["profile"]]}
            by_dossier.setdefault(one["dossier"], []).append(row)
    places = {one["dossier"]: one["number"] for one in result.get("open_places", ())}
    context = {
        "round": found,
        "is_busy": found.state in (RoundState.QUEUED, RoundState.RUNNING),
        "status": STATUS.get(result.get("status", ""), ""),
        "stages": [
            {**stage, "label": GOALS.get(stage["goal"], stage["goal"]), "percent": round(100 * stage["gap"], 2)}
            for stage in result.get("stages", ())
        ],
        "groups": [
            {
                "dossier": readable[pk],
                "title": challenges.title_of(readable[pk]),
                "rows": sorted(by_dossier.get(pk, ()), key=lambda row: -row["score"]),
                "places": places.get(pk, 0),
            }
            for pk in found.dossiers
            if pk in readable
        ],
        "left_out": [
            {"profile": profiles[one["profile"]], "why": LEFT_OUT.get(one["why"], one["why"])}
            for one in result.get("left_out", ())
            if one["profile"] in profiles
        ],
        "result": result,
    }
    return render(request, "desk/matching_round.html", {**surrounding(request, CURRENT), **context})


@desk_page
def fair(request: Request) -> HttpResponse:
    """Show how lists and proposals are spread."""
    require(rules.may_use_matching(request.viewer))
    context = {"fair": fairness(request.frame.space_id, timezone.localdate())}
    return render(request, "desk/matching_fairness.html", {**surrounding(request, CURRENT), **context})
