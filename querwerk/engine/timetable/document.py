"""The documented JSON form of a problem, piece by piece; whatever is wrong is told with its place."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from querwerk.engine.documents import Misplaced, Part, Path, kind_of
from querwerk.engine.timetable.problem import (
    HEAVIEST,
    LARGEST,
    Interpreter,
    InvalidProblem,
    Meeting,
    Person,
    Problem,
    Session,
    Table,
)

PARTS = (
    "people",
    "meetings",
    "requests",
    "slots",
    "morning_slots",
    "tables",
    "fairness",
    "interpreters",
    "must",
    "never",
)
PERSON = ("name", "unavailable", "organisation", "least", "most", "needs", "interpreter")
TABLE = ("name", "offers", "reserved", "stand", "closed")
MEETING = ("people", "session", "slot", "after", "weight", "needs", "interpreter")
REQUEST = ("from", "to", "priority", "session", "needs", "interpreter")


@dataclass(slots=True)
class Slots:
    """The slots of a document, by number and by name."""

    count: int
    names: tuple[str, ...] = ()

    def index(self, part: Part) -> int:
        """Read the name or number of a slot."""
        if isinstance(part.value, str):
            if part.value.strip() not in self.names:
                raise part.wrong(f"there is no slot called “{part.value}”")
            return self.names.index(part.value.strip())
        return part.integer("a slot") - 1

    def indices(self, part: Part | None, what: str) -> frozenset[int]:
        """Read a list of slots."""
        return frozenset(self.index(slot) for slot in part.items(what)) if part else frozenset()


@dataclass(slots=True)
class People:
    """The people of a document, by number and by name, and their organisations."""

    count: int
    unavailable: list[frozenset[int]] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    rules: list[Person] = field(default_factory=list)
    numbers: dict[str, int] = field(default_factory=dict)
    delegates: dict[str, list[int]] = field(default_factory=dict)

    def add(self, name: str, unavailable: frozenset[int], rules: Person, path: Path) -> None:
        """Add a person."""
        if name and name in self.numbers:
            raise Misplaced(f"there are two people called “{name}”", path)
        if name:
            self.numbers[name] = self.count
        self.count += 1
        self.names.append(name or f"person {self.count}")
        self.unavailable.append(unavailable)
        self.rules.append(rules)

    def party(self, reference: Part) -> tuple[int, ...]:
        """Return a person, or the delegates of an organisation."""
        if isinstance(reference.value, str):
            name = reference.value.strip()
            if name in self.numbers:
                return (self.numbers[name],)
            if name not in self.delegates:
                raise reference.wrong(f"there is nobody called “{reference.value}”")
            return tuple(self.delegates[name])
        return (reference.integer("a person") - 1,)

    def parties(self, parts: Iterable[Part]) -> tuple[tuple[int, ...], tuple[tuple[int, ...], ...]]:
        """Return who has to take part, and the groups of which one has to."""
        found = [self.party(part) for part in parts]
        # An organisation of one is that person.
        return tuple(p[0] for p in found if len(p) == 1), tuple(p for p in found if len(p) > 1)


def problem_of(document: Part) -> Problem:
    """Make a problem of a document; raises Misplaced with the place in the document."""
    parts = document.mapping(PARTS, "a problem")
    for name in ("people", "slots", "tables"):
        if name not in parts:
            raise Misplaced(f"“{name}” is missing")
    if "meetings" not in parts and "requests" not in parts:
        raise Misplaced("“meetings” is missing; there are no “requests” either")
    slots = _slots(parts["slots"])
    people = _people(parts["people"], slots)
    wishes = Meetings(people, slots)
    for name, add in (("meetings", wishes.add_meeting), ("requests", wishes.add_request), ("must", wishes.add_must)):
        for part in _items(parts, name):
            add(part)
    fairness = parts.get("fairness", Part(None))
    tables = _tables(parts["tables"], people, slots)
    try:
        return Problem(
            people=people.count,
            slots=slots.count,
            morning_slots=parts["morning_slots"].integer("morning_slots") if "morning_slots" in parts else slots.count,
            tables=len(tables) if isinstance(tables, tuple) else tables,
            meetings=tuple(wishes.found),
            unavailable=tuple(people.unavailable),
            fairness=None if fairness.value is None else fairness.integer("fairness"),
            names=tuple(people.names) if people.numbers else (),
            persons=tuple(people.rules) if any(rules != Person() for rules in people.rules) else (),
            equipment=tables if isinstance(tables, tuple) else (),
            interpreters=tuple(_interpreter(part, slots) for part in _items(parts, "interpreters")),
            never=frozenset(pair for part in _items(parts, "never") for pair in _never(part, people)),
            slot_names=slots.names,
        )
    except InvalidProblem as error:
        raise InvalidProblem(error.reason, wishes.place_of(error.path)) from None


def _items(parts: dict[str, Part], name: str) -> list[Part]:
    if name not in parts:
        return []
    found = parts[name].items(name)
    if len(found) > LARGEST:
        raise parts[name].wrong(f"there are {len(found)} {name}, more than {LARGEST}")
    return found


def _slots(part: Part) -> Slots:
    if not isinstance(part.value, list):
        return Slots(part.integer("slots"))
    names = tuple(name.text("the name of a slot") for name in part.items("slots"))
    if len(set(names)) < len(names):
        raise part.wrong("two slots have the same name")
    return Slots(len(names), names)


def _people(part: Part, slots: Slots) -> People:
    if not isinstance(part.value, list):
        count = part.integer("people")
        if count > LARGEST:
            raise part.wrong(f"there are {count} people, more than {LARGEST}")
        return People(count)
    people = People(0)
    for person in _items({"people": part}, "people"):
        _add_person(people, person, slots)
    for name in people.delegates:
        if name in people.numbers:
            raise part.wrong(f"“{name}” is a person and an organisation")
    return people


def _add_person(people: People, person: Part, slots: Slots) -> None:
    parts = person.mapping(PERSON, "a person")
    name = parts.get("name", Part(""))
    if not isinstance(name.value, str):
        raise name.wrong(f"a name must be text, not {kind_of(name.value)}")
    if "organisation" in parts and (organisation := parts["organisation"].text("an organisation")):
        people.delegates.setdefault(organisation, []).append(people.count)
    rules = Person(
        least=parts["least"].integer("least") if "least" in parts else 0,
        most=parts["most"].integer("most") if "most" in parts else None,
        needs=parts["needs"].words("needs") if "needs" in parts else frozenset(),
        languages=parts["interpreter"].words("interpreter") if "interpreter" in parts else frozenset(),
    )
    people.add(name.value.strip(), slots.indices(parts.get("unavailable"), "unavailable"), rules, name.path)


def _tables(part: Part, people: People, slots: Slots) -> int | tuple[Table, ...]:
    if not isinstance(part.value, list):
        return part.integer("tables")
    tables = []
    for table in _items({"tables": part}, "tables"):
        parts = table.mapping(TABLE, "a table")
        holder = parts.get("stand") or parts.get("reserved")
        if "stand" in parts and "reserved" in parts:
            raise table.wrong("a stand is reserved anyway; “reserved” and “stand” cannot both be given")
        tables.append(
            Table(
                name=parts["name"].text("a name") if "name" in parts else "",
                offers=parts["offers"].words("offers") if "offers" in parts else frozenset(),
                holders=frozenset(_holders(holder, people)) if holder else frozenset(),
                is_stand="stand" in parts,
                closed=slots.indices(parts.get("closed"), "closed"),
            )
        )
    names = [table.name for table in tables if table.name]
    if len(set(names)) < len(names):
        raise part.wrong("two tables have the same name")
    return tuple(tables)


def _holders(part: Part, people: People) -> Iterable[int]:
    parties = part.items("holders") if isinstance(part.value, list) else [part]
    return (person for party in parties for person in people.party(party))


def _interpreter(part: Part, slots: Slots) -> Interpreter:
    parts = part.mapping(("name", "languages", "unavailable"), "an interpreter")
    for name in ("name", "languages"):
        if name not in parts:
            raise part.wrong(f"“{name}” is missing")
    closed = slots.indices(parts.get("unavailable"), "unavailable")
    return Interpreter(parts["name"].text("a name"), parts["languages"].words("languages"), closed)


def _never(part: Part, people: People) -> Iterable[tuple[int, int]]:
    parties = [people.party(party) for party in part.items("a pair")]
    if len(parties) != 2:
        raise part.wrong(f"a pair has two people, not {len(parties)}")
    for first in parties[0]:
        for second in parties[1]:
            if first != second:
                yield min(first, second), max(first, second)


class Meetings:
    """Meetings, requests and pairs that must meet become one list; a pair that wants each other has one meeting."""

    def __init__(self, people: People, slots: Slots) -> None:
        self._people, self._slots = people, slots
        self.found: list[Meeting] = []
        self._places: list[Path] = []
        self._asked: dict[tuple[tuple[int, ...], tuple[int, ...]], int] = {}
        """Who asked whom: the meeting."""

    def place_of(self, path: Path) -> Path:
        """Return where in the document something about a meeting stands."""
        match path:
            case ("meetings", int(index), *rest) if index < len(self._places):
                place = self._places[index]
                return (*place, *rest) if place[0] == "meetings" else place
            case _:
                return path

    def _add(self, meeting: Meeting, place: Path) -> None:
        self.found.append(meeting)
        self._places.append(place)

    def add_meeting(self, part: Part) -> None:
        """Read an entry of “meetings”."""
        parts = part.mapping(MEETING, "a meeting")
        if "people" not in parts:
            raise part.wrong("“people” is missing")
        people, choices = self._people.parties(parts["people"].items("people"))
        if len(people) + len(choices) < 2:
            raise parts["people"].wrong(f"a meeting has two people or more, not {len(people) + len(choices)}")
        slot = parts.get("slot", Part(None))
        after = parts["after"].items("after") if "after" in parts else []
        meeting = Meeting(
            people=people,
            session=_session(parts.get("session", Part("any"))),
            slot=None if slot.value is None else self._slots.index(slot),
            after=tuple(other.integer("a meeting") - 1 for other in after),
            weight=parts["weight"].integer("weight") if "weight" in parts else None,
            choices=choices,
            needs=parts["needs"].words("needs") if "needs" in parts else frozenset(),
            languages=parts["interpreter"].words("interpreter") if "interpreter" in parts else frozenset(),
        )
        self._add(meeting, part.path)

    def add_request(self, part: Part) -> None:
        """Read an entry of “requests”."""
        parts = part.mapping(REQUEST, "a request")
        for name in ("from", "to"):
            if name not in parts:
                raise part.wrong(f"“{name}” is missing")
        asking, asked = self._people.party(parts["from"]), self._people.party(parts["to"])
        priority = parts["priority"].integer("priority") if "priority" in parts else 1
        if not 1 <= priority <= HEAVIEST:
            raise parts["priority"].wrong(f"a priority is 1 to {HEAVIEST}, not {priority}")
        if (asking, asked) in self._asked:
            raise part.wrong("this was requested before")
        mutual = self._asked.get((asked, asking))
        people, choices = self._people.parties((parts["from"], parts["to"]))
        if asking == asked:
            raise part.wrong("somebody asks to meet themselves")
        meeting = Meeting(
            people, _session(parts.get("session", Part("any"))), weight=priority, choices=choices,
            needs=parts["needs"].words("needs") if "needs" in parts else frozenset(),
            languages=parts["interpreter"].words("interpreter") if "interpreter" in parts else frozenset(),
        )  # fmt: skip
        if mutual is None:
            self._asked[asking, asked] = len(self.found)
            self._add(meeting, part.path)
        else:
            self._asked[asking, asked] = mutual
            self.found[mutual] = _both(self.found[mutual], meeting, part)

    def add_must(self, part: Part) -> None:
        """Read an entry of “must”."""
        parties = part.items("a pair")
        if len(parties) != 2:
            raise part.wrong(f"a pair has two people, not {len(parties)}")
        first, second = (self._people.party(party) for party in parties)
        known = self._asked.get((first, second), self._asked.get((second, first)))
        if known is None:
            people, choices = self._people.parties(parties)
            self._add(Meeting(people, choices=choices), part.path)
        else:
            self.found[known] = replace(self.found[known], weight=None)
            self._places[known] = part.path


def _both(first: Meeting, second: Meeting, part: Part) -> Meeting:
    """Return the meeting of two who asked for each other: worth what both give it, with what both need."""
    if Session.ANY not in {first.session, second.session} and first.session is not second.session:
        raise part.wrong("these two asked for different sessions")
    return replace(
        first,
        session=second.session if first.session is Session.ANY else first.session,
        weight=min(HEAVIEST, (first.weight or 0) + (second.weight or 0)),
        needs=first.needs | second.needs,
        languages=first.languages | second.languages,
    )


def _session(part: Part) -> Session:
    if isinstance(part.value, str) and part.value in {str(session) for session in Session}:
        return Session(part.value)
    raise part.wrong(f"a session is one of {', '.join(Session)}, not {kind_of(part.value)}")
