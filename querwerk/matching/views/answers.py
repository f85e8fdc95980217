"""Behind the links in mails about matches: read, say yes or no, see how to reach the other, tell how it went. No account is needed."""

from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from querwerk.core.ical import Entry, calendar_file
from querwerk.core.letters import site
from querwerk.core.templatetags.ui import language_name, plain
from querwerk.matching import rules
from querwerk.matching.actions import proposals as actions
from querwerk.matching.forms import AnswerForm, FollowUpForm
from querwerk.matching.models import Side
from querwerk.matching.queries import challenges, pairs
from querwerk.matching.states import Answer, Moment, Party, ProposalState
from querwerk.people.states import Submarket
from querwerk.programmes.pages import Request, page_language, visitor_page

MEETING_HOUR = "10:00-11:00"


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
                ground=form.cleaned_data["ground"],
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
        "no_words": pairs.because(side.ground, side.reason),
        "suggested": actions.suggested_day(localdate(proposal.introduced_at)) if proposal.introduced_at else None,
        "place": dossier.content.get("place") or "",
    }


@visitor_page
def meeting(request: Request, code: str) -> HttpResponse:
    """Give the suggestion for the first meeting as a file for the calendar, once both have said yes."""
    side = pairs.side_by_code(request.frame.space_id, code)
    if side is None or side.proposal.introduced_at is None:
        raise Http404
    proposal, other, since = side.proposal, actions.other_side(side), side.proposal.introduced_at
    day = actions.suggested_day(localdate(since))
    reach = ", ".join(part for part in (other.name, other.email, other.phone) if part)
    entry = Entry(
        identity=f"match-{proposal.pk}", title=_("First meeting: %(title)s") % {"title": plain(challenges.title_of(proposal.dossier))},
        language=page_language(), date=day.isoformat(), end="", time=MEETING_HOUR, place=str(proposal.dossier.content.get("place") or ""),
        text=_("A suggestion, nothing is agreed yet. You reach: %(reach)s") % {"reach": reach},
        url=site(reverse("matching:answer", args=[request.frame.key, code])),
        changed_at=since, version=1,
    )  # fmt: skip
    headers = {"Content-Disposition": 'attachment; filename="meeting.ics"'}
    return HttpResponse(
        calendar_file(entry, ZoneInfo(settings.TIME_ZONE)), content_type="text/calendar; charset=utf-8", headers=headers
    )


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
