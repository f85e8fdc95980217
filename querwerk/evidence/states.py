"""Grades of uptake, and how the kinds of record stand in the thread."""

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from querwerk.core.states import LinkKind


class Grade(TextChoices):
    """How well a source proves that something was taken up. Only the first is proof."""

    EXPLICIT = "explicit", _("explicit")
    ORGANISATIONAL = "organisational", _("organisational")
    THEMATIC = "thematic", _("thematic")


GRADE_MEANING: dict[str, str | Promise] = {
    Grade.EXPLICIT: _("A source says that one carries on the other. Only this counts as proof."),
    Grade.ORGANISATIONAL: _("The same organisation carries both. That makes it likely, but proves nothing."),
    Grade.THEMATIC: _("Only the topic is the same; no source ties the two together."),
}

HAS_PART, PART_OF = "has_part", "part_of"
"""The tie between a whole and its part, which is no link of its own: a pilot has findings, a proposal is part of a paper."""
WORDS = "words"
"""The kind of an end that is no record of ours."""
MISSING = "missing"
"""The kind of a place in the chain that a reader would expect to be filled."""

TELLING_PARTS = frozenset({"finding", "proposal", "measure"})
"""Parts that are links of the chain themselves."""
SILENT_PARTS = frozenset({"agenda_item", "process_step", "workshop"})
"""Parts that only say where in their whole a tie was stated."""
FOLDED_PARTS = SILENT_PARTS | {"contribution"}
"""Parts for which the picture draws their whole; what was said at an event is read in lists by itself."""

LAYERS: tuple[tuple[str | Promise, tuple[str, ...]], ...] = (
    (_("Programme and guiding questions"), ("question", "programme", "organisation", "profile")),
    (_("Challenges"), ("challenge",)),
    (_("Matches"), ("match",)),
    (_("Pilots"), ("pilot",)),
    (_("Findings"), ("finding",)),
    (_("Proposals"), ("proposal",)),
    (_("Strategy papers"), ("paper",)),
    (_("Events"), ("event",)),
    (_("Decisions"), ("decision", MISSING)),
    (_("Measures"), ("measure",)),
    (_("Uptake"), ("uptake",)),
    (_("Carried on in"), ("follow_up", WORDS)),
    (_("Documents"), ("film", "newsflash", "web_link", "output")),
)
"""The thread from left to right. Papers bundle proposals; events put pilots and papers before the public, and after them
it is decided."""

LAYER_OF = {kind: number for number, (_title, kinds) in enumerate(LAYERS) for kind in kinds}
DOCUMENTS = len(LAYERS) - 1

ONWARD: dict[str, str | Promise] = {
    LinkKind.ANSWERED_BY: _("answered by"),
    LinkKind.LED_TO: _("led to"),
    LinkKind.SUPPORTS: _("supports"),
    LinkKind.PRESENTED_AT: _("presented at"),
    LinkKind.DISCUSSED_AT: _("discussed at"),
    LinkKind.DECIDED_BY: _("put to decision in"),
    LinkKind.TAKEN_UP_BY: _("taken up by"),
    LinkKind.DOCUMENTED_BY: _("documented by"),
    HAS_PART: _("includes"),
    PART_OF: _("is part of"),
}
BACKWARD: dict[str, str | Promise] = {
    LinkKind.ANSWERED_BY: _("is answered by this"),
    LinkKind.LED_TO: _("led to this"),
    LinkKind.SUPPORTS: _("supports this"),
    LinkKind.PRESENTED_AT: _("was presented here"),
    LinkKind.DISCUSSED_AT: _("was discussed here"),
    LinkKind.DECIDED_BY: _("was put to decision here"),
    LinkKind.TAKEN_UP_BY: _("was taken up by this"),
    LinkKind.DOCUMENTED_BY: _("is documented by this"),
    HAS_PART: _("includes this"),
    PART_OF: _("is part of this"),
}
"""How a tie reads from its later end."""
