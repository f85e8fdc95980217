"""Addresses of signing in and of one's own account.

Only the parts of allauth that we use are reachable: no sign-up, no passwords, no second factors.
"""

from allauth.account import views as account
from allauth.mfa.webauthn import views as webauthn
from django.contrib.auth.decorators import login_required
from django.urls import path, reverse_lazy

from querwerk.people import account_views as views

urlpatterns = [
    path("", views.home, name="account_home"),
    path("login/", account.login, name="account_login"),
    # allauth sends people here whose code has expired; asking for a new one is signing in.
    path("login/code/", account.login, name="account_request_login_code"),
    path("login/code/confirm/", account.confirm_login_code, name="account_confirm_login_code"),
    path("login/link/<str:token>/", views.link, name="account_link"),
    path("logout/", account.logout, name="account_logout"),
    path("inactive/", account.account_inactive, name="account_inactive"),
    path("passkeys/login/", webauthn.login_webauthn, name="mfa_login_webauthn"),
    path("passkeys/add/", views.AddPasskeyView.as_view(), name="mfa_add_webauthn"),
    path(
        "passkeys/<int:pk>/rename/",
        login_required(webauthn.EditWebAuthnView.as_view(success_url=reverse_lazy("account_home"))),
        name="mfa_edit_webauthn",
    ),
    path(
        "passkeys/<int:pk>/remove/",
        login_required(webauthn.RemoveWebAuthnView.as_view(success_url=reverse_lazy("account_home"))),
        name="mfa_remove_webauthn",
    ),
]
