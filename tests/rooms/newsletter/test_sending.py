"""Sending: everybody once, whatever dies in the middle; refusals and returned mails end what cannot work."""

import os
import signal
import smtplib
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from django.core.mail import EmailMessage
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from querwerk.core.models import Space
from querwerk.newsletter import actions, tasks
from querwerk.newsletter.bounces import read_return, take_return
from querwerk.newsletter.models import Delivery, Issue, Subscriber
from querwerk.newsletter.states import DeliveryState, IssueState, SubscriberState, Way
from tests.factories.programmes import TESTER
from tests.installation import Installation
from tests.rooms.newsletter.readers import create_issue, create_reader, create_topics


def begin(issue: Issue) -> str:
    run = actions.send_issue(issue=issue, by=TESTER)
    issue.refresh_from_db()
    return run


def states() -> Counter[str]:
    return Counter(Delivery.objects.values_list("state", flat=True))


def test_issue_goes_to_each_reader_once(space: Space, mailoutbox: list[EmailMessage]) -> None:
    readers = [create_reader(space, language=language) for language in ("de", "en", "de")]
    issue = create_issue(space)
    run = begin(issue)
    assert actions.send_issue(issue=issue, by=TESTER) == ""  # a double click
    tasks.send_slice.func(issue.pk, run)
    assert [mail.to for mail in mailoutbox] == [[reader.email] for reader in readers]
    assert [mail.subject for mail in mailoutbox] == ["Post für Sie", "Mail for you", "Post für Sie"]
    issue.refresh_from_db()
    assert (issue.state, states()) == (IssueState.SENT, Counter({DeliveryState.SENT: 3}))
    tasks.send_slice.func(issue.pk, run)
    assert len(mailoutbox) == 3


def test_mail_carries_what_a_button_to_unsubscribe_needs(space: Space, mailoutbox: list[EmailMessage]) -> None:
    reader = create_reader(space)
    issue = create_issue(space)
    tasks.send_slice.func(issue.pk, begin(issue))
    message = mailoutbox[0].message()
    address = f"/de/werk/newsletter/end/{reader.code}/>"
    assert str(message["List-Unsubscribe"]).endswith(address)
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert [part.get_content_type() for part in message.walk()] == [
        "multipart/alternative", "text/plain", "multipart/related", "text/html", "image/png",
    ]  # fmt: skip


def test_each_slice_keeps_to_the_rate(space: Space, mailoutbox: list[EmailMessage], settings: Any) -> None:
    for _number in range(5):
        create_reader(space)
    settings.ENV = settings.ENV.__class__(**{**_fields(settings.ENV), "mail_rate": 12})
    issue = create_issue(space)
    run, before = begin(issue), timezone.now()
    tasks.send_slice.func(issue.pk, run)
    assert len(mailoutbox) == 2  # twelve a minute are two in ten seconds
    job = DBTaskResult.objects.filter(task_path__endswith="send_slice").get()
    assert job.run_after is not None
    assert (job.run_after - before).total_seconds() >= 10
    tasks.send_slice.func(issue.pk, run)
    tasks.send_slice.func(issue.pk, run)
    assert (len(mailoutbox), states()) == (5, Counter({DeliveryState.SENT: 5}))


def _fields(env: Any) -> dict[str, Any]:
    return {name: getattr(env, name) for name in env.__dataclass_fields__}


def test_stopped_sending_sends_nothing_more_until_somebody_goes_on(
    space: Space, mailoutbox: list[EmailMessage]
) -> None:
    create_reader(space)
    issue = create_issue(space)
    run = begin(issue)
    actions.stop_issue(issue=issue, by=TESTER)
    tasks.send_slice.func(issue.pk, run)
    assert mailoutbox == []
    again = actions.send_issue(issue=issue, by=TESTER)
    tasks.send_slice.func(issue.pk, run)  # the old chain has ended
    assert mailoutbox == []
    tasks.send_slice.func(issue.pk, again)
    assert len(mailoutbox) == 1


def test_whoever_unsubscribes_meanwhile_gets_nothing(space: Space, mailoutbox: list[EmailMessage]) -> None:
    reader = create_reader(space)
    issue = create_issue(space)
    run = begin(issue)
    actions.end_subscription(subscriber=reader, way=Way.LINK)
    tasks.send_slice.func(issue.pk, run)
    assert (mailoutbox, states()) == ([], Counter({DeliveryState.DROPPED: 1}))


def test_reader_of_topics_gets_only_these(space: Space, mailoutbox: list[EmailMessage]) -> None:
    pilots, events = create_topics(space)
    create_reader(space, topics=(events,))
    issue = create_issue(space, 1, 2, topics={1: (pilots,), 2: (events,)})
    tasks.send_slice.func(issue.pk, begin(issue))
    assert ("Neues Garn" in str(mailoutbox[0].body), "Große Schau" in str(mailoutbox[0].body)) == (False, True)


class Refusing:
    """A mail server that answers as it is told."""

    def __init__(self, answer: Exception) -> None:
        self.answer = answer

    def open(self) -> None: ...

    def close(self) -> None: ...

    def send_messages(self, messages: list[EmailMessage]) -> int:
        raise self.answer


@pytest.mark.parametrize(
    ("answer", "delivery_state", "subscriber_state"),
    [
        (smtplib.SMTPRecipientsRefused({"a": (550, b"5.1.1 unknown")}), DeliveryState.REFUSED, SubscriberState.BOUNCED),
        (smtplib.SMTPRecipientsRefused({"a": (450, b"later")}), DeliveryState.WAITING, SubscriberState.ACTIVE),
        (smtplib.SMTPDataError(554, b"looks like spam"), DeliveryState.WAITING, SubscriberState.ACTIVE),
        (smtplib.SMTPServerDisconnected(), DeliveryState.HANDED, SubscriberState.ACTIVE),
        (TimeoutError(), DeliveryState.HANDED, SubscriberState.ACTIVE),
    ],
)
def test_refusals(
    space: Space, monkeypatch: pytest.MonkeyPatch, answer: Exception, delivery_state: str, subscriber_state: str
) -> None:
    reader = create_reader(space)
    issue = create_issue(space)
    run = begin(issue)
    server = Refusing(answer)
    monkeypatch.setattr("querwerk.newsletter.tasks.mailers", type("Mailers", (), {"default": server}))
    tasks.send_slice.func(issue.pk, run)
    reader.refresh_from_db()
    assert (Delivery.objects.get().state, reader.state) == (delivery_state, subscriber_state)


def test_unclear_mails_are_sent_again_only_when_a_person_says_so(space: Space, mailoutbox: list[EmailMessage]) -> None:
    create_reader(space)
    issue = create_issue(space)
    run = begin(issue)
    actions.claim_delivery(Delivery.objects.get().pk)  # … and here the worker died
    tasks.send_slice.func(issue.pk, run)
    issue.refresh_from_db()
    assert (issue.state, mailoutbox, states()) == (IssueState.SENT, [], Counter({DeliveryState.HANDED: 1}))
    again = actions.send_unclear_again(issue=issue, by=TESTER, why="Server neu gestartet")
    tasks.send_slice.func(issue.pk, again)
    assert (len(mailoutbox), states()) == (1, Counter({DeliveryState.SENT: 1}))


RETURNED = """\
From: MAILER-DAEMON@mx.example
To: bounces+{code}@querwerk.example
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="=="

--==
Content-Type: text/plain

I'm sorry.

--==
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; frieda@web.example
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 {status} <frieda@web.example> says no

--==--
"""


def returned(delivery: Delivery, status: str, action: str = "failed") -> bytes:
    return RETURNED.format(code=delivery.code, status=status, action=action).replace("\n", "\r\n").encode()


def sent_delivery(space: Space) -> Delivery:
    delivery = Delivery.objects.filter(subscriber__email="frieda@web.example").order_by("pk").last()
    assert delivery is not None
    actions.claim_delivery(delivery.pk)
    actions.note_sent(delivery)
    return delivery


def test_returned_mail_of_a_wrong_address_ends_the_subscription(space: Space) -> None:
    reader = create_reader(space, "frieda@web.example")
    begin(create_issue(space))
    delivery = sent_delivery(space)
    assert take_return(returned(delivery, "5.1.1"))
    reader.refresh_from_db()
    assert (reader.state, reader.email) == (SubscriberState.BOUNCED, "")
    assert take_return(returned(delivery, "5.1.1"))  # the same mail once more
    assert reader.proofs.count() == 3


def test_full_mailbox_ends_the_subscription_only_after_three_issues(space: Space) -> None:
    reader = create_reader(space, "frieda@web.example")
    seen = []
    for _number in range(3):
        begin(create_issue(space))
        assert take_return(returned(sent_delivery(space), "5.2.2"))
        reader.refresh_from_db()
        seen.append(reader.state)
    assert seen == [SubscriberState.ACTIVE, SubscriberState.ACTIVE, SubscriberState.BOUNCED]


def test_other_mails_are_no_returns(space: Space) -> None:
    create_reader(space, "frieda@web.example")
    begin(create_issue(space))
    delivery = sent_delivery(space)
    assert not take_return(returned(delivery, "4.4.1", action="delayed"))
    assert not take_return(b"From: a@b.example\r\nSubject: Abwesend\r\n\r\nBin im Urlaub.")
    assert not take_return(b"")
    assert read_return(b"\xff\xfe\x00 nonsense") is None
    assert states() == Counter({DeliveryState.SENT: 1})


# --- With real processes ----------------------------------------------------------------------------------------------


class Catcher:
    """A mail server that keeps what it gets, slowly enough to be interrupted."""

    def __init__(self) -> None:
        self.got: list[str] = []

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        self.got.append(envelope.rcpt_tos[0])
        return "250 OK"


@pytest.fixture
def catcher() -> Iterator[tuple[Catcher, int]]:
    handler = Catcher()
    with socket.socket() as probe:  # the controller itself cannot look for a free one
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    yield handler, port
    controller.stop()


@pytest.fixture
def here(installed: Installation, catcher: tuple[Catcher, int]) -> Installation:
    installed.env |= {"QUERWERK_MAIL_URL": f"smtp://127.0.0.1:{catcher[1]}", "QUERWERK_MAIL_RATE": "60000"}
    return installed


def wait_until(is_true: Callable[[], bool]) -> None:
    end = time.monotonic() + 300
    while not is_true():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_killed_worker_mails_nobody_twice(here: Installation, catcher: tuple[Catcher, int]) -> None:
    handler, _port = catcher
    here.run("200", module="tests.rooms.newsletter.mailing")
    workers = []
    for enough in (20, 80):
        workers.append(subprocess.Popen([sys.executable, "-m", "querwerk", "worker"], env=here.env))
        wait_until(lambda enough=enough: len(handler.got) >= enough)  # type: ignore[misc]
        os.kill(workers[-1].pid, signal.SIGKILL)
        workers[-1].wait()
    last = subprocess.Popen([sys.executable, "-m", "querwerk", "worker"], env=here.env)
    try:
        wait_until(lambda: len(handler.got) >= 198)
        wait_until(lambda: here.ask("SELECT state FROM newsletter_issue") == [("sent",)])
    finally:
        last.terminate()
        last.wait(30)
    states = Counter(state for (state,) in here.ask("SELECT state FROM newsletter_delivery"))
    sent, unclear = states["sent"], states["handed"]
    assert max(Counter(handler.got).values()) == 1
    # Each kill may leave one mail of which nobody knows whether it arrived.
    assert sent + unclear == 200
    assert unclear <= 2
    assert sent <= len(handler.got) <= 200


def test_subscribers_without_address_get_nothing(space: Space) -> None:
    reader = create_reader(space)
    actions.end_subscription(subscriber=reader, way=Way.LINK)
    with pytest.raises(actions.UnableToSend):
        actions.send_issue(issue=create_issue(space), by=TESTER)
    assert Subscriber.objects.get().email == ""
