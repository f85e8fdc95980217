"""Between the room and the engine: what a timetable depends on as plain data, as the engine's problem, and back. Pure.

People are named “#12” to the engine, after their number: what it says about them is stored without names, and shows them
as long as they may be shown.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import combinations

from querwerk.engine.timetable import (
    Changes,
    Meeting,
    Person,
    Placement,
    Plan,
    Problem,
    Promise,
    Table,
    check,
    promise,
)
from querwerk.engine.timetable.problem import HEAVIEST

ACCESSIBLE = "accessible"
NOBODY = "no language in common"
"""What a meeting needs that no table offers, where its people cannot talk to each other and nobody interprets."""

type Party = tuple[int, ...]
"""The numbers of a person, or of the members of a team of whom one comes, or all; the smallest first."""
type Key = tuple[Party, Party]
"""Whoever meets; the smaller party first."""


@dataclass(frozen=True, slots=True)
class Attendee:
    """Somebody who can be in meetings."""

    id: int
    languages: frozenset[str] = frozenset()
    """Empty: any."""
    needs_accessible: bool = False
    least: int = 0
    most: int | None = None
    team: int | None = None
    comes_together: bool = False
    """In each meeting of the team, with all of it who are there; otherwise whoever of it is free comes."""
    closed: frozenset[int] = frozenset()
    """Numbers of slots in which they cannot come."""
    has_left: bool = False
    """Takes no part any more, but stands in the version that is to be mended."""


@dataclass(frozen=True, slots=True)
class Place:
    """A table."""

    id: int
    name: str = ""
    languages: tuple[str, ...] = ()
    is_accessible: bool = False
    stand_of: int | None = None
    is_closed: bool = False


@dataclass(frozen=True, slots=True)
class Sitting:
    """A meeting as it stands in a version: numbers of slot, table and people."""

    slot: int
    table: int
    people: tuple[int, int]
    is_locked: bool = False


@dataclass(frozen=True, slots=True)
class Wanted:
    """One wish, with what it counts; without a weight it has to be."""

    first: int
    second: int
    weight: int | None
    is_noted: bool = False
    """The organisers noted it themselves."""


@dataclass(frozen=True)
class Situation:
    """Everything that a timetable depends on."""

    attendees: tuple[Attendee, ...]
    slots: tuple[int, ...]
    slot_names: tuple[str, ...]
    places: tuple[Place, ...]
    wanted: tuple[Wanted, ...] = ()
    never: frozenset[tuple[int, int]] = frozenset()
    """Pairs of numbers, the smaller first."""
    base: tuple[Sitting, ...] = ()
    """The version that is mended, or whose locked meetings stay."""
    known: frozenset[tuple[int, int]] = frozenset()
    """Pairs that were wanted when that version was made."""
    since: int = 0
    """How many slots have begun."""

    @cached_property
    def index(self) -> dict[int, int]:
        """Return the engine's number of each person."""
        return {attendee.id: number for number, attendee in enumerate(self.attendees)}

    @cached_property
    def slot_index(self) -> dict[int, int]:
        """Return the engine's number of each slot."""
        return {slot: number for number, slot in enumerate(self.slots)}

    @cached_property
    def place_index(self) -> dict[int, int]:
        """Return the engine's number of each table."""
        return {place.id: number for number, place in enumerate(self.places)}

    @cached_property
    def parties(self) -> dict[int, Party]:
        """Return with whom each person shares meetings."""
        teams: dict[int, list[Attendee]] = defaultdict(list)
        for attendee in self.attendees:
            if attendee.team is not None:
                teams[attendee.team].append(attendee)
        shared: dict[int, Party] = {}
        for members in teams.values():
            # Those who come together do so as far as they are there: the others go on without who has left.
            there = [one for one in members if not (one.comes_together and one.has_left)] or members
            shared |= dict.fromkeys((one.id for one in members), tuple(sorted(one.id for one in there)))
        return {attendee.id: shared.get(attendee.id, (attendee.id,)) for attendee in self.attendees}

    def is_joint(self, party: Party) -> bool:
        """Tell whether all of a party come, and not one of them."""
        return len(party) == 1 or self.attendees[self.index[party[0]]].comes_together

    def key(self, first: int, second: int) -> Key | None:
        """Return what a meeting of these two is called; nothing where they are of one team."""
        one, other = sorted((self.parties[first], self.parties[second]))
        return None if one == other else (one, other)

    def key_of_wish(self, wish: Wanted) -> Key | None:
        """Return what the meeting of a wish is called; nothing where nobody is left who could come."""
        if wish.first not in self.index or wish.second not in self.index:
            return None
        for one in (wish.first, wish.second):
            if all(self.attendees[self.index[member]].has_left for member in self.parties[one]):
                return None
        return self.key(wish.first, wish.second)

    @cached_property
    def weights(self) -> dict[Key, int | None]:
        """Return each meeting that somebody wants with what it is worth; None: it has to be."""
        found: dict[Key, int | None] = {}
        for wish in self.wanted:
            key = self.key_of_wish(wish)
            if key is None:
                continue
            before = found.get(key, 0)
            is_must = wish.weight is None or before is None
            found[key] = None if is_must else min(HEAVIEST, (before or 0) + (wish.weight or 0))
        return dict(sorted(found.items()))


# --- The engine's problem ----------------------------------------------------


def _table_of(situation: Situation, place: Place) -> Table:
    offers = {f"{one}+{other}" for one, other in combinations(sorted(place.languages), 2)}
    if place.is_accessible:
        offers.add(ACCESSIBLE)
    holders = frozenset(
        number for number, one in enumerate(situation.attendees) if place.stand_of is not None and one.team == place.stand_of
    )  # fmt: skip
    # Some names are told to the organisers in sentences; a number alone would read as “table 3”, which it may not be.
    return Table(name=place.name, offers=frozenset(offers), holders=holders, is_stand=bool(holders))


def _tables(situation: Situation) -> tuple[Table, ...]:
    return tuple(_table_of(situation, place) for place in situation.places)


def _persons(situation: Situation, load: dict[int, int]) -> tuple[Person, ...]:
    return tuple(
        Person(
            least=min(one.least, load.get(one.id, 0), one.most if one.most is not None else one.least),
            most=one.most,
            needs=frozenset({ACCESSIBLE}) if one.needs_accessible else frozenset(),
        )
        for one in situation.attendees
    )


def _spoken(situation: Situation, party: Party) -> frozenset[str]:
    """Return the languages of a party; nothing where somebody in it speaks any."""
    spoken = [situation.attendees[situation.index[one]].languages for one in party]
    return frozenset() if not all(spoken) else frozenset().union(*spoken)


def _needs(situation: Situation, key: Key) -> frozenset[str]:
    """Return what the table of a meeting has to offer so that its people understand each other."""
    one, other = (_spoken(situation, party) for party in key)
    if not one or not other or one & other:
        return frozenset()
    bridges = sorted("+".join(sorted((first, second))) for first in one for second in other)
    offered = {
        f"{first}+{second}" for place in situation.places for first, second in combinations(sorted(place.languages), 2)
    }
    return frozenset({next((bridge for bridge in bridges if bridge in offered), NOBODY)})


def _meeting(situation: Situation, key: Key, weight: int | None, slot: int | None = None) -> Meeting:
    index = situation.index
    return Meeting(
        people=tuple(index[one] for party in key if situation.is_joint(party) for one in party),
        choices=tuple(tuple(index[one] for one in party) for party in key if not situation.is_joint(party)),
        weight=weight,
        needs=_needs(situation, key),
        slot=slot,
    )


def _loads(keys: Iterable[Key]) -> dict[int, int]:
    load: dict[int, int] = defaultdict(int)
    for key in keys:
        for party in key:
            for one in party:
                load[one] += 1
    return load


def _closed(situation: Situation, attendee: Attendee) -> frozenset[int]:
    if attendee.has_left:
        return frozenset(range(len(situation.slots)))
    return frozenset(situation.slot_index[slot] for slot in attendee.closed)


def _problem(situation: Situation, meetings: Sequence[Meeting], load: dict[int, int], *, closed: bool) -> Problem:
    """Put a problem together; ``closed``: with the slots in which people cannot come."""
    tables = _tables(situation)
    # Where tables are alike they are counted and need no names, which is much faster.
    is_special = any(table.offers or table.holders for table in tables)
    unavailable = tuple(_closed(situation, one) if closed else frozenset[int]() for one in situation.attendees)
    return Problem(
        people=len(situation.attendees),
        slots=len(situation.slots),
        morning_slots=len(situation.slots),
        tables=len(situation.places),
        meetings=tuple(meetings),
        unavailable=unavailable,
        names=tuple(f"#{one.id}" for one in situation.attendees),
        persons=_persons(situation, load),
        equipment=tables if is_special else (),
        never=frozenset(
            (min(pair), max(pair))
            for first, second in situation.never
            if first in situation.index and second in situation.index
            for pair in [(situation.index[first], situation.index[second])]
        ),
        slot_names=situation.slot_names,
    )


def promised(situation: Situation) -> Promise:
    """Return how many meetings everybody can be promised, whoever they wish for."""
    return promise(_problem(situation, (), {}, closed=True))


@dataclass(frozen=True)
class Task:
    """A problem, with the key of each of its meetings, and a version to start from."""

    problem: Problem
    keys: tuple[Key, ...]
    plan: Plan = ()
    """Where the meetings of the version that is mended are; empty when it is planned anew."""
    changes: Changes = field(default_factory=Changes)
    added: tuple[Key, ...] = ()
    """The keys of the meetings in ``changes.added``."""

    @property
    def all_keys(self) -> tuple[Key, ...]:
        """Return the key of each meeting in the order of the plan that comes out."""
        return (*self.keys, *self.added)


def anew(situation: Situation) -> Task:
    """Return the problem of a timetable from nothing but the locked meetings."""
    weights = dict(situation.weights)
    fixed: dict[Key, int] = {}
    for sitting in situation.base:
        has_left = any(situation.attendees[situation.index[one]].has_left for one in sitting.people)
        key = situation.key(*sitting.people) if sitting.is_locked and not has_left else None
        if key is not None:
            fixed[key], weights[key] = situation.slot_index[sitting.slot], None
    keys = tuple(sorted(weights))
    meetings = [_meeting(situation, key, weights[key], fixed.get(key)) for key in keys]
    open_places = tuple(place for place in situation.places if not place.is_closed)
    narrowed = replace(situation, places=open_places)
    return Task(_problem(narrowed, meetings, _loads(keys), closed=True), keys)


def mending(situation: Situation, *, is_fewest: bool = False) -> Task:
    """Return the problem of a version that was good until something changed, with what has changed since.

    The fewest changes take in of what is newly wanted only what the organisers asked for themselves.
    """
    placed, lost_keys = _placed(situation)
    weights = situation.weights
    known = {key for pair in situation.known if set(pair) <= situation.index.keys() for key in [situation.key(*pair)]}
    asked = {situation.key_of_wish(wish) for wish in situation.wanted if wish.is_noted or wish.weight is None}
    # What the organisers asked for counts as new although somebody wanted it before: it is to find a place now.
    waiting = (key for key in weights if key in known and not (is_fewest and key in asked))
    keys = tuple(sorted({*placed, *waiting}))
    added = tuple(key for key in weights if key not in set(keys) and (key in asked or not is_fewest))
    locked = {
        key: situation.slot_index[sitting.slot]
        for sitting in situation.base
        if sitting.is_locked and (key := situation.key(*sitting.people)) in placed and key is not None
    }
    meetings = [
        _meeting(situation, key, None if key in locked else weights.get(key, 1), locked.get(key)) for key in keys
    ]
    everything = frozenset(range(len(situation.slots)))
    absent = tuple(
        (number, closed) for number, one in enumerate(situation.attendees) if (closed := _closed(situation, one))
    )
    gone = frozenset(number for number, key in enumerate(keys) if key not in weights and key not in locked)
    changes = Changes(
        absent=absent,
        closed=tuple((number, everything) for number, place in enumerate(situation.places) if place.is_closed),
        cancelled=gone | frozenset(number for number, key in enumerate(keys) if key in lost_keys),
        added=tuple(_meeting(situation, key, weights[key]) for key in added),
        since=situation.since,
    )
    problem = _problem(situation, meetings, _loads((*keys, *added)), closed=False)
    return Task(problem, keys, tuple(placed.get(key) for key in keys), changes, added)


def _placed(situation: Situation) -> tuple[dict[Key, Placement], set[Key]]:
    """Return where each meeting of the base is, and those that must not be any more: somebody has ruled them out.

    One of those who come together now, and sat there without each other, has no place yet.
    """
    placed: dict[Key, Placement] = {}
    ruled_out: set[Key] = set()
    at: dict[tuple[int, int], set[int]] = defaultdict(set)
    for sitting in situation.base:
        at[sitting.slot, sitting.table] |= {*sitting.people}
    for sitting in situation.base:
        key = situation.key(*sitting.people)
        if key is None:
            continue
        if (min(sitting.people), max(sitting.people)) in situation.never:
            ruled_out.add(key)
        joint = {one for party in key if situation.is_joint(party) for one in party}
        if key in placed or not joint <= at[sitting.slot, sitting.table]:
            continue
        delegates = tuple(
            situation.index[one]
            for party in key
            if not situation.is_joint(party)
            for one in sitting.people
            if one in party
        )
        slot, table = situation.slot_index[sitting.slot], situation.place_index[sitting.table]
        placed[key] = Placement(slot, table, delegates)
    return placed, ruled_out


# --- And back ----------------------------------------------------------------


def sittings(situation: Situation, task: Task, plan: Plan) -> list[Sitting]:
    """Return the meetings of a plan as numbers of the room's rows."""
    places = [place for place in situation.places if task.plan or not place.is_closed]
    meetings = (*task.problem.meetings, *task.changes.added)
    locked = {frozenset(sitting.people): sitting.slot for sitting in situation.base if sitting.is_locked}
    found = []
    for key, meeting, placement in zip(task.all_keys, meetings, plan, strict=True):
        if placement is None:
            continue
        seated = {situation.attendees[person].id for person in (*meeting.people, *placement.delegates)}
        one, other = sorted(min(seated.intersection(party)) for party in key)
        slot = situation.slots[placement.slot]
        found.append(
            Sitting(slot, places[placement.table].id, (one, other), locked.get(frozenset((one, other))) == slot)
        )
    return found


def seats(situation: Situation, sitting: Sitting) -> Iterable[tuple[int, int]]:
    """Yield who sits in a meeting, and whom each meets: of those who come together the first stands for all."""
    for one, other in (sitting.people, sitting.people[::-1]):
        party = situation.parties[one]
        yield from ((member, other) for member in (party if situation.is_joint(party) else (one,)))


def unmet_pairs(situation: Situation, task: Task, causes: dict[int, str]) -> dict[tuple[int, int], str]:
    """Return why each two people do not meet who want to: pair of numbers → the engine's cause."""
    by_key = {task.all_keys[number]: cause for number, cause in causes.items()}
    found = {}
    for wish in situation.wanted:
        key = situation.key_of_wish(wish)
        if key in by_key:
            found[min(wish.first, wish.second), max(wish.first, wish.second)] = by_key[key]
    return found


def faults(problem: Problem, plan: Plan) -> tuple[str, ...]:
    """Return what the independent judge finds wrong with a plan."""
    return check(problem, plan).faults
