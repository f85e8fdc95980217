"""Who may do what in the programme."""

from smtplib import SMTPException
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.mail import send_mail
from django.core.validators import validate_email
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from querwerk.core.letters import site
from querwerk.desk.actions import UnableToRemoveRole, give_role, take_role
from querwerk.desk.queries import roles_in
from querwerk.desk.views.frame import actor, address, desk_page, require, sent, surrounding
from querwerk.people.accounts import link_token
from querwerk.people.models import Organisation, User
from querwerk.programmes.pages import Request
from querwerk.programmes.rules import may_manage_roles
from querwerk.programmes.states import RoleName


@desk_page
def roles(request: Request) -> HttpResponse:
    """Show the roles; give one to an e-mail address."""
    require(may_manage_roles(request.viewer))
    errors: dict[str, str] = {}
    if request.method == "POST":
        typed = read(request, errors)
        if not errors:
            return give(request, typed)
    context = {
        "roles": roles_in(request.frame.programme.pk),
        "role_names": RoleName.choices,
        "organisations": Organisation.objects.filter(space=request.frame.space_id).order_by("position", "pk"),
        "languages": settings.LANGUAGES,
        "typed": request.POST
        if request.method == "POST"
        else {"role": RoleName.EDITOR, "language": translation.get_language()},
        "errors": errors,
    }
    return render(
        request, "desk/roles.html", {**surrounding(request, "roles"), **context}, status=422 if errors else 200
    )


def read(request: Request, errors: dict[str, str]) -> dict[str, Any]:
    """Return what was typed, or note what is wrong."""
    post = request.POST
    email = post.get("email", "").strip().lower()
    try:
        validate_email(email)
    except ValidationError:
        errors["email"] = _("Please enter an e-mail address.")
    if post.get("role") not in RoleName.values:
        errors["role"] = _("Please choose a role.")
    organisation = None
    if post.get("role") == RoleName.EDITOR:
        organisation = Organisation.objects.filter(
            space=request.frame.space_id, key=sent(request, "organisation")
        ).first()
        if organisation is None:
            errors["organisation"] = _("An editor works for an organisation. Please choose it.")
    language = post.get("language", "")
    if language not in dict(settings.LANGUAGES):
        language = settings.LANGUAGE_CODE
    return {
        "email": email,
        "name": " ".join(sent(request, "name").split())[:200],
        "role": post.get("role"),
        "organisation": organisation,
        "language": language,
    }


def give(request: Request, typed: dict[str, Any]) -> HttpResponse:
    """Give the role, then write to the person how to sign in."""
    try:
        user, is_new, is_given = give_role(
            programme=request.frame.programme, email=typed["email"], name=typed["name"], role=RoleName(typed["role"]),
            organisation=typed["organisation"], by=actor(request),
        )  # fmt: skip
    except UnableToRemoveRole as error:
        messages.error(request, str(error))
        return redirect("desk:roles", request.frame.key)
    if not is_given:
        messages.info(request, _("%(email)s already has this role.") % {"email": user.email})
    elif tell(request, user, typed, is_new=is_new):
        messages.success(request, _("%(email)s has the role and a mail on how to sign in.") % {"email": user.email})
    else:
        messages.warning(
            request,
            _("%(email)s has the role, but the mail could not be sent. Please tell the person yourself.")
            % {"email": user.email},
        )
    return redirect("desk:roles", request.frame.key)


def tell(request: Request, user: User, typed: dict[str, Any], *, is_new: bool) -> bool:
    """Write in the person's language; return whether the mail went out."""
    with translation.override(typed["language"]):
        context = {
            "user": user,
            "is_new": is_new,
            "by": actor(request).name,
            "programme": request.frame.programme.name,
            "role": RoleName(typed["role"]).label,
            "organisation": typed["organisation"],
            "sign_in_url": site(reverse("account_link", args=[link_token(user)])),
            "login_url": site(reverse("account_login")),
            "desk_url": site(reverse("desk:home", args=[request.frame.key])),
        }
        subject = _("Your role in %(programme)s") % {"programme": request.frame.programme.name}
        # A name may hold line breaks, which no header may.
        subject = " ".join(subject.split())
        body = render_to_string("desk/email/role_given.txt", context)
    try:
        send_mail(subject, body, None, [user.email])
    except (SMTPException, OSError):
        return False
    return True


@desk_page
def role_remove(request: Request, number: int) -> HttpResponse:
    """Ask, then take a role away."""
    require(may_manage_roles(request.viewer))
    role = roles_in(request.frame.programme.pk).select_related("programme__space").filter(pk=number).first()
    if role is None:
        raise Http404
    if request.method == "POST":
        try:
            take_role(role=role, by=actor(request))
        except UnableToRemoveRole as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("The role is taken away."))
        is_own = role.user_id == request.user.pk and role.name == RoleName.ORGANISER and role.pk is None
        return redirect("desk:choose") if is_own else redirect("desk:roles", request.frame.key)
    return render(
        request,
        "desk/role_remove.html",
        {**surrounding(request, "roles"), "role": role, "roles_page": address(request, "roles")},
    )
