"""Events with terms, and people who register, made through the same doors as real ones."""

import re
from datetime import timedelta
from typing import Any

from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from querwerk.core.models import Space
from querwerk.events.actions import registering, terms
from querwerk.events.actions.registering import Wish
from querwerk.events.models import Contingent, Event, Registration, Terms
from querwerk.events.states import Attendance
from tests.factories.programmes import TESTER, create_programme, small_bundle


def days_away(number: int) -> str:
    return (timezone.localdate() + timedelta(days=number)).isoformat()


def create_space(**changes: Any) -> Space:
    """A programme with one event, in thirty days unless told otherwise."""
    event = {
        "id": "treffen", "title_de": "Großes Treffen", "title_en": "Great meeting", "date": days_away(30),
        "time": "14:00-18:00", "place": "Plauen", "venue": "Weisbachsches Haus", "host": "weberei", **changes,
    }  # fmt: skip
    return create_programme(small_bundle(events=[*small_bundle()["events"], event]))


def create_terms(space: Space, *, onsite: int | None = 2, online: int | None = -1, **values: Any) -> Terms:
    """Terms with so many places; -1 for none of that form."""
    event = Event.objects.select_related("space").get(space=space, key="treffen")
    offered = {Attendance.ONSITE: onsite, Attendance.ONLINE: online}
    places = [terms.Places(attendance, number) for attendance, number in offered.items() if number != -1]
    return terms.save_terms(event=event, values=values, places=places, by=TESTER, expected_version=0)


def contingent_of(terms_: Terms, attendance: Attendance = Attendance.ONSITE) -> Contingent:
    return terms_.contingents.get(attendance=attendance, begins_at__isnull=True)


def wish_of(terms_: Terms, name: str, **said: Any) -> Wish:
    typed = {"name": name, "email": f"{name.lower()}@web.example", "language": "de", "group": "cci", **said}
    return Wish(**{"contingent_id": said.get("contingent_id") or contingent_of(terms_).pk, **typed})


def ask(terms_: Terms, name: str, **said: Any) -> Registration:
    return registering.ask_to_register(terms=terms_, wish=wish_of(terms_, name, **said))


def register(terms_: Terms, name: str, **said: Any) -> Registration:
    """Somebody who has asked and proved the address."""
    return registering.confirm_address(registration=ask(terms_, name, **said))


def states(terms_: Terms) -> dict[str, str]:
    """Name → state, in the order of arrival."""
    return dict(terms_.registrations.order_by("pk").values_list("name", "state"))


def run_jobs() -> None:
    """Do what the worker would do now."""
    ready = DBTaskResult.objects.filter(status="READY")
    ready = ready.exclude(
        run_after__gt=timezone.now() + timedelta(minutes=10), run_after__lt=timezone.now() + timedelta(days=999)
    )
    for job in ready.order_by("enqueued_at"):
        job.task.func(*job.args_kwargs["args"], **job.args_kwargs["kwargs"])
        job.delete()


def typed_by(terms_: Terms, name: str, **more: str) -> dict[str, str]:
    """What somebody types into the form."""
    place = str(contingent_of(terms_).pk)
    return {"contingent": place, "name": name, "email": f"{name}@Web.example", "group": "cci", **more}


def links_in(body: object) -> list[str]:
    return re.findall(r"http://\S+?(/(?:de|en)/werk/events/\S+)", str(body))
