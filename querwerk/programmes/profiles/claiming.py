"""Taking over an imported profile: by the link of an invitation, by a code to the address on file, or by asking."""

from typing import Any, cast

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from querwerk.people import accounts, actions, queries
from querwerk.people.models import Profile, User
from querwerk.people.rules import may_claim, may_see_profile
from querwerk.programmes.pages import Request, visitor_page
from querwerk.programmes.profiles.mailing import claimed_by
from querwerk.programmes.profiles.reading import reader_in
from querwerk.programmes.profiles.steps import AskForm, CodeForm, EmailForm


@visitor_page
def claim_link(request: Request, token: str) -> HttpResponse:
    """Ask before taking over: mail scanners open links, but they press no buttons."""
    found = claimed_by(token)
    if found is None or found[0].space_id != request.frame.space_id:
        return render(request, "programmes/profile_claim_link.html", {"profile": None}, status=410)
    profile, email = found
    if request.method == "POST":
        user = accounts.by_mailbox(request, email)
        if user is None:
            return redirect(f"{reverse('account_login')}?next={request.path}")
        actions.take_over(profile=profile, user=user, why=_("by the link of the invitation"))
        return redirect("programmes:mine_profile", request.frame.key, profile.key)
    return render(request, "programmes/profile_claim_link.html", {"profile": profile})


@visitor_page
def claim(request: Request, key: str) -> HttpResponse:
    """Prove by the address on file that a profile is one's own, or ask the organisers for it."""
    reader = reader_in(request)
    profile = queries.find_profile(request.frame.space_id, key)
    if profile is None or not may_see_profile(reader, profile_id=profile.pk, shown_to=profile.shown_to):
        raise Http404
    verdict = may_claim(origin=profile.origin, has_speakers=bool(queries.speakers_of([profile.pk])[profile.pk]))
    if not verdict:
        return render(
            request, "programmes/profile_claim.html", {"profile": profile, "refused": verdict.why}, status=409
        )
    context = claim_context(request, profile)
    moves = {"send": send, "code": code, "address": address, "prove": prove, "ask": ask}
    move = moves.get(request.POST.get("do", "")) if request.method == "POST" else None
    answer = move(request, profile, context) if move is not None else None
    status = 422 if any(getattr(form, "errors", None) for form in context.values()) else 200
    return answer or render(request, "programmes/profile_claim.html", context, status=status)


def claim_context(request: Request, profile: Profile) -> dict[str, Any]:
    """Return the forms that are needed next."""
    contact = queries.contact_of(profile)
    return {
        "profile": profile,
        "on_file": masked(contact.email) if contact is not None and contact.email else "",
        "is_sent": bool(accounts.code_sent_to(request, purpose=f"claim:{profile.pk}")),
        "asked_as": accounts.code_sent_to(request, purpose=f"ask:{profile.pk}"),
        "is_signed_in": request.viewer.user_id is not None,
        "code_form": CodeForm(),
        "email_form": EmailForm(),
        "ask_form": AskForm(),
    }


def masked(email: str) -> str:
    """Return an address so that its owner knows it and nobody else learns it."""
    name, _at, host = email.partition("@")
    return f"{name[:1]}…@{host[:1]}…{host[host.rfind('.') :]}"


def send(request: Request, profile: Profile, context: dict[str, Any]) -> HttpResponse | None:
    """Send a code to the address on file."""
    contact = queries.contact_of(profile)
    if contact is None or not contact.email:
        return None
    return send_to(request, contact.email, f"claim:{profile.pk}", profile)


def send_to(request: Request, email: str, purpose: str, profile: Profile) -> HttpResponse:
    """Send a code and come back."""
    try:
        accounts.send_code(request, email, purpose=purpose)
    except accounts.TooManyCodes as error:
        messages.error(request, str(error))
    return redirect("programmes:claim", request.frame.key, profile.key)


def code(request: Request, profile: Profile, context: dict[str, Any]) -> HttpResponse | None:
    """Take the code that came to the address on file, and hand the profile over."""
    user = proved(request, context, f"claim:{profile.pk}")
    if user is None:
        return None
    actions.take_over(profile=profile, user=user, why=_("by a code to the address on file"))
    return redirect("programmes:mine_profile", request.frame.key, profile.key)


def proved(request: Request, context: dict[str, Any], purpose: str) -> User | None:
    """Return whom a code proves, signed in; nobody, with the reason at the field, where it is wrong."""
    form = context["code_form"] = CodeForm(request.POST)
    if form.is_valid():
        email = accounts.take_code(request, form.cleaned_data["code"], purpose=purpose)
        user = accounts.sign_in_proved(request, email) if email else None
        if user is not None:
            return user
        form.add_error("code", _("This is not the code from the mail. Please look again."))
    return None


def address(request: Request, profile: Profile, context: dict[str, Any]) -> HttpResponse | None:
    """Send a code to another address, to know who asks."""
    form = context["email_form"] = EmailForm(request.POST)
    if not form.is_valid():
        return None
    return send_to(request, form.cleaned_data["email"], f"ask:{profile.pk}", profile)


def prove(request: Request, profile: Profile, context: dict[str, Any]) -> HttpResponse | None:
    """Take the code, to know who asks."""
    if proved(request, context, f"ask:{profile.pk}") is None:
        return None
    return redirect("programmes:claim", request.frame.key, profile.key)


def ask(request: Request, profile: Profile, context: dict[str, Any]) -> HttpResponse | None:
    """Ask the organisers for the profile."""
    form = context["ask_form"] = AskForm(request.POST)
    if request.viewer.user_id is None or not form.is_valid():
        return None
    actions.ask_for_profile(profile=profile, user=cast("User", request.user), words=form.cleaned_data["words"])
    messages.success(request, _("The organisers have your request and will decide on it."))
    return redirect("programmes:profile", request.frame.key, profile.key)
