"""Behind the links in mails about matches: read, say yes or no, see how to reach the other, tell how it went. No account is needed."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from querwerk.core.templatetags.ui import language_name
from querwerk.matching import rules
from querwerk.matching.actions import proposals as actions
from querwerk.matching.forms import AnswerForm, FollowUpForm
from querwerk.matching.models import Side
from querwerk.matching.queries import challenges, pairs
from querwerk.matching.states import Answer, Moment, Party, ProposalState
from querwerk.people.states import Submarket
from querwerk.programmes.pages import Request, visitor_page


@visitor_page
def answer(request: Request, code: str) -> HttpResponse:
    """Show what is proposed and take the answer; afterwards show how it stands."""
    side = pairs.side_by_code(request.frame.space_id, code)
    if side is None:
        raise Http404
    form = AnswerForm(request.POST if request.method == "POST" else None, side=side)
    if form.is_valid():
        try:
            actions.answer_proposal(
                side=side,
                answer=form.cleaned_data["answer"],
                reason=form.cleaned_data["reason"],
                reached=form.reached(),
            )
            return redirect("matching:answer", request.frame.key, code)
        except actions.UnableToAnswer as error:
            form.add_error(None, str(error))
    context = {"form": form, **shown_to(side)}
    return render(request, "matching/answer.html", context, status=422 if form.errors else 200)


def shown_to(side: Side) -> dict[str, Any]:
    """Return what one side may read now."""
    proposal, other = side.proposal, actions.other_side(side)
    reads = rules.may_read_of_other(other_is_closed=actions.is_closed(other), other_answer=other.answer)
    is_company = side.party == Party.CHALLENGE
    dossier, profile = proposal.dossier, proposal.profile
    names = dict(Submarket.choices)
    is_introduced = proposal.state == ProposalState.INTRODUCED
    return {
        "side": side,
        "other": other,
        "is_company": is_company,
        "proposal": proposal,
        "title": challenges.title_of(dossier) if is_company or reads else None,
        "owner": challenges.owner_for_match(dossier) if reads or is_company else None,
        "challenge": challenges.as_challenge(dossier) if reads and not is_company else None,
        "profile": profile if reads and is_company else None,
        "submarkets": [names[one] for one in profile.submarkets if one in names],
        "languages": [language_name(one) for one in profile.languages],
        "may_answer": bool(rules.can_be_answered(proposal.state, side.answer)),
        "is_introduced": is_introduced,
        "is_waiting": proposal.state == ProposalState.PROPOSED and side.answer == Answer.YES,
        "has_ended": proposal.state in (ProposalState.DECLINED, ProposalState.TAKEN_BACK),
        "said_no": side.answer == Answer.NO,
        "suggested": actions.suggested_day(localdate(proposal.introduced_at)) if proposal.introduced_at else None,
        "place": dossier.content.get("place") or "",
    }


@visitor_page
def follow_up(request: Request, code: str) -> HttpResponse:
    """Ask one side in a minute how it went; an answer can be changed."""
    asked = pairs.follow_up_by_code(request.frame.space_id, code)
    if asked is None:
        raise Http404
    form = FollowUpForm(
        request.POST if request.method == "POST" else None, initial={"outcome": asked.outcome, "words": asked.words}
    )
    if form.is_valid():
        actions.answer_follow_up(
            follow_up=asked, outcome=form.cleaned_data["outcome"], words=form.cleaned_data["words"]
        )
        return redirect("matching:follow_up", request.frame.key, code)
    context = {
        "form": form,
        "asked": asked,
        "when": {
            Moment.END: _("Now that the planned time is over"),
            Moment.SIX: _("Half a year after the end"),
            Moment.TWELVE: _("A year after the end"),
        }[Moment(asked.moment)],
        "title": challenges.title_of(asked.side.proposal.dossier),
    }
    return render(request, "matching/follow_up.html", context, status=422 if form.errors else 200)
