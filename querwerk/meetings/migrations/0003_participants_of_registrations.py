"""Whoever takes part was noted when somebody first looked; now it happens when the registration is written."""

from typing import Any

from django.db import migrations


def note_participants(apps: Any, _editor: Any) -> None:
    participants = apps.get_model("meetings", "Participant").objects
    registrations = apps.get_model("events", "Registration").objects
    for networking in apps.get_model("meetings", "Networking").objects.all():
        found = registrations.filter(terms=networking.terms_id, state="confirmed", wants_networking=True)
        known = participants.filter(networking=networking).values("registration")
        for registration in found.exclude(pk__in=known).order_by("pk"):
            participants.create(networking=networking, registration=registration)


class Migration(migrations.Migration):
    """Makes participants of those who have a place and said yes to networking."""

    dependencies = [("meetings", "0002_fewest_changes_and_going_on")]
    operations = [migrations.RunPython(note_participants, migrations.RunPython.noop)]
