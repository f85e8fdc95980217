"""Works out whole rounds."""

import logging
from time import monotonic
from typing import Any

from django.db import transaction
from django.tasks import task

from querwerk.matching.actions.rounds import begin_round, fail_round, finish_round, note_progress
from querwerk.matching.queries.rounds import gathered, worked_out

log = logging.getLogger(__name__)
SECONDS = 120.0
"""After that a round ends with the best that was found; what is proved until then is said."""
TELL_EVERY = 1.0


class _Clock:
    """Tells how far it is, not more often than once a second, and when the time is over."""

    def __init__(self, round_id: int) -> None:
        self.round_id = round_id
        self.began = monotonic()
        self.told = 0.0

    def tell(self, words: str) -> None:
        if monotonic() - self.told > TELL_EVERY:
            self.told = monotonic()
            note_progress(self.round_id, words)

    def is_over(self) -> bool:
        return monotonic() - self.began > SECONDS


@task
def work_out(round_id: int) -> None:
    """Work out a round and keep the result; taken up again after a crash it begins anew."""
    found = begin_round(round_id)
    if found is None:
        return
    clock = _Clock(round_id)
    try:
        plan = gathered(found.space_id, found.dossiers, clock.tell)
        result = worked_out(
            plan,
            per_creative=int(found.wishes["per_creative"]),
            is_mixed=bool(found.wishes["is_mixed"]),
            report=clock.tell,
            stop=clock.is_over,
        )
    except Exception:
        log.exception("round %s could not be worked out", round_id)
        fail_round(round_id)
        raise
    finish_round(round_id, result)


def queue_round(sender: Any, *, round_id: int, **kwargs: Any) -> None:
    """Queue a round once it is certain that it was asked for."""
    transaction.on_commit(lambda: work_out.enqueue(round_id))
