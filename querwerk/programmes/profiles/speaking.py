"""Who speaks for one's profile: ask a second one by mail, take the invitation back, leave."""

from typing import Any, cast

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from querwerk.people import accounts, queries, speakers
from querwerk.people.models import Profile, User
from querwerk.programmes.pages import Request, page_language, visitor_page
from querwerk.programmes.profiles.owning import actor, profile_or_404, signed_in
from querwerk.programmes.profiles.steps import SecondForm


@visitor_page
def speaking(request: Request, key: str) -> HttpResponse:
    """Show who speaks for the profile and who was asked."""
    if (way := signed_in(request)) is not None:
        return way
    profile, _reader = profile_or_404(request, key)
    command = request.POST.get("do", "") if request.method == "POST" else ""
    form = SecondForm(request.POST if command == "invite" else None)
    moves = {"invite": invite, "withdraw": withdraw, "leave": leave}
    answer = moves[command](request, profile, form) if command in moves else None
    if answer is not None:
        return answer
    there = queries.speakers_of([profile.pk])[profile.pk]
    context = {
        "profile": profile,
        "form": form,
        "speakers": there,
        "is_one": request.user.pk in {user.pk for user in there},
        "invitations": profile.invitations.order_by("pk"),
        "refusal": getattr(form, "refusal", ""),
    }
    status = 422 if form.errors or context["refusal"] else 200
    return render(request, "programmes/profile_speakers.html", context, status=status)


def invite(request: Request, profile: Profile, form: SecondForm) -> HttpResponse | None:
    """Ask somebody by mail."""
    if not form.is_valid():
        return None
    email = form.cleaned_data["email"]
    try:
        speakers.invite_speaker(profile=profile, email=email, language=page_language(), by=actor(request))
    except speakers.UnableToInvite as error:
        form.add_error("email", str(error))
        return None
    messages.success(request, _("An invitation is on its way to %(email)s.") % {"email": email})
    return redirect("programmes:mine_speakers", request.frame.key, profile.key)


def withdraw(request: Request, profile: Profile, form: SecondForm) -> HttpResponse:
    """Take an invitation back."""
    number = request.POST.get("invitation", "")
    if number.isdecimal() and len(number) < 10:
        speakers.withdraw_invitation(profile=profile, number=int(number), by=actor(request))
        messages.success(request, _("The invitation is taken back."))
    return redirect("programmes:mine_speakers", request.frame.key, profile.key)


def leave(request: Request, profile: Profile, form: Any) -> HttpResponse | None:
    """Stop speaking for the profile."""
    try:
        speakers.stop_speaking(profile=profile, user=cast("User", request.user))
    except speakers.UnableToLeave as error:
        form.refusal = str(error)
        return None
    messages.success(request, _("You do not speak for this profile any more."))
    return redirect("programmes:directory", request.frame.key)


@visitor_page
def accept(request: Request, code: str) -> HttpResponse:
    """Ask before somebody speaks for a profile: mail scanners open links, but they press no buttons."""
    found = speakers.invitation_by_code(request.frame.space_id, code)
    if found is None:
        return gone(request)
    if request.method == "POST":
        user = accounts.by_mailbox(request, found.email)
        if user is None:
            return redirect(f"{reverse('account_login')}?next={request.path}")
        profile = speakers.accept_invitation(invitation=found, user=user)
        if profile is None:
            return gone(request)
        return redirect("programmes:mine_profile", request.frame.key, profile.key)
    context = {"profile": found.profile, "by": found.by_name}
    return render(request, "programmes/profile_speak.html", context)


def gone(request: Request) -> HttpResponse:
    """Say that the link leads nowhere any more."""
    return render(request, "programmes/profile_speak.html", {"profile": None}, status=410)
