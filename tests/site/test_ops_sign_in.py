"""Signing in: by a code from the mail and by a link that works once; nothing tells whether an account exists."""

import re
import time
from datetime import timedelta

import pytest
from django.conf import settings
from django.core.mail import EmailMessage
from django.test import Client
from django.urls import NoReverseMatch, reverse
from django.utils import timezone, translation

from querwerk.people import accounts
from querwerk.people.models import User

pytestmark = pytest.mark.django_db
ADDRESS = "anna@querwerk.example"
LOGIN, CONFIRM, HOME = "/de/account/login/", "/de/account/login/code/confirm/", "/de/account/"
DESK = "/de/desk/"


@pytest.fixture
def anna() -> User:
    return User.objects.create_user(ADDRESS, name="Anna Müller")


@pytest.fixture(autouse=True)
def _fresh_limits() -> None:
    from django.core.cache import cache  # noqa: PLC0415

    cache.clear()


def _signed_in(client: Client) -> bool:
    return client.get(HOME).status_code == 200


def _code(mail: EmailMessage) -> str:
    found = re.search(r"^([A-Z0-9-]{6,})$", str(mail.body), re.MULTILINE)
    assert found
    return found[1]


@pytest.mark.parametrize("typed", [ADDRESS, "Anna@Querwerk.Example"])
def test_sign_in_with_a_code_from_the_mail(
    client: Client, anna: User, mailoutbox: list[EmailMessage], typed: str
) -> None:
    answer = client.post(LOGIN, {"login": typed})
    assert (answer.status_code, answer["Location"]) == (302, CONFIRM)
    assert len(mailoutbox) == 1
    assert mailoutbox[0].from_email == settings.DEFAULT_FROM_EMAIL
    assert client.get(CONFIRM).status_code == 200
    answer = client.post(CONFIRM, {"code": _code(mailoutbox[0])})
    assert (answer.status_code, answer["Location"]) == (302, DESK)
    assert "Anna Müller" in client.get(HOME).content.decode()


def test_the_way_back_leads_to_where_one_wanted_to_go(
    client: Client, anna: User, mailoutbox: list[EmailMessage]
) -> None:
    answer = client.get(reverse("mfa_add_webauthn"))
    assert answer.status_code == 302
    target = "/de/account/passkeys/add/"
    assert answer["Location"].endswith(f"?next={target}")
    answer = client.post(answer["Location"], {"login": ADDRESS, "next": target})
    answer = client.post(answer["Location"], {"code": _code(mailoutbox[0]), "next": target})
    assert answer["Location"] == target
    assert client.get(target).status_code == 200


def test_a_foreign_address_to_go_to_is_not_followed(client: Client, anna: User, mailoutbox: list[EmailMessage]) -> None:
    client.post(LOGIN, {"login": ADDRESS})
    answer = client.post(
        CONFIRM + "?next=https://evil.example/", {"code": _code(mailoutbox[0]), "next": "https://evil.example/"}
    )
    assert answer["Location"] == DESK


def test_a_wrong_code_signs_nobody_in_and_the_third_ends_the_attempt(
    client: Client, anna: User, mailoutbox: list[EmailMessage]
) -> None:
    client.post(LOGIN, {"login": ADDRESS})
    for _ in range(2):
        assert client.post(CONFIRM, {"code": "WRONG1"}).status_code == 200
    assert client.post(CONFIRM, {"code": "WRONG1"}).status_code == 302
    client.post(CONFIRM, {"code": _code(mailoutbox[0])})
    assert not _signed_in(client)


def test_strangers_see_the_same_as_members_and_get_no_mail(
    client: Client, anna: User, mailoutbox: list[EmailMessage]
) -> None:
    answers = []
    for address in (ADDRESS, "nobody@querwerk.example"):
        visitor = Client()
        answer = visitor.post(LOGIN, {"login": address})
        page = visitor.get(CONFIRM).content.decode()
        answers.append((answer.status_code, answer["Location"], _without_tokens(page).replace(address, "…")))
    assert answers[0] == answers[1]
    assert [mail.to for mail in mailoutbox] == [[ADDRESS]]


def _without_tokens(page: str) -> str:
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", page)


def test_a_closed_account_gets_no_code(client: Client, anna: User, mailoutbox: list[EmailMessage]) -> None:
    User.objects.update(is_active=False)
    assert client.post(LOGIN, {"login": ADDRESS}).status_code == 302
    assert mailoutbox == []


def test_asking_for_codes_is_limited(client: Client, anna: User, mailoutbox: list[EmailMessage]) -> None:
    for _ in range(6):
        Client().post(LOGIN, {"login": ADDRESS})
    assert len(mailoutbox) == 3


@pytest.mark.parametrize(("language", "words"), [("de", "Ihr Code"), ("en", "your code to sign in is")])
def test_the_mail_speaks_the_language_of_the_page(
    client: Client, anna: User, mailoutbox: list[EmailMessage], language: str, words: str
) -> None:
    client.post(f"/{language}/account/login/", {"login": ADDRESS})
    assert words in str(mailoutbox[0].body)


@pytest.mark.parametrize(
    "name",
    ["account_signup", "account_change_password", "account_set_password", "account_reset_password", "account_email"],
)
def test_there_is_no_sign_up_and_no_password(name: str) -> None:
    with pytest.raises(NoReverseMatch):
        reverse(name)


def test_sign_out_asks_first(client: Client, anna: User) -> None:
    client.force_login(anna)
    assert client.get("/de/account/logout/").status_code == 200
    assert _signed_in(client)
    assert client.post("/de/account/logout/").status_code == 302
    assert not _signed_in(client)


def _link(user: User) -> str:
    with translation.override("de"):
        return reverse("account_link", args=[accounts.link_token(user)])


def test_a_link_signs_in_once(client: Client, anna: User) -> None:
    link = _link(anna)
    assert client.get(link).status_code == 200  # a mail scanner looks at it
    assert not _signed_in(client)
    assert client.post(link)["Location"] == DESK
    assert _signed_in(client)
    second = Client()
    assert second.post(link).status_code == 410
    assert not _signed_in(second)


def test_a_link_made_after_a_sign_in_also_works_once(anna: User) -> None:
    Client().post(_link(anna))
    anna.refresh_from_db()
    link = _link(anna)
    first, second = Client(), Client()
    assert first.post(link).status_code == 302
    assert second.post(link).status_code == 410


def test_an_old_forged_or_foreign_link_is_refused(client: Client, anna: User) -> None:
    link = _link(anna)
    assert client.post(link[:-3] + "ab/").status_code == 410
    with pytest.MonkeyPatch.context() as patch:
        later = timezone.now() + accounts.LINK_AGE + timedelta(minutes=1)
        patch.setattr(time, "time", later.timestamp)
        assert client.post(link).status_code == 410
    User.objects.update(is_active=False)
    assert client.post(link).status_code == 410
    assert not _signed_in(client)


def test_passkey_pages(client: Client, anna: User) -> None:
    client.force_login(anna)
    page = client.get("/de/account/passkeys/add/").content.decode()
    assert 'id="passkey-data"' in page
    assert not re.search(r"\sstyle=|\son\w+=|<script>", page)
    challenge = Client().get("/de/account/passkeys/login/", headers={"accept": "application/json"}).json()
    assert challenge["request_options"]["publicKey"]["challenge"]
