"""Work that looks up: how the engine notices in the middle of something long that it is to stop.

Python asks between two steps. Compiled solvers work in a thread of their own, beside which somebody asks.
"""

import threading
from collections.abc import Callable

from querwerk.engine.timetable.result import Stop

POLL = 0.02
"""Seconds between two looks at whether to stop."""


class Interrupted(Exception):
    """The search was told to stop."""


def heed(stop: Stop) -> None:
    """Raise Interrupted if `stop` says so."""
    if stop():
        raise Interrupted


def attended[T](job: Callable[[], T], stop: Stop, interrupt: Callable[[], object]) -> T:
    """Return what a job returns that leaves Python alone; when `stop` says so, `interrupt` has to make it end soon.

    `stop` is asked here and not in a thread, because it may look into a database. The answer depends on it alone, not on how
    fast the job is.
    """
    answers: list[T] = []
    errors: list[BaseException] = []

    def work() -> None:
        try:
            answers.append(job())
        except BaseException as error:  # noqa: BLE001 -- raised again below
            errors.append(error)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    try:
        while thread.is_alive():
            thread.join(POLL)
            if thread.is_alive() and stop():
                interrupt()
    except BaseException:
        # Ctrl-C, or what `stop` raised: the job would go on with what its caller is about to throw away.
        interrupt()
        thread.join()
        raise
    if errors:
        raise errors[0]
    return answers[0]


def completed[T](job: Callable[[], T], stop: Stop, interrupt: Callable[[], object]) -> T:
    """Return what a job returns, as `attended`, where half of its work is worth nothing; raises Interrupted then."""
    is_stopped = False

    def end() -> None:
        nonlocal is_stopped
        is_stopped = True
        interrupt()

    answer = attended(job, stop, end)
    if is_stopped:
        raise Interrupted
    return answer
