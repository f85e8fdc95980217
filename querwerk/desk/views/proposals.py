"""Propose a pair to both sides, see what became of it, take it back."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from querwerk.core.spec import UNSTORABLE
from querwerk.core.templatetags.ui import language_name, plain
from querwerk.desk.views.frame import actor, desk_page, sent, surrounding
from querwerk.desk.views.matching import (
    BESIDE,
    CURRENT,
    dossier_for_matching,
    pair_of,
    part_names,
    profile_or_404,
    seen,
)
from querwerk.matching import rules
from querwerk.matching.actions import proposals as actions
from querwerk.matching.models import Dossier, Proposal
from querwerk.matching.queries import challenges, pairs, ranking
from querwerk.matching.states import OUTCOME_MEANING, Answer, Party, ProposalState
from querwerk.people.models import Profile
from querwerk.people.queries import contact_of, speakers_of
from querwerk.programmes.pages import Request, page_language

PER_PAGE = 30
TONES = {
    ProposalState.PROPOSED: "note",
    ProposalState.INTRODUCED: "good",
    ProposalState.DECLINED: "plain",
    ProposalState.TAKEN_BACK: "plain",
}
ANSWER_TONES = {Answer.OPEN: "open", Answer.YES: "good", Answer.NO: "bad"}


class ProposeForm(forms.Form):
    """What both sides read, and how they are reached."""

    words = forms.CharField(
        label=gettext_lazy("Why these two?"), max_length=2000, widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("Both sides read this. One or two sentences in your own words; the reason above is only a beginning."),
        error_messages={"required": gettext_lazy("Please say in a sentence why you bring these two together.")},
    )  # fmt: skip
    company_name = forms.CharField(label=gettext_lazy("Name at the company"), max_length=200, required=False)
    company_email = forms.EmailField(label=gettext_lazy("E-mail address of the company"), max_length=254)
    company_phone = forms.CharField(label=gettext_lazy("Telephone of the company"), max_length=60, required=False)
    company_language = forms.ChoiceField(label=gettext_lazy("Language of the mails to the company"))
    creative_name = forms.CharField(label=gettext_lazy("Name of the creative"), max_length=200, required=False)
    creative_email = forms.EmailField(label=gettext_lazy("E-mail address of the creative"), max_length=254)
    creative_phone = forms.CharField(label=gettext_lazy("Telephone of the creative"), max_length=60, required=False)
    creative_language = forms.ChoiceField(label=gettext_lazy("Language of the mails to the creative"))

    def __init__(self, data: Any = None, *, dossier: Dossier, profile: Profile, words: str) -> None:
        """Fill in what is on file."""
        contact = contact_of(profile)
        speakers = speakers_of([profile.pk])[profile.pk]
        initial = {
            "words": words,
            "company_name": dossier.contact_name,
            "company_email": dossier.contact_email,
            "company_phone": dossier.contact_phone,
            "company_language": dossier.language,
            "creative_name": (contact.person if contact else "") or (speakers[0].name if speakers else ""),
            "creative_email": (contact.email if contact else "") or (speakers[0].email if speakers else ""),
            "creative_phone": contact.phone if contact else "",
            "creative_language": _site_language(contact.language if contact else "", profile),
        }
        super().__init__(data, initial=initial)
        for name in ("company_language", "creative_language"):
            field: Any = self.fields[name]
            field.choices = [(code, language_name(code)) for code, _name in settings.LANGUAGES]

    def clean_words(self) -> str:
        """Take out what a database refuses."""
        return UNSTORABLE.sub("", str(self.cleaned_data["words"])).strip()

    def reached(self, side: str) -> actions.Reached:
        """Return how one side is reached."""
        typed = self.cleaned_data
        return actions.Reached(
            typed[f"{side}_name"], typed[f"{side}_email"], typed[f"{side}_phone"], typed[f"{side}_language"]
        )


def _site_language(stated: str, profile: Profile) -> str:
    """Return in which of the site's languages somebody is written to."""
    known = [code for code, _name in settings.LANGUAGES]
    if stated in known:
        return stated
    return next((code for code in known if code in profile.languages), "en" if profile.languages else known[0])


@desk_page
def propose(request: Request, key: str, profile: str) -> HttpResponse:
    """Show what both sides will read, then put it to them."""
    dossier, other = dossier_for_matching(request, key), profile_or_404(request, profile)
    history = pairs.history_of(dossier)
    if other.pk in history.standing:
        return redirect("desk:proposal", request.frame.key, history.standing[other.pk].pk)
    suggestion = ranking.explained(dossier, other, page_language(), beside=BESIDE)
    form = ProposeForm(request.POST if request.method == "POST" else None, dossier=dossier, profile=other, words="")
    if form.is_valid():
        grounds = actions.Grounds(
            form.cleaned_data["words"], suggestion.match.parts.score, suggestion.match.calibration
        )
        try:
            made = actions.propose_match(
                dossier=dossier, profile=other, grounds=grounds, company=form.reached("company"),
                creative=form.reached("creative"), by=actor(request),
            )  # fmt: skip
        except actions.UnableToPropose as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Proposed. Both sides get a mail; you see here what they answer."))
            return redirect("desk:proposal", request.frame.key, made.pk)
    judgements = pairs.judgements_of(dossier.pk)
    context = {
        "dossier": dossier,
        "title": challenges.title_of(dossier),
        "profile": other,
        "pair": pair_of(suggestion, other, dossier, judgements=judgements, history=history),
        "parts": part_names(),
        "form": form,
        "verdict": rules.can_be_proposed(dossier.state),
    }
    return render(
        request,
        "desk/matching_propose.html",
        {**surrounding(request, CURRENT), **context},
        status=422 if form.errors else 200,
    )


@desk_page
def proposal_list(request: Request) -> HttpResponse:
    """List the proposals with what both sides said, silent ones marked."""
    found = pairs.proposals(request.frame.space_id, seen(request).values("pk"))
    state = request.GET.get("state", "")
    if state in ProposalState.values:
        found = found.filter(state=state)
    now = timezone.now()
    is_silent = request.GET.get("silent") == "1"
    rows = [one for one in found if not is_silent or rules.is_silent(state=one.state, heard_at=one.heard_at, now=now)]
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    sides = pairs.sides_of([one.pk for one in page])
    asked = pairs.follow_ups_of([one.pk for one in page])
    context = {
        "page": page,
        "rows": [row_of(one, sides.get(one.pk, {}), asked.get(one.pk, []), now) for one in page],
        "states": ProposalState.choices,
        "state": state,
        "silent": is_silent,
    }
    return render(request, "desk/matching_proposals.html", {**surrounding(request, CURRENT), **context})


def row_of(proposal: Proposal, sides: dict[str, Any], asked: list[Any], now: Any) -> dict[str, Any]:
    """Return what is shown of a proposal."""
    return {
        "proposal": proposal,
        "title": challenges.title_of(proposal.dossier),
        "state": proposal.get_state_display(),
        "tone": TONES[ProposalState(proposal.state)],
        "is_silent": rules.is_silent(state=proposal.state, heard_at=proposal.heard_at, now=now),
        "sides": [
            {
                "side": sides[party],
                "party": Party(party).label,
                "answer": sides[party].get_answer_display(),
                "no_words": pairs.because(sides[party].ground, sides[party].reason),
                "tone": ANSWER_TONES[Answer(sides[party].answer)],
            }
            for party in Party
            if party in sides
        ],
        "asked": [{"one": one, "means": OUTCOME_MEANING.get(one.outcome, "")} for one in asked],
        "unanswered": sum(one.answered_at is None for one in asked),
    }


@desk_page
def proposal(request: Request, number: int) -> HttpResponse:
    """Show one proposal with every step; note what was heard, or take it back."""
    found = pairs.proposals(request.frame.space_id, seen(request).values("pk")).filter(pk=number).first()
    if found is None:
        raise Http404
    command, words = request.POST.get("command", ""), sent(request, "words")[:1000]
    refusal = ""
    if request.method == "POST" and command == "heard" and not words:
        refusal = _("Please write what you heard.")
    elif request.method == "POST":
        if command == "heard":
            actions.note_meeting(proposal=found, by=actor(request), words=words)
        elif command == "take-back":
            actions.take_back_proposal(proposal=found, by=actor(request), why=words)
        return redirect("desk:proposal", request.frame.key, number)
    sides, asked = pairs.sides_of([number]).get(number, {}), pairs.follow_ups_of([number]).get(number, [])
    context = {
        **row_of(found, sides, asked, timezone.now()),
        "steps": found.happenings.order_by("pk"),
        "may_take_back": found.state == ProposalState.PROPOSED,
        "is_introduced": found.state == ProposalState.INTRODUCED,
        "refusal": refusal,
        "name": plain(found.profile.name),
    }
    return render(
        request,
        "desk/matching_proposal.html",
        {**surrounding(request, CURRENT), **context},
        status=422 if refusal else 200,
    )
