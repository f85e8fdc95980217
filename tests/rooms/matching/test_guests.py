"""Who is asked in by mail: reads a confidential challenge, or is the partner for it; nobody else comes in by their link."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from querwerk.core.models import Space
from querwerk.matching.actions.guests import forget_guests, take_in
from querwerk.matching.actions.personal import data_about, forget_address
from querwerk.matching.models import Confidant, Dossier, Guest, Judgement, Wish
from querwerk.matching.states import Confidentiality
from querwerk.people.models import Contact, Profile, Spokesperson, User
from tests.rooms.desk.conftest import SignIn
from tests.rooms.matching.conftest import CONTACT, CONTENT, SECRET, Bring

MAIL = "gast@pruefstand.example"
CHOSEN, MEMBERS = Confidentiality.CHOSEN, Confidentiality.MEMBERS

type Save = Callable[..., Any]


@pytest.fixture(autouse=True)
def _mails_at_once(space: Space, settings: Any) -> None:
    settings.TASKS = {"default": {"BACKEND": "django.tasks.backends.immediate.ImmediateBackend"}}


@pytest.fixture
def save(as_author: Client, django_capture_on_commit_callbacks: Any) -> Save:
    """Send the form as the author would."""

    def sent(dossier: Dossier, *, command: str = "save", **typed: Any) -> Any:
        texts = {name.removesuffix("_de"): words for name, words in CONTENT.items()}
        base = {
            "contact_name": CONTACT.name, "contact_email": CONTACT.email, "confidentiality": CHOSEN, "command": command,
            "org": "weberei",
        }  # fmt: skip
        with django_capture_on_commit_callbacks(execute=True):
            return as_author.post(f"/de/werk/challenges/{dossier.key}/edit/", {**texts, **base, **typed})

    return sent


def link() -> str:
    found = re.search(r"https?://[^/]+(/\S+guest/\S+/)", str(mail.outbox[-1].body))
    assert found is not None
    return found[1]


def signed_in_as(email: str) -> Client:
    client = Client()
    client.force_login(User.objects.get(email=email))
    return client


def test_a_guest_reads_what_is_for_chosen_people_and_nobody_else_comes_in_by_the_link(
    bring: Bring, save: Save, sign_in: SignIn
) -> None:
    dossier = bring(CHOSEN)
    page = f"/de/werk/challenges/{dossier.key}/"
    for _twice in range(2):
        assert save(dossier, invited=f"{MAIL}, {MAIL.upper()}").status_code == 302
    assert [message.to for message in mail.outbox] == [[MAIL]]
    assert SECRET not in str(mail.outbox[0].body) + str(mail.outbox[0].subject)
    address, guest, thief = link(), Client(), Client()
    assert SECRET not in guest.get(address).content.decode()  # a scanner opens links and learns nothing
    assert not User.objects.filter(email=MAIL).exists()
    assert guest.get(page).status_code == 404
    assert guest.post(address, follow=True).redirect_chain[-1] == (page, 302)
    assert SECRET in guest.get(page).content.decode()
    assert dossier.key in guest.get("/de/werk/challenges/").content.decode()
    for other in (thief, sign_in("organiser"), sign_in("reader")):
        response: Any = other.post(address)
        assert (response.status_code, "/account/login/" in response.url) == (302, True)
        assert other.get(page).status_code == 404
        assert SECRET not in other.get("/de/werk/challenges/").content.decode()
    assert guest.get(f"{page}edit/").status_code == 403
    assert guest.get(f"/de/desk/werk/matching/challenges/{dossier.key}/").status_code in (302, 403, 404)
    assert dossier.key not in guest.get("/de/werk/search/?q=" + SECRET).content.decode()


def test_an_address_with_an_account_must_sign_in_before_it_reads(bring: Bring, save: Save) -> None:
    User.objects.create_user(MAIL)
    dossier = bring(CHOSEN)
    save(dossier, invited=MAIL)
    response: Any = Client().post(link())
    assert "/account/login/" in response.url
    assert not Confidant.objects.exists()
    assert signed_in_as(MAIL).post(link()).status_code == 302
    assert Confidant.objects.get().user.email == MAIL


def test_whoever_is_unticked_is_out_before_and_after_they_came(bring: Bring, save: Save) -> None:
    dossier = bring(CHOSEN)
    save(dossier, invited=MAIL)
    address = link()
    save(dossier)  # the address is not ticked any more
    assert (Guest.objects.count(), Client().get(address).status_code) == (0, 410)
    save(dossier, invited=MAIL)
    Client().post(link())
    user = User.objects.get(email=MAIL)
    page = f"/de/werk/challenges/{dossier.key}/"
    # A page that was opened before they came did not offer them to be unticked.
    save(dossier, offered=[999])
    assert signed_in_as(MAIL).get(page).status_code == 200
    save(dossier, offered=[user.pk])
    assert signed_in_as(MAIL).get(page).status_code == 404
    assert not Guest.objects.exists()


def test_a_draft_that_saves_itself_mails_nobody(bring: Bring, save: Save) -> None:
    dossier = bring(CHOSEN, "draft")
    assert save(dossier, command="autosave", invited=MAIL).status_code == 200
    assert (mail.outbox, Guest.objects.count()) == ([], 0)
    assert save(dossier, invited="kein at").status_code == 422
    assert save(dossier, invited=MAIL, confidentiality=MEMBERS).status_code == 422


def test_when_everybody_may_read_it_nobody_is_a_guest(bring: Bring, save: Save) -> None:
    dossier = bring(CHOSEN)
    save(dossier, invited=MAIL)
    save(dossier, confidentiality=MEMBERS)
    assert not Guest.objects.exists()


def test_a_partner_in_the_directory_is_pinned_asked_and_stays_when_the_audience_changes(
    bring: Bring, save: Save, sign_in: SignIn
) -> None:
    dossier = bring(MEMBERS, "draft")
    licht = Profile.objects.get(key="licht")
    Contact.objects.create(profile=licht, email="lou@licht.example", language="de")
    for _twice in range(2):
        assert save(dossier, confidentiality=MEMBERS, partner="studio licht").status_code == 302
    assert [message.to for message in mail.outbox] == [["lou@licht.example"]]
    assert [(one.profile.key, one.mark) for one in Judgement.objects.all()] == [("licht", "pinned")]
    lou = Client()
    lou.post(link())
    Spokesperson.objects.create(profile=licht, user=User.objects.get(email="lou@licht.example"))
    assert lou.get(f"/de/werk/challenges/{dossier.key}/").status_code == 200
    save(dossier, partner="Studio Licht")  # now for chosen people only
    assert lou.get(f"/de/werk/challenges/{dossier.key}/").status_code == 200
    save(dossier, confidentiality=MEMBERS, partner="Studio Licht", command="open")
    desk = sign_in("organiser").get(f"/de/desk/werk/matching/challenges/{dossier.key}/").content.decode()
    assert "Diese beiden zusammenbringen" in desk
    assert (
        save(dossier, confidentiality=MEMBERS, partner="Stilles Atelier").status_code == 422
    )  # private: not to be seen


def test_a_partner_who_is_asked_by_mail_enters_the_directory_and_stands_in_the_challenge(
    bring: Bring, save: Save
) -> None:
    dossier = bring(MEMBERS)
    save(dossier, confidentiality=MEMBERS, partner_email=MAIL)
    address, partner = link(), Client()
    page = partner.post(address, follow=True)
    assert "directory/enter/" in page.content.decode()
    neu = Profile.objects.get(key="maja")
    Spokesperson.objects.create(profile=neu, user=User.objects.get(email=MAIL))
    assert partner.post(address, {"profile": "licht"}).status_code == 200  # not theirs
    partner.post(address, {"profile": "maja"})
    dossier.refresh_from_db()
    assert dossier.partner == neu
    assert partner.get(address).url == f"/de/werk/challenges/{dossier.key}/"  # type: ignore[attr-defined]


def test_invitations_are_given_out_forgotten_on_request_and_after_thirty_days(bring: Bring, save: Save) -> None:
    dossier = bring(CHOSEN)
    save(dossier, invited=MAIL)
    assert [one["challenge"] for one in data_about(MAIL)] == [dossier.key]
    assert (forget_address(MAIL), data_about(MAIL)) == (1, [])
    save(dossier, invited=MAIL)
    guest = Guest.objects.get()
    assert forget_guests(guest.invited_at + timedelta(days=29)) == 0
    assert forget_guests(guest.invited_at + timedelta(days=31)) == 1


def test_a_partner_who_is_not_named_any_more_reads_nothing_any_more(bring: Bring, save: Save) -> None:
    dossier = bring(CHOSEN)
    page = f"/de/werk/challenges/{dossier.key}/"
    save(dossier, partner_email=MAIL)
    partner = Client()
    partner.post(link())
    assert partner.get(page).status_code == 200
    save(dossier, partner_email="kein at")
    assert partner.get(page).status_code == 200  # nothing was saved
    neu = Profile.objects.get(key="licht")
    Contact.objects.create(profile=neu, email="lou@licht.example", language="de")
    save(dossier, partner="Studio Licht")
    assert (partner.get(page).status_code, [one.email for one in Guest.objects.all()]) == (404, ["lou@licht.example"])


def test_a_partner_who_came_without_a_profile_stays_as_long_as_their_address_stands_in_the_form(
    bring: Bring, save: Save, as_author: Client
) -> None:
    dossier = bring(CHOSEN)
    save(dossier, partner_email=MAIL)
    partner = Client()
    partner.post(link())
    shown = as_author.get(f"/de/werk/challenges/{dossier.key}/edit/").content.decode()
    assert f'value="{MAIL}"' in shown
    save(dossier, partner_email=MAIL)
    assert partner.get(f"/de/werk/challenges/{dossier.key}/").status_code == 200
    save(dossier)
    assert partner.get(f"/de/werk/challenges/{dossier.key}/").status_code == 404


def test_who_presses_the_button_while_the_invitation_is_taken_back_does_not_come_in(bring: Bring, save: Save) -> None:
    dossier = bring(CHOSEN)
    save(dossier, invited=MAIL)
    asked = Guest.objects.get()
    save(dossier)
    assert take_in(guest=asked, user=User.objects.create_user(MAIL)) is False
    assert not Confidant.objects.exists()


def test_inviting_and_taking_back_does_not_mail_without_end(bring: Bring, save: Save) -> None:
    dossier = bring(CHOSEN)
    answers = []
    for _time in range(42):
        answers.append(save(dossier, invited=MAIL).status_code)
        save(dossier)
    assert (answers.count(302), answers[-1], len(mail.outbox)) == (40, 422, 40)


def test_what_a_company_says_to_a_creative_is_given_out_to_it(bring: Bring, as_author: Client) -> None:
    dossier = bring(MEMBERS)
    typed = {"says": "not-for-me", "ground": "time", "why": "Erst im Mai"}
    as_author.post(f"/de/werk/challenges/{dossier.key}/creatives/licht/", typed)
    assert Wish.objects.get().party == "challenge"
    told = [one for one in data_about(CONTACT.email) if one["what"] == "said to a suggestion"]
    assert [(one["party"], one["ground"], one["why"]) for one in told] == [("challenge", "time", "Erst im Mai")]


def test_a_reader_becomes_the_partner_and_an_address_takes_the_place_of_a_profile(bring: Bring, save: Save) -> None:
    dossier = bring(CHOSEN)
    save(dossier, invited=MAIL)
    Client().post(link())
    user = User.objects.get(email=MAIL)
    save(dossier, partner="Studio Licht", offered=[user.pk], chosen=[user.pk])
    dossier.refresh_from_db()
    assert (dossier.partner.key if dossier.partner else "", Guest.objects.get(email=MAIL).is_partner) == (
        "licht",
        False,
    )
    save(dossier, partner_email=MAIL, offered=[user.pk], chosen=[user.pk])
    dossier.refresh_from_db()
    assert (dossier.partner, Guest.objects.get(email=MAIL).is_partner) == (None, True)
    assert signed_in_as(MAIL).get(f"/de/werk/challenges/{dossier.key}/").status_code == 200
