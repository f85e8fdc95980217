"""Reads what has changed since a plan was made: JSON, with names or numbers as in the problem."""

from pathlib import Path as FilePath

from querwerk.engine.documents import Misplaced, Part
from querwerk.engine.timetable.document import Meetings, People, Slots
from querwerk.engine.timetable.files import Unreadable, json_of, line_of, text_of
from querwerk.engine.timetable.problem import Meeting, Problem
from querwerk.engine.timetable.repair import Changes

PARTS = ("since", "no_shows", "absent", "late", "tables", "cancelled", "meetings", "requests")


def read_changes(file: FilePath, problem: Problem) -> Changes:
    """Read changes of a problem's plan; raises Unreadable."""
    text = text_of(file)
    document = json_of(file, text)
    try:
        return _changes(Part(document), problem)
    except Misplaced as error:
        raise Unreadable(file, line_of(text, error.path), error.reason) from None


def _changes(document: Part, problem: Problem) -> Changes:
    parts = document.mapping(PARTS, "a file of changes")
    slots = Slots(problem.slots, problem.slot_names)
    names = {name: index for index, name in enumerate(problem.names)}
    people = People(problem.people, names=list(problem.names), numbers=names)
    since = slots.index(parts["since"]) if "since" in parts else 0
    if not 0 <= since <= problem.slots:
        raise parts["since"].wrong(f"there is no slot {since + 1}; slots are 1 to {problem.slots}")
    return Changes(
        absent=tuple(_absent(parts, problem, people, slots)),
        closed=tuple(_closed(table, problem, slots) for table in _items(parts, "tables")),
        cancelled=frozenset(_cancelled(number, problem) for number in _items(parts, "cancelled")),
        added=_added(parts, problem, people, slots),
        since=since,
    )


def _items(parts: dict[str, Part], name: str) -> list[Part]:
    return parts[name].items(name) if name in parts else []


def _absent(parts: dict[str, Part], problem: Problem, people: People, slots: Slots) -> list[tuple[int, frozenset[int]]]:
    found = [(_person(part, people), frozenset(range(problem.slots))) for part in _items(parts, "no_shows")]
    for part in _items(parts, "absent"):
        entry = _entry(part, ("person", "slots"), "an absence")
        found.append((_person(entry["person"], people), _within(entry["slots"], problem, slots)))
    for part in _items(parts, "late"):
        entry = _entry(part, ("person", "first"), "a late arrival")
        first = slots.index(entry["first"])
        if not 0 <= first < problem.slots:
            raise entry["first"].wrong(f"there is no slot {first + 1}; slots are 1 to {problem.slots}")
        found.append((_person(entry["person"], people), frozenset(range(first))))
    return found


def _entry(part: Part, names: tuple[str, ...], what: str) -> dict[str, Part]:
    parts = part.mapping(names, what)
    for name in names:
        if name not in parts:
            raise part.wrong(f"“{name}” is missing")
    return parts


def _person(part: Part, people: People) -> int:
    person = people.party(part)[0]
    if not 0 <= person < people.count:
        raise part.wrong(f"there is no person {person + 1}; people are 1 to {people.count}")
    return person


def _within(part: Part, problem: Problem, slots: Slots) -> frozenset[int]:
    found = slots.indices(part, "slots")
    for slot in found:
        if not 0 <= slot < problem.slots:
            raise part.wrong(f"there is no slot {slot + 1}; slots are 1 to {problem.slots}")
    return found


def _closed(part: Part, problem: Problem, slots: Slots) -> tuple[int, frozenset[int]]:
    if not isinstance(part.value, dict):
        return _table(part, problem), frozenset(range(problem.slots))
    entry = _entry(part, ("table", "slots"), "a cancelled table")
    return _table(entry["table"], problem), _within(entry["slots"], problem, slots)


def _table(part: Part, problem: Problem) -> int:
    names = {problem.table(index): index for index in range(problem.tables)}
    if isinstance(part.value, str):
        if part.value not in names:
            raise part.wrong(f"there is no table called “{part.value}”")
        return names[part.value]
    number = part.integer("a table")
    if not 1 <= number <= problem.tables:
        raise part.wrong(f"there is no table {number}; tables are 1 to {problem.tables}")
    return number - 1


def _cancelled(part: Part, problem: Problem) -> int:
    number = part.integer("a meeting")
    if not 1 <= number <= len(problem.meetings):
        raise part.wrong(f"there is no meeting {number}; meetings are 1 to {len(problem.meetings)}")
    return number - 1


def _added(parts: dict[str, Part], problem: Problem, people: People, slots: Slots) -> tuple[Meeting, ...]:
    wishes = Meetings(people, slots)
    for part in _items(parts, "meetings"):
        wishes.add_meeting(part)
    for part in _items(parts, "requests"):
        wishes.add_request(part)
    known = {frozenset(meeting.people): number for number, meeting in enumerate(problem.meetings, start=1)}
    for index, meeting in enumerate(wishes.found):
        place = wishes.place_of(("meetings", index))
        for person in meeting.people:
            if not 0 <= person < problem.people:
                raise Misplaced(f"there is no person {person + 1}; people are 1 to {problem.people}", place)
        if frozenset(meeting.people) in known and not meeting.choices:
            raise Misplaced(f"this is meeting {known[frozenset(meeting.people)]} already", place)
    return tuple(wishes.found)
