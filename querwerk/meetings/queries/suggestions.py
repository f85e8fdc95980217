"""Whom somebody might like to meet, with a sentence that says why.

What is compared: what people say about themselves at this event, in each of their roles, and the profiles for which they speak,
as far as everybody may read these and the matching was not switched off. It is compared by meaning, across languages, as soon as
the worker has read it; until then, and where no encoder is, by words.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from querwerk.events.states import Group
from querwerk.meetings.models import OtherRole, Participant
from querwerk.meetings.queries.people import active, profiles_for, roles_of
from querwerk.people.meaning import encoder, folder
from querwerk.people.models import Profile
from querwerk.people.states import Audience

if TYPE_CHECKING:
    from querwerk.engine.matching import Index, Offer, Text

type Key = str
"""“12” for a person, “12-3” for them in another role."""
type Said = tuple[tuple[str, str, str], ...]
"""Words, their language if it is known, and which text they are."""
type Texts = tuple[tuple[Key, Said], ...]

MOST = 5
WAITING = 0.2
"""Up to this share of texts without vectors the others are compared by meaning, and those wait; above, all by words."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Somebody, in which role if not the main one, and why."""

    participant: Participant
    why: str
    role: OtherRole | None = None


@dataclass(frozen=True, slots=True)
class Suggestions:
    """Whom to meet, the best first, and whether only words could be compared."""

    rows: tuple[Suggestion, ...]
    is_lexical: bool


def suggestions(participant: Participant, others: Sequence[Participant], most: int = MOST) -> Suggestions:
    """Return whom to meet: by what both say about themselves, then people from other fields; 3 queries.

    Everybody's words are in one index that all participants share, of whom each may choose among ``others`` alone.
    """
    by_id = {one.pk: one for one in others}
    everybody = [participant, *active(participant.networking_id).exclude(pk=participant.pk)]
    roles = roles_of(everybody)
    profiles = _profiles(everybody)
    texts = tuple(
        (key, said)
        for one in sorted(everybody, key=lambda one: one.pk)
        for key, said in (
            (str(one.pk), _said(one.sentence, profiles.get(one.registration_id, []), is_own=False)),
            *((f"{one.pk}-{role.pk}", _said(role.sentence, [], is_own=False)) for role in roles.get(one.pk, [])),
        )
        if said
    )
    asked = _said(participant.sentence, profiles.get(participant.registration_id, []), is_own=True)
    asked += tuple((role.sentence, "", "summary") for role in roles.get(participant.pk, []) if role.sentence)
    found: list[Suggestion] = []
    is_lexical = False
    only = frozenset(key for key, _said in texts if int(key.partition("-")[0]) in by_id)
    if asked and only:
        ranked, is_lexical = _ranked(asked, texts, only, most)
        by_role = {f"{one.participant_id}-{one.pk}": one for rows in roles.values() for one in rows}
        known: set[int] = set()
        for key, why in ranked:
            pk = int(key.partition("-")[0])
            if pk not in known:
                known.add(pk)
                found.append(Suggestion(by_id[pk], why, by_role.get(key)))
    rest = [one for one in others if one.pk not in {suggestion.participant.pk for suggestion in found}]
    own = participant.registration.group
    far = sorted(rest, key=lambda one: (one.registration.group == own, not one.sentence, one.pk * 7919 % (participant.pk + 101)))  # fmt: skip
    found += [Suggestion(one, _reason(one, own)) for one in far[: most - len(found)]]
    return Suggestions(tuple(found[:most]), is_lexical)


def _profiles(people: Iterable[Participant]) -> dict[int, list[Profile]]:
    listed = list(people)
    space_id = listed[0].registration.terms.event.space_id
    found = profiles_for([one.registration for one in listed], space_id)
    return {pk: [one for one in rows if one.is_matched] for pk, rows in found.items()}


def _said(sentence: str, profiles: Sequence[Profile], *, is_own: bool) -> Said:
    """Return what is compared of somebody: of their own profiles everything, of others' what everybody may read."""
    found = [(sentence, "", "summary")] if sentence else []
    for profile in profiles:
        if is_own or profile.audience == Audience.PUBLIC:
            for part in ("summary", "seeks", "offers") if is_own else ("summary", "offers"):
                found += [(words, language, part) for language, words in getattr(profile, part).items() if words]
    return tuple(found)


def _reason(other: Participant, own: str) -> str:
    registration = other.registration
    if registration.group not in ("", own, Group.OTHER):
        return _("Comes from another field: %(field)s.") % {"field": registration.get_group_display()}
    return _("You have not had to do with each other here yet.")


def _texts(said: Said) -> "tuple[Text, ...]":
    from querwerk.core.text import UNSTATED  # noqa: PLC0415
    from querwerk.engine.matching import Text  # noqa: PLC0415 -- loads NumPy

    return tuple(Text(words, "" if language == UNSTATED else language, part) for words, language, part in said)


def _offer(key: Key, said: Said) -> "Offer":
    from querwerk.engine.matching import Offer  # noqa: PLC0415

    return Offer(id=key, texts=_texts(said))


def passages_of_words(said: Said) -> list[str]:
    """Return the passages of what somebody says, as they are encoded."""
    from querwerk.engine.matching.passages import passages_of  # noqa: PLC0415

    return [passage.text for passage in passages_of(_texts(said))]


def _is_encoded(said: Said) -> bool:
    return not encoder(folder()).missing(passages_of_words(said))


def _ranked(asked: Said, texts: Texts, only: frozenset[Key], most: int) -> tuple[list[tuple[Key, str]], bool]:
    """Return keys and reasons, the best first, and whether only words were compared."""
    from querwerk.engine.matching import Challenge, Filters  # noqa: PLC0415
    from querwerk.engine.matching.wording import sentence as said_so  # noqa: PLC0415

    ready = tuple((key, said) for key, said in texts if _is_encoded(said))
    is_lexical = not _is_encoded(asked) or len(texts) - len(ready) > WAITING * len(texts)
    index = _index(texts if is_lexical else ready, str(folder()), is_lexical=is_lexical)
    challenge = Challenge(id="me", texts=_texts(asked))
    language = (get_language() or "en").split("-", 1)[0]
    by_key = dict(texts)
    found = []
    for match in index.rank(challenge, most * 2, Filters(only=only)):
        why = index.explain(challenge, _offer(match.offer, by_key[match.offer]), match)
        # Whoever has nothing clearly in common is no suggestion with a reason.
        if why.words or why.concepts or (not is_lexical and why.pairs and why.pairs[0].similarity > 0):
            found.append((match.offer, said_so(why, language, is_of_people=True)))
    return found, is_lexical


@lru_cache(maxsize=16)
def _index(texts: Texts, _home: str, *, is_lexical: bool) -> "Index":
    """Return an index of these texts; kept until somebody says something else about themselves."""
    from querwerk.engine.matching import Index  # noqa: PLC0415
    from querwerk.engine.matching.encoder import WordsAlone  # noqa: PLC0415

    chosen = WordsAlone() if is_lexical else encoder(folder())
    return Index.build([_offer(key, said) for key, said in texts], encoder=chosen)
