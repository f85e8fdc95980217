"""Whom somebody might like to meet, with a sentence that says why."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from querwerk.meetings.models import Participant

if TYPE_CHECKING:
    from querwerk.engine.matching import Index

type Texts = tuple[tuple[int, str], ...]
"""Numbers of participants with what they say about themselves."""

MOST = 5


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Somebody, and why."""

    participant: Participant
    why: str


def suggestions(participant: Participant, others: Sequence[Participant], most: int = MOST) -> list[Suggestion]:
    """Return whom to meet, the best first: by what both say about themselves, then people from other fields; no query.

    Only words are compared, which is fast enough for a page; across languages that finds little, and the sentence says so.
    """
    by_id = {one.pk: one for one in others}
    texts = tuple((one.pk, one.sentence) for one in others if one.sentence)
    found: list[Suggestion] = []
    if participant.sentence and texts:
        found = [Suggestion(by_id[pk], why) for pk, why in _by_words(participant.sentence, texts, most) if pk in by_id]
    known = {suggestion.participant.pk for suggestion in found}
    rest = [one for one in others if one.pk not in known]
    own = participant.registration.group
    far = sorted(rest, key=lambda one: (one.registration.group == own, not one.sentence, one.pk * 7919 % (participant.pk + 101)))  # fmt: skip
    return [*found, *(Suggestion(one, _reason(one, own)) for one in far[: most - len(found)])]


def _reason(other: Participant, own: str) -> str:
    registration = other.registration
    if registration.group and registration.group != own:
        return _("Comes from another field: %(field)s.") % {"field": registration.get_group_display()}
    return _("You have not had to do with each other here yet.")


def _by_words(sentence: str, texts: Texts, most: int) -> list[tuple[int, str]]:
    from querwerk.engine.matching import Challenge, Offer, Text  # noqa: PLC0415 -- loads NumPy
    from querwerk.engine.matching.wording import sentence as said  # noqa: PLC0415

    index = _index(texts)
    asked = Challenge(id="me", texts=(Text(sentence),))
    language = (get_language() or "en").split("-", 1)[0]
    by_id = dict(texts)
    found = []
    for match in index.rank(asked, most):
        offer = Offer(id=match.offer, texts=(Text(by_id[int(match.offer)]),))
        why = index.explain(asked, offer, match)
        # Whoever has nothing clearly in common is no suggestion with a reason.
        if why.words or why.concepts:
            found.append((int(match.offer), said(why, language)))
    return found


@lru_cache(maxsize=16)
def _index(texts: Texts) -> "Index":
    """Return an index of these texts; kept until somebody says something else about themselves."""
    from querwerk.engine.matching import Index, Offer, Text  # noqa: PLC0415
    from querwerk.engine.matching.encoder import WordsAlone  # noqa: PLC0415

    return Index.build([Offer(id=str(pk), texts=(Text(text),)) for pk, text in texts], encoder=WordsAlone())
