"""Subscribing: consent with proof, nothing told to strangers, nothing left of an address at the end."""

import re
from datetime import timedelta

import pytest
from django.core.mail import EmailMessage
from django.test import Client
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from querwerk.core.clock import perform_due
from querwerk.core.codes import address_hash
from querwerk.core.models import JournalEntry, Space
from querwerk.core.registry import holders
from querwerk.newsletter import actions, tasks
from querwerk.newsletter.models import Delivery, Proof, Subscriber
from querwerk.newsletter.states import Step, SubscriberState, Way
from querwerk.newsletter.views import public
from tests.factories.programmes import TESTER
from tests.rooms.newsletter.readers import ask, create_issue, create_reader, create_topics

URL = "/de/werk/newsletter/"
TYPED = {"email": "Frieda@Web.example", "language": "de", "consent": "on"}


def run_jobs() -> None:
    """Do what the worker would do now."""
    for job in DBTaskResult.objects.filter(status="READY").order_by("enqueued_at"):
        job.task.func(*job.args_kwargs["args"], **job.args_kwargs["kwargs"])
        job.delete()


def subscribe(client: Client, **typed: str) -> int:
    return client.post(URL, {**TYPED, **typed}).status_code


def steps(subscriber: Subscriber) -> list[tuple[str, str, str]]:
    return list(subscriber.proofs.order_by("pk").values_list("step", "way", "language"))


def test_the_whole_way_from_the_form_to_the_end(client: Client, space: Space, mailoutbox: list[EmailMessage]) -> None:
    assert subscribe(client) == 302
    subscriber = Subscriber.objects.get()
    assert (subscriber.email, subscriber.state) == ("frieda@web.example", SubscriberState.PENDING)
    run_jobs()
    (mail,) = mailoutbox
    assert mail.to == ["frieda@web.example"]
    (link,) = re.findall(r"http://\S+(/de/werk/newsletter/confirm/\S+/)", str(mail.body))
    # Mail scanners open links: that must not confirm anything.
    assert client.get(link).status_code == 200
    subscriber.refresh_from_db()
    assert subscriber.state == SubscriberState.PENDING
    assert client.post(link)["Location"] == f"{URL}mine/{subscriber.code}/"
    subscriber.refresh_from_db()
    assert subscriber.state == SubscriberState.ACTIVE
    assert client.post(f"{URL}end/{subscriber.code}/").status_code == 200
    subscriber.refresh_from_db()
    assert (subscriber.email, subscriber.state) == ("", SubscriberState.ENDED)
    assert subscriber.address_hash == address_hash("frieda@web.example")
    assert steps(subscriber) == [
        (Step.ASKED, Way.FORM, "de"),
        (Step.CONFIRMED, Way.LINK, "de"),
        (Step.ENDED, Way.LINK, "de"),
    ]


def test_the_proof_holds_the_words_that_were_read(client: Client, space: Space) -> None:
    client.post("/en/werk/newsletter/", {**TYPED, "language": "de"})
    proof = Proof.objects.get()
    assert proof.language == "en"
    page = " ".join(client.get("/en/werk/newsletter/").content.decode().split())
    label, _point, note = proof.words.partition(". ")
    assert (label in page, note in page) == (True, True)


def test_nothing_is_ticked_beforehand(client: Client, space: Space) -> None:
    create_topics(space)
    page = client.get(URL).content.decode()
    assert re.findall(r'<input type="checkbox"[^>]*checked', page) == []


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"consent": ""}, "Ohne Ihre Einwilligung dürfen wir Ihnen nicht schreiben."),
        ({"email": "frieda"}, "Bitte gültige E-Mail-Adresse eingeben."),
        ({"email": ""}, "Bitte geben Sie Ihre E-Mail-Adresse ein."),
    ],
)
def test_bad_input_is_named_and_nothing_is_stored(
    client: Client, space: Space, typed: dict[str, str], said: str
) -> None:
    typed = {key: value for key, value in {**TYPED, **typed}.items() if value}
    response = client.post(URL, typed)
    assert response.status_code == 422
    assert said in response.content.decode()
    assert Subscriber.objects.count() == 0


def test_form_answers_the_same_for_a_known_address(
    client: Client, space: Space, mailoutbox: list[EmailMessage]
) -> None:
    reader = create_reader(space, "frieda@web.example", "en")
    Subscriber.objects.update(mailed_at=None)
    assert subscribe(client, language="de") == 302
    run_jobs()
    reader.refresh_from_db()
    # Whoever knows an address must not change what its owner gets.
    assert (reader.language, reader.state) == ("en", SubscriberState.ACTIVE)
    (mail,) = mailoutbox
    assert mail.subject == "You get the newsletter of Werk already"


def test_two_wishes_at_once_make_one_subscription_and_one_mail(space: Space) -> None:
    assert ask(space, "frieda@web.example") is not None
    assert ask(space, "FRIEDA@web.example ") is None
    assert Subscriber.objects.count() == 1


def test_too_many_wishes_from_one_connection_are_refused(client: Client, space: Space) -> None:
    answers = [subscribe(client, email=f"n{number}@web.example") for number in range(public.PER_HOUR + 1)]
    assert answers == [302] * public.PER_HOUR + [422]


def test_second_confirmation_does_nothing(space: Space) -> None:
    reader = create_reader(space)
    assert not actions.confirm_subscription(subscriber=reader, words="", words_language="de")
    assert [step for step, _way, _language in steps(reader)] == [Step.ASKED, Step.CONFIRMED]


def test_unconfirmed_wishes_are_forgotten_after_two_weeks(space: Space) -> None:
    ask(space, "frieda@web.example")
    create_reader(space, "ada@web.example")
    # The first look is the one after which a clock that started today goes on.
    for days, left in ((0, 2), (13.9, 2), (14.1, 1)):
        perform_due(timezone.now() + timedelta(days=days))
        assert Subscriber.objects.count() == left
    assert list(Subscriber.objects.values_list("email", flat=True)) == ["ada@web.example"]


def test_reader_changes_language_and_topics(client: Client, space: Space) -> None:
    pilots, events = create_topics(space)
    reader = create_reader(space, topics=(pilots,))
    client.post(f"{URL}mine/{reader.code}/", {"language": "en", "topics": [events.pk]})
    reader.refresh_from_db()
    assert (reader.language, list(reader.topics.all())) == ("en", [events])
    client.post(f"{URL}mine/{reader.code}/", {"language": "en", "topics": [events.pk]})
    assert [step for step, _way, _language in steps(reader)] == [Step.ASKED, Step.CONFIRMED, Step.CHANGED]


def test_one_click_ends_without_cookie_token_or_question(space: Space) -> None:
    reader = create_reader(space)
    strict = Client(enforce_csrf_checks=True)
    response = strict.post(f"{URL}end/{reader.code}/", {"List-Unsubscribe": "One-Click"})
    assert response.status_code == 200
    reader.refresh_from_db()
    assert (reader.state, steps(reader)[-1][:2]) == (SubscriberState.ENDED, (Step.ENDED, Way.ONE_CLICK))
    assert strict.post(f"{URL}end/{reader.code}/", {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert reader.proofs.count() == 3


@pytest.mark.parametrize("place", ["confirm", "mine", "end"])
def test_code_of_another_programme_or_nobody_leads_nowhere(client: Client, space: Space, place: str) -> None:
    assert client.get(f"{URL}{place}/wrong/").status_code == 404
    assert client.post(f"{URL}{place}/wrong/").status_code == 404


def test_whoever_left_can_come_back_with_a_proof_of_its_own(space: Space) -> None:
    first = create_reader(space, "frieda@web.example")
    actions.end_subscription(subscriber=first, way=Way.LINK)
    second = create_reader(space, "frieda@web.example")
    assert (second.pk == first.pk, second.proofs.count(), first.proofs.count()) == (False, 2, 3)


def test_personal_data_go_out_and_are_forgotten(client: Client, space: Space) -> None:
    (holder,) = [one for one in holders() if one.name == "newsletter"]
    reader = create_reader(space, "frieda@web.example")
    issue = create_issue(space)
    actions.send_issue(issue=issue, by=TESTER)
    told = holder.export("Frieda@web.example")
    assert [(entry["programme"], entry["state"], len(entry["proofs"]), len(entry["mails"])) for entry in told] == [
        ("werk", "active", 2, 1)
    ]
    assert client.get(f"{URL}mine/{reader.code}/data.json").json() == told
    assert holder.erase("frieda@web.example") == 1
    assert (Subscriber.objects.count(), Proof.objects.count(), Delivery.objects.count()) == (0, 0, 0)
    assert holder.export("frieda@web.example") == []


def test_address_stands_neither_in_journal_nor_in_answers_after_the_end(space: Space) -> None:
    reader = create_reader(space, "frieda@web.example")
    actions.send_issue(issue=create_issue(space), by=TESTER)
    delivery = Delivery.objects.get()
    actions.claim_delivery(delivery.pk)
    actions.note_refused(delivery, code=451, answer="<frieda@web.example>: later")
    delivery.refresh_from_db()
    assert delivery.answer == "451 <…>: later"
    actions.end_subscription(subscriber=reader, way=Way.ORGANISER, by=TESTER, why="am Telefon")
    delivery.refresh_from_db()
    assert delivery.answer == ""
    assert JournalEntry.objects.filter(kind="subscription").values_list("why", flat=True).get() == "am Telefon"
    told = str(list(JournalEntry.objects.filter(kind__in=["subscription", "newsletter"]).values()))
    assert "frieda" not in told


def test_mail_about_a_subscription_is_written_in_the_readers_language(
    space: Space, mailoutbox: list[EmailMessage]
) -> None:
    subscriber = ask(space, "ann@web.example", "en")
    tasks.write_to(subscriber)
    run_jobs()
    (mail,) = mailoutbox
    assert mail.subject == "Please confirm: newsletter of Werk"
    assert "/en/werk/newsletter/confirm/" in str(mail.body)
