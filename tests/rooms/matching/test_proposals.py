import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.core import mail
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from querwerk.core.models import Space
from querwerk.matching import rules
from querwerk.matching.actions import personal
from querwerk.matching.actions.proposals import (
    Grounds,
    Reached,
    UnableToAnswer,
    answer_proposal,
    ask_how_it_went,
    forget_addresses,
    note_meeting,
    propose_match,
    remind_sides,
    suggested_day,
    take_back_proposal,
)
from querwerk.matching.models import Dossier, FollowUp, Match, Proposal, Side
from querwerk.matching.states import Answer, ChallengeState, Confidentiality, Party, ProposalState
from querwerk.people.models import Profile, User
from tests.factories.programmes import TESTER
from tests.rooms.desk.conftest import SignIn
from tests.rooms.matching.conftest import Bring

COMPANY = Reached("Käthe Süß", "kaethe@weberei.example", "0371 1", "de")
CREATIVE = Reached("Lou Licht", "lou@licht.example", "", "en")

type Propose = Callable[..., Proposal]


@pytest.fixture(autouse=True)
def _mails_at_once(space: Space, settings: Any) -> None:
    settings.TASKS = {"default": {"BACKEND": "django.tasks.backends.immediate.ImmediateBackend"}}


@pytest.fixture
def propose(bring: Bring, django_capture_on_commit_callbacks: Any) -> Propose:
    def made(key: str = "licht", dossier: Dossier | None = None, **options: Any) -> Proposal:
        dossier = dossier or bring(**options)
        with django_capture_on_commit_callbacks(execute=True):
            return propose_match(
                dossier=dossier, profile=Profile.objects.get(key=key), grounds=Grounds("Beide lieben Maschinen."),
                company=COMPANY, creative=CREATIVE, by=TESTER,
            )  # fmt: skip

    return made


@pytest.fixture
def say(django_capture_on_commit_callbacks: Any) -> Callable[..., Side]:
    def said(proposal: Proposal, party: str, answer: str, reason: str = "") -> Side:
        side = Side.objects.get(proposal=proposal, party=party)
        with django_capture_on_commit_callbacks(execute=True):
            return answer_proposal(side=side, answer=answer, reason=reason)

    return said


def mailed() -> list[tuple[str, str]]:
    found = [(message.to[0], str(message.subject)) for message in mail.outbox]
    mail.outbox.clear()
    return found


def link_in(message: Any) -> str:
    found = re.search(r"https?://[^/]+(/\S+)", message.body)
    assert found is not None
    return found[1]


def test_both_sides_are_asked_in_their_language_and_learn_no_address(propose: Propose) -> None:
    propose()
    bodies = {message.to[0]: message.body for message in mail.outbox}
    assert set(bodies) == {COMPANY.email, CREATIVE.email}
    assert "Studio Licht" in bodies[COMPANY.email]
    assert "We have a challenge that could be yours" in bodies[CREATIVE.email]
    assert COMPANY.email not in bodies[CREATIVE.email]
    assert CREATIVE.email not in bodies[COMPANY.email]
    for message in mail.outbox:
        page = Client().get(link_in(message)).content.decode()
        assert "Beide lieben Maschinen." in page
        assert COMPANY.phone not in page or message.to[0] == COMPANY.email


def test_addresses_are_exchanged_only_when_both_have_said_yes(propose: Propose, say: Any) -> None:
    proposal = propose()
    mailed()
    say(proposal, Party.OFFER, Answer.YES)
    assert mailed() == []
    say(proposal, Party.CHALLENGE, Answer.YES)
    bodies = {message.to[0]: message.body for message in mail.outbox}
    assert COMPANY.email in bodies[CREATIVE.email]
    assert CREATIVE.email in bodies[COMPANY.email]
    assert "10 Uhr" in bodies[COMPANY.email]
    proposal.refresh_from_db()
    assert (proposal.state, FollowUp.objects.count()) == (ProposalState.INTRODUCED, 6)
    page = Client().get(f"/de/werk/matches/answer/{Side.objects.get(party=Party.OFFER).code}/").content.decode()
    assert COMPANY.email in page
    assert re.search(r"(Dienstag|Mittwoch|Donnerstag), \d{1,2}\. \w+ \d{4}, 10 Uhr, für eine Stunde", page) is not None
    file = (
        Client().get(f"/de/werk/matches/answer/{Side.objects.get(party=Party.OFFER).code}/meeting.ics").content.decode()
    )
    unfolded = file.replace("\r\n ", "")
    assert (f"{settings.ENV.url}/de/werk/matches/answer/" in unfolded, "testserver" in unfolded) == (True, False)


def test_an_introduction_becomes_a_draft_in_the_thread_of_a_public_challenge(propose: Propose, say: Any) -> None:
    proposal = propose()
    say(proposal, Party.OFFER, Answer.YES)
    say(proposal, Party.CHALLENGE, Answer.YES)
    match = Match.objects.get()
    earlier = [link.earlier.kind for link in match.node.earlier_links.select_related("earlier") if link.earlier]
    assert (match.visibility, earlier) == ("draft", ["challenge"])
    proposal.refresh_from_db()
    assert proposal.record == match


def test_a_challenge_is_matched_when_as_many_as_wanted_were_introduced(
    propose: Propose, say: Any, bring: Bring
) -> None:
    dossier = bring(wanted=2)
    states = []
    for key in ("licht", "maja"):
        proposal = propose(key, dossier)
        say(proposal, Party.OFFER, Answer.YES)
        say(proposal, Party.CHALLENGE, Answer.YES)
        dossier.refresh_from_db()
        states.append(dossier.state)
    assert states == [ChallengeState.IN_MATCHING, ChallengeState.MATCHED]


def test_a_no_needs_a_reason_which_only_the_organisers_read(propose: Propose, sign_in: SignIn) -> None:
    proposal = propose()
    code = Side.objects.get(party=Party.CHALLENGE).code
    page = f"/de/werk/matches/answer/{code}/"
    sent = {"answer": "no", "email": COMPANY.email}
    response = Client().post(page, sent)
    assert (response.status_code, 'id="id_reason_error"' in response.content.decode()) == (422, True)
    assert Client().post(page, {**sent, "reason": "Zu teuer"}).status_code == 302
    proposal.refresh_from_db()
    assert proposal.state == ProposalState.DECLINED
    other = Side.objects.get(party=Party.OFFER).code
    assert "Zu teuer" not in Client().get(f"/de/werk/matches/answer/{other}/").content.decode()
    desk = sign_in("organiser").get(f"/de/desk/werk/matching/proposals/{proposal.pk}/").content.decode()
    assert "Zu teuer" in desk


def test_who_was_asked_is_told_that_it_does_not_come_about(propose: Propose, say: Any) -> None:
    proposal = propose()
    mailed()
    say(proposal, Party.OFFER, Answer.NO, "Keine Zeit")
    assert mailed() == [(COMPANY.email, "Es kommt nicht zustande: Studio Licht")]


def test_an_answer_counts_once_and_cannot_be_turned(propose: Propose, say: Any) -> None:
    proposal = propose()
    say(proposal, Party.OFFER, Answer.YES)
    steps = proposal.happenings.count()
    say(proposal, Party.OFFER, Answer.YES)
    assert proposal.happenings.count() == steps
    with pytest.raises(UnableToAnswer):
        say(proposal, Party.OFFER, Answer.NO, "Doch nicht")


def test_the_company_of_a_confidential_challenge_is_asked_first(propose: Propose, say: Any) -> None:
    proposal = propose(confidentiality=Confidentiality.CHOSEN)
    assert [to for to, _subject in mailed()] == [COMPANY.email]
    offer = Side.objects.get(party=Party.OFFER)
    assert "Zwirnmaschine" not in Client().get(f"/de/werk/matches/answer/{offer.code}/").content.decode()
    say(proposal, Party.CHALLENGE, Answer.YES)
    assert [to for to, _subject in mailed()] == [CREATIVE.email]
    assert "Zwirnmaschine" in Client().get(f"/de/werk/matches/answer/{offer.code}/").content.decode()
    assert not Match.objects.exists()


def test_a_creative_who_did_not_want_to_know_hears_of_no_confidential_challenge(propose: Propose, say: Any) -> None:
    proposal = propose(confidentiality=Confidentiality.CHOSEN)
    mailed()
    say(proposal, Party.CHALLENGE, Answer.NO, "Lieber nicht")
    assert mailed() == []


def test_a_private_profile_is_not_shown_before_its_owner_has_said_yes(propose: Propose, say: Any) -> None:
    proposal = propose("still")
    assert [to for to, _subject in mailed()] == [CREATIVE.email]
    company = Side.objects.get(party=Party.CHALLENGE)
    assert "Maschinen zu" not in Client().get(f"/de/werk/matches/answer/{company.code}/").content.decode()
    say(proposal, Party.OFFER, Answer.YES)
    assert [to for to, _subject in mailed()] == [COMPANY.email]
    assert "Maschinen zu" in Client().get(f"/de/werk/matches/answer/{company.code}/").content.decode()


@pytest.mark.parametrize(
    ("own", "other", "answer", "asked"),
    [
        (False, False, Answer.OPEN, True), (False, True, Answer.OPEN, False), (False, True, Answer.YES, True),
        (True, False, Answer.OPEN, True), (True, True, Answer.OPEN, True), (False, True, Answer.NO, False),
    ],
)  # fmt: skip
def test_who_may_be_asked(own: bool, other: bool, answer: str, asked: bool) -> None:  # noqa: FBT001
    assert rules.may_be_asked(own_is_closed=own, other_is_closed=other, other_answer=answer) is asked


def test_taking_back_tells_both_once(propose: Propose, django_capture_on_commit_callbacks: Any) -> None:
    proposal = propose()
    mailed()
    with django_capture_on_commit_callbacks(execute=True):
        for _click in range(2):
            take_back_proposal(proposal=proposal, by=TESTER, why="Doppelt")
    assert [to for to, _subject in mailed()] == [COMPANY.email, CREATIVE.email]
    page = Client().get(f"/en/werk/matches/answer/{Side.objects.first().code}/")  # type: ignore[union-attr]
    assert "It does not come about" in page.content.decode()


def test_reminders_come_twice_and_not_more(propose: Propose, say: Any, django_capture_on_commit_callbacks: Any) -> None:
    proposal = propose()
    say(proposal, Party.OFFER, Answer.YES)
    mailed()
    start = timezone.now()
    sent = []
    for days in (1, 6, 7, 12, 18, 24):
        with django_capture_on_commit_callbacks(execute=True):
            sent.append(remind_sides(start + timedelta(days=days)))
    assert sent == [0, 1, 0, 1, 0, 0]
    assert [to for to, _subject in mailed()] == [COMPANY.email, COMPANY.email]


def test_a_match_of_which_nobody_hears_is_shown_as_silent(propose: Propose, sign_in: SignIn) -> None:
    proposal = propose()
    client = sign_in("organiser")
    assert "state--warn" not in client.get("/de/desk/werk/matching/proposals/").content.decode()
    Proposal.objects.update(heard_at=timezone.now() - timedelta(days=15))
    assert "state--warn" in client.get("/de/desk/werk/matching/proposals/?silent=1").content.decode()
    note_meeting(proposal=proposal, by=TESTER, words="Am Telefon: ja, nächste Woche.")
    assert "state--warn" not in client.get("/de/desk/werk/matching/proposals/").content.decode()


def test_follow_ups_are_asked_in_time_and_once_more(
    propose: Propose, say: Any, sign_in: SignIn, django_capture_on_commit_callbacks: Any
) -> None:
    proposal = propose()
    for party in Party:
        say(proposal, party, Answer.YES)
    mailed()
    start = timezone.now()
    numbers = []
    for days in (10, 91, 92, 106, 107, 130, 300):
        with django_capture_on_commit_callbacks(execute=True):
            numbers.append(ask_how_it_went(start + timedelta(days=days)))
    assert numbers == [0, 2, 0, 2, 0, 0, 2]
    code = FollowUp.objects.filter(moment="end", side__party=Party.OFFER).get().code
    page = f"/en/werk/matches/follow-up/{code}/"
    assert Client().post(page, {}).status_code == 422
    for _click in range(2):
        assert Client().post(page, {"outcome": "tried", "words": "Ein Muster."}).status_code == 302
    assert proposal.happenings.filter(step="told").count() == 1
    desk = sign_in("organiser").get(f"/de/desk/werk/matching/proposals/{proposal.pk}/").content.decode()
    assert "Wir haben etwas ausprobiert" in desk
    assert desk.count("keine Antwort") == 3


def test_codes_open_only_their_own_programme_and_no_guess(propose: Propose) -> None:
    propose()
    code = Side.objects.first().code  # type: ignore[union-attr]
    assert Client().get(f"/de/werk/matches/answer/{code}x/").status_code == 404
    assert Client().get(f"/de/werk/matches/follow-up/{code}/").status_code == 404


def test_addresses_are_given_out_and_forgotten_on_request_and_in_time(propose: Propose, say: Any) -> None:
    proposal = propose()
    assert [entry["what"] for entry in personal.data_about("LOU@licht.example")] == ["side of a proposed match"]
    assert personal.forget_address("lou@licht.example") == 1
    assert personal.data_about("lou@licht.example") == []
    say(proposal, Party.CHALLENGE, Answer.NO, "Zu teuer")
    assert forget_addresses(timezone.now() + timedelta(days=170)) == 0
    assert forget_addresses(timezone.now() + timedelta(days=190)) == 1
    assert not Side.objects.exclude(email="").exists()


def test_the_database_refuses_a_refusal_without_reason_and_a_second_standing_proposal(propose: Propose) -> None:
    proposal = propose()
    with pytest.raises(IntegrityError), transaction.atomic():
        Side.objects.filter(party=Party.OFFER).update(answer=Answer.NO, answered_at=timezone.now())
    with pytest.raises(IntegrityError), transaction.atomic():
        Proposal.objects.create(dossier=proposal.dossier, profile=proposal.profile, why="x", heard_at=timezone.now())


def test_a_first_meeting_is_suggested_for_the_middle_of_a_week() -> None:
    day = timezone.localdate()
    assert {suggested_day(day + timedelta(days=number)).weekday() for number in range(14)} <= {1, 2, 3}


def test_an_erased_account_leaves_no_name_in_what_it_did(propose: Propose, bring: Bring, author: User) -> None:
    dossier = bring()
    assert dossier.happenings.filter(by_name="Käthe Süß").exists()
    assert [entry["challenge"] for entry in personal.data_about(author.email)] == [dossier.key]
    author.delete()
    dossier.refresh_from_db()
    assert not dossier.happenings.filter(by_name="Käthe Süß").exists()
    assert dossier.author is None
