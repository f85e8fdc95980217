"""From wishes to a published timetable, and on the day to a mended one: proved, explained, told to those concerned."""

from datetime import timedelta

import pytest
from django.core.mail import EmailMessage
from django.db import IntegrityError, connection, transaction
from django.db.models import F
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from querwerk.core.actions import set_visibility
from querwerk.core.models import JournalEntry
from querwerk.core.queries import snapshot
from querwerk.core.states import Verb, Visibility
from querwerk.events.actions import forgetting
from querwerk.events.models import Letter, Registration
from querwerk.matching.models import Match
from querwerk.meetings import words
from querwerk.meetings.actions import planning, setup, wishing
from querwerk.meetings.actions.afterwards import say_afterwards
from querwerk.meetings.actions.computing import compute_plan
from querwerk.meetings.actions.setup import UnableToArrange
from querwerk.meetings.models import Feedback, GoingOn, Meeting, Networking, Participant, Plan, Seat, Slot, Table, Unmet
from querwerk.meetings.queries import plans
from querwerk.meetings.rules import Hours
from querwerk.meetings.states import Cause, Method, PairSort, PlanState, WishState
from tests.factories.programmes import TESTER
from tests.rooms.desk.conftest import SignIn
from tests.rooms.events.guests import run_jobs
from tests.rooms.meetings.fair import compute, join, mine, person, timetable, wish

DESK = "/de/desk/werk/meetings/treffen/"


def everybody_wishes() -> None:
    for sender, receiver in (("Ada", "Ben"), ("Ben", "Ada"), ("Ada", "Cem"), ("Dora", "Emil"), ("Emil", "Ben")):
        wish(sender, receiver)


def publish(plan: Plan) -> int:
    return planning.publish_plan(plan=plan, by=TESTER)


def told() -> list[str]:
    return sorted(Letter.objects.filter(occasion__startswith="meetings:").values_list("registration__name", flat=True))


def test_wishes_become_a_plan_with_a_proof(fair: Networking) -> None:
    everybody_wishes()
    plan = compute(fair)
    assert plan.state == PlanState.READY
    assert timetable(plan).keys() == {frozenset(pair) for pair in (("Ada", "Ben"), ("Ada", "Cem"), ("Dora", "Emil"), ("Emil", "Ben"))}  # fmt: skip
    assert plan.certificate["status"] == "optimal"
    assert words.proofs_of(plan)[0] == "Alle Wünsche sind erfüllt."
    assert not Unmet.objects.exists()


def test_two_clicks_compute_one_version_and_a_job_taken_up_twice_changes_nothing(fair: Networking) -> None:
    everybody_wishes()
    first = planning.start_plan(networking=fair, method=Method.ANEW, seconds=5, by=TESTER)
    assert planning.start_plan(networking=fair, method=Method.ANEW, seconds=5, by=TESTER) == first
    run_jobs()
    before = timetable(first)
    compute_plan(first.pk)
    assert timetable(first) == before
    assert (Plan.objects.count(), Meeting.objects.count(), Seat.objects.count()) == (1, 4, 8)


def test_a_worker_that_died_in_the_middle_is_followed_by_another(fair: Networking) -> None:
    everybody_wishes()
    plan = planning.start_plan(networking=fair, method=Method.ANEW, seconds=5, by=TESTER)
    Plan.objects.filter(pk=plan.pk).update(state=PlanState.RUNNING)
    run_jobs()
    plan.refresh_from_db()
    assert plan.state == PlanState.READY


def test_whoever_stops_the_computing_gets_the_best_so_far(fair: Networking) -> None:
    everybody_wishes()
    plan = planning.start_plan(networking=fair, method=Method.ANEW, seconds=600, by=TESTER)
    assert planning.ask_to_stop(plan=plan)
    run_jobs()
    plan.refresh_from_db()
    assert plan.state == PlanState.READY
    assert not planning.ask_to_stop(plan=plan)


def test_without_wishes_there_is_nothing_to_compute(fair: Networking) -> None:
    with pytest.raises(UnableToArrange):
        planning.start_plan(networking=fair, method=Method.ANEW, seconds=5, by=TESTER)
    with pytest.raises(UnableToArrange):
        planning.start_plan(networking=fair, method=Method.REFILLED, seconds=5, by=TESTER)


def test_what_has_to_be_is_and_what_must_not_be_is_not_with_its_reason(fair: Networking) -> None:
    everybody_wishes()
    for first, second, sort in (("Cem", "Dora", PairSort.MUST), ("Ada", "Cem", PairSort.NEVER)):
        planning.set_pair(networking=fair, first=person(first), second=person(second), sort=sort, by=TESTER)
    wishing.block(participant=person("Emil"), other=person("Dora"))
    plan = compute(fair)
    assert timetable(plan).keys() == {frozenset(pair) for pair in (("Ada", "Ben"), ("Cem", "Dora"), ("Emil", "Ben"))}
    assert set(Unmet.objects.values_list("cause", flat=True)) == {Cause.NEVER}


def test_contradicting_demands_are_named(fair: Networking) -> None:
    planning.set_pair(networking=fair, first=person("Ada"), second=person("Ben"), sort=PairSort.MUST, by=TESTER)
    planning.note_absence(participant=person("Ada"), is_absent=False, closed=fair.slots.values_list("pk", flat=True), by=TESTER)  # fmt: skip
    plan = compute(fair)
    assert plan.state == PlanState.IMPOSSIBLE
    lines = {line.words for line in words.conflict_of(plan)}
    assert "Ada und Ben müssen sich treffen" in lines
    assert "Ada" not in str(plan.certificate)  # numbers are stored, names are shown


def test_where_tables_are_few_the_reason_and_what_would_help_are_told(fair: Networking) -> None:
    Table.objects.filter(name="2").delete()
    for sender, receiver in (("Ada", "Ben"), ("Ada", "Cem"), ("Dora", "Emil"), ("Emil", "Ben"), ("Cem", "Dora")):
        wish(sender, receiver)
    plan = compute(fair)
    assert len(timetable(plan)) == 4
    assert list(Unmet.objects.values_list("cause", flat=True)) == [Cause.TABLES_FULL]
    assert [help_["sentence"].words for help_ in words.helps_of(plan)] == ["eine Gesprächszeit mehr am Ende", "ein Tisch mehr"]  # fmt: skip


def test_accessible_tables_stands_and_teams_are_kept_to(fair: Networking) -> None:
    team = setup.save_team(networking=fair, team=None, name="Weberei", members=[person("Cem").pk, person("Dora").pk], by=TESTER)  # fmt: skip
    Table.objects.filter(name="1").update(stand_of=team, is_accessible=False)
    Table.objects.filter(name="2").update(is_accessible=True)
    Participant.objects.filter(registration__name="Ada").update(needs_accessible=True)
    for sender, receiver in (("Ada", "Ben"), ("Ben", "Cem"), ("Emil", "Dora"), ("Emil", "Cem")):
        wish(sender, receiver)
    found = timetable(compute(fair))
    assert found[frozenset(("Ada", "Ben"))][1] == "2"
    with_team = {pair: spot for pair, spot in found.items() if pair & {"Cem", "Dora"}}
    assert len(with_team) == 2  # Emil meets one of the two, who share their meetings
    assert {spot[1] for spot in with_team.values()} == {"1"}


def test_people_without_a_common_language_need_somebody_who_interprets(fair: Networking) -> None:
    for name, code in (("Ada", "de"), ("Ben", "cs")):
        Participant.objects.filter(registration__name=name).update(languages=[code])
    wish("Ada", "Ben")
    assert timetable(compute(fair)) == {}
    assert Unmet.objects.get().cause == Cause.NO_TABLE
    Table.objects.filter(name="2").update(languages=["cs", "de"])
    assert next(iter(timetable(compute(fair)).values()))[1] == "2"


def test_publishing_writes_once_to_who_is_concerned(fair: Networking, mailoutbox: list[EmailMessage]) -> None:
    everybody_wishes()
    plan = compute(fair)
    assert publish(plan) == 5
    assert publish(plan) == 0  # a double click
    run_jobs()
    assert told() == ["Ada", "Ben", "Cem", "Dora", "Emil"]
    mail = next(mail for mail in mailoutbox if mail.to == ["ada@web.example"])
    assert "Ben" in str(mail.body)
    calendar = next(str(part.get_content()) for part in mail.message().walk() if part.get_content_type() == "text/calendar")  # fmt: skip
    assert calendar.count("BEGIN:VEVENT") == 2
    assert "ben@web.example" not in str(mail.message())


def test_after_a_no_show_only_who_is_concerned_is_moved_and_told(
    fair: Networking, mailoutbox: list[EmailMessage]
) -> None:
    everybody_wishes()
    first = compute(fair)
    publish(first)
    run_jobs()
    Letter.objects.all().delete()
    mailoutbox.clear()
    planning.note_absence(participant=person("Emil"), is_absent=True, closed=(), by=TESTER)
    mended = compute(fair, Method.REFILLED)
    assert mended.state == PlanState.READY
    before, after = timetable(first), timetable(mended)
    assert after == {pair: spot for pair, spot in before.items() if "Emil" not in pair}
    assert (mended.certificate["changed"], mended.certificate["changed_bound"]) == (2, 2)
    changed = plans.differences(first, mended)
    assert {one.after for one in changed} == {None}
    assert publish(mended) == 3
    run_jobs()
    assert told() == ["Ben", "Dora", "Emil"]
    assert {address for mail in mailoutbox for address in mail.to} == {f"{name}@web.example" for name in ("ben", "dora", "emil")}  # fmt: skip
    first.refresh_from_db()
    assert first.state == PlanState.REPLACED


def test_the_fewest_changes_leave_freed_places_free_until_somebody_fills_them(client: Client, fair: Networking) -> None:
    Table.objects.filter(name="2").update(is_closed=True)
    setup.save_settings(networking=fair, values={"least": 0, "most": 1, "most_wishes": 3, "may_wish": True}, by=TESTER, expected_version=2)  # fmt: skip
    wishing.answer_wish(wish=wish("Ada", "Ben"), answer=WishState.ACCEPTED)
    wish("Cem", "Ben")
    first = compute(fair)
    publish(first)
    wish("Dora", "Emil")
    planning.note_absence(participant=person("Ada"), is_absent=True, closed=(), by=TESTER)
    fewest = compute(fair, Method.FEWEST)
    told = fewest.certificate
    assert (timetable(fewest), told["changed"], told["changed_bound"], told["told"]) == ({}, 1, 1, 2)
    assert told["fill"] == {"met": 2, "changed": 2, "told": 3}
    filled = compute(fair, Method.REFILLED)
    assert timetable(filled).keys() == {frozenset(("Cem", "Ben")), frozenset(("Dora", "Emil"))}
    planning.wish_on_behalf(sender=person("Cem"), receiver=person("Ben"), by=TESTER)
    asked = compute(fair, Method.FEWEST)
    assert timetable(asked).keys() == {frozenset(("Cem", "Ben"))}
    assert (asked.certificate["changed"], asked.certificate["changed_bound"]) == (2, 2)
    assert words.proofs_of(filled) == [
        "3 Gespräche sind anders: 1 unvermeidlich, 2 neu auf freien Plätzen. 5 Personen müssen es erfahren."
    ]


def test_what_the_desk_noted_itself_belongs_to_the_fewest_changes(fair: Networking) -> None:
    everybody_wishes()
    first = compute(fair)
    publish(first)
    wish("Cem", "Emil")
    planning.wish_on_behalf(sender=person("Cem"), receiver=person("Dora"), by=TESTER)
    fewest = compute(fair, Method.FEWEST)
    assert timetable(fewest).keys() == timetable(first).keys() | {frozenset(("Cem", "Dora"))}
    assert (fewest.certificate["changed"], fewest.certificate["changed_bound"]) == (1, 1)


def test_a_spontaneous_wish_and_a_late_train_are_mended_in(fair: Networking) -> None:
    everybody_wishes()
    first = compute(fair)
    publish(first)
    planning.wish_on_behalf(sender=person("Cem"), receiver=person("Dora"), by=TESTER)
    slots = list(fair.slots.order_by("begins_at"))
    planning.note_arrival(participant=person("Ada"), first=slots[1], by=TESTER)
    mended = compute(fair, Method.MOVED)
    found = timetable(mended)
    assert frozenset(("Cem", "Dora")) in found
    assert all(spot[0] != "14:00" for pair, spot in found.items() if "Ada" in pair)
    assert len(found) == 5


def test_a_locked_meeting_stays_when_the_plan_is_computed_anew(fair: Networking) -> None:
    everybody_wishes()
    first = compute(fair)
    seat = Seat.objects.get(plan=first, participant=person("Ada"), other=person("Ben"))
    planning.lock_meeting(meeting=seat.meeting, is_locked=True, by=TESTER)
    wish("Cem", "Ben")
    again = compute(fair)
    assert timetable(again)[frozenset(("Ada", "Ben"))][0] == timetable(first)[frozenset(("Ada", "Ben"))][0]
    assert Seat.objects.get(plan=again, participant=person("Ada"), other=person("Ben")).meeting.is_locked


def test_who_cancels_leaves_the_plan_when_it_is_mended(fair: Networking) -> None:
    everybody_wishes()
    first = compute(fair)
    registration = person("Ada").registration
    registration.wants_networking = False
    registration.save()
    mended = compute(fair, Method.REFILLED)
    assert timetable(mended) == {pair: spot for pair, spot in timetable(first).items() if "Ada" not in pair}


def test_the_database_refuses_two_meetings_of_one_person_at_a_time(fair: Networking) -> None:
    everybody_wishes()
    plan = compute(fair)
    seats = list(Seat.objects.filter(plan=plan, participant=person("Ben")).order_by("pk"))
    with pytest.raises(IntegrityError), transaction.atomic():
        Seat.objects.filter(pk=seats[0].pk).update(slot=seats[1].slot)
    Plan.objects.create(networking=fair, number=9, state=PlanState.RUNNING)
    with pytest.raises(IntegrityError), transaction.atomic():
        Plan.objects.create(networking=fair, number=10, state=PlanState.WAITING)


def test_hours_in_use_stay_and_sessions_do_not_overlap(fair: Networking) -> None:
    everybody_wishes()
    compute(fair)
    session = fair.sessions.get()
    with pytest.raises(UnableToArrange):
        setup.delete_session(session=session, by=TESTER)
    hours = Hours(session.day, session.begins, session.ends, 20)
    with pytest.raises(UnableToArrange):
        setup.save_session(networking=fair, session=None, hours=hours, by=TESTER)
    assert Slot.objects.count() == 4


def begun(networking: Networking) -> None:
    """Let all meetings have begun."""
    for slot in networking.slots.all():
        Slot.objects.filter(pk=slot.pk).update(
            begins_at=slot.begins_at - timedelta(days=31), ends_at=slot.ends_at - timedelta(days=31)
        )


def test_two_yeses_after_a_meeting_become_one_match_and_a_no_stays_private(client: Client, fair: Networking) -> None:
    everybody_wishes()
    publish(compute(fair))
    client.post(mine("Ada", "do/"), {"do": f"go-on:{person('Ben').pk}"})
    assert Feedback.objects.count() == 0  # it has not taken place yet
    begun(fair)
    client.post(mine("Ben", "do/"), {"do": f"stop-here:{person('Emil').pk}"})
    client.post(mine("Emil", "do/"), {"do": f"go-on:{person('Ben').pk}"})
    assert "ben@web.example" not in client.get(mine("Emil")).content.decode()
    assert Match.objects.count() == 0
    for name, other in (("Ada", "Ben"), ("Ben", "Ada"), ("Ben", "Ada")):
        client.post(mine(name, "do/"), {"do": f"took-place:{person(other).pk}"})
        client.post(mine(name, "do/"), {"do": f"go-on:{person(other).pk}"})
    assert "ben@web.example" in client.get(mine("Ada")).content.decode()
    assert Match.objects.count() == 1


def test_a_match_of_a_meeting_stands_in_the_thread_on_both_sides_and_names_nobody(
    client: Client, sign_in: SignIn, fair: Networking
) -> None:
    everybody_wishes()
    publish(compute(fair))
    begun(fair)
    Registration.objects.filter(name="Ada").update(organisation="WEBEREI Süß & Söhne", group="industry")
    for name, other in (("Ada", "Ben"), ("Ben", "Ada")):
        client.post(mine(name, "do/"), {"do": f"go-on:{person(other).pk}"})
    match = Match.objects.get()
    assert match.visibility == "draft"
    assert match.introduced == timezone.localdate(fair.slots.order_by("begins_at")[0].begins_at).isoformat()
    assert match.title["de"] == "Weberei Süß & Söhne × Kultur- und Kreativwirtschaft, Großes Treffen"
    assert "Großes Treffen" in match.source
    words = f"{JournalEntry.objects.filter(kind='match').values_list('title', 'after')}"
    assert not any(name in words for name in ("Ada", "Ben", "example"))
    page, event = f"/de/werk/matches/{match.key}/", "/de/werk/events/treffen/"
    assert client.get(page).status_code == 404
    set_visibility(record=match, visibility=Visibility.PUBLISHED, by=TESTER)
    body = client.get(page).content.decode()
    assert event in body
    assert "Weberei Süß &amp; Söhne" in body
    assert page in client.get(event).content.decode()
    forgetting.forget_registration(registration=person("Ada").registration, now=timezone.now())
    assert (Match.objects.count(), GoingOn.objects.count()) == (1, 0)


def say(name: str, other: str, *, goes_on: bool = True) -> bool:
    return say_afterwards(participant=person(name), other=person(other), took_place=True, goes_on=goes_on)


@pytest.fixture
def teams_that_met(fair: Networking) -> Networking:
    """Ben and Cem always come together, and so do Ada and Emil; they have met."""
    for team, names in (("Weberei", ("Ben", "Cem")), ("Atelier", ("Ada", "Emil"))):
        members = [person(name).pk for name in names]
        setup.save_team(networking=fair, team=None, name=team, members=members, comes_together=True, by=TESTER)
    Registration.objects.filter(name__in=("Ben", "Cem")).update(organisation="Weberei Süß & Söhne")
    wish("Ada", "Ben")
    publish(compute(fair))
    begun(fair)
    return fair


@pytest.mark.parametrize(("one", "other"), [("Cem", "Emil"), ("Ben", "Emil"), ("Cem", "Ada"), ("Emil", "Cem")])
def test_each_of_a_team_answers_for_it_and_who_said_yes_learns_who_did(
    client: Client, teams_that_met: Networking, one: str, other: str
) -> None:
    for name in (one, other):
        (seat,) = Seat.objects.filter(participant=person(name), plan__state=PlanState.PUBLISHED)
        assert Match.objects.count() == 0
        client.post(mine(name, "do/"), {"do": f"go-on:{seat.other_id}"})
    assert (Match.objects.count(), GoingOn.objects.count()) == (1, 1)
    made = GoingOn.objects.get()
    assert {made.first.registration.name, made.second.registration.name} == {one, other}
    seen = {
        name: [who for who in ("Ada", "Ben", "Cem", "Emil") if f"mailto:{who.lower()}@" in client.get(mine(name)).content.decode()]
        for name in ("Ada", "Ben", "Cem", "Emil")
    }  # fmt: skip
    # Whoever said nothing shows no address and sees none.
    assert seen == {"Ada": [], "Ben": [], "Cem": [], "Emil": []} | {one: [other], other: [one]}
    mate = {"Ada": "Emil", "Emil": "Ada", "Ben": "Cem", "Cem": "Ben"}[one]
    assert f"mit dem Ja von {one}." in " ".join(client.get(mine(mate)).content.decode().split())


def test_a_second_yes_of_a_team_joins_the_match_and_a_no_of_another_undoes_none(
    client: Client, sign_in: SignIn, teams_that_met: Networking
) -> None:
    Registration.objects.filter(name="Emil").update(group="science")
    assert [say("Ada", "Ben", goes_on=False), say("Emil", "Ben"), say("Ben", "Ada", goes_on=False)] == [False] * 3
    assert say("Cem", "Ada")
    match = Match.objects.get()
    assert snapshot(match)["parties"] == ["organisation:weberei"]
    assert say("Ada", "Ben")  # thinks better of it
    assert (Match.objects.count(), GoingOn.objects.count()) == (1, 1)
    made = GoingOn.objects.get()
    assert [one.registration.name for one in made.also.all()] == ["Ada"]
    page = sign_in("organiser").get(f"{DESK}timetable/").content.decode()
    assert "Cem – Emil &amp; Ada" in page or "Ada &amp; Emil – Cem" in page
    assert "mailto:ada@" in client.get(mine("Cem")).content.decode()
    assert "mailto:ben@" not in client.get(mine("Ada")).content.decode()


def test_who_joins_later_is_named_unless_organisers_have_taken_the_match_up(teams_that_met: Networking) -> None:
    Registration.objects.filter(name="Emil").update(organisation="Atelier Nord")
    assert [say("Cem", "Ada"), say("Emil", "Ben")] == [False, True]
    match = Match.objects.get()
    first = match.title["de"]
    Registration.objects.filter(name="Ada").update(group="science")
    assert say("Ada", "Ben")
    match.refresh_from_db()
    assert match.title["de"] != first
    set_visibility(record=match, visibility=Visibility.PUBLISHED, by=TESTER)
    assert say("Ben", "Ada")
    assert Match.objects.get().title == match.title


def test_two_of_one_house_who_go_on_stand_in_their_match_once(fair: Networking) -> None:
    Registration.objects.filter(name__in=("Ada", "Ben")).update(organisation="Weberei Süß & Söhne")
    for name, other in (("Ada", "Ben"), ("Ben", "Ada")):
        say_afterwards(participant=person(name), other=person(other), took_place=True, goes_on=True)
    assert snapshot(Match.objects.get())["parties"] == ["organisation:weberei"]


def test_the_own_plan_says_when_where_with_whom_and_why(
    client: Client, fair: Networking, mailoutbox: list[EmailMessage]
) -> None:
    everybody_wishes()
    role = wishing.save_role(participant=person("Ben"), role=None, title="freier Lichtgestalter", group="", sentence="")
    wishing.wish_for(sender=person("Ada"), receiver=person("Ben"), roles=(None, role))
    publish(compute(fair))
    run_jobs()
    mail = next(one for one in mailoutbox if one.to == ["ada@web.example"])
    assert "freier Lichtgestalter" in str(mail.body)
    assert "freier Lichtgestalter" in client.get(mine("Ada", "calendar.ics")).content.decode()
    assert "freier Lichtgestalter" in client.get(mine("Ada")).content.decode()
    body = client.get(mine("Ada")).content.decode()
    assert "Saal" in body
    assert "Sie haben sich das beide gewünscht." in body
    answer = client.get(mine("Ada", "calendar.ics"))
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"


def test_a_wish_after_the_publication_waits_and_both_sides_are_told(
    client: Client, sign_in: SignIn, fair: Networking
) -> None:
    everybody_wishes()
    plan = compute(fair)
    publish(plan)
    desk, waits = sign_in("organiser"), "Er wartet, bis das Team freie Plätze an neue Wünsche vergibt."
    assert "wartet" not in desk.get(f"{DESK}timetable/").content.decode()
    assert "Der Plan ist schon veröffentlicht" in client.get(mine("Cem", "people/")).content.decode()
    answer = client.post(mine("Cem", "do/"), {"do": f"wish:{person('Emil').pk}", "page": "mine_people"}, follow=True)
    assert "Der Plan ist schon veröffentlicht: Ihr Wunsch wartet" in answer.content.decode()
    wish("Dora", "Cem")
    assert waits in client.get(mine("Cem")).content.decode()
    assert waits not in client.get(mine("Ada")).content.decode()
    assert "2 Wünsche warten" in desk.get(f"{DESK}timetable/").content.decode()
    desk.post(f"{DESK}timetable/", {"method": "refilled", "seconds": "30"})
    run_jobs()
    asked = desk.get(f"{DESK}timetable/2/publish/").content.decode()
    assert "2 Gespräche sind anders als in Fassung 1" in asked
    assert "Veröffentlichen und 3 Personen schreiben" in asked
    publish(plans.plans_of(fair)[0])
    assert waits not in client.get(mine("Cem")).content.decode()
    assert "warten" not in desk.get(f"{DESK}timetable/").content.decode()


def test_a_wish_for_one_of_a_team_does_not_wait_when_another_of_it_comes(fair: Networking) -> None:
    setup.save_team(networking=fair, team=None, name="Weberei", members=[person("Ben").pk, person("Cem").pk], by=TESTER)
    wish("Ada", "Ben")
    plan = compute(fair)
    publish(plan)
    same_team, same_meeting, other = wish("Ben", "Cem"), wish("Ada", "Cem"), wish("Dora", "Cem")
    assert plans.waiting_wishes(plan) == {other.pk}
    assert plans.waiting_wishes(plan, person("Ada")) == frozenset()
    Participant.objects.filter(pk=person("Dora").pk).update(is_absent=True)
    assert plans.waiting_wishes(plan) == frozenset()
    assert {same_team.state, same_meeting.state} == {WishState.SENT}


def test_what_is_past_is_folded(client: Client, sign_in: SignIn, fair: Networking) -> None:
    everybody_wishes()
    plan = compute(fair)
    publish(plan)
    page, desk = mine("Ada"), sign_in("organiser")
    by_time = desk.get(f"{DESK}timetable/{plan.number}/").content.decode()
    assert "vorbei" not in by_time
    assert "<summary>" not in client.get(page).content.decode().split('id="timetable"')[1].split("<section")[0]
    Slot.objects.update(begins_at=F("begins_at") - timedelta(days=60), ends_at=F("ends_at") - timedelta(days=60))
    assert "Termine sind vorbei" in desk.get(f"{DESK}timetable/{plan.number}/").content.decode()
    ben, cem = person("Ben"), person("Cem")
    for deed in (f"took-place:{ben.pk}", f"stop-here:{ben.pk}", f"took-place:{cem.pk}"):
        client.post(mine("Ada", "do/"), {"do": deed})
    body = client.get(page).content.decode()
    assert "1 Gespräch, zu dem Sie alles gesagt haben" in body
    assert (
        body.index("Möchten Sie miteinander weitermachen?")
        < body.index("zu dem Sie alles gesagt haben")
        < body.index("Hat stattgefunden.")
    )


def test_what_organisers_do_stands_in_the_journal_without_names(fair: Networking) -> None:
    everybody_wishes()
    publish(compute(fair))
    planning.set_pair(networking=fair, first=person("Ada"), second=person("Dora"), sort=PairSort.MUST, by=TESTER)
    entries = JournalEntry.objects.filter(kind="meetings")
    assert entries.count() == 8
    assert entries.order_by("pk")[0].verb == Verb.CREATED
    assert not any("Ada" in f"{entry.before} {entry.after}" for entry in entries)


def test_queries_of_the_own_page_do_not_grow(client: Client, fair: Networking) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as captured:
            client.get(mine("Ada", "people/"))
        return len(captured)

    count()  # the frame of the programme is remembered
    before = count()
    for number in range(5):
        join(fair, f"Gast {number}")
    assert count() == before


def seated(plan: Plan) -> dict[str, list[tuple[str, str, str]]]:
    """Who sits when, at which table, and whom each of them meets."""
    found: dict[str, list[tuple[str, str, str]]] = {}
    rows = Seat.objects.filter(plan=plan).select_related("slot", "meeting__table", "participant__registration", "other__registration")  # fmt: skip
    for seat in rows.order_by("slot__begins_at", "pk"):
        spot = str(seat.slot)[:5], seat.meeting.table.name, seat.other.registration.name
        found.setdefault(seat.participant.registration.name, []).append(spot)
    return found


def test_a_team_that_always_comes_together_sits_in_each_of_its_meetings(
    client: Client, sign_in: SignIn, fair: Networking, mailoutbox: list[EmailMessage]
) -> None:
    members = [person("Ben").pk, person("Cem").pk]
    setup.save_team(networking=fair, team=None, name="Weberei", members=members, comes_together=True, by=TESTER)
    slots = list(fair.slots.order_by("begins_at"))
    wishing.say_when(participant=person("Ben"), open_slots=[slot.pk for slot in slots[2:]])
    for pair in (("Ada", "Ben"), ("Cem", "Dora"), ("Ada", "Emil")):
        wish(*pair)
    plan = compute(fair)
    assert (plan.state, plan.meetings.count()) == (PlanState.READY, 3)
    found = seated(plan)
    assert [spot[:2] for spot in found["Ben"]] == [spot[:2] for spot in found["Cem"]]
    assert {spot[2] for spot in found["Cem"]} == {"Ada", "Dora"}
    assert min(spot[0] for spot in found["Cem"]) >= str(slots[2])[:5]  # Ben comes no earlier
    assert sorted(spot[2] for spot in found["Ada"]) == ["Ben", "Emil"]  # one meeting with the two, not two
    publish(plan)
    run_jobs()
    assert "Ben &amp; Cem" in client.get(mine("Ada")).content.decode()
    assert "Ben & Cem" in str(next(one for one in mailoutbox if one.to == ["ada@web.example"]).body)
    by_time = sign_in("organiser").get(f"{DESK}timetable/{plan.number}/").content.decode()
    assert by_time.count('<p class="rows__title">Ada – Ben &amp; Cem</p>') == 1

    again = compute(fair, Method.FEWEST)
    assert (seated(again), again.certificate["changed"]) == (found, 0)
    planning.note_absence(participant=person("Ben"), is_absent=True, closed=(), by=TESTER)
    mended = compute(fair, Method.FEWEST)
    after = seated(mended)
    assert "Ben" not in after
    assert after["Cem"] == found["Cem"]
    assert sorted(spot[2] for spot in after["Ada"]) == ["Cem", "Emil"]


def test_who_comes_together_from_now_on_is_placed_anew(fair: Networking) -> None:
    for pair in (("Ada", "Ben"), ("Cem", "Dora")):
        wish(*pair)
    publish(compute(fair))
    members = [person("Ben").pk, person("Cem").pk]
    setup.save_team(networking=fair, team=None, name="Weberei", members=members, comes_together=True, by=TESTER)
    found = seated(compute(fair, Method.REFILLED))
    assert found["Ben"] == found["Cem"]
    assert {spot[2] for spot in found["Ben"]} == {"Ada", "Dora"}
