"""What is to be planned: people, slots, tables and the meetings they were promised."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain, combinations

from querwerk.engine.documents import Misplaced, Path

LARGEST = 200_000
"""More meetings than this in one problem are taken for a mistake."""

HEAVIEST = 1_000
"""The largest weight of a meeting."""


class Session(StrEnum):
    """The part of the day in which a meeting has to be."""

    MORNING = "morning"
    AFTERNOON = "afternoon"
    ANY = "any"


class InvalidProblem(Misplaced):
    """Something in a problem makes no sense; says what, and where."""


@dataclass(frozen=True, slots=True)
class Meeting:
    """People who are to meet once: mostly two, or a small group. People, slots and meetings count from 0 in the engine."""

    people: tuple[int, ...]
    session: Session = Session.ANY
    slot: int | None = None
    """The slot it is fixed to."""
    after: tuple[int, ...] = ()
    """Meetings that have to be over before this one; for wishes only if both are held."""
    weight: int | None = None
    """What it is worth to hold this meeting; None: it has to take place."""
    choices: tuple[tuple[int, ...], ...] = ()
    """Of each of these groups one person takes part as well: delegates of an organisation, any of whom will do."""
    needs: frozenset[str] = frozenset()
    """What its table has to offer."""
    languages: frozenset[str] = frozenset()
    """Languages that an interpreter at the table has to speak; empty: no interpreter."""

    @property
    def is_plain(self) -> bool:
        """Say whether this is a meeting of two people that has to take place anywhere."""
        return self.weight is None and len(self.people) == 2 and not (self.choices or self.needs or self.languages)


@dataclass(frozen=True, slots=True)
class Person:
    """What counts for one person beside the slots in which they cannot come."""

    least: int = 0
    """So many meetings are guaranteed."""
    most: int | None = None
    needs: frozenset[str] = frozenset()
    """What each of their tables has to offer."""
    languages: frozenset[str] = frozenset()
    """What has to be interpreted for them in each meeting."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table that differs from others."""

    name: str = ""
    offers: frozenset[str] = frozenset()
    holders: frozenset[int] = frozenset()
    """Only meetings of these people may be here; empty: all."""
    is_stand: bool = False
    """The holders do not leave: all their meetings are here, or at another stand of one who takes part."""
    closed: frozenset[int] = frozenset()
    """Slots in which nobody can sit here."""


@dataclass(frozen=True, slots=True)
class Interpreter:
    """Somebody who can be in one meeting at a time and speaks these languages."""

    name: str
    languages: frozenset[str]
    unavailable: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Problem:
    """Meetings without a weight have to take place; of the others as much weight as possible; then few breaks.

    A break is one run of idle slots, however long, between two meetings of a person. The guaranteed meetings of people
    count more than weight. Where there are meetings with a weight, fairness is a wish, too, and counts before breaks.
    """

    people: int
    slots: int
    morning_slots: int
    tables: int
    meetings: tuple[Meeting, ...]
    unavailable: tuple[frozenset[int], ...] = ()
    """For each person the slots in which they cannot meet anybody; empty: everybody always can."""
    fairness: int | None = None
    """The largest difference between two people's breaks; None: any."""
    names: tuple[str, ...] = ()
    """What to call the people in messages; empty: by their numbers."""
    persons: tuple[Person, ...] = ()
    """More about each person; empty: nothing."""
    equipment: tuple[Table, ...] = ()
    """More about each table; empty: all are alike."""
    interpreters: tuple[Interpreter, ...] = ()
    never: frozenset[tuple[int, int]] = frozenset()
    """Pairs who must not meet, the smaller number first."""
    slot_names: tuple[str, ...] = ()
    """What to call the slots in messages, such as “10:20”; empty: by their numbers."""

    def __post_init__(self) -> None:
        if not self.unavailable:
            object.__setattr__(self, "unavailable", (frozenset(),) * max(self.people, 0))
        for fault in faults_of(self):
            raise fault

    def person(self, index: int) -> str:
        """Return what to call a person."""
        return self.names[index] if self.names else f"person {index + 1}"

    def slot(self, index: int) -> str:
        """Return what to call a slot."""
        return self.slot_names[index] if self.slot_names else f"slot {index + 1}"

    def table(self, index: int) -> str:
        """Return what to call a table."""
        return (self.equipment[index].name if self.equipment else "") or f"table {index + 1}"

    def parties(self, index: int) -> str:
        """Return the names of all who can take part in a meeting, such as “Anna and Ben or Cem”."""
        meeting = self.meetings[index]
        words = [self.person(person) for person in meeting.people]
        words += [" or ".join(self.person(person) for person in group) for group in meeting.choices]
        return f"{', '.join(words[:-1])} and {words[-1]}"

    @property
    def is_plain(self) -> bool:
        """Say whether this is the published problem: all 1:1 meetings have to take place, and tables are alike."""
        special = self.persons or self.equipment or self.interpreters or self.never
        return not special and all(meeting.is_plain for meeting in self.meetings)

    @property
    def has_wishes(self) -> bool:
        """Say whether there are meetings that need not take place."""
        return any(meeting.weight is not None for meeting in self.meetings)

    def slots_of(self, index: int) -> list[int]:
        """Return the slots that session, fixing and all who have to take part leave to a meeting."""
        meeting = self.meetings[index]
        first = self.morning_slots if meeting.session is Session.AFTERNOON else 0
        end = self.morning_slots if meeting.session is Session.MORNING else self.slots
        closed = frozenset[int]().union(*(self.unavailable[person] for person in meeting.people))
        return [slot for slot in range(first, end) if slot not in closed and meeting.slot in (None, slot)]

    def meetings_of(self) -> list[list[int]]:
        """Return for each person the meetings they have to take part in."""
        found: list[list[int]] = [[] for _ in range(self.people)]
        for index, meeting in enumerate(self.meetings):
            for person in meeting.people:
                found[person].append(index)
        return found


def faults_of(problem: Problem) -> Iterator[InvalidProblem]:
    """Look for what makes no sense in a problem; after the first of these nothing further may be looked at."""
    yield from _faults_of_sizes(problem)
    yield from _faults_of_lists(problem)
    for person, closed in enumerate(problem.unavailable):
        yield from _faults_of_slots(problem, closed, ("people", person, "unavailable"))
    for index, rules in enumerate(problem.persons):
        yield from _faults_of_person(problem, index, rules)
    for index, table in enumerate(problem.equipment):
        yield from _faults_of_table(problem, index, table)
    for index, interpreter in enumerate(problem.interpreters):
        yield from _faults_of_slots(problem, interpreter.unavailable, ("interpreters", index, "unavailable"))
    for first, second in sorted(problem.never):
        if not 0 <= first < second < problem.people:
            yield InvalidProblem("a pair that must never meet has to be two different people who exist", ("never",))
    for index, meeting in enumerate(problem.meetings):
        yield from _faults_of_meeting(problem, index, meeting)
    yield from _faults_of_fixed(problem)


def _faults_of_sizes(problem: Problem) -> Iterator[InvalidProblem]:
    for name in ("people", "slots", "tables"):
        if getattr(problem, name) < 1:
            yield InvalidProblem(f"there must be at least one of “{name}”, not {getattr(problem, name)}", (name,))
    if not 0 <= problem.morning_slots <= problem.slots:
        yield InvalidProblem(
            f"morning slots must be between 0 and the {problem.slots} slots there are, not {problem.morning_slots}",
            ("morning_slots",),
        )
    if problem.fairness is not None and problem.fairness < 0:
        yield InvalidProblem(f"fairness must not be negative, but is {problem.fairness}", ("fairness",))
    for name in ("people", "slots", "tables"):
        if getattr(problem, name) > LARGEST:
            yield InvalidProblem(f"there are {getattr(problem, name)} {name}, more than {LARGEST}", (name,))


def _faults_of_lists(problem: Problem) -> Iterator[InvalidProblem]:
    if len(problem.meetings) > LARGEST:
        yield InvalidProblem(f"there are {len(problem.meetings)} meetings, more than {LARGEST}", ("meetings",))
    if len(problem.unavailable) != problem.people:
        yield InvalidProblem(
            f"unavailable slots are given for {len(problem.unavailable)} people, but there are {problem.people}",
            ("people",),
        )
    for given, words, what, count in (
        (problem.names, "names", "people", problem.people),
        (problem.persons, "rules", "people", problem.people),
        (problem.equipment, "rules", "tables", problem.tables),
        (problem.slot_names, "names", "slots", problem.slots),
    ):
        if given and len(given) != count:
            yield InvalidProblem(f"there are {len(given)} {words} for {count} {what}", (what,))


def _faults_of_slots(problem: Problem, slots: Iterable[int], path: Path) -> Iterator[InvalidProblem]:
    for slot in sorted(slots):
        if not 0 <= slot < problem.slots:
            yield InvalidProblem(f"there is no slot {slot + 1}; slots are 1 to {problem.slots}", path)


def _faults_of_person(problem: Problem, index: int, rules: Person) -> Iterator[InvalidProblem]:
    path = ("people", index)
    if rules.least < 0:
        yield InvalidProblem(f"the guaranteed meetings must not be negative, but are {rules.least}", (*path, "least"))
    if rules.most is not None and rules.most < rules.least:
        name = problem.person(index)
        reason = f"{name} is guaranteed {rules.least} meetings, but may have at most {rules.most}"
        yield InvalidProblem(reason, (*path, "most"))


def _faults_of_table(problem: Problem, index: int, table: Table) -> Iterator[InvalidProblem]:
    yield from _faults_of_slots(problem, table.closed, ("tables", index, "closed"))
    if any(not 0 <= holder < problem.people for holder in table.holders):
        yield InvalidProblem(f"{problem.table(index)} is held by somebody who does not exist", ("tables", index))
    if table.is_stand and not table.holders:
        yield InvalidProblem(f"{problem.table(index)} is the stand of nobody", ("tables", index))


def _faults_of_meeting(problem: Problem, index: int, meeting: Meeting) -> Iterator[InvalidProblem]:
    yield from _faults_of_parties(problem, index, meeting)
    path: Path = ("meetings", index)
    if meeting.slot is not None:
        yield from _faults_of_slots(problem, (meeting.slot,), (*path, "slot"))
    if meeting.weight is not None and not 1 <= meeting.weight <= HEAVIEST:
        reason = f"the weight of meeting {index + 1} must be 1 to {HEAVIEST}, not {meeting.weight}"
        yield InvalidProblem(reason, (*path, "weight"))
    for other in meeting.after:
        if not 0 <= other < len(problem.meetings):
            reason = f"meeting {index + 1} is to come after meeting {other + 1}, which does not exist"
            yield InvalidProblem(reason, (*path, "after"))
        if other == index:
            yield InvalidProblem(f"meeting {index + 1} is to come after itself", (*path, "after"))


def _faults_of_parties(problem: Problem, index: int, meeting: Meeting) -> Iterator[InvalidProblem]:
    path: Path = ("meetings", index, "people")
    number = index + 1
    for person in (*meeting.people, *chain.from_iterable(meeting.choices)):
        if not 0 <= person < problem.people:
            reason = f"meeting {number} names person {person + 1}, but people are 1 to {problem.people}"
            yield InvalidProblem(reason, path)
    if len(meeting.people) + len(meeting.choices) < 2:
        yield InvalidProblem(f"meeting {number} has fewer than two people", path)
    if len(set(meeting.people)) < len(meeting.people):
        name = problem.person(Counter(meeting.people).most_common(1)[0][0])
        yield InvalidProblem(f"meeting {number} is a meeting of {name} with themselves", path)
    if any(set(group) <= set(meeting.people) for group in meeting.choices):
        yield InvalidProblem(f"in meeting {number} nobody of an organisation is left to take part", path)
    if meeting.weight is None and problem.never:
        yield from _faults_of_must(problem, index, meeting)


def _faults_of_must(problem: Problem, index: int, meeting: Meeting) -> Iterator[InvalidProblem]:
    for first, second in combinations(sorted(meeting.people), 2):
        if (first, second) in problem.never:
            names = f"{problem.person(first)} and {problem.person(second)}"
            reason = f"meeting {index + 1} has to take place, but {names} must never meet"
            yield InvalidProblem(reason, ("meetings", index, "people"))


def _faults_of_fixed(problem: Problem) -> Iterator[InvalidProblem]:
    fixed: Counter[int] = Counter()
    closed = Counter(slot for table in problem.equipment for slot in table.closed)
    for index, meeting in enumerate(problem.meetings):
        if meeting.slot is None or meeting.weight is not None:
            continue
        fixed[meeting.slot] += 1
        tables = problem.tables - closed[meeting.slot]
        if fixed[meeting.slot] > tables:
            yield InvalidProblem(
                f"more than {tables} meetings are fixed to {problem.slot(meeting.slot)}, "
                f"but there are only {tables} tables",
                ("meetings", index, "slot"),
            )
