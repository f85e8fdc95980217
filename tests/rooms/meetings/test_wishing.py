"""What participants see and say: only who takes part, and nothing that is not for them."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from querwerk.core.actions import save_record
from querwerk.core.models import Space
from querwerk.events.actions import forgetting as events_forgetting
from querwerk.events.models import Registration
from querwerk.events.states import RegistrationState
from querwerk.meetings.actions import joining, setup, wishing
from querwerk.meetings.actions.reading import read_words
from querwerk.meetings.actions.wishing import UnableToWish
from querwerk.meetings.models import Block, Networking, OtherRole, Participant, Unavailable, Wish
from querwerk.meetings.queries import people
from querwerk.meetings.queries.suggestions import suggestions
from querwerk.meetings.states import Phase, WishState
from querwerk.people.meaning import encoder, folder
from querwerk.people.models import Profile, Spokesperson, User
from tests.factories.programmes import TESTER
from tests.rooms.events.guests import run_jobs
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
    assert found.is_lexical
    assert found.rows[0].participant.registration.name == "Ben"
    assert found.rows[0].why.startswith("Sie beide sprechen von „leuchtende“ und „stoffe“")
    assert {one.participant.registration.name for one in found.rows} == {"Ben", "Cem", "Emil"}


def test_suggestions_go_by_meaning_and_across_languages_once_the_worker_has_read(fair: Networking) -> None:
    for name, words in (("Ada", "Wir suchen jemanden, der unsere Maschinen auf der Bühne zum Leuchten bringt."), ("Ben", "I keep the accounts of small companies."), ("Cem", "Light design for theatres and industrial machines.")):  # fmt: skip
        wishing.introduce(participant=person(name), sentence=words, languages=[], needs_accessible=False)
    run_jobs()
    ada = person("Ada")
    found = suggestions(ada, people.strangers(ada))
    assert not found.is_lexical
    assert found.rows[0].participant.registration.name == "Cem"
    assert "Light design" in found.rows[0].why
    read_words(ada.pk)
    wishing.introduce(participant=ada, sentence="", languages=[], needs_accessible=False)
    assert (
        encoder(folder()).missing(["Wir suchen jemanden, der unsere Maschinen auf der Bühne zum Leuchten bringt."]) == 1
    )


def test_only_profiles_that_everybody_may_read_are_compared(fair: Networking, space: Space) -> None:
    wishing.introduce(participant=person("Ada"), sentence="Leuchtende Garne gesucht", languages=[], needs_accessible=False)  # fmt: skip
    cem, ada = person("Cem"), person("Ada")
    Participant.objects.filter(registration__name="Dora").update(sentence="Buchhaltung für kleine Betriebe")
    user = User.objects.create(email="cem@web.example", name="Cem")
    raw = {"id": "cem", "name": "Cem", "offers_de": "Leuchtende Garne für jede Bühne", "audience": "members"}
    profile = save_record(spec=Profile.SPEC, raw=raw, space=space, by=TESTER)
    assert isinstance(profile, Profile)
    Spokesperson.objects.create(profile=profile, user=user)
    assert "garne" not in str([one.why for one in suggestions(ada, people.strangers(ada)).rows]).lower()
    save_record(spec=Profile.SPEC, raw={**raw, "audience": "public"}, space=space, by=TESTER)
    found = suggestions(ada, people.strangers(ada)).rows[0]
    assert (found.participant, "garne" in found.why.lower()) == (cem, True)


def test_somebody_is_here_in_two_roles_and_is_still_one_person(client: Client, fair: Networking) -> None:
    typed = {"title": "freie Bühnenbildnerin", "group": "cci", "sentence": "Ich baue Räume aus Garn."}
    for _click in range(2):
        assert client.post(mine("Ada", "me/roles/+/"), typed).status_code == 302
    role = OtherRole.objects.get()
    assert "freie Bühnenbildnerin" in client.get(mine("Ben", "people/?q=Räume")).content.decode()
    client.post(mine("Ben", "do/"), {"do": f"wish:{person('Ada').pk}", "role": role.pk})
    made = Wish.objects.get()
    assert (made.receiver_role, made.sender_role) == (role, None)
    assert "fragt Sie als freie Bühnenbildnerin" in client.get(mine("Ada")).content.decode()
    client.post(mine("Ada", "do/"), {"do": f"wish:{person('Cem').pk}", "as": role.pk, "role": role.pk})
    assert Wish.objects.get(sender=person("Ada")).sender_role == role
    assert people.roles_between(fair.pk) == {(person("Ada").pk, one): role.title for one in (person("Ben").pk, person("Cem").pk)}  # fmt: skip
    for number in range(2):
        client.post(mine("Ada", "me/roles/+/"), {"title": f"Rolle {number}"})
    assert client.post(mine("Ada", "me/roles/+/"), {"title": "eine zu viel"}).status_code == 422
    assert client.post(mine("Ben", f"me/roles/{role.pk}/"), {"delete": "yes"}).status_code == 404
    client.post(mine("Ada", f"me/roles/{role.pk}/"), {"delete": "yes"})
    made.refresh_from_db()
    assert made.receiver_role is None


def test_looking_makes_nobody_a_participant(client: Client, fair: Networking) -> None:
    Participant.objects.all().delete()
    address = f"/de/werk/events/treffen/mine/{Registration.objects.get(name='Ada').code}/meetings/"
    assert client.get(address).status_code == 404
    assert Participant.objects.count() == 0
    Registration.objects.get(name="Ada").save()
    assert (client.get(address).status_code, Participant.objects.count()) == (200, 1)


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


def test_who_was_forgotten_by_time_does_not_come_back_as_a_participant(fair: Networking) -> None:
    events_forgetting.forget_participants(terms=fair.terms, now=timezone.now())
    joining.create_participants(fair)
    assert Participant.objects.count() == 0


def test_a_sentence_that_two_say_stays_read_as_long_as_one_says_it(fair: Networking) -> None:
    said: dict[str, Any] = {
        "sentence": "Wir suchen Garn aus alten Netzen.",
        "languages": ["de"],
        "needs_accessible": False,
    }

    def is_read() -> bool:
        return not encoder(folder()).missing([said["sentence"]])

    for name in ("Ada", "Ben"):
        wishing.introduce(participant=person(name), **said)
        read_words(person(name).pk)
    events_forgetting.forget_registration(registration=person("Ada").registration, now=timezone.now())
    assert is_read() is True
    wishing.introduce(participant=person("Ben"), **{**said, "sentence": "Etwas anderes."})
    assert is_read() is False
