"""Reads what pages would have to wait for, as soon as a process of the server has started."""

import logging
import threading

from django.db import connection

from querwerk.core import registry

log = logging.getLogger(__name__)


class Foresight(threading.Thread):
    """Does once what the rooms have registered, beside the first requests."""

    def __init__(self) -> None:
        """Be a daemon: a process that ends waits for nothing that nobody has asked for yet."""
        super().__init__(name="foresight", daemon=True)

    def run(self) -> None:
        """Read one after the other; what fails is read by the first page that needs it."""
        try:
            for read in registry.foresights():
                try:
                    read()
                except Exception:
                    log.exception("%s failed", read.__qualname__)
        finally:
            connection.close()
