"""A match that nobody proposed: two met, at an event for example, and both want to go on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.db import transaction

from querwerk.core.actions import Actor, save_record
from querwerk.core.models import Node, Record
from querwerk.core.text import Text
from querwerk.matching.actions.challenges import new_key
from querwerk.matching.models import Match

SYSTEM = Actor(None, "")


@dataclass(frozen=True, slots=True)
class Party:
    """One side: what the house knows of it, and what it is called where that is nothing. Never a person's own words."""

    nodes: Sequence[Node]
    label: Mapping[str, str]
    """Language → words."""

    def called(self, language: str) -> str:
        """Return the name in a language."""
        return self.nodes[0].title.best(language).words if self.nodes else self.label.get(language, "")


@transaction.atomic
def create_match_of_meeting(
    *, occasion: Record, title: Text, day: date, parties: Sequence[Party], source: str
) -> Match:
    """Make the draft of a match's record, which organisers publish when both sides agree; its thread begins at the occasion.

    ``title`` is the occasion's. The draft outlives what both said, so it names only records of the house.
    """
    node = occasion.node
    raw: dict[str, Any] = {
        "id": new_key().replace("h-", "m-", 1),
        "introduced": day.isoformat(),
        "follows": f"{node.kind}:{node.key}",
        # Two of the same house, or who speak for the same profile, stand there once.
        "parties": list(dict.fromkeys(f"{one.kind}:{one.key}" for party in parties for one in party.nodes)),
        "source": source,
        "visibility": "draft",
    }
    for language, _name in settings.LANGUAGES:
        names = " × ".join(party.called(language) for party in parties)
        raw[f"title_{language}"] = f"{names}, {title.best(language).words}"[:300]
    record = save_record(spec=Match.SPEC, raw=raw, space=occasion.space, by=SYSTEM)
    assert isinstance(record, Match)
    return record
