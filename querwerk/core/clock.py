"""Does at their time what nobody asks for: forgetting what was promised to be forgotten, clearing what is used up.

Every process of the server and every worker has a clock that looks once a minute which duties are due. What is due
stands in the database, so of many clocks one does it, none forgets it across a restart, and what a killed process
had begun is taken up again after :data:`LEASE`. A duty must therefore be safe to repeat.
"""

import logging
import threading
from datetime import datetime, timedelta

from django.db import DatabaseError, connection
from django.utils import timezone

from querwerk.core import registry
from querwerk.core.models import DutyState

log = logging.getLogger(__name__)
LOOK_EVERY = 60.0
"""Seconds between two looks at what is due."""
LEASE = timedelta(minutes=15)
"""How long a duty is left to the process that took it, before it counts as broken off."""


class Clock(threading.Thread):
    """Looks once a minute, for as long as its process lives."""

    def __init__(self) -> None:
        """Be a daemon: a process that ends waits for no duty, because another clock will take it up."""
        super().__init__(name="clock", daemon=True)
        self.stopped = threading.Event()

    def run(self) -> None:
        """Look at once and then every minute; a database that is away for a while is no reason to end."""
        while True:
            try:
                perform_due(timezone.now())
            except DatabaseError:
                log.exception("the clock could not ask the database what is due")
            finally:
                connection.close()
            if self.stopped.wait(LOOK_EVERY):
                return

    def stop(self) -> None:
        """Look no more."""
        self.stopped.set()


def perform_due(now: datetime) -> list[str]:
    """Do what is due and return the names of what was done; what fails is logged and tried again at its next time."""
    duties = {duty.name: duty for duty in registry.duties()}
    known = dict(DutyState.objects.filter(name__in=duties).values_list("name", "due_at"))
    # What is new in this version is due at once.
    new = [DutyState(name=name, due_at=now) for name in duties if name not in known]
    if new:
        DutyState.objects.bulk_create(new, ignore_conflicts=True)
    due = [name for name in duties if known.get(name, now) <= now]
    return [name for name in due if _perform(duties[name], now)]


def _perform(duty: registry.Duty, now: datetime) -> bool:
    state = DutyState.objects.filter(name=duty.name)
    # The condition in the UPDATE decides, not the look before it: of two clocks one changes the row.
    if not state.filter(due_at__lte=now).update(due_at=now + LEASE):
        return False
    try:
        duty.act(now)
    except Exception:
        log.exception("the duty %s failed", duty.name)
        state.update(due_at=now + duty.every)
        return False
    state.update(due_at=now + duty.every, done_at=now)
    return True
