"""For participants: their own suggestions, what they say to them, and in plain words how suggestions come about."""

from typing import Any, cast

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render

from querwerk.core.spec import UNSTORABLE
from querwerk.matching.actions.wishes import UnableToSay, say_to_suggestion, switch_matching
from querwerk.matching.queries import challenges, pairs, ranking
from querwerk.matching.states import SOUGHT, Says
from querwerk.matching.views.challenges import actor, signed_in_page
from querwerk.people.models import Profile, User
from querwerk.people.queries import profiles_of
from querwerk.programmes.pages import Request, page_language, programme_page

SHOWN = 10


@programme_page
def explanation(request: Request) -> HttpResponse:
    """Say how ranking works, what it uses, and that a person decides."""
    return render(request, "matching/explanation.html", {})


def own_profile(request: Request, key: str) -> Profile:
    """Return a profile for which the viewer speaks; any other does not exist for them."""
    user = cast("User", request.user)
    found = profiles_of(user.pk, request.frame.space_id).filter(key=key).first()
    if found is None:
        raise Http404
    return found


@signed_in_page
def suggestions(request: Request) -> HttpResponse:
    """Show for each profile that one speaks for the challenges that fit, among those that one may read."""
    user = cast("User", request.user)
    profiles = [one for one in profiles_of(user.pk, request.frame.space_id) if pairs.is_creative(one)]
    return render(request, "matching/suggestions.html", {"lists": [shown_for(request, one) for one in profiles]})


def shown_for(request: Request, profile: Profile) -> dict[str, Any]:
    """Return the suggestions for one profile; none while it has switched them off."""
    found = challenges.in_states(
        challenges.seen_by(request.viewer, request.frame.space_id, is_member=True).exclude(author=request.user.pk),
        SOUGHT,
    )
    by_key = {one.key: one for one in found}
    said = pairs.wishes_of(profile.pk)
    rows, is_lexical, is_read = [], False, True
    if ranking.is_offered(profile):
        refused = {one.dossier.key for one in said.values() if one.says == Says.NOT_FOR_ME}
        filters = pairs.filters_back(profile, frozenset(by_key) - refused)
        answer = ranking.ranked_challenges(profile, most=SHOWN, language=page_language(), filters=filters)
        is_lexical, is_read = answer.is_lexical, answer.is_read
        rows = [
            {
                "suggestion": one,
                "dossier": by_key[one.key],
                "title": challenges.title_of(by_key[one.key]),
                "says": said[by_key[one.key].pk].says if by_key[one.key].pk in said else "",
            }
            for one in answer.suggestions
        ]
    refusals = [
        {"wish": one, "title": challenges.title_of(one.dossier)}
        for one in said.values()
        if one.says == Says.NOT_FOR_ME and one.dossier.key in by_key
    ]
    return {
        "profile": profile,
        "rows": rows,
        "refusals": refusals,
        "is_lexical": is_lexical,
        "is_read": is_read,
        "is_on": profile.is_matched,
    }


@signed_in_page
def say(request: Request, profile: str, key: str) -> HttpResponse:
    """Take what somebody says to a suggestion; a “not for me” asks for its reason."""
    own = own_profile(request, profile)
    dossier = challenges.dossier_of(request.frame.space_id, key)
    readable = challenges.seen_by(request.viewer, request.frame.space_id, is_member=True)
    if dossier is None or not readable.filter(pk=dossier.pk).exists():
        raise Http404
    says = request.POST.get("says", Says.NOT_FOR_ME)
    why, refusal = UNSTORABLE.sub("", request.POST.get("why", "")).strip()[:500], ""
    if request.method == "POST" and says in Says.values:
        try:
            say_to_suggestion(dossier=dossier, profile=own, says=says, why=why)
            return redirect("matching:suggestions", request.frame.key)
        except UnableToSay as error:
            refusal = str(error)
    context = {
        "profile": own,
        "dossier": dossier,
        "title": challenges.title_of(dossier),
        "why": why,
        "refusal": refusal,
    }
    return render(request, "matching/not_for_me.html", context, status=422 if refusal else 200)


@signed_in_page
def switch(request: Request, profile: str) -> HttpResponse:
    """Turn suggestions on or off for a profile."""
    own = own_profile(request, profile)
    if request.method == "POST":
        switch_matching(profile=own, is_on=request.POST.get("to") == "on", by=actor(request))
    return redirect("matching:suggestions", request.frame.key)
