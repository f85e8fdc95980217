"""The matching desk: for a challenge the creatives, for a creative the challenges, each with what speaks for and against."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from querwerk.desk.views.frame import actor, desk_page, require, sent, surrounding
from querwerk.matching import rules
from querwerk.matching.actions.pairs import UnableToExclude, judge_pair, note_shown, release_pair
from querwerk.matching.models import Dossier
from querwerk.matching.queries import challenges, pairs, ranking
from querwerk.matching.queries.fairness import warnings
from querwerk.matching.queries.feedback import heard_in
from querwerk.matching.states import READERS, SOUGHT, ChallengeState, Mark
from querwerk.people.models import Profile
from querwerk.people.queries import find_profile
from querwerk.people.states import Submarket
from querwerk.programmes.pages import Request, page_language

CURRENT = "desk:matching"
LISTED = 20
BESIDE = (*ranking.OBSTACLES_BESIDE, "distance")
"""What the desk says of a pair in lines of its own."""
PER_PAGE = 30
AGAIN = 4
"""Seconds after which a page comes again whose ranking is not ready."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A suggestion with everything that the desk shows of it."""

    suggestion: ranking.Suggestion
    profile: Profile | None
    dossier: Dossier | None
    submarkets: list[str]
    unusual: str
    against: list[str]
    mark: str
    mark_why: str
    interest: str
    proposal: Any


def dossier_for_matching(request: Request, key: str) -> Dossier:
    """Return a challenge that this organiser may match; for others it does not exist."""
    require(rules.may_use_matching(request.viewer))
    dossier = challenges.dossier_of(request.frame.space_id, key)
    if dossier is None or not rules.may_match(request.viewer, reading=challenges.reading_of(dossier)):
        raise Http404
    return dossier


def profile_or_404(request: Request, key: str) -> Profile:
    """Return a profile of this programme."""
    profile = find_profile(request.frame.space_id, key)
    if profile is None:
        raise Http404
    return profile


def seen(request: Request) -> Any:
    """Return the challenges that this organiser may match."""
    require(rules.may_use_matching(request.viewer))
    return challenges.seen_by(request.viewer, request.frame.space_id, is_member=True)


@desk_page
def home(request: Request) -> HttpResponse:
    """List what looks for creatives, how far each is, and what went silent."""
    found = seen(request)
    counts = challenges.counts_by_state(found)
    page = Paginator(challenges.in_states(found, SOUGHT), PER_PAGE).get_page(request.GET.get("page"))
    tallies = pairs.tallies([dossier.pk for dossier in page], timezone.now())
    reader = challenges.reader_of(request.viewer, request.frame.space_id)
    context = {
        "page": page,
        "rows": [
            {
                "dossier": dossier,
                "title": challenges.title_of(dossier),
                "owner": challenges.owner_of(dossier, reader),
                "state": dossier.get_state_display(),
                "readers": READERS[dossier.confidentiality],
                "tally": tallies[dossier.pk],
                "wanted": dossier.content.get("wanted") or 1,
            }
            for dossier in page
        ],
        "matched": counts.get(ChallengeState.MATCHED, 0),
        "drafts": counts.get(ChallengeState.DRAFT, 0),
        "creatives": pairs.creatives(request.frame.space_id).count(),
        "switched_off": pairs.switched_off(request.frame.space_id),
        "warnings": warnings(request.frame.space_id, timezone.localdate()),
    }
    return render(request, "desk/matching_home.html", {**surrounding(request, CURRENT), **context})


@desk_page
def challenge(request: Request, key: str) -> HttpResponse:
    """Rank the creatives for a challenge."""
    dossier = dossier_for_matching(request, key)
    submarket = request.GET.get("submarket", "")
    submarket = submarket if submarket in Submarket.values else ""
    judgements = pairs.judgements_of(dossier.pk)
    history = pairs.history_of(dossier)
    filters = pairs.filters_for(dossier, judgements, history, submarket=submarket)
    pinned = [one.profile.key for one in judgements.values() if one.mark == Mark.PINNED]
    also = list(dict.fromkeys([*pinned, *pairs.interested(history)]))
    found = ranking.ranked_creatives(
        dossier, most=LISTED, language=page_language(), filters=filters, also=also,
        heard=heard_in(request.frame.space_id), beside=BESIDE,
    )  # fmt: skip
    profiles = pairs.profiles_by_key(request.frame.space_id, [one.key for one in found.suggestions])
    rows = [
        pair_of(one, profiles[one.key], dossier, judgements=judgements, history=history)
        for one in found.suggestions
        if one.key in profiles
    ]
    if request.method == "GET":
        note_shown(dossier=dossier, profiles=[one.pk for one in profiles.values()])
    context = {
        "dossier": dossier,
        "title": challenges.title_of(dossier),
        "problem": challenges.text_in(dossier.content, "problem"),
        "rows": rows,
        "distance_of_all": distance_of_all(rows),
        "ranking": found,
        "excluded": [one for one in judgements.values() if one.mark == Mark.EXCLUDED],
        "submarkets": Submarket.choices,
        "submarket": submarket,
        "parts": part_names(),
        "may_propose": rules.can_be_proposed(dossier.state),
        "partner": dossier.partner,
        "partner_proposal": history.standing.get(dossier.partner_id or 0),
        "partner_asked": next((one for one in challenges.guests_of(dossier) if one.is_partner), None),
    }
    return ranked_page(request, "desk/matching_challenge.html", context)


@desk_page
def creatives(request: Request) -> HttpResponse:
    """List the creatives, for each of whom challenges can be ranked."""
    require(rules.may_use_matching(request.viewer))
    words = request.GET.get("q", "")[:100].strip()
    found = [one for one in pairs.creatives(request.frame.space_id) if pairs.is_named(one, words)]
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    proposed = pairs.proposals_by_profile([one.pk for one in page])
    rows = [{"profile": one, "proposed": proposed.get(one.pk, 0)} for one in page]
    context = {"page": page, "rows": rows, "words": words}
    return render(request, "desk/matching_creatives.html", {**surrounding(request, CURRENT), **context})


@desk_page
def creative(request: Request, key: str) -> HttpResponse:
    """Rank the challenges for a creative."""
    found_challenges = seen(request)
    profile = profile_or_404(request, key)
    by_key = {one.key: one for one in challenges.in_states(found_challenges, SOUGHT)}
    filters = pairs.filters_back(profile, frozenset(by_key))
    heard = heard_in(request.frame.space_id)
    found = ranking.ranked_challenges(
        profile, most=LISTED, language=page_language(), filters=filters, heard=heard, beside=BESIDE
    )
    rows = []
    for one in found.suggestions:
        dossier = by_key[one.key]
        judgements, history = pairs.judgements_of(dossier.pk), pairs.history_of(dossier)
        rows.append(pair_of(one, profile, dossier, judgements=judgements, history=history))
    context = {
        "profile": profile,
        "rows": [(row, challenges.title_of(by_key[row.suggestion.key])) for row in rows],
        "distance_of_all": distance_of_all(rows),
        "ranking": found,
        "parts": part_names(),
        "is_offered": ranking.is_offered(profile),
    }
    return ranked_page(request, "desk/matching_creative.html", context)


def ranked_page(request: Request, template: str, context: dict[str, Any]) -> HttpResponse:
    """Show a ranking; where the texts are just being read, the page comes again by itself."""
    response = render(request, template, {**surrounding(request, CURRENT), **context})
    if not context["ranking"].is_read:
        response["Refresh"] = str(AGAIN)
    return response


def pair_of(
    one: ranking.Suggestion,
    profile: Profile,
    dossier: Dossier,
    *,
    judgements: Mapping[int, Any],
    history: pairs.History,
) -> Pair:
    """Put together what is said of a pair."""
    judgement = judgements.get(profile.pk)
    names = dict(Submarket.choices)
    return Pair(
        one,
        profile,
        dossier,
        [str(names[code]) for code in profile.submarkets if code in names],
        unusual(one.distance),
        pairs.against(one, profile, dossier, history),
        judgement.mark if judgement is not None else "",
        judgement.why if judgement is not None else "",
        pairs.interest_words(history, profile.pk),
        history.standing.get(profile.pk),
    )


def unusual(distance: float | None) -> str:
    """Say in words how far apart the sectors of a pair are."""
    if distance is None:
        return _("How far apart the fields are is not known: one side has not named its own.")
    if distance == 0:
        return _("Both work in the same field: little that is unexpected.")
    if distance <= 1 / 3:
        return _("Neighbouring fields.")
    if distance < 1:
        return _("Different fields: ways of working that one does not expect from the other.")
    return _("As far apart as fields can be: the most unexpected pair, and the one that needs the most explaining.")


def distance_of_all(rows: Sequence[Pair]) -> str:
    """Return what is said of how unusual all pairs of a list are, where it is the same; said with each, it would tell nothing."""
    words = {row.unusual for row in rows}
    return words.pop() if len(rows) > 1 and len(words) == 1 else ""


def part_names() -> dict[str, str]:
    """Return how the parts of the texts are called."""
    return {
        "title": _("The question"),
        "problem": _("The problem"),
        "success": _("Success"),
        "summary": _("In one sentence"),
        "offers": _("Offer"),
    }


@desk_page
def judge(request: Request, key: str, profile: str, mark: str) -> HttpResponse:
    """Pin, exclude with a reason, or release a pair."""
    dossier = dossier_for_matching(request, key)
    other = profile_or_404(request, profile)
    if mark not in (*Mark.values, "released"):
        raise Http404
    why, refusal = sent(request, "why")[:500], ""
    if request.method == "POST":
        try:
            if mark == "released":
                release_pair(dossier=dossier, profile=other, by=actor(request))
            else:
                judge_pair(dossier=dossier, profile=other, mark=mark, why=why, by=actor(request))
            return redirect("desk:matching_challenge", request.frame.key, key)
        except UnableToExclude as error:
            refusal = str(error)
    context = {
        "dossier": dossier,
        "title": challenges.title_of(dossier),
        "profile": other,
        "mark": mark,
        "why": why,
        "refusal": refusal,
    }
    status = 422 if refusal else 200
    return render(request, "desk/matching_judge.html", {**surrounding(request, CURRENT), **context}, status=status)
