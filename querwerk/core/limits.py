"""How often something may be done from one place: counted in the cache, which all processes share."""

import time
from math import ceil

from django.core.cache import cache
from django.utils.translation import gettext as _

TEN_MINUTES = 600
HOUR = 3600
DAY = 24 * HOUR


def is_too_often(name: str, most: int, seconds: int) -> bool:
    """Count one more; tell whether that is more than so many within the seconds since the first.

    The end is kept beside the number: Django's ``cache.incr`` gives an entry five new minutes each time, so that a limit for an
    hour would hold for five minutes, and one in a hall that never falls silent for ever. Two who come at the very same moment
    may be counted once.
    """
    now = time.time()
    number, until = cache.get(f"often:{name}") or (0, now + seconds)
    if until <= now:
        number, until = 0, now + seconds
    cache.set(f"often:{name}", (number + 1, until), timeout=ceil(until - now))
    return bool(number >= most)


def too_often_words(seconds: int) -> str:
    """Say that a limit is reached and when one may try again: in every form the same, whoever counts."""
    if seconds <= TEN_MINUTES:
        return _("This came very often from you or over your connection just now. Please try again in ten minutes.")
    if seconds <= HOUR:
        return _("This came very often from you or over your connection just now. Please try again in an hour.")
    return _("This came very often from you or over your connection just now. Please try again tomorrow.")
