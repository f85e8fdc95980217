"""Work of compiled solvers that can be broken off: it runs beside, while this thread listens to `stop` and Ctrl-C."""

import threading
from collections.abc import Callable

from querwerk.engine.assignment.result import Stop

LISTENING = 0.02
"""Seconds between two looks at `stop`."""


class Interrupted(Exception):
    """The work was told to stop."""


def run[Answer](work: Callable[[], Answer], interrupt: Callable[[], object], stop: Stop) -> Answer:
    """Run work in a thread of its own; when `stop` says so, interrupt it and wait for what it has."""
    if stop():
        raise Interrupted
    answers: list[Answer] = []
    errors: list[BaseException] = []

    def worker() -> None:
        try:
            answers.append(work())
        except BaseException as error:  # noqa: BLE001 -- handed over to the thread that waits
            errors.append(error)

    thread = threading.Thread(target=worker, daemon=True)
    thread.start()
    while thread.is_alive():
        thread.join(LISTENING)
        if thread.is_alive() and stop():
            interrupt()
    if errors:
        raise errors[0]
    return answers[0]
