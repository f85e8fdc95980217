"""Which part of the thread a reader asks for."""

from collections import Counter, defaultdict
from dataclasses import dataclass, replace

from querwerk.core.text import Text
from querwerk.evidence.queries.web import DRAWN, Edge, Knot, Web, contracted
from querwerk.evidence.states import DOCUMENTS, LAYER_OF, MISSING, TELLING_PARTS, WORDS

FOLD_FROM = 120
"""Records from which on like parts are drawn as one."""
FOLD_SIZE = 3
NEAR = (4, 3, 2, 1)
"""Steps from a record that are tried until its thread can be drawn."""
REMEMBERED = 64
"""Most choices that are kept of one web."""
FOLDED = "folded"
LEFT_OUT_WHEN_LOOSE = frozenset({"organisation", "profile", "programme", "event", "follow_up", "output"})
"""Kinds that belong into the picture only through their ties; a question, pilot or paper without ties is a gap to be seen."""


class UnknownKnotError(LookupError):
    """The reader asks for a record that is not in the thread."""


@dataclass(frozen=True, slots=True)
class Selection:
    """A reader's choice: the thread of one question, of one record, of some kinds, or everything."""

    question: str = ""
    node: str = ""
    kinds: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        """Tell whether anything is chosen."""
        return bool(self.question or self.node or self.kinds)


@dataclass(frozen=True, slots=True)
class Choice:
    """What a selection yields."""

    web: Web
    focus: Knot | None
    loose: tuple[Knot, ...]
    """Records that hang on nothing, and are therefore not drawn."""
    steps: int | None = None
    """Where the thread of a record is too large: how many steps from it are shown."""


def chosen(web: Web, selection: Selection) -> Choice:
    """Return the chosen part of a chain as it is shown; raises :class:`UnknownKnotError`."""
    known: Choice | None = web.remembered.get(selection)
    if known is None:
        if len(web.remembered) >= REMEMBERED:
            web.remembered.clear()
        known = web.remembered[selection] = _choose(web, selection)
    return known


def _choose(web: Web, selection: Selection) -> Choice:
    focus = _focus(web, selection)
    everything, steps = web, None
    web = kept(everything, selection, focus)
    if selection.node and len(web.knots) > DRAWN:
        for steps in NEAR:
            web = kept(everything, selection, focus, steps=steps)
            if len(web.knots) <= DRAWN:
                break
    tied = {end for edge in web.edges for end in (edge.earlier, edge.later)}
    loose = tuple(
        knot
        for knot in web.knots.values()
        if knot.id not in tied and knot is not focus and (knot.kind in LEFT_OUT_WHEN_LOOSE)
    )
    return Choice(web.only(set(web.knots) - {knot.id for knot in loose}), focus, loose, steps)


def _focus(web: Web, selection: Selection) -> Knot | None:
    name = f"question:{selection.question}" if selection.question else selection.node
    if not name:
        return None
    focus = web.find(name)
    if focus is None:
        raise UnknownKnotError(name)
    return focus


def kept(web: Web, selection: Selection, focus: Knot | None = None, *, steps: int | None = None) -> Web:
    """Return the part of a web that a selection names; documents only where asked for or with one record in focus."""
    focus = focus or _focus(web, selection)
    if focus is not None:
        ids = web.reach(focus.id, is_forward=True, most_steps=steps)
        if selection.node:
            ids |= web.reach(focus.id, is_forward=False, most_steps=steps)
        web = web.only(ids)
    if not selection.node and not selection.kinds:
        web = web.only(knot.id for knot in web.knots.values() if LAYER_OF[knot.kind] != DOCUMENTS)
    if selection.kinds:
        kinds = selection.kinds | ({MISSING} if "decision" in selection.kinds else frozenset())
        web = contracted(web, lambda knot: knot.kind in kinds or knot is focus)
    return web


def folded(web: Web) -> Web:
    """Draw like parts of one whole as one, where only their whole ties them and there are many of everything."""
    if len(web.knots) <= FOLD_FROM:
        return web
    degree = Counter(end for edge in web.edges for end in (edge.earlier, edge.later))
    alike: dict[tuple[int, str], list[Knot]] = defaultdict(list)
    for knot in web.knots.values():
        if knot.kind in TELLING_PARTS and knot.part_of is not None and degree[knot.id] == 1:
            alike[knot.part_of.id, knot.kind].append(knot)
    stands_for: dict[int, int] = {}
    knots = dict(web.knots)
    for parts in alike.values():
        if len(parts) >= FOLD_SIZE:
            first = parts[0]
            knots[first.id] = replace(first, title=Text(str(len(parts))), state=FOLDED)
            for part in parts[1:]:
                stands_for[part.id] = first.id
                del knots[part.id]
    edges: dict[tuple[int, int, str], Edge] = {}
    for edge in web.edges:
        moved = replace(
            edge,
            earlier=stands_for.get(edge.earlier, edge.earlier),
            later=stands_for.get(edge.later, edge.later),
        )
        edges.setdefault((moved.earlier, moved.later, moved.kind), moved)
    return Web(knots, tuple(edges.values()))


def by_kind(web: Web) -> tuple[dict[str, int], dict[tuple[str, str], int]]:
    """Count the records of each kind, and the ties from kind to kind; gaps and words are no records."""
    web = web.only(knot.id for knot in web.knots.values() if knot.kind not in (MISSING, WORDS))
    knots = Counter(knot.kind for knot in web.knots.values())
    ties = Counter((web.knots[edge.earlier].kind, web.knots[edge.later].kind) for edge in web.edges)
    return dict(knots), dict(ties)


def web_of_kinds(knots: dict[str, int], ties: dict[tuple[str, str], int]) -> Web:
    """Return an overview: one knot per kind, titled with the number of its records."""
    ids = {kind: number for number, kind in enumerate(knots, start=1)}
    return Web(
        {number: Knot(number, kind, kind, Text(str(knots[kind]))) for kind, number in ids.items()},
        tuple(
            Edge("", ids[earlier], ids[later], note=Text(str(count)))
            for (earlier, later), count in ties.items()
            if earlier in ids and later in ids and earlier != later
        ),
    )
