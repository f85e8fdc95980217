"""Entering the directory: an address proved by a code, three fields, done."""

from typing import cast

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _

from querwerk.core.actions import InvalidRecords, once
from querwerk.people import accounts, actions, queries
from querwerk.people.models import User
from querwerk.programmes.pages import Request, page_language, visitor_page
from querwerk.programmes.profiles.steps import CodeForm, EmailForm, EntryForm

PURPOSE = "enter"


@visitor_page
def enter_directory(request: Request) -> HttpResponse:
    """Ask for an address, then for the code, then for three fields: what is needed next."""
    if request.viewer.user_id is not None:
        return fields(request)
    if accounts.code_sent_to(request, purpose=PURPOSE) and "again" not in request.GET:
        return code(request)
    return address(request)


def address(request: Request) -> HttpResponse:
    """Take the address and send the code; the answer is the same whether or not it is known."""
    form = EmailForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            accounts.send_code(request, form.cleaned_data["email"], purpose=PURPOSE)
        except accounts.TooManyCodes as error:
            form.add_error("email", str(error))
        else:
            return redirect("programmes:enter", request.frame.key)
    context = {"form": form, "step": 1}
    return render(request, "programmes/profile_enter.html", context, status=422 if form.errors else 200)


def code(request: Request) -> HttpResponse:
    """Take the code and sign in."""
    email = accounts.code_sent_to(request, purpose=PURPOSE)
    form = CodeForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        proved = accounts.take_code(request, form.cleaned_data["code"], purpose=PURPOSE)
        if proved and accounts.sign_in_proved(request, proved) is not None:
            return redirect("programmes:enter", request.frame.key)
        if not accounts.code_sent_to(request, purpose=PURPOSE):
            form.add_error("code", _("This code does not work any more. Please have a new one sent."))
        else:
            form.add_error("code", _("This is not the code from the mail. Please look again."))
    context = {"form": form, "step": 2, "email": email}
    return render(request, "programmes/profile_enter.html", context, status=422 if form.errors else 200)


def fields(request: Request) -> HttpResponse:
    """Take the three fields; who clicks twice has one profile."""
    user = cast("User", request.user)
    form = EntryForm(request.POST if request.method == "POST" else None, initial={"token": get_random_string(24)})
    if form.is_valid():
        typed = form.cleaned_data
        entry = actions.Entry(typed["name"], typed["side"], typed["summary"], page_language(), typed["audience"])

        def effect() -> str:
            return actions.enter_profile(space=request.frame.space, entry=entry, user=user).key

        try:
            key = once(f"profile:{user.pk}:{typed['token']}", effect)
        except InvalidRecords as error:
            form.add_error(None, " ".join(problem.message for problem in error.problems))
        else:
            return redirect("programmes:mine_profile", request.frame.key, key)
    own = list(queries.profiles_of(user.pk, request.frame.space_id))
    context = {"form": form, "step": 3, "own": own}
    return render(request, "programmes/profile_enter.html", context, status=422 if form.errors else 200)
