"""A hall that votes while a moderator works on the same question: ``python -m tests.rooms.audience.hall``; prints what failed."""

import json
import threading
import uuid
from collections.abc import Callable

from querwerk.cli.command import boot

boot()

from django.db import connection  # noqa: E402  (after the settings)

from querwerk.audience import marks  # noqa: E402
from querwerk.audience.actions import floor as writes  # noqa: E402
from querwerk.audience.actions import forgetting  # noqa: E402
from querwerk.audience.models import FloorQuestion  # noqa: E402
from querwerk.audience.states import QuestionState  # noqa: E402
from querwerk.events.models import Event  # noqa: E402
from tests.factories.programmes import TESTER  # noqa: E402
from tests.rooms.events.guests import create_space, create_terms, register  # noqa: E402

VOTES = 25
create_space()
floor = writes.create_floor(Event.objects.select_related("space", "node").get(key="treffen"))
writes.set_item(floor=floor, item=None, is_open=True, is_moderated=False, by=TESTER)
question = writes.ask(
    setting=floor.items.get(), words="Wer zahlt das?", name="", may_name=False, language="de", asker="ada",
    client_id=uuid.uuid4(),
)  # fmt: skip
terms = create_terms(Event.objects.get(key="treffen").space, onsite=VOTES)
people = [register(terms, f"Gast{number}") for number in range(VOTES)]
for person in people:
    writes.ask(
        setting=floor.items.get(), words=f"Frage von {person.name}", name=person.name, may_name=False, language="de",
        asker=marks.mark_of_registration(floor.pk, person), client_id=uuid.uuid4(),
    )  # fmt: skip
    writes.vote(question=question, voter=marks.mark_of_registration(floor.pk, person), is_wanted=True)
failed: list[str] = []


def at_once(act: Callable[[int], object]) -> None:
    """Do something again and again, beside the others."""
    try:
        for number in range(VOTES):
            act(number)
    except Exception as error:  # noqa: BLE001  (whatever it is, the test shall name it)
        failed.append(repr(error))
    finally:
        connection.close()


def voter(name: str) -> Callable[[int], object]:
    """Vote, each time as somebody else."""
    return lambda number: writes.vote(question=question, voter=f"{name}{number}", is_wanted=True)


def stage(number: int) -> None:
    """Put the question on the screen and take it off."""
    writes.put_on_stage(question=question, is_on=number % 2 == 0)


def answer(number: int) -> None:
    """Write an answer, and open the question again."""
    writes.write_answer(question=question, language="de", words=f"Antwort {number}")
    writes.move(question=question, state=QuestionState.SHOWN)


def shown_again(act: Callable[[int], object]) -> Callable[[int], object]:
    """Nobody votes for an answered question; then try again."""

    def voted(number: int) -> None:
        while True:
            try:
                act(number)
            except writes.UnableToAsk:
                continue
            return

    return voted


def forgotten(number: int) -> None:
    """Forget somebody who asked, too."""
    forgetting.forget(people[number])


acts = [forgotten, *(shown_again(voter(name)) for name in "abc"), stage, stage, answer]
threads = [threading.Thread(target=at_once, args=(act,)) for act in acts]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
found = FloorQuestion.objects.get(pk=question.pk)
left = FloorQuestion.objects.exclude(name="").count()
print(json.dumps({"failed": failed, "votes": found.votes, "cast": found.cast.count(), "named": left}))  # noqa: T201
