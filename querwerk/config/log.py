"""The form of the log: one line per record, readable by people and by ``grep``."""

import logging
import time


class LineFormatter(logging.Formatter):
    """``2026-03-01T09:30:00Z WARNING django.request: Not Found: /x``; a traceback follows on the same line."""

    def __init__(self) -> None:
        """Fix the format."""
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s", "%Y-%m-%dT%H:%M:%SZ")
        self.converter = time.gmtime

    def format(self, record: logging.LogRecord) -> str:
        """Escape line breaks, so that nobody can forge a record through a request."""
        return super().format(record).replace("\r", "\\r").replace("\n", "\\n")
