"""Subscribers and issues, made through the same doors as real ones."""

import uuid

from querwerk.core.models import Space
from querwerk.core.text import Text
from querwerk.newsletter import actions
from querwerk.newsletter.models import Issue, Subscriber, Topic
from querwerk.publishing.models import Newsflash
from tests.factories.programmes import TESTER


def create_topics(space: Space) -> list[Topic]:
    labels = [
        (None, Text({"de": "Pilotaktionen", "en": "Pilots"})),
        (None, Text({"de": "Veranstaltungen", "en": "Events"})),
    ]
    actions.save_topics(space=space, labels=labels, by=TESTER)
    return list(Topic.objects.filter(space=space).order_by("position"))


def ask(space: Space, email: str, language: str = "de", topics: tuple[Topic, ...] = ()) -> Subscriber | None:
    wish = actions.Wish(email, language, topics, "Ja, gern.", "de")
    return actions.ask_for_newsletter(space=space, wish=wish)


def create_reader(space: Space, email: str = "", language: str = "de", topics: tuple[Topic, ...] = ()) -> Subscriber:
    """Somebody who has asked and confirmed."""
    subscriber = ask(space, email or f"{uuid.uuid4().hex[:8]}@web.example", language, topics)
    assert subscriber is not None
    assert actions.confirm_subscription(subscriber=subscriber, words="Ja, gern.", words_language="de")
    subscriber.refresh_from_db()
    return subscriber


def create_issue(space: Space, *numbers: int, topics: dict[int, tuple[Topic, ...]] | None = None) -> Issue:
    """A draft with these newsflashes, the first two by default."""
    issue = actions.create_issue(space=space, by=TESTER)
    flashes = {int(flash.key): flash for flash in Newsflash.objects.filter(space=space)}
    choices = [
        actions.Choice(flashes[number].pk, tuple(topic.pk for topic in (topics or {}).get(number, ())))
        for number in numbers or (1, 2)
    ]
    subject = Text({"de": "Post für Sie", "en": "Mail for you"})
    return actions.save_issue(
        issue=issue, subject=subject, intro=Text({"de": "Guten Tag,\n\nhier ist Neues."}), choices=choices, by=TESTER,
        expected_version=1,
    )  # fmt: skip
