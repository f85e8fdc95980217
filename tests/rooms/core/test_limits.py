"""Limits hold as long as they say."""

from datetime import datetime, timedelta

import pytest
from django.core.cache import cache
from django.db import connection
from django.utils import timezone, translation

from querwerk.core.limits import DAY, HOUR, TEN_MINUTES, is_too_often, too_often_words


@pytest.mark.django_db
def test_a_limit_holds_until_its_end_however_often_somebody_tries() -> None:
    cache.clear()
    assert [is_too_often("try", 3, HOUR) for _time in range(6)] == [False] * 3 + [True] * 3
    assert is_too_often("other", 3, HOUR) is False
    ends = []
    for name in ("try", "other"):
        key = connection.ops.quote_name("cache_key")
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT expires FROM core_cache WHERE {key} LIKE %s", [f"%often:{name}"])
            (found,) = cursor.fetchone()
        ends.append(found if isinstance(found, datetime) else datetime.fromisoformat(found))
    now = timezone.now()
    left = [(end if end.tzinfo else end.replace(tzinfo=now.tzinfo)) - now for end in ends]
    assert [timedelta(minutes=50) < one <= timedelta(minutes=61) for one in left] == [True, True]


@pytest.mark.django_db
def test_after_its_end_counting_begins_anew() -> None:
    cache.clear()
    assert [is_too_often("try", 1, 0) for _time in range(3)] == [False] * 3


@pytest.mark.parametrize(
    ("seconds", "when"), [(TEN_MINUTES, "in zehn Minuten"), (HOUR, "in einer Stunde"), (DAY, "morgen")]
)
def test_a_limit_says_when_to_try_again_in_the_same_words_everywhere(seconds: int, when: str) -> None:
    with translation.override("de"):
        assert too_often_words(seconds) == (
            f"Das kam von Ihnen oder über Ihren Anschluss gerade sehr oft. Bitte versuchen Sie es {when} noch einmal."
        )
