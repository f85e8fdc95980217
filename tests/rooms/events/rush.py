"""Many who register at the same time, in processes of their own: ``python -m tests.rooms.events.rush prepare|press|state …``."""

import json
import sys
from pathlib import Path


def prepare(places: str) -> None:
    """Make an event with so many places."""
    from tests.rooms.events.guests import create_space, create_terms  # noqa: PLC0415

    create_terms(create_space(), onsite=int(places))


def press(first: str, last: str, mark: str) -> None:
    """Register so many people, one after the other; leave a mark when a few are through."""
    from querwerk.events.models import Terms  # noqa: PLC0415
    from tests.rooms.events.guests import register  # noqa: PLC0415

    terms = Terms.objects.select_related("event__space").get()
    for number in range(int(first), int(last)):
        register(terms, f"n{number}")
        if number - int(first) == 5:
            Path(mark).touch()


def state() -> None:
    """Print what became of them."""
    from django.db.models import Count  # noqa: PLC0415

    from querwerk.events.models import Contingent, Letter, Registration  # noqa: PLC0415

    rows = Registration.objects.order_by("number").values_list("name", "state", "number")
    letters = Letter.objects.order_by().values_list("kind").annotate(Count("pk"), Count("registration", distinct=True))
    told = {
        "rows": list(rows),
        "taken": Contingent.objects.get().taken,
        "letters": {kind: [number, people] for kind, number, people in letters},
    }
    print(json.dumps(told))  # noqa: T201


if __name__ == "__main__":
    from querwerk.cli.command import boot

    boot()
    match sys.argv[1:]:
        case ["prepare", places]:
            prepare(places)
        case ["press", first, last, mark]:
            press(first, last, mark)
        case _:
            state()
