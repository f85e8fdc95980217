"""Three ways in, as people really come: with a partner, without one, or with neither idea nor partner."""

from email.utils import parseaddr

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _

from querwerk.core.actions import once
from querwerk.core.limits import HOUR, is_too_often, too_often_words
from querwerk.people import actions
from querwerk.programmes.pages import Request, address, page_language, programme_page, visitor_page
from querwerk.programmes.profiles.steps import InquiryForm, inquiry_consent

PER_HOUR = 10


@programme_page
def ways_in(request: Request) -> HttpResponse:
    """Show the three ways; where challenges are not installed, the directory is the way in."""
    key = request.frame.key
    challenge_url = address("matching:challenge_new", programme=key)
    advice_url = reverse("programmes:advice", kwargs={"programme": key})
    enter_url = reverse("programmes:enter", kwargs={"programme": key})
    ways = [
        {
            "title": _("I have an idea and a partner"), "url": f"{challenge_url}?partner=1" if challenge_url else enter_url,
            "text": _("Record what you want to try together, and with whom. The organisers accompany you from the first talk on."),
            "foot": _("You name your partner: from the directory, or by an e-mail address."),
        },
        {
            "title": _("I have an idea, but no partner"), "url": challenge_url or enter_url,
            "text": _("Describe your problem or your idea. The organisers look for somebody who fits and say why; you decide."),
            "foot": _("A form leads you through it; drafts are kept."),
        },
        {
            "title": _("I have neither; I would like advice"), "url": advice_url,
            "text": _("Tell us where you stand. A person answers, without obligation."),
            "foot": _("A message is enough."),
        },
    ]  # fmt: skip
    return render(request, "programmes/ways_in.html", {"ways": ways, "enter_url": enter_url})


@visitor_page
def advice(request: Request) -> HttpResponse:
    """Take a message to the organisers."""
    form = InquiryForm(
        request.POST if request.method == "POST" else None, programme=request.frame.programme.name,
        initial={"token": get_random_string(24)},
    )  # fmt: skip
    if form.is_valid():
        if is_flooding(request):
            form.add_error(None, too_often_words(HOUR))
        else:
            take(request, form)
            return redirect("programmes:advice_taken", request.frame.key)
    return render(request, "programmes/advice.html", {"form": form}, status=422 if form.errors else 200)


def take(request: Request, form: InquiryForm) -> None:
    """Take the message; a double click or a reload takes it once."""
    typed = form.cleaned_data

    def effect() -> int:
        made = actions.take_inquiry(
            space=request.frame.space, name=typed["name"], email=typed["email"], words=typed["words"],
            consent=inquiry_consent(request.frame.programme.name), language=page_language(),
        )  # fmt: skip
        return made.pk

    once(f"inquiry:{request.frame.space_id}:{typed['token']}", effect)


@visitor_page
def advice_taken(request: Request) -> HttpResponse:
    """Say that the message has arrived and what follows."""
    return render(request, "programmes/advice_taken.html", {"sender": parseaddr(settings.DEFAULT_FROM_EMAIL)[1]})


def is_flooding(request: Request) -> bool:
    """Tell whether too many messages came from one connection within an hour."""
    return is_too_often(f"advice:{get_adapter(request).get_client_ip(request)}", PER_HOUR, HOUR)
