"""What all groups of commands share."""

import argparse
import os
from collections.abc import Callable
from typing import Any, Protocol

ENGINES = {
    "timetable": "Plan meetings of an event, check and repair plans.",
    "assignment": "Assign agents to tasks fairly, and check assignments.",
    "matching": "Rank texts for texts across languages, with reasons.",
}
"""Groups of commands that load much, and what each is for. They are loaded when one of their commands is given."""


class Refusal(Exception):
    """An expected reason not to do what was asked; shown as one message without a traceback."""


class Commands(Protocol):
    """The part of argparse that the groups see."""

    def add_parser(self, name: str, **kwargs: Any) -> argparse.ArgumentParser:
        """Add a command."""


Run = Callable[[argparse.Namespace], int | None]


def add(commands: Commands, name: str, run: Run, text: str, *, without_django: bool = False) -> argparse.ArgumentParser:
    """Add a command whose help is one sentence."""
    parser = commands.add_parser(name, help=text, description=text)
    parser.set_defaults(run=run, without_django=without_django)
    return parser


def boot() -> None:
    """Load Django, and turn a broken database address or folder into a message."""
    import django  # noqa: PLC0415 -- `querwerk settings` must answer without Django and with a broken environment

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "querwerk.config.settings")
    try:
        django.setup()
    except PermissionError as error:
        raise Refusal(f"the data folder cannot be used: {error}") from None
    from django.utils import translation  # noqa: PLC0415

    # Operators read one language, whatever the site's visitors read.
    translation.activate("en")


def require_database() -> None:
    """Refuse with a sentence when the database does not answer."""
    from django.db import DatabaseError, connection  # noqa: PLC0415

    try:
        connection.ensure_connection()
    except DatabaseError as error:
        reason = str(error).strip().splitlines()[0]
        raise Refusal(f"the database does not answer ({reason}). Is DATABASE_URL right?") from None


def require_migrated() -> None:
    """Refuse with a sentence when the database does not fit this version."""
    from querwerk.config.health import pending_migrations  # noqa: PLC0415

    require_database()
    if pending := pending_migrations():
        raise Refusal(
            f"the database is not up to date ({len(pending)} migrations are missing): run `querwerk migrate`."
        )
