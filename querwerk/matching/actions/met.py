"""A match that nobody proposed: two met, at an event for example, and both want to go on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.db import transaction

from querwerk.core.actions import Actor, given_key, save_record
from querwerk.core.models import JournalEntry, Node, Record
from querwerk.core.queries import snapshot
from querwerk.core.states import Visibility
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
    *, occasion: Record, title: Text, day: date, sides: Sequence[Sequence[Party]], source: str
) -> Match:
    """Make the draft of a match's record, which organisers publish when both sides agree; its thread begins at the occasion.

    ``title`` is the occasion's; a side is one party, or several of one team. The draft outlives what they said, so it names
    only records of the house.
    """
    node = occasion.node
    raw: dict[str, Any] = {
        "id": new_key().replace("h-", "m-", 1),
        "introduced": day.isoformat(),
        "follows": f"{node.kind}:{node.key}",
        "source": source,
        "visibility": "draft",
        **_named(sides, title),
    }
    record = save_record(spec=Match.SPEC, raw=raw, space=occasion.space, by=SYSTEM)
    assert isinstance(record, Match)
    return record


@transaction.atomic
def name_sides_of_match(*, match: Match, title: Text, sides: Sequence[Sequence[Party]]) -> None:
    """Name the sides anew when one more of a team joins in; what organisers have taken up is theirs and stays as it is."""
    told = JournalEntry.objects.filter(space_key=match.space.key, kind="match", key=match.key)
    if match.visibility != Visibility.DRAFT or told.exclude(by_name=SYSTEM.name).exists():
        return
    raw = {**snapshot(match), **_named(sides, title)}
    save_record(
        spec=Match.SPEC,
        raw=raw,
        space=match.space,
        by=SYSTEM,
        expected_version=match.version,
        fallback_key=given_key(match),
    )


def _named(sides: Sequence[Sequence[Party]], title: Text) -> dict[str, Any]:
    # Two of the same house, or who speak for the same profile, stand there once.
    nodes = [node for side in sides for party in side for node in party.nodes]
    raw: dict[str, Any] = {"parties": list(dict.fromkeys(f"{one.kind}:{one.key}" for one in nodes))}
    for language, _name in settings.LANGUAGES:
        names = " × ".join(" & ".join(dict.fromkeys(party.called(language) for party in side)) for side in sides)
        raw[f"title_{language}"] = f"{names}, {title.best(language).words}"[:300]
    return raw
