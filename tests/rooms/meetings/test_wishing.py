"""What participants see and say: only who takes part, and nothing that is not for them."""

import pytest
from django.test import Client

from querwerk.events.actions import forgetting as events_forgetting
from querwerk.events.models import Registration
from querwerk.events.states import RegistrationState
from querwerk.meetings.actions import setup, wishing
from querwerk.meetings.actions.wishing import UnableToWish
from querwerk.meetings.models import Block, Networking, Participant, Unavailable, Wish
from querwerk.meetings.queries import people
from querwerk.meetings.queries.suggestions import suggestions
from querwerk.meetings.states import Phase, WishState
from tests.factories.programmes import TESTER
from tests.rooms.meetings.fair import join, mine, person, wish


def names(rows: object) -> list[str]:
    return [row.registration.name for row in rows]  # type: ignore[attr-defined]


def test_two_clicks_on_a_wish_make_one_and_a_withdrawn_one_can_be_made_again(client: Client, fair: Networking) -> None:
    for _click in range(2):
        client.post(mine("Ada", "do/"), {"do": f"wish:{person('Ben').pk}"})
    made = Wish.objects.get()
    assert (made.state, made.rank) == (WishState.SENT, 1)
    client.post(mine("Ada", "do/"), {"do": f"withdraw:{made.pk}"})
    made.refresh_from_db()
    assert made.state == WishState.WITHDRAWN
    assert wish("Ada", "Ben") == made
    made.refresh_from_db()
    assert made.state == WishState.SENT


def test_wishes_keep_their_order_and_their_number(fair: Networking) -> None:
    made = [wish("Ada", name) for name in ("Ben", "Cem", "Dora")]
    wishing.move_wish(wish=made[2], by_places=-1)
    assert [row.receiver.registration.name for row in people.wishes_of(person("Ada"))] == ["Ben", "Dora", "Cem"]
    with pytest.raises(UnableToWish):
        wish("Ada", "Emil")


def test_the_one_who_is_asked_accepts_leaves_or_declines_with_a_reason(client: Client, fair: Networking) -> None:
    asked = wish("Ada", "Ben")
    for answer in ("accepted", "left", "left"):
        client.post(mine("Ben", "do/"), {"do": f"{answer}:{asked.pk}"})
        asked.refresh_from_db()
        assert asked.state == answer
    client.post(mine("Ben", "do/"), {"do": f"declined:{asked.pk}", "reason": "Wir kennen uns."})
    assert "Wir kennen uns." in client.get(mine("Ada")).content.decode()
    with pytest.raises(UnableToWish):
        wish("Ada", "Ben")


def test_nobody_answers_or_moves_the_wishes_of_others(client: Client, fair: Networking) -> None:
    asked = wish("Ada", "Ben")
    for deed in ("accepted", "withdraw", "up"):
        client.post(mine("Cem", "do/"), {"do": f"{deed}:{asked.pk}"})
    asked.refresh_from_db()
    assert asked.state == WishState.SENT


def test_whoever_is_blocked_never_learns_it(client: Client, fair: Networking) -> None:
    wish("Ada", "Ben")
    client.post(mine("Ben", "do/"), {"do": f"block:{person('Ada').pk}"})
    assert Block.objects.count() == 1
    assert list(people.asked_of(person("Ben"))) == []
    assert "Ada" not in names(people.others_of(person("Ben")))
    assert "Ben" in names(people.others_of(person("Ada")))
    before = client.get(mine("Ada")).content.decode()
    assert "noch nicht beantwortet" in before
    assert "block" not in str(events_forgetting.data_of(person("Ada").registration)["meetings"]["asked_by"])
    client.post(mine("Ben", "do/"), {"do": f"unblock:{person('Ada').pk}"})
    assert Block.objects.count() == 0


@pytest.mark.parametrize(
    "change",
    [
        {"state": RegistrationState.WAITING},
        {"wants_networking": False},
    ],
    ids=["waiting list", "said no"],
)
def test_only_who_has_a_place_and_said_yes_is_shown_and_sees(
    client: Client, fair: Networking, change: dict[str, object]
) -> None:
    address = mine("Ada")
    Registration.objects.filter(name="Ada").update(**change)
    assert client.get(address).status_code == 404
    assert client.post(f"{address}do/", {"do": f"wish:{person('Ben').pk}"}).status_code == 404
    assert "Ada" not in client.get(mine("Ben", "people/")).content.decode()
    with pytest.raises(UnableToWish):
        wish("Ben", "Ada")
    assert Wish.objects.count() == 0


def test_nothing_is_shown_before_wishes_are_open_and_nothing_can_be_wished_after(
    client: Client, fair: Networking
) -> None:
    setup.move_phase(networking=fair, phase=Phase.CLOSED, by=TESTER)
    assert client.get(mine("Ada", "people/")).status_code == 200
    client.post(mine("Ada", "do/"), {"do": f"wish:{person('Ben').pk}"})
    assert Wish.objects.count() == 0
    Networking.objects.filter(pk=fair.pk).update(phase=Phase.PREPARING)
    assert client.get(mine("Ada")).status_code == 404
    assert "meetings/" not in client.get(mine("Ada").removesuffix("meetings/")).content.decode()


def test_pages_show_names_and_never_addresses(client: Client, fair: Networking) -> None:
    wish("Ben", "Ada")
    for page in ("", "people/", "me/"):
        body = client.get(mine("Ada", page)).content.decode()
        assert "ben@web.example" not in body
    assert "Ben" in client.get(mine("Ada", "people/?q=ben")).content.decode()


def test_somebody_says_who_they_are_and_when_they_cannot_come(client: Client, fair: Networking) -> None:
    slots = list(fair.slots.order_by("begins_at"))
    typed = {"sentence": " Ich suche  Garn. ", "languages": ["de"], "open_slots": [slot.pk for slot in slots[1:]]}
    for _time in range(2):
        assert client.post(mine("Ada", "me/"), typed).status_code == 302
    ada = person("Ada")
    assert (ada.sentence, ada.languages) == ("Ich suche Garn.", ["de"])
    assert list(Unavailable.objects.values_list("slot", flat=True)) == [slots[0].pk]


def test_suggestions_come_with_a_sentence_and_leave_out_whom_one_knows(fair: Networking) -> None:
    for name, sentence in (("Ada", "Wir suchen leuchtende Stoffe für Theater"), ("Ben", "Leuchtende Stoffe aus dem Vogtland"), ("Cem", "Buchhaltung")):  # fmt: skip
        Participant.objects.filter(registration__name=name).update(sentence=sentence)
    wish("Ada", "Dora")
    ada = person("Ada")
    found = suggestions(ada, people.strangers(ada))
    assert found[0].participant.registration.name == "Ben"
    assert "stoffe" in found[0].why
    assert {one.participant.registration.name for one in found} == {"Ben", "Cem", "Emil"}


def test_chance_prefers_people_from_another_field(fair: Networking) -> None:
    join(fair, "Ines", group="industry")
    made = wishing.be_surprised(sender=person("Ada"))
    assert (made.receiver.registration.name, made.is_surprise) == ("Ines", True)


def test_meetings_are_told_and_forgotten_with_the_registration(fair: Networking) -> None:
    wish("Ada", "Ben")
    registration = person("Ada").registration
    told = events_forgetting.data_of(registration)["meetings"]
    assert [row["for"] for row in told["wishes"]] == ["Ben"]
    events_forgetting.forget_registration(registration=registration, now=registration.created_at)
    assert Wish.objects.count() == 0
    assert not Participant.objects.filter(registration=registration).exists()
