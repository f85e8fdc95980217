"""Pages of one's own account that allauth does not bring."""

from typing import Any, cast

from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.forms import AddWebAuthnForm
from allauth.mfa.webauthn.views import AddWebAuthnView
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from querwerk.core.registry import page_url
from querwerk.people import accounts, queries
from querwerk.people.models import User


@require_safe
@login_required
def home(request: HttpRequest) -> HttpResponse:
    """Who is signed in, for which profiles, and with which passkeys."""
    user = cast("User", request.user)
    passkeys = Authenticator.objects.filter(user=user, type=Authenticator.Type.WEBAUTHN).order_by("created_at")
    profiles = [
        (profile.name, page_url("profile", profile.key, profile.space.key)) for profile in queries.profiles_of(user.pk)
    ]
    return render(request, "account/home.html", {"passkeys": passkeys, "profiles": profiles})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def link(request: HttpRequest, token: str) -> HttpResponse:
    """Ask before signing in: mail scanners open links, but they press no buttons."""
    if request.method == "POST" and accounts.sign_in_by_link(request, token):
        return redirect(settings.LOGIN_REDIRECT_URL)
    owner = accounts.link_owner(token)
    return render(request, "account/link.html", {"owner": owner}, status=200 if owner else 410)


class PasskeyForm(AddWebAuthnForm):
    """A new key is always one that signs in alone: there is no password it could be second to."""

    def __init__(self, data: QueryDict | None = None, *args: Any, **kwargs: Any) -> None:
        """Answer the question that allauth would ask."""
        if data is not None:
            data = data.copy()
            data["passwordless"] = "on"
        super().__init__(data, *args, **kwargs)


@method_decorator(login_required, name="dispatch")
class AddPasskeyView(AddWebAuthnView):
    """Register a passkey and go back to the account."""

    form_class = PasskeyForm

    def get_success_url(self) -> str:
        """There are no recovery codes: the code by e-mail is the way back."""
        return reverse("account_home")
