"""The profiles of a programme in memory: found by words, filtered, counted by every filter, in a few milliseconds.

Every process holds its own. Before it answers it compares the count of writes with the one it has seen (1 query) and reads
again what was written since, so that a saved profile is found by the next question.
"""

import math
import threading
from bisect import bisect_left, insort
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from itertools import batched
from typing import Any

import numpy as np
from django.db import connection
from django.db.models import Count, QuerySet

from querwerk.core.maps import project
from querwerk.core.text import LANGUAGES
from querwerk.engine.matching.folding import fold
from querwerk.engine.matching.search import WordIndex, with_meaning
from querwerk.engine.matching.taxonomy import bundled
from querwerk.people import queries, word_files
from querwerk.people.columns import Column, Figures, Mask, Rows, Several
from querwerk.people.meaning import nearest
from querwerk.people.models import Profile
from querwerk.people.regions import LEVEL_2, region_of
from querwerk.people.rules import Reader
from querwerk.people.states import SECTION_OF, Audience, Availability, Submarket

COLUMNS = (
    "node", "pk", "key", "name", "sort", "side", "submarkets", "division", "region", "town", "country", "languages",
    "latitude", "longitude", "availability", "available_from", "available_until", "open_places", "capacity", "audience",
    "visibility", "gaps",
)  # fmt: skip
TEXTS = ("node", "name", "summary", "offers", "seeks", "submarkets", "skills", "town", "region", "links")
FACETS = ("kind", "side", "submarket", "section", "region", "town", "language", "available", "cell")
"""What can be filtered by, in the order in which pages offer it."""
CELL = 30
"""Side of a square on the drawing of the map in which profiles are shown as one pin, in its units."""
MOST_HITS = 1_000
NEAR = 200
"""Profiles that are looked at for their meaning."""
ENOUGH = 200
"""Changed profiles from which on their words are kept for the next process, and that are read at once."""
FEW = 500
"""Up to here the words are read when somebody first asks for them."""
SINGLE = ("kind", "side", "division", "region", "town", "place", "cell", "shown")
ALWAYS, NEVER = float("-inf"), float("inf")


@dataclass(frozen=True, slots=True)
class Wish:
    """What a visitor of the directory asks for: words, and one value for some of the facets."""

    words: str = ""
    chosen: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Pin:
    """The profiles in one square of the map."""

    cell: str
    x: float
    y: float
    count: int
    place: str
    """Town, else region, of most of them."""


@dataclass(frozen=True, slots=True)
class Found:
    """The answer: node ids of one page in order, and for each facet how many there are of each value if it alone were free."""

    count: int
    nodes: Sequence[int]
    counts: Mapping[str, Mapping[str, int]]
    pins: Sequence[Pin]
    without_place: int
    """How many of those found are on no map."""
    words: Mapping[int, Sequence[str]]
    """By node: the folded words by which it was found."""
    is_cut: bool
    """There may be more that hold the words."""


class Directory:
    """The profiles of one space. Its threads take turns."""

    def __init__(self, space_id: int) -> None:
        """Know nothing yet."""
        self.space_id = space_id
        self._turn = threading.RLock()
        self._reading_words = threading.Lock()
        self._warmer: threading.Thread | None = None
        self._begin()

    def _begin(self) -> None:
        self.number = -1
        self._rows: dict[int, int] = {}
        self._free: list[int] = []
        self._nodes: list[int] = []
        self._pk_of: list[int] = []
        self._sorted: list[tuple[str, int]] = []
        self._names: list[str] = []
        self._order: Rows | None = None
        self._words: WordIndex | None = None
        self._words_number = -1
        self._single = {name: Column() for name in SINGLE}
        self._several = {"submarket": Several(Submarket.values), "language": Several(LANGUAGES)}
        self._figures = {
            "x": Figures(math.nan),
            "y": Figures(math.nan),
            "from": Figures(NEVER),
            "until": Figures(ALWAYS),
        }

    @property
    def height(self) -> int:
        """Return how many rows there are, free ones included."""
        return len(self._nodes)

    # --- keeping up ---

    def refresh(self) -> None:
        """Read what was written since; 1 query where nothing was, else 3."""
        with self._turn:
            number = queries.change_number(self.space_id)
            if number == self.number:
                return
            if number < self.number:  # another database stands where this one was
                self._begin()
            is_new = self.number < 0
            changed = [] if is_new else queries.changed_since(self.space_id, self.number)
            self._read(None if is_new else changed)
            self.number = number
            self._catch_up()

    def _read(self, nodes: list[int] | None) -> None:
        found = Profile.objects.filter(space=self.space_id)
        if nodes is not None:
            found = found.filter(node__in=nodes)
        known = set()
        for values in found.values_list(*COLUMNS):
            self._put(dict(zip(COLUMNS, values, strict=True)))
            known.add(values[0])
        for node in nodes or ():
            if node not in known:
                self._remove(node)

    def _put(self, values: dict[str, Any]) -> None:
        node = values["node"]
        row = self._rows.get(node)
        if row is None:
            row = self._free.pop() if self._free else self._new_row()
            self._rows[node] = row
            self._nodes[row] = node
            self._pk_of[row] = values["pk"]
        else:
            self._unsort(row)
        self._names[row] = sort_key(values["name"])
        insort(self._sorted, (self._names[row], row))
        self._order = None
        profile = Profile(**{name: values[name] for name in ("audience", "visibility", "gaps")})
        single = {name: values[name] for name in ("side", "division", "region", "town")}
        x, y = place_of(values)
        region = region_of(values["region"])
        single["place"] = values["town"] or (region.name if region else values["region"])
        single |= {"kind": values["sort"], "shown": profile.shown_to or "", "cell": cell_of(x, y)}
        for name, word in single.items():
            self._single[name].put(row, word)
        self._several["submarket"].put(row, values["submarkets"])
        self._several["language"].put(row, values["languages"])
        begins, ends = days_of(values)
        for name, figure in (("x", x), ("y", y), ("from", begins), ("until", ends)):
            self._figures[name].put(row, figure)

    def _new_row(self) -> int:
        self._nodes.append(0)
        self._pk_of.append(0)
        self._names.append("")
        return len(self._nodes) - 1

    def _remove(self, node: int) -> None:
        row = self._rows.pop(node, None)
        if row is not None:
            self._unsort(row)
            self._single["shown"].put(row, "")
            self._nodes[row] = self._pk_of[row] = 0
            self._free.append(row)
            self._order = None

    def _unsort(self, row: int) -> None:
        del self._sorted[bisect_left(self._sorted, (self._names[row], row))]

    # --- words, which take a thousand times as long to read as the rest ---

    def _ensure_words(self) -> None:
        """Read the words of all profiles, once; meanwhile others filter and count."""
        if self._has_words():
            return
        with self._reading_words:
            if self._has_words():
                return
            number = queries.change_number(self.space_id)
            words = words_of(self.space_id)
            with self._turn:
                self._words, self._words_number = words, number

    def _has_words(self) -> bool:
        return self._words is not None

    def _catch_up(self) -> None:
        if self._words is None or self._words_number == self.number:
            return
        changed = queries.changed_since(self.space_id, self._words_number)
        for node in changed:
            self._words.remove(str(node))
        read_words(self._words, Profile.objects.filter(space=self.space_id, node__in=changed))
        self._words_number = self.number

    def read(self) -> None:
        """Read everything before somebody asks, and have the encoder loaded, which the first question would wait for."""
        self.refresh()
        self._ensure_words()
        nearest(self.space_id, "?", 1)

    def _warm(self) -> None:
        """Read the words of a large directory before somebody asks for them."""
        if self._words is None and self._warmer is None and self.height > FEW:
            self._warmer = threading.Thread(target=self._warm_up, name="directory", daemon=True)
            self._warmer.start()

    def _warm_up(self) -> None:
        try:
            self._ensure_words()
        finally:
            connection.close()

    # --- asking ---

    def find(self, wish: Wish, reader: Reader, *, today: date, start: int = 0, stop: int | None = None) -> Found:
        """Return what fits, by name or, where words are asked for, best first; the nodes from one place to another."""
        if wish.words.strip():
            self._ensure_words()
        with self._turn:
            self.refresh()
            self._warm()
            visible = self._visible(reader)
            ranked, words, is_cut = self._hits(wish.words)
            if ranked is not None:
                hit = np.zeros(self.height, np.bool_)
                hit[ranked] = True
                visible &= hit
            masks = {facet: self._mask(facet, value, today) for facet, value in wish.chosen.items() if facet in FACETS}
            fitting = all_of(visible, masks.values())
            counts = {facet: self._counts(facet, all_but(visible, masks, facet), today) for facet in FACETS[:-1]}
            order = self._by_name() if ranked is None else ranked
            rows = order[fitting[order]]
            nodes = [self._nodes[row] for row in rows[start:stop].tolist()]
            on_map = all_but(visible, masks, "cell")
            pins = self._pins(on_map)
            without = int(np.count_nonzero(on_map)) - sum(pin.count for pin in pins)
            return Found(len(rows), nodes, counts, pins, without, words, is_cut)

    def _visible(self, reader: Reader) -> Mask:
        levels: set[str] = {Audience.PUBLIC}
        if reader.is_member:
            levels.add(Audience.MEMBERS)
        if reader.is_organiser:
            levels.add(Audience.PRIVATE)
        seen = self._single["shown"].holds(lambda word: word in levels, self.height).copy()
        if reader.speaks_for:
            own = np.isin(np.array(self._pk_of, np.int64), list(reader.speaks_for))
            seen |= own & self._single["shown"].holds(bool, self.height)
        return seen

    def _mask(self, facet: str, value: str, today: date) -> Mask:
        height = self.height
        if facet in self._several:
            return self._several[facet].holds(value, height)
        if facet == "available":
            return self._available(today)
        if facet == "section":
            return self._single["division"].holds(lambda word: SECTION_OF.get(word) == value or word == value, height)
        if facet == "region":
            return self._single["region"].holds(lambda word: word.startswith(value), height)
        return self._single[facet].holds(lambda word: word == value, height)

    def _counts(self, facet: str, among: Mask, today: date) -> dict[str, int]:
        if facet in self._several:
            return self._several[facet].counts(among)
        if facet == "available":
            return {"1": int(np.count_nonzero(among & self._available(today)))}
        if facet == "section":
            return self._single["division"].counts(among, lambda word: str(SECTION_OF.get(word, "")))
        if facet == "region":
            return self._single["region"].counts(among, lambda word: word[:LEVEL_2])
        return self._single[facet].counts(among)

    def _available(self, today: date) -> Mask:
        day = today.toordinal()
        found: Mask = (self._figures["from"].values(self.height) <= day) & (
            self._figures["until"].values(self.height) >= day
        )
        return found

    def _by_name(self) -> Rows:
        if self._order is None:
            self._order = np.fromiter((row for _name, row in self._sorted), np.int64, len(self._sorted))
        return self._order

    def _hits(self, words: str) -> tuple[Rows | None, dict[int, Sequence[str]], bool]:
        if not words.strip():
            return None, {}, False  # all, by name
        assert self._words is not None
        self._catch_up()
        hits = self._words.search(words, MOST_HITS)
        is_cut = len(hits) >= MOST_HITS
        near = nearest(self.space_id, words, NEAR)
        if near:
            hits = with_meaning(hits, near, MOST_HITS)
        found = [(self._rows[int(hit.key)], hit) for hit in hits if int(hit.key) in self._rows]
        rows = np.array([row for row, _hit in found], np.int64)
        return rows, {int(hit.key): hit.words for _row, hit in found}, is_cut

    def _pins(self, among: Mask) -> list[Pin]:
        """Return one pin for each square of the map that holds any; where most of a square's profiles are gives its name."""
        cells = self._single["cell"]
        rows = np.flatnonzero(among & cells.holds(bool, self.height))
        if not len(rows):
            return []
        places = self._single["place"]
        codes = cells.codes(self.height)[rows]
        size = len(cells.words)
        counts = np.bincount(codes, minlength=size)
        xs = np.bincount(codes, self._figures["x"].values(self.height)[rows], size)
        ys = np.bincount(codes, self._figures["y"].values(self.height)[rows], size)
        kinds, numbers = np.unique(codes.astype(np.int64) << 32 | places.codes(self.height)[rows], return_counts=True)
        most: dict[int, tuple[int, int]] = {}
        for kind, number in zip(kinds.tolist(), numbers.tolist(), strict=True):
            most[kind >> 32] = max(most.get(kind >> 32, (0, 0)), (number, kind & 0xFFFFFFFF))
        return [
            Pin(
                cells.words[code], xs[code] / counts[code], ys[code] / counts[code], int(counts[code]),
                places.words[most[code][1]],
            )
            for code in np.flatnonzero(counts).tolist()
        ]  # fmt: skip


def read_directories() -> None:
    """Read the large directories before a page needs them."""
    sizes = Profile.objects.order_by().values_list("space").annotate(Count("pk"))
    for space_id, size in sizes:
        if size > FEW:
            directory_of(space_id).read()


def words_of(space_id: int) -> WordIndex:
    """Return the words of all profiles: those of the last process that read them, brought up to date; 1 query and 1 for many changed."""
    kept = word_files.opened(space_id)
    now = {
        node: word_files.mark(version, changed_at)
        for node, version, changed_at in Profile.objects.filter(space=space_id).values_list(
            "node", "version", "changed_at"
        )
    }
    gone = [node for node in kept.marks if node not in now]
    changed = [node for node, mark in now.items() if kept.marks.get(node) != mark]
    for node in (*gone, *changed):
        kept.words.remove(str(node))
    for some in batched(changed, ENOUGH, strict=False):
        read_words(kept.words, Profile.objects.filter(space=space_id, node__in=some))
    if len(gone) + len(changed) > ENOUGH:
        number = queries.change_number(space_id)
        word_files.keep(space_id, kept.words, now)
        # What was erased meanwhile must not stay in the file.
        if queries.change_number(space_id) != number:
            word_files.forget(space_id)
    return kept.words


def read_words(words: WordIndex, found: QuerySet[Profile]) -> None:
    """Put the texts of profiles into an index, under their node ids; 1 query."""
    for node, name, *texts in found.values_list(*TEXTS):
        words.put(str(node), wording(texts), title=" ".join(said for said in name.values() if said))


def all_of(visible: Mask, masks: Iterable[Mask]) -> Mask:
    """Return the rows that fit everywhere."""
    found = visible.copy()
    for mask in masks:
        found &= mask
    return found


def all_but(visible: Mask, masks: Mapping[str, Mask], facet: str) -> Mask:
    """Return the rows that fit everywhere but perhaps in one facet: its counts say what another choice would find."""
    return all_of(visible, (mask for name, mask in masks.items() if name != facet))


def sort_key(name: Any) -> str:
    """Return what a name is sorted by: its words without case and accents."""
    return " ".join(fold(word) for word in str(name).split())


def place_of(values: Mapping[str, Any]) -> tuple[float | None, float | None]:
    """Return the point on the map: the stated one, else the middle of the region; nothing outside the drawing."""
    lat, lon = values["latitude"], values["longitude"]
    if lat is None or lon is None:
        region = region_of(values["region"])
        if region is None:
            return None, None
        lat, lon = region.latitude, region.longitude
    x, y = project(lat, lon)
    return x, y


def cell_of(x: float | None, y: float | None) -> str:
    """Return the square of the map in which a point lies."""
    return "" if x is None or y is None else f"{int(x // CELL)}-{int(y // CELL)}"


def days_of(values: Mapping[str, Any]) -> tuple[float | None, float | None]:
    """Return from when until when somebody is available, as ordinals of days; nothing where nobody has said so."""
    begins, ends = queries.first_day(values["available_from"]), queries.last_day(values["available_until"])
    places = values["open_places"] if values["open_places"] is not None else values["capacity"]
    has_said = values["availability"] == Availability.OPEN or begins or ends or places
    if values["availability"] == Availability.PAUSED or places == 0 or not has_said:
        return None, None
    return begins.toordinal() if begins else ALWAYS, ends.toordinal() if ends else NEVER


def wording(texts: Iterable[Any]) -> str:
    """Return all that a profile can be found by, beside its name: its texts, and its skills in every language."""
    summary, offers, seeks, submarkets, skills, town, region, links = texts
    said = [words for text in (summary, offers, seeks) for words in text.values() if words]
    named = bundled().named_in("\n".join(said)) | {f"skill:{code}" for code in skills}
    concepts = {f"submarket:{code}" for code in submarkets} | named
    place = region_of(region)
    return "\n".join([*said, *map(concept_names, sorted(concepts)), town, place.name if place else "", *links])


@cache
def concept_names(concept: str) -> str:
    """Return how a concept is called, in every language."""
    return " ".join(name for names in bundled().concepts[concept].names.values() for name in names)


_directories: dict[int, Directory] = {}
_opening = threading.Lock()


def directory_of(space_id: int) -> Directory:
    """Return the directory of a space that this process holds."""
    with _opening:
        return _directories.setdefault(space_id, Directory(space_id))


def forget_directories() -> None:
    """Let go of everything that this process holds."""
    with _opening:
        _directories.clear()
