"""Reads of the floor."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from querwerk.audience.models import Floor, FloorItem, FloorQuestion, FloorVote
from querwerk.audience.states import SEEN, QuestionState
from querwerk.core.text import Text
from querwerk.events.models import AgendaItem
from querwerk.events.queries.events import agenda_of


def floor_of(event_id: int) -> Floor | None:
    """Return the floor of an event; 1 query."""
    return Floor.objects.filter(event=event_id).select_related("event__space").first()


def floor_by_code(event_id: int, code: str) -> Floor | None:
    """Return the floor by what somebody scanned or typed; 1 query."""
    typed = "".join(letter for letter in code.upper() if letter.isalnum())[:8]
    return Floor.objects.filter(event=event_id, code=typed).select_related("event__space").first()


def floor_by_moderator(event_id: int, code: str) -> Floor | None:
    """Return the floor that somebody moderates; 1 query."""
    return Floor.objects.filter(event=event_id, moderator_code=code).select_related("event__space").first()


@dataclass(slots=True)
class Point:
    """A point of the agenda, or the whole event, with how questions are taken there."""

    item: AgendaItem | None
    setting: FloorItem | None
    questions: list[FloorQuestion] = field(default_factory=list)

    @property
    def title(self) -> Text:
        """Return the point's title; empty for the whole event."""
        return self.item.item if self.item is not None else Text()

    @property
    def number(self) -> int:
        """Return what names the point in forms."""
        return self.item.pk if self.item is not None else 0

    @property
    def is_open(self) -> bool:
        """Tell whether questions are taken."""
        return self.setting is not None and self.setting.is_open

    @property
    def is_moderated(self) -> bool:
        """Tell whether a moderator lets questions through first."""
        return self.setting is None or self.setting.is_moderated


def points_of(floor: Floor) -> list[Point]:
    """Return the event as a whole, then the points of its agenda; 2 queries."""
    settings = {row.item_id: row for row in FloorItem.objects.filter(floor=floor)}
    items = list(agenda_of(floor.event_id, with_drafts=False))
    return [Point(None, settings.get(None)), *(Point(item, settings.get(item.pk)) for item in items)]


def questions_of(floor: Floor) -> list[FloorQuestion]:
    """Return all questions with their points: those on the screen and those with most votes first; 1 query."""
    found = FloorQuestion.objects.filter(floor=floor).select_related("item")
    return list(found.order_by("-is_on_stage", "-votes", "pk"))


def with_questions(points: Sequence[Point], questions: Sequence[FloorQuestion]) -> list[Point]:
    """Put questions to their points; keep points that are open or have some."""
    by_item: dict[int | None, list[FloorQuestion]] = defaultdict(list)
    known = {point.item.pk for point in points if point.item is not None}
    for question in questions:
        by_item[question.item_id if question.item_id in known else None].append(question)
    for point in points:
        point.questions = by_item[point.item.pk if point.item is not None else None]
    return [point for point in points if point.questions or point.is_open]


def seen_by(questions: Sequence[FloorQuestion], mark: str) -> list[FloorQuestion]:
    """Keep what somebody in the room sees: what is shown, and their own that waits."""
    return [row for row in questions if row.state in SEEN or (row.asker == mark and row.state == QuestionState.WAITING)]


def votes_of(floor: Floor, voter: str) -> set[int]:
    """Return for which questions somebody has voted; 1 query, none for who has no mark yet."""
    if not voter:
        return set()
    return set(FloorVote.objects.filter(question__floor=floor, voter=voter).values_list("question", flat=True))
