"""The thread as a nested list, for those who read rather than look."""

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.safestring import SafeString

from querwerk.core.templatetags.ui import partial_date
from querwerk.evidence.queries.web import Edge, Knot, Web
from querwerk.evidence.states import BACKWARD, LAYER_OF, ONWARD, Grade
from querwerk.evidence.views.wording import (
    TONES,
    knot_kind,
    knot_title,
    knot_url,
    open_end,
    state_words,
)
from querwerk.programmes.queries import Frame


@dataclass(slots=True)
class Item:
    """One entry of the list, with what hangs below it."""

    knot: Knot
    title: str
    kind: str
    url: str
    relation: str = ""
    details: list[str] = field(default_factory=list)
    source: str = ""
    note: Any = None
    grade: str = ""
    state: str = ""
    tone: str = "plain"
    end: str = ""
    is_repeated: bool = False
    """True where the entry stands in full elsewhere in the list, and this one only leads there."""
    items: list["Item"] = field(default_factory=list)


class Listing:
    """Builds nested lists of a web; every record is told in full once."""

    def __init__(self, web: Web, frame: Frame, *, is_forward: bool) -> None:
        """Prepare the ways through ``web``."""
        self.web, self.frame, self.is_forward = web, frame, is_forward
        self.after, self.before = web.ties
        self.told: set[int] = set()

    def roots(self) -> list[Item]:
        """Return the whole web, from what rests on nothing; what only stands in a circle follows at the end."""
        towards, away = (self.before, self.after) if self.is_forward else (self.after, self.before)
        order = sorted(
            self.web.knots.values(),
            key=lambda knot: (
                LAYER_OF[knot.kind] if self.is_forward else -LAYER_OF[knot.kind],
                knot.kind != "question",
                abs(knot.id),
            ),
        )
        starts = [knot for knot in order if knot.id not in towards]
        items = [self.tree(knot) for knot in starts]
        items += [self.tree(knot) for knot in order if knot.id not in self.told and knot.id in away]
        return items

    def of(self, knot: Knot, *, is_deep: bool = True) -> list[Item]:
        """Return what hangs on one record; only the next steps unless ``is_deep``."""
        return self.tree(knot, is_deep=is_deep).items

    def tree(self, start: Knot, *, is_deep: bool = True) -> Item:
        """Return a record with all that hangs on it, each at its shortest distance, so that the tree stays flat."""
        root = self.item(start)
        self.told.add(start.id)
        pending = deque([root])
        ways = self.after if self.is_forward else self.before
        while pending:
            item = pending.popleft()
            for way in ways.get(item.knot.id, ()):
                other = self.web.knots[way.later if self.is_forward else way.earlier]
                found = self.item(other, way)
                item.items.append(found)
                if not found.is_repeated:
                    self.told.add(other.id)
                    if is_deep:
                        pending.append(found)
        return root

    def item(self, knot: Knot, edge: Edge | None = None) -> Item:
        """Return one entry without what hangs below it."""
        words: Mapping[str, Any] = ONWARD if self.is_forward else BACKWARD
        made = Item(
            knot,
            title=knot_title(knot),
            kind=knot_kind(knot),
            url=knot_url(knot, self.frame.key),
            state=state_words(knot),
            tone=TONES.get(knot.state, "open" if not knot.state else "plain"),
            end=open_end(knot, has_after=knot.id in self.after, has_before=knot.id in self.before),
            is_repeated=knot.id in self.told,
        )
        if edge is not None:
            made.relation = str(words.get(edge.kind, ""))
            made.details = [detail for detail in (partial_date(edge.dated), edge.author) if detail]
            made.source, made.note = edge.source, edge.note
            made.grade = str(Grade(edge.grade).label) if edge.grade else ""
        return made


@dataclass(frozen=True, slots=True)
class Row:
    """An entry in the order of the page, with the tags that its place in the tree asks for."""

    item: Item
    has_items: bool
    closing: SafeString


def rows(items: Sequence[Item]) -> list[Row]:
    """Flatten a tree: a template that includes itself would take a hundred times as long."""
    found: list[Row] = []

    def walk(level: Sequence[Item], closing: str) -> None:
        for item in level:
            is_last = item is level[-1]
            end = closing if is_last else ""
            if item.items:
                found.append(Row(item, has_items=True, closing=SafeString("")))
                walk(item.items, "</ul></li>" + end)
            else:
                found.append(Row(item, has_items=False, closing=SafeString(end)))

    walk(items, "")
    return found
