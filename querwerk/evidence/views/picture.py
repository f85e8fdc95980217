"""Makes an SVG drawing of a web: the engine says where, this says what is written there."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import escape

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from querwerk.core.templatetags.ui import lang_of, partial_date, reader_language
from querwerk.engine.layers import Box, Picture, Place, Route, Spacing, Tie, draw
from querwerk.evidence.queries.web import Edge, Knot, Web
from querwerk.evidence.states import HAS_PART, LAYER_OF, LAYERS, MISSING, ONWARD, PART_OF, WORDS
from querwerk.evidence.views.wording import knot_kind, knot_title, open_end, state_words

SPACING = Spacing(width=184, between_layers=52, between_boxes=12, lane=8, margin=10, head=52)
LINE = 16.5
PADDING = 11
KNOT = 30
"""Width of the part of a box that leads to the record's own thread."""
MOST_LINES = 4
TEXT_WIDTH = SPACING.width - KNOT - PADDING
SIZE = 13
REPEAT_NAMES_FROM = 1100
"""Height from which the layers' names stand below the picture too."""
NARROW = frozenset("iljtfrI.,:;'’|!()[]-1 ")
WIDE = frozenset("mwMW@%—…&QGOD")


@dataclass(frozen=True, slots=True)
class Drawing:
    """A finished picture and what has to be said about it in words."""

    svg: SafeString
    records: int
    ties: int
    layers: int


def text_width(words: str) -> float:
    """Estimate the width of words in the drawing's type."""
    units = sum(0.31 if c in NARROW else 0.86 if c in WIDE else 0.66 if c.isupper() else 0.545 for c in words)
    return units * SIZE


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a title."""

    words: str
    breaks_word: bool = False


@lru_cache(maxsize=4096)
def wrapped(words: str, *, width: float = TEXT_WIDTH, most: int = MOST_LINES) -> tuple[Line, ...]:
    """Break words into lines; what is too long ends in an ellipsis."""
    lines: list[Line] = []
    line = ""
    for word in words.split():
        longer = f"{line} {word}" if line else word
        if text_width(longer) <= width:
            line = longer
            continue
        if line:
            lines.append(Line(line))
        while text_width(word) > width:
            cut = next(n for n in range(len(word) - 1, 0, -1) if n == 1 or text_width(word[:n] + "-") <= width)
            joint = "" if word[cut - 1] in "-/" else "-"
            lines.append(Line(word[:cut] + joint, breaks_word=True))
            word = word[cut:]  # noqa: PLW2901  (the rest of it)
        line = word
    lines.append(Line(line))
    if len(lines) <= most:
        return tuple(lines)
    last = lines[most - 1].words
    while text_width(last + "…") > width and " " in last:
        last = last.rsplit(" ", 1)[0]
    if text_width(last + "…") > width or lines[most - 1].breaks_word:  # a single long word: it goes as a whole
        return (*lines[: most - 2], Line(lines[most - 2].words.rstrip(" ,;:-–") + "…"))
    return (*lines[: most - 1], Line(last.rstrip(" ,;:-–") + "…"))


@lru_cache(maxsize=32)
def laid_out(boxes: tuple[Box, ...], ties: tuple[Tie, ...]) -> Picture:
    """Return the layout; remembered, since an edit elsewhere leaves most pictures as they are."""
    return draw(boxes, ties, SPACING)


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where a click on a knot leads: to its page, and to its own thread (empty where there is none)."""

    page: Callable[[Knot], str]
    focus: Callable[[Knot], str]


def drawing(web: Web, addresses: Addresses, *, focus: Knot | None = None, with_ends: bool = True) -> Drawing:
    """Return the picture of a web; ``with_ends`` marks where the thread breaks off."""
    used = sorted({LAYER_OF[knot.kind] for knot in web.knots.values()})
    layer_of = {layer: number for number, layer in enumerate(used)}
    knots = sorted(
        web.knots.values(), key=lambda knot: (LAYER_OF[knot.kind], knot.kind != "question", knot.id < 0, abs(knot.id))
    )
    lines = {knot.id: wrapped(knot_title(knot)) for knot in knots}
    boxes = tuple(
        Box(str(knot.id), layer_of[LAYER_OF[knot.kind]], len(lines[knot.id]) * LINE + 2 * PADDING) for knot in knots
    )
    picture = laid_out(boxes, tuple(Tie(str(edge.earlier), str(edge.later)) for edge in web.edges))
    after, before = web.ties
    in_reading_order = sorted(knots, key=lambda knot: (LAYER_OF[knot.kind], picture.places[str(knot.id)].y))
    painted_ends: list[str] = []
    painted: list[str] = []
    for knot in in_reading_order:
        place = picture.places[str(knot.id)]
        end = open_end(knot, has_after=knot.id in after, has_before=knot.id in before) if with_ends else ""
        painted.append(_knot(knot, place, lines[knot.id], addresses, end=end, is_focus=knot is focus))
        if end and knot.id not in after:
            painted_ends.append(_loose_end(place))
    svg = _svg(
        picture,
        _names(picture, used),
        "".join(_edge(edge, route) for edge, route in zip(web.edges, picture.routes, strict=True))
        + "".join(painted_ends),
        "".join(painted),
    )
    return Drawing(mark_safe(svg), len(knots), len(web.edges), len(used))  # noqa: S308  (every text is escaped below)


def _svg(picture: Picture, names: str, edges: str, knots: str) -> str:
    width, height = round(picture.width + 30), round(picture.height + (40 if picture.height > REPEAT_NAMES_FROM else 0))
    return (
        f'<svg viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="group"'
        f' aria-label="{escape(_("The thread as a picture, from left to right"))}" data-thread>'
        '<defs><marker id="thread-tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="10" markerHeight="10" markerUnits="userSpaceOnUse" orient="auto">'
        '<path class="thread-tip" d="M0 0 8 4 0 8z"/></marker></defs>'
        f'<g aria-hidden="true">{names}{edges}</g>{knots}</svg>'
    )


def _names(picture: Picture, used: Sequence[int]) -> str:
    painted = []
    heights = [20.0] + ([picture.height + 14] if picture.height > REPEAT_NAMES_FROM else [])
    for number, (layer, left) in enumerate(zip(used, picture.layers, strict=True)):
        shade = " thread-layer--even" if number % 2 else ""
        painted.append(
            f'<rect class="thread-layer{shade}" x="{left - 10:.0f}" y="0" width="{SPACING.width + 20:.0f}"'
            f' height="{picture.height + 40:.0f}"/>'
        )
        words = wrapped(str(LAYERS[layer][0]), width=SPACING.width, most=2)
        for height in heights:
            painted += [
                f'<text class="thread-layer__title" x="{left:.0f}" y="{height + line * 17:.0f}">{escape(row.words)}</text>'
                for line, row in enumerate(words)
            ]
    return "".join(painted)


@lru_cache(maxsize=16384)
def _number(value: float) -> str:
    """Return a place in whole pixels: nobody sees less, and fractions make up a good part of what the picture weighs."""
    return f"{value:.0f}"


def _path(route: Route) -> str:
    """Return a smooth path through a route's pairs."""
    points = [(round(x), round(y)) for x, y in route.points]
    x, y = points[0]
    way = f"M{x} {y}"
    # From point to point, and not from the corner of the picture: alike threads are written alike, which packs well.
    for (left, _top), (right, bottom) in zip(points[::2], points[1::2], strict=True):
        if left != x:
            way += f"h{left - x}"
        bend = 34 if route.is_arc else (right - left) // 2
        way += f"c{bend} 0 {bend} {bottom - y} {right - left} {bottom - y}"
        x, y = right, bottom
    return way.replace(" -", "-")


def _edge(edge: Edge, route: Route) -> str:
    classes = "thread-edge"
    if edge.kind in (HAS_PART, PART_OF):
        classes += " thread-edge--part"
    if edge.is_weak:
        classes += " thread-edge--weak"
    tip = ' marker-end="url(#thread-tip)"' if route.is_back or route.is_arc else ""
    words = str(ONWARD.get(edge.kind, "")) or (str(edge.note) if edge.note else "")
    if edge.dated:
        words += f" · {partial_date(edge.dated)}"
    title = f"<title>{escape(words)}</title>" if words else ""
    return f'<path class="{classes}" d="{_path(route)}" data-from="{edge.earlier}" data-to="{edge.later}"{tip}>{title}</path>'


def _loose_end(place: Place) -> str:
    """Draw a thread that leads nowhere: what should follow is not recorded."""
    x, y = place.x + place.width, place.middle
    return (
        f'<path class="thread-edge thread-edge--end" d="M{_number(x)} {_number(y)}h17"/>'
        f'<circle class="thread-end" cx="{_number(x + 21)}" cy="{_number(y)}" r="4"/>'
    )


def _knot(knot: Knot, place: Place, lines: Sequence[Line], addresses: Addresses, *, end: str, is_focus: bool) -> str:
    page, focus = addresses.page(knot), addresses.focus(knot)
    title, kind = knot_title(knot), knot_kind(knot)
    details = [state_words(knot), partial_date(knot.dated), end]
    label = f"{title} – {kind}" + "".join(f", {detail}" for detail in details if detail)
    classes = "thread-node"
    if knot.kind in (WORDS, MISSING) or (knot.kind == "decision" and not knot.state):
        classes += " thread-node--open"
    if is_focus:
        classes += " thread-node--focus"
    # Inside a box everything is measured from its corner: boxes of one height are written alike, which packs well.
    height, middle = _number(place.height), _number(place.height / 2)
    top = (place.height - (len(lines) - 1) * LINE) / 2 + SIZE * 0.36
    language = lang_of(knot.title) if knot.kind != MISSING else ""
    marked = f' lang="{language}"' if language and language != reader_language() else ""
    # A space ends each line but those that break a word: what is read aloud is the title, and so is what is searched for.
    rows = "".join(
        f'<tspan x="{KNOT}" y="{_number(top + number * LINE)}">{escape(line.words)}'
        f"{'' if line.breaks_word else ' '}</tspan>"
        for number, line in enumerate(lines)
    )
    box = (
        f'<rect class="thread-node__box" width="{_number(place.width)}" height="{height}"/>'
        f'<text class="thread-node__text"{marked}>{rows}</text>'
    )
    body = (
        f'<a href="{escape(page)}" aria-label="{escape(label)}">{box}</a>'
        if page
        else f'<g role="img" aria-label="{escape(label)}">{box}</g>'
    )
    # The name of a link is read aloud already; the words again as a title would only make the page heavier.
    main = body if page else f"<title>{escape(label)}</title>{body}"
    knob = f'<circle class="thread-node__knot" cx="{KNOT // 2}" cy="{middle}" r="6"/>'
    if focus:
        hint = _("Only the thread of “%(title)s”") % {"title": title}
        knob = (
            f'<a class="thread-node__own" href="{escape(focus)}" aria-label="{escape(hint)}">'
            f'<rect class="thread-node__target" width="{KNOT - 2}" height="{height}"/>{knob}</a>'
        )
    corner = f"translate({_number(place.x)} {_number(place.y)})"
    return f'<g class="{classes}" data-knot="{knot.id}" transform="{corner}">{main}{knob}</g>'
