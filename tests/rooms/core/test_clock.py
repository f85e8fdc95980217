"""Duties come back at their time, once for all clocks, and whatever happens to the process that began them."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.db import connection

from querwerk.core import registry
from querwerk.core.clock import LEASE, perform_due
from querwerk.core.models import DutyState
from querwerk.core.registry import Duty, register_duty

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)

pytestmark = pytest.mark.django_db


@pytest.fixture
def only_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_duties", [])


@pytest.fixture
def done(only_ours: None) -> list[datetime]:
    """When a duty that is due every hour was done."""
    found: list[datetime] = []
    register_duty(Duty("count", HOUR, found.append))
    return found


def test_a_new_duty_is_done_at_once_and_then_every_hour(done: list[datetime]) -> None:
    for minutes in (0, 1, 59, 60, 61, 500):
        perform_due(NOON + minutes * MINUTE)
    assert [(at - NOON) // MINUTE for at in done] == [0, 60, 500]
    state = DutyState.objects.get(name="count")
    assert (state.done_at, state.due_at) == (NOON + 500 * MINUTE, NOON + 560 * MINUTE)


def test_of_two_clocks_at_the_same_time_one_does_it(done: list[datetime]) -> None:
    assert perform_due(NOON) == ["count"]
    assert perform_due(NOON) == []
    assert done == [NOON]


def test_a_second_clock_finds_what_the_first_has_in_hand_taken(only_ours: None) -> None:
    seen: list[list[str]] = []
    register_duty(Duty("slow", HOUR, lambda now: seen.append(perform_due(now))))
    assert perform_due(NOON) == ["slow"]
    assert seen == [[]]


def test_what_a_killed_process_began_is_taken_up_by_another(only_ours: None) -> None:
    attempts = []

    def die_the_first_time(now: datetime) -> None:
        attempts.append(now)
        if len(attempts) == 1:
            raise SystemExit

    register_duty(Duty("deadly", HOUR, die_the_first_time))
    with pytest.raises(SystemExit):
        perform_due(NOON)
    assert perform_due(NOON + LEASE - MINUTE) == []
    assert perform_due(NOON + LEASE) == ["deadly"]


def test_a_duty_that_fails_is_logged_keeps_nothing_else_back_and_is_tried_again(
    only_ours: None, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(now: datetime) -> None:
        raise ValueError("no disk")

    register_duty(Duty("broken", HOUR, fail))
    register_duty(Duty("whole", HOUR, lambda _now: None))
    assert perform_due(NOON) == ["whole"]
    assert [record.getMessage() for record in caplog.records] == ["the duty broken failed"]
    assert DutyState.objects.get(name="broken").due_at == NOON + HOUR


def test_every_duty_can_be_done() -> None:
    assert perform_due(NOON) == [duty.name for duty in registry.duties()]


def test_sessions_and_counts_go_when_their_time_is_over() -> None:
    for key, hours in (("over", -1), ("running", 1)):
        Session.objects.create(session_key=key, session_data="", expire_date=NOON + hours * HOUR)
    cache.set("attempts:192.0.2.7", 3, timeout=60)
    perform_due(NOON)
    assert list(Session.objects.values_list("session_key", flat=True)) == ["running"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT COUNT(*) FROM core_cache")
        before = cursor.fetchone()
        perform_due(datetime.now(UTC) + HOUR)
        cursor.execute("SELECT COUNT(*) FROM core_cache")
        assert (before, cursor.fetchone()) == ((1,), (0,))
