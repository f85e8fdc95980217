"""For participants: their own suggestions, what they say to them, and in plain words how suggestions come about."""

from typing import Any, cast

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render

from querwerk.matching.actions.wishes import UnableToSay, say_to_suggestion, switch_matching
from querwerk.matching.forms import NotForMeForm
from querwerk.matching.models import Dossier
from querwerk.matching.queries import challenges, pairs, ranking
from querwerk.matching.queries.feedback import Heard, heard_in
from querwerk.matching.states import SOUGHT, Party, Says
from querwerk.matching.views.challenges import actor, signed_in_page
from querwerk.people.models import Profile, User
from querwerk.people.queries import profiles_of, profiles_seen
from querwerk.people.states import Submarket
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


def readable(request: Request) -> Any:
    """Return the challenges that whoever speaks for a profile here may read."""
    return challenges.seen_by(request.viewer, request.frame.space_id, is_member=True)


def own_challenges(request: Request) -> Any:
    """Return the challenges that the viewer wrote, or that stand in the name of a profile for which they speak."""
    user = cast("User", request.user)
    return challenges.own_of(readable(request), user.pk, profiles_of(user.pk, request.frame.space_id))


def visible_creatives(request: Request, **only: str) -> dict[str, Profile]:
    """Return the creatives whom the viewer may see in the directory, or ``only`` one of them, by key; 2 queries."""
    reader = challenges.reader_of(request.viewer, request.frame.space_id)
    found = profiles_seen(request.frame.space_id, reader).filter(**only).select_related("node")
    return {one.key: one for one in found if ranking.is_offered(one)}


@signed_in_page
def suggestions(request: Request) -> HttpResponse:
    """Show for each creative profile the challenges that fit, and for each challenge of one's own the creatives."""
    user = cast("User", request.user)
    heard = heard_in(request.frame.space_id)
    profiles = [one for one in profiles_of(user.pk, request.frame.space_id) if pairs.is_creative(one)]
    own = list(challenges.in_states(own_challenges(request), SOUGHT))
    known = visible_creatives(request) if own else {}
    context = {
        "lists": [
            *(for_profile(request, one, heard) for one in profiles),
            *(for_challenge(one, known, heard) for one in own),
        ]
    }
    return render(request, "matching/suggestions.html", context)


def for_profile(request: Request, profile: Profile, heard: Heard) -> dict[str, Any]:
    """Return the suggestions for one profile; none while it has switched them off."""
    found = challenges.in_states(readable(request).exclude(author=request.user.pk), SOUGHT)
    by_key = {one.key: one for one in found}
    said = pairs.wishes_of(profile.pk)
    rows: list[dict[str, Any]] = []
    is_lexical, is_read = False, True
    if ranking.is_offered(profile):
        refused = {one.dossier.key for one in said.values() if one.says == Says.NOT_FOR_ME}
        filters = pairs.filters_back(profile, frozenset(by_key) - refused)
        answer = ranking.ranked_challenges(profile, most=SHOWN, language=page_language(), filters=filters, heard=heard)
        is_lexical, is_read = answer.is_lexical, answer.is_read
        for one in answer.suggestions:
            dossier = by_key[one.key]
            wish = said.get(dossier.pk)
            rows.append({"suggestion": one, "dossier": dossier, "title": challenges.title_of(dossier), "says": wish.says if wish else ""})  # fmt: skip
    return {
        "profile": profile,
        "heading": profile.name,
        "rows": rows,
        "refusals": [
            {
                "dossier": one.dossier,
                "title": challenges.title_of(one.dossier),
                "why": pairs.because(one.ground, one.why),
            }
            for one in said.values()
            if one.says == Says.NOT_FOR_ME and one.dossier.key in by_key
        ],
        "is_lexical": is_lexical,
        "is_read": is_read,
        "is_on": profile.is_matched,
    }


def for_challenge(dossier: Dossier, known: dict[str, Profile], heard: Heard) -> dict[str, Any]:
    """Return the creatives for one's own challenge, among those whom one may see; it says nothing of anybody's other proposals."""
    said = pairs.wishes_for(dossier.pk)
    refused = {one.profile.key for one in said.values() if one.says == Says.NOT_FOR_ME}
    filters = pairs.filters_own(dossier, frozenset(known) - refused)
    answer = ranking.ranked_creatives(dossier, most=SHOWN, language=page_language(), filters=filters, heard=heard)
    names = dict(Submarket.choices)
    rows = [
        {
            "suggestion": one,
            "creative": known[one.key],
            "submarkets": [names[code] for code in known[one.key].submarkets if code in names],
            "against": pairs.plain_facts(one, known[one.key]),
            "says": said[known[one.key].pk].says if known[one.key].pk in said else "",
        }
        for one in answer.suggestions
    ]
    refusals = [
        {"creative": one.profile, "why": pairs.because(one.ground, one.why)}
        for one in said.values()
        if one.says == Says.NOT_FOR_ME and one.profile.key in known
    ]
    return {
        "challenge": dossier,
        "heading": challenges.title_of(dossier),
        "rows": rows,
        "refusals": refusals,
        "is_lexical": answer.is_lexical,
        "is_read": answer.is_read,
        "is_on": True,
    }


@signed_in_page
def say(request: Request, profile: str, key: str) -> HttpResponse:
    """Take what a creative says to a challenge."""
    own = own_profile(request, profile)
    dossier = readable(request).filter(key=key).first()
    if dossier is None:
        raise Http404
    return said(request, dossier, own, Party.OFFER)


@signed_in_page
def say_as_company(request: Request, key: str, profile: str) -> HttpResponse:
    """Take what a company says to a creative."""
    dossier = own_challenges(request).filter(key=key).first()
    creative = visible_creatives(request, key=profile).get(profile)
    if dossier is None or creative is None:
        raise Http404
    return said(request, dossier, creative, Party.CHALLENGE)


def said(request: Request, dossier: Dossier, profile: Profile, party: Party) -> HttpResponse:
    """Take a word on a pair; a “not for me” asks for its reason."""
    is_sent = request.method == "POST"
    says = request.POST.get("says", Says.NOT_FOR_ME)
    form = NotForMeForm(request.POST if is_sent else None)
    if is_sent and says in Says.values and form.is_valid():
        try:
            say_to_suggestion(
                dossier=dossier, profile=profile, says=says, party=party, why=form.cleaned_data["why"],
                ground=form.cleaned_data["ground"],
            )  # fmt: skip
            return redirect("matching:suggestions", request.frame.key)
        except UnableToSay as error:
            form.add_error("why", str(error))
    is_company = party == Party.CHALLENGE
    context = {
        "title": profile.name if is_company else challenges.title_of(dossier),
        "about": challenges.title_of(dossier) if is_company else profile.name,
        "form": form,
    }
    return render(request, "matching/not_for_me.html", context, status=422 if form.errors else 200)


@signed_in_page
def switch(request: Request, profile: str) -> HttpResponse:
    """Turn suggestions on or off for a profile."""
    own = own_profile(request, profile)
    if request.method == "POST":
        switch_matching(profile=own, is_on=request.POST.get("to") == "on", by=actor(request))
    return redirect("matching:suggestions", request.frame.key)
