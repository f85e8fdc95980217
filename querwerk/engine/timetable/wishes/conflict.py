"""Why there is no plan: few demands, in words, that cannot be met together.

As in `explain`, each demand has a switch; what the SAT solver needed for a contradiction is made smaller until nothing can be
left out. Only meetings that have to take place can make a plan impossible.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations, product

from querwerk.engine.timetable.attended import Interrupted
from querwerk.engine.timetable.explain import CROWD, Switched
from querwerk.engine.timetable.problem import Session
from querwerk.engine.timetable.result import Stop
from querwerk.engine.timetable.wishes.layout import Layout

FEW = 3
"""So many meetings are named even where fewer would be in each other’s way."""
LARGEST = 400_000
"""Variables from which looking for words takes too long."""


def conflict(layout: Layout, stop: Stop) -> tuple[str, ...]:
    """Return demands that cannot be met together; empty when time is over, or when only fairness is in the way."""
    problem = layout.problem
    if shortage := _shortage(layout):
        return (shortage,)
    musts = sum(meeting.weight is None for meeting in problem.meetings)
    if musts * problem.slots * (problem.tables if layout.equipment else 1) > LARGEST:
        return ()
    try:
        return _Demands(layout, stop).switched.conflict()
    except Interrupted:
        return ()


def _shortage(layout: Layout) -> str:
    """Say where more meetings need one kind of table than it has places; the most frequent conflict, in one sentence.

    Of several such places the smallest is told, and where more than a FEW meetings want it, as many as cannot all be: one more
    than it has places.
    """
    problem = layout.problem
    asking: defaultdict[str, list[tuple[int, frozenset[int]]]] = defaultdict(list)
    for index, meeting in enumerate(problem.meetings):
        if meeting.weight is None and layout.equipment:
            for need in meeting.needs.union(*(layout.rules[person].needs for person in meeting.people)):
                asking[need].append((index, frozenset(problem.slots_of(index))))
    found: list[tuple[int, str]] = []
    for need, meetings in sorted(asking.items()):
        tables = [table for table, one in enumerate(layout.equipment) if need in one.offers]
        for window in dict.fromkeys(window for _, window in meetings):
            inside = [index for index, slots in meetings if slots <= window]
            places = sum(slot not in layout.equipment[table].closed for table in tables for slot in window)
            if window and len(inside) > places:
                found.append((places, _shortage_words(layout, need, tables, window, inside[: max(FEW, places + 1)])))
    return min(found)[1] if found else ""


def _shortage_words(layout: Layout, need: str, tables: list[int], window: frozenset[int], inside: list[int]) -> str:
    problem = layout.problem
    names = [problem.table(table) for table in tables]
    slots = [problem.slot(slot) for slot in sorted(window)]
    is_any = len(slots) == problem.slots
    when = "in the whole day" if is_any else f"{'at' if problem.slot_names else 'in'} {_listed(slots)}"
    meetings = [f"meeting {index + 1} of {problem.parties(index)}" for index in inside]
    who = _listed(meetings) if len(inside) <= CROWD else f"at least {len(inside)} meetings"
    all_ = " all" if len(inside) > 2 else ""
    if not tables:
        return f"no table offers “{need}”, and {who}{all_} need{'s' if len(inside) == 1 else ''} one"
    if len(tables) == 1:
        return f"{names[0]} is the only one that offers “{need}”, and {who}{all_} need it {when}"
    return f"only {_listed(names)} offer “{need}”, and {who}{all_} need one of them {when}"


def _listed(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


@dataclass(frozen=True, slots=True)
class _Option:
    """One way of choosing delegates for a meeting, and the literals that it is in a slot."""

    meeting: int
    people: tuple[int, ...]
    at: list[int]


class _Demands:
    """The meetings that have to be, with a switch at each demand."""

    def __init__(self, layout: Layout, stop: Stop) -> None:
        self.layout, self.problem = layout, layout.problem
        self.switched = Switched(stop)
        self.clauses = self.switched.clauses
        self.options: list[_Option] = []
        self.days: list[list[_Option]] = [[] for _ in range(self.problem.people)]
        for index, meeting in enumerate(self.problem.meetings):
            if meeting.weight is None:
                self._add_meeting(index)
        for option in self.options:
            for person in option.people:
                self.days[person].append(option)
        self._add_people()
        self._add_order()
        if self.layout.equipment:
            self._add_furniture()
        else:
            self._add_tables()
        self._add_interpreters()

    def _demand(self, words: str, clauses: Iterable[list[int]]) -> None:
        if wanted := list(clauses):
            self.switched.demand(words, "", wanted)

    def _called(self, index: int) -> str:
        return f"meeting {index + 1} of {self.problem.parties(index)}"

    def _places(self, index: int) -> list[list[int]]:
        """Return for each slot the literals that a meeting is in it."""
        mine = [option for option in self.options if option.meeting == index]
        return [[option.at[slot] for option in mine] for slot in range(self.problem.slots)]

    # --- Meetings and people -------------------------------------------------------

    def _add_meeting(self, index: int) -> None:
        problem, meeting = self.problem, self.problem.meetings[index]
        slots = range(problem.slots)
        for chosen in product(*meeting.choices):
            people = (*meeting.people, *chosen)
            if len(set(people)) == len(people):
                self.options.append(_Option(index, people, [self.clauses.new() for _ in slots]))
        places = self._places(index)
        self.clauses.at_most_one([literal for here in places for literal in here])
        morning = slots[: problem.morning_slots]
        inside = {Session.ANY: slots, Session.MORNING: morning, Session.AFTERNOON: slots[problem.morning_slots :]}
        part = "" if meeting.session is Session.ANY else f" in the {meeting.session}"
        wanted = [literal for slot in inside[meeting.session] for literal in places[slot]]
        self._demand(f"{self._called(index)} has to be{part}", [wanted])
        if meeting.slot is not None:
            others = [[-literal] for slot in slots if slot != meeting.slot for literal in places[slot]]
            self._demand(f"{self._called(index)} is fixed to {problem.slot(meeting.slot)}", others)

    def _add_people(self) -> None:
        problem = self.problem
        for person, options in enumerate(self.days):
            for slot in range(problem.slots):
                self.clauses.at_most_one([option.at[slot] for option in options])
            closed = sorted(problem.unavailable[person])
            words = f"{problem.person(person)} cannot come in {', '.join(problem.slot(slot) for slot in closed)}"
            self._demand(words, ([-option.at[slot]] for option in options for slot in closed))
            most = self.layout.rules[person].most
            literals = [literal for option in options for literal in option.at]
            if most is not None and len({option.meeting for option in options}) > most:
                outputs = self.clauses.counter(literals, most + 1)
                self._demand(f"{problem.person(person)} may have at most {most} meetings", [[-outputs[most]]])
        for first, second in sorted(problem.never):
            both = [option for option in self.days[first] if second in option.people]
            words = f"{problem.person(first)} and {problem.person(second)} must never meet"
            self._demand(words, ([-literal] for option in both for literal in option.at))

    def _add_order(self) -> None:
        problem = self.problem
        for index, meeting in enumerate(problem.meetings):
            for other in meeting.after:
                if meeting.weight is None and problem.meetings[other].weight is None:
                    late, early = self._places(index), self._places(other)
                    pairs = combinations(range(problem.slots), 2)
                    clauses = [[-a, -b] for s, t in pairs for a in late[s] for b in early[t]]
                    clauses += [[-a, -b] for s in range(problem.slots) for a in late[s] for b in early[s]]
                    self._demand(f"meeting {other + 1} has to be before meeting {index + 1}", clauses)

    # --- Tables --------------------------------------------------------------------

    def _add_tables(self) -> None:
        tables = self.problem.tables
        for slot in range(self.problem.slots):
            literals = [option.at[slot] for option in self.options]
            if len({option.meeting for option in self.options}) > tables:
                outputs = self.clauses.counter(literals, tables + 1)
                self._demand(f"{self.problem.slot(slot)} has {tables} tables", [[-outputs[tables]]])

    def _add_furniture(self) -> None:
        """Tables by name; where the switch of their number is off, everybody may sit on the floor."""
        problem, slots = self.problem, range(self.problem.slots)
        seats = {
            (o, s, t): self.clauses.new()
            for o in range(len(self.options))
            for s in slots
            for t in range(problem.tables)
        }
        floors = {(o, s): self.clauses.new() for o in range(len(self.options)) for s in slots}
        for (number, slot), floor in floors.items():
            here = [seats[number, slot, table] for table in range(problem.tables)]
            self.clauses.add((-self.options[number].at[slot], floor, *here))
            self.clauses.at_most_one(here)
        for slot in slots:
            for table in range(problem.tables):
                self.clauses.at_most_one([seats[number, slot, table] for number in range(len(self.options))])
            words = f"{problem.slot(slot)} has {problem.tables} tables"
            self._demand(words, ([-floors[number, slot]] for number in range(len(self.options))))
        self._add_needs(seats)
        for table, equipment in enumerate(self.layout.equipment):
            name = problem.table(table)
            closed = [[-seats[o, s, table]] for o in range(len(self.options)) for s in sorted(equipment.closed)]
            self._demand(f"{name} is closed in {', '.join(problem.slot(s) for s in sorted(equipment.closed))}", closed)
            if equipment.holders:
                names = ", ".join(problem.person(holder) for holder in sorted(equipment.holders))
                strangers = [o for o, option in enumerate(self.options) if not equipment.holders & set(option.people)]
                self._demand(
                    f"{name} is reserved for {names}", ([-seats[o, s, table]] for o in strangers for s in slots)
                )
        for person, stands in sorted(self.layout.stand_of.items()):
            words = f"{problem.person(person)} stays at {' or '.join(problem.table(table) for table in stands)}"
            self._demand(words, self._elsewhere(person, seats))

    def _add_needs(self, seats: dict[tuple[int, int, int], int]) -> None:
        problem = self.problem
        for number, option in enumerate(self.options):
            meeting = problem.meetings[option.meeting]
            for need in sorted(meeting.needs.union(*(self.layout.rules[p].needs for p in option.people))):
                fitting = [table for table, one in enumerate(self.layout.equipment) if need in one.offers]
                who = [problem.person(p) for p in option.people if need in self.layout.rules[p].needs]
                subject = (
                    f"{' and '.join(who)} in {self._called(option.meeting)}" if who else self._called(option.meeting)
                )
                words = f"{subject} needs a table that offers “{need}”; {self._only(fitting)}"
                lacking = [table for table in range(problem.tables) if table not in fitting]
                slots = range(problem.slots)
                self._demand(words, ([-seats[number, slot, table]] for slot in slots for table in lacking))

    def _only(self, tables: list[int]) -> str:
        if not tables:
            return "no table does"
        if len(tables) == 1:
            return f"{self.problem.table(tables[0])} is the only one"
        return f"only {', '.join(self.problem.table(table) for table in tables)} do"

    def _elsewhere(self, person: int, seats: dict[tuple[int, int, int], int]) -> Iterable[list[int]]:
        for number, option in enumerate(self.options):
            if person in option.people:
                mine = {table for other in option.people for table in self.layout.stand_of.get(other, ())}
                for slot in range(self.problem.slots):
                    for table in set(range(self.problem.tables)) - mine:
                        yield [-seats[number, slot, table]]

    # --- Interpreters ----------------------------------------------------------------

    def _add_interpreters(self) -> None:
        problem, slots = self.problem, range(self.problem.slots)
        people = range(len(problem.interpreters))
        heard: dict[tuple[int, int], list[int]] = {(i, s): [] for i in people for s in slots}
        for option in self.options:
            meeting = problem.meetings[option.meeting]
            languages = meeting.languages.union(*(self.layout.rules[p].languages for p in option.people))
            if not languages:
                continue
            able = [i for i in people if languages <= problem.interpreters[i].languages]
            clauses = []
            for slot in slots:
                voices = [self.clauses.new() for _ in able]
                for i, voice in zip(able, voices, strict=True):
                    heard[i, slot].append(voice)
                clauses.append([-option.at[slot], *voices])
            names = ", ".join(problem.interpreters[i].name for i in able) or "nobody"
            words = f"{self._called(option.meeting)} needs an interpreter for {', '.join(sorted(languages))}: {names}"
            self._demand(words, clauses)
        for i in people:
            interpreter = problem.interpreters[i]
            for slot in slots:
                self.clauses.at_most_one(heard[i, slot])
            closed = sorted(interpreter.unavailable)
            words = f"{interpreter.name} cannot come in {', '.join(problem.slot(slot) for slot in closed)}"
            self._demand(words, ([-voice] for slot in closed for voice in heard[i, slot]))
