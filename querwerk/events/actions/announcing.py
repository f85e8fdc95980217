"""Tells participants what has changed since they were last told: each only what concerns them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from querwerk.core.actions import Actor
from querwerk.core.templatetags.ui import date_range, plain
from querwerk.core.text import Text
from querwerk.events.actions.letters import write_letters
from querwerk.events.models import AgendaItem, Message, Registration, Terms
from querwerk.events.states import Attendance, LetterKind, RegistrationState

TOLD_STATES = (
    RegistrationState.CONFIRMED,
    RegistrationState.OFFERED,
    RegistrationState.WAITING,
    RegistrationState.AWAITING,
)

FORMS = {"on site": Attendance.ONSITE, "online": Attendance.ONLINE}
"""How a point of the agenda says that it is held in one form only."""


@dataclass(frozen=True, slots=True)
class Change:
    """What is different, in the language that is active, and whom it concerns."""

    words: str
    attendance: str = ""
    """Only those who take part like this; empty for all."""
    only_confirmed: bool = False
    is_time: bool = False
    """Of the event as a whole: no concern of who comes to a visit with a time of its own."""


def as_told(terms: Terms) -> dict[str, Any]:
    """Return what participants rely on, fit for JSON; 1 query."""
    event = terms.event
    items = AgendaItem.objects.filter(event=event.pk, visibility="published").order_by("position", "pk")
    return {
        "when": [event.date, event.end, event.time],
        "where": [dict(event.venue), dict(event.place)],
        "online": dict(terms.online_note),
        "items": {
            item.key: {
                "title": dict(item.item),
                "when": [item.day, item.time],
                "room": dict(item.room),
                "format": item.format,
            }
            for item in items
        },
    }


def changes(terms: Terms) -> list[Change]:
    """Return what has changed since participants were last told, in the language that is active; 1 query."""
    before, after = terms.told, as_told(terms)
    if not before or before == after:
        return []
    found = [*_whole(before, after), *_items(before["items"], after["items"])]
    if before["online"] != after["online"]:
        words = _("How to take part online has changed.")
        found.append(Change(f"{words} {_('The new way stands below.')}", attendance=Attendance.ONLINE))
    return found


def _whole(before: dict[str, Any], after: dict[str, Any]) -> Iterable[Change]:
    if before["when"] != after["when"]:
        yield Change(_arrow(_("When"), _when(before["when"]), _when(after["when"])), is_time=True)
    if before["where"] != after["where"]:
        words = _arrow(_("Where"), _where(before["where"]), _where(after["where"]))
        yield Change(words, attendance=Attendance.ONSITE)


def _items(before: dict[str, Any], after: dict[str, Any]) -> Iterable[Change]:
    for key, item in after.items():
        title = {"item": plain(item["title"])}
        old = before.get(key)
        if old is None:
            yield Change(_("New: %(item)s") % title, _only(item), only_confirmed=True)
            continue
        if old["when"] != item["when"]:
            words = _arrow(title["item"], " ".join(filter(None, old["when"])), " ".join(filter(None, item["when"])))
            yield Change(words, _only(old, item), only_confirmed=True)
        if old["room"] != item["room"]:
            words = _arrow(title["item"], plain(old["room"]), plain(item["room"]))
            yield Change(words, Attendance.ONSITE, only_confirmed=True)
    for key in (key for key in before if key not in after):
        dropped = before[key]
        yield Change(_("Dropped: %(item)s") % {"item": plain(dropped["title"])}, _only(dropped), only_confirmed=True)


def _only(*states: dict[str, Any]) -> str:
    """Return the one form of attendance in which a point of the agenda was and is held; empty where it is open to both."""
    forms = {FORMS.get(state.get("format") or "", "") for state in states}
    return forms.pop() if len(forms) == 1 else ""


def _arrow(name: str, before: str, after: str) -> str:
    return _("%(name)s: %(before)s → %(after)s") % {"name": name, "before": before or "–", "after": after or "–"}


def _when(said: Sequence[str]) -> str:
    day = date_range(said[0], said[1])
    return f"{day}, {said[2]}" if said[2] else day


def _where(said: Sequence[dict[str, str]]) -> str:
    return ", ".join(filter(None, (plain(part) for part in said)))


def concerned(terms: Terms, found: Sequence[Change]) -> dict[tuple[int, ...], list[Registration]]:
    """Return who has to be told which changes: the places of the changes in the list → people; 1 query."""
    groups: dict[tuple[int, ...], list[Registration]] = {}
    people = Registration.objects.filter(terms=terms, state__in=TOLD_STATES).exclude(email="")
    for person in people.select_related("contingent").order_by("pk"):
        theirs = tuple(place for place, change in enumerate(found) if _is_about(change, person))
        if theirs:
            groups.setdefault(theirs, []).append(person)
    return groups


def _is_about(change: Change, person: Registration) -> bool:
    contingent = person.contingent
    if change.attendance and change.attendance != contingent.attendance:
        return False
    if change.only_confirmed and person.state != RegistrationState.CONFIRMED:
        return False
    return not (contingent.begins_at and (change.is_time or change.only_confirmed))


@transaction.atomic
def announce_changes(*, terms: Terms, by: Actor) -> int:
    """Write to those whom a change concerns, and remember what they were told; return to how many. A second click tells nobody."""
    current = Terms.objects.select_for_update(of=("self",)).select_related("event__space").get(pk=terms.pk)
    found = changes(current)
    told = 0
    for places, people in concerned(current, found).items():
        body = _body(current, places)
        message = Message.objects.create(
            terms=current,
            subject=current.event.title,
            body=body,
            by_name=by.name[:200],
            chosen={"changes": len(places)},
        )
        told += write_letters(people, LetterKind.CHANGED, f"message:{message.pk}", message)
    remember_told(current)
    return told


def _body(terms: Terms, places: Sequence[int]) -> Text:
    """Return the changes in each language of the site; their order is the same in all."""
    said: dict[str, str | None] = {}
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            found = changes(terms)
            said[code] = "\n\n".join(found[place].words for place in places)
    return Text(said)


def remember_told(terms: Terms) -> None:
    """Take everything as told."""
    terms.told = as_told(terms)
    Terms.objects.filter(pk=terms.pk).update(told=terms.told)
