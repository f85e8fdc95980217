"""Behind the link in a mail that asks somebody to read a challenge, or to be the partner for it."""

from typing import cast

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from querwerk.matching.actions.guests import VALID, name_partner, take_in
from querwerk.matching.models import Guest
from querwerk.matching.queries import challenges as queries
from querwerk.people import accounts
from querwerk.people.actions import actor_of
from querwerk.people.models import User
from querwerk.people.queries import profiles_of
from querwerk.programmes.pages import Request, visitor_page


@visitor_page
def guest(request: Request, code: str) -> HttpResponse:
    """Ask before anything is shown: mail scanners open links, but they press no buttons. Who came once signs in to come again."""
    found = queries.guest_by_code(request.frame.space_id, code)
    if found is None or (found.user_id is None and timezone.now() - found.invited_at > VALID):
        return gone(request)
    if found.user_id is not None and found.user_id != request.user.pk:
        return redirect(f"{reverse('account_login')}?next={request.path}")
    if found.user_id is None:
        return come_in(request, found)
    if not found.is_partner:
        return redirect("matching:challenge_detail", request.frame.key, found.dossier.key)
    return as_partner(request, found)


def gone(request: Request) -> HttpResponse:
    """Say that the link leads nowhere any more."""
    return render(request, "matching/guest.html", {"guest": None}, status=410)


def come_in(request: Request, found: Guest) -> HttpResponse:
    """Say who asks, and let in whoever presses the button."""
    if request.method != "POST":
        return render(request, "matching/guest.html", {"guest": found})
    user = accounts.by_mailbox(request, found.email)
    if user is None:
        return redirect(f"{reverse('account_login')}?next={request.path}")
    if not take_in(guest=found, user=user):
        return gone(request)
    return redirect("matching:guest", request.frame.key, found.code)


def as_partner(request: Request, found: Guest) -> HttpResponse:
    """Lead a partner on: to the challenge, to a profile of their own, and to the challenge with that profile in it."""
    user, dossier = cast("User", request.user), found.dossier
    own = list(profiles_of(user.pk, request.frame.space_id))
    chosen = next((one for one in own if one.key == request.POST.get("profile")), None)
    if request.method == "POST" and chosen is not None:
        name_partner(dossier=dossier, partner=chosen, by=actor_of(user))
        return redirect("matching:guest", request.frame.key, found.code)
    if dossier.partner_id in {one.pk for one in own}:
        return redirect("matching:challenge_detail", request.frame.key, dossier.key)
    context = {"guest": found, "is_in": True, "own": own, "title": queries.title_of(dossier)}
    return render(request, "matching/guest.html", context)
