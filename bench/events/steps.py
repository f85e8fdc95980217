"""What single processes of the bench do: the plain way to give places, and a door that is cut off for a time."""

import json
import random
import sys
import uuid
from datetime import timedelta

PEOPLE = 500
DOORS = 4
MINUTES = 5
EACH = 20
"""Entries that a door hands over at once."""


def naive(places: str, people: str) -> None:
    """Count, compare, insert: what happens without a lock and without a constraint."""
    from querwerk.core.models import Once  # noqa: PLC0415

    for _number in range(int(people)):
        if Once.objects.filter(key__startswith="plain:").count() < int(places):
            Once.objects.create(key=f"plain:{uuid.uuid4()}")


def counted() -> None:
    """Say how many places the plain way gave."""
    from querwerk.core.models import Once  # noqa: PLC0415

    print(json.dumps({"confirmed": Once.objects.filter(key__startswith="plain:").count()}))


def expect(number: str) -> None:
    """Make an event with so many who have a place."""
    from querwerk.core.models import Space  # noqa: PLC0415
    from querwerk.events.models import Terms  # noqa: PLC0415
    from tests.rooms.events.guests import create_terms, register  # noqa: PLC0415

    Terms.objects.all().delete()
    terms = create_terms(Space.objects.get(key="werk"), onsite=int(number))
    for one in range(int(number)):
        register(terms, f"d{one}")
    print(json.dumps({"event": str(terms.pk)}))


def door(number: str, event: str) -> None:
    """Let every fourth in, and some of the others too; hand over in parcels, one of five twice, each door late in its own way."""
    from django.utils import timezone  # noqa: PLC0415

    from querwerk.events.actions.doors import Note, take_notes  # noqa: PLC0415
    from querwerk.events.models import Registration, Terms  # noqa: PLC0415
    from querwerk.events.states import DoorAct  # noqa: PLC0415
    from tests.factories.programmes import TESTER  # noqa: PLC0415

    terms, chance = Terms.objects.get(pk=int(event)), random.Random(int(number))
    people = list(Registration.objects.filter(terms=terms).order_by("pk").values_list("pk", flat=True))
    own = [pk for place, pk in enumerate(people) if place % DOORS == int(number)]
    own += chance.sample(people, 25)
    chance.shuffle(own)
    start = timezone.now() - timedelta(minutes=MINUTES)
    step = timedelta(minutes=MINUTES) / len(own)
    notes = [
        Note(uuid.uuid4(), DoorAct.IN, start + step * place, door=f"Door {number}", registration_id=pk)
        for place, pk in enumerate(own)
    ]
    parcels = [notes[first : first + EACH] for first in range(0, len(notes), EACH)]
    chance.shuffle(parcels)
    for parcel in parcels:
        take_notes(terms=terms, notes=parcel, by=TESTER)
        if chance.random() < 0.2:
            take_notes(terms=terms, notes=parcel, by=TESTER)


def present() -> None:
    """Say how many are there, and whether any entry got lost or counted twice."""
    from querwerk.events.models import DoorEntry, Presence  # noqa: PLC0415

    rows = list(Presence.objects.values_list("registration", flat=True))
    told = {
        "present": len(rows),
        "lost": PEOPLE - len(set(rows)),
        "twice": len(rows) - len(set(rows)),
        "entries": DoorEntry.objects.count(),
        "expected_entries": PEOPLE + DOORS * 25,
    }
    print(json.dumps(told))


if __name__ == "__main__":
    from querwerk.cli.command import boot

    boot()
    {"naive": naive, "counted": counted, "expect": expect, "door": door, "present": present}[sys.argv[1]](*sys.argv[2:])
