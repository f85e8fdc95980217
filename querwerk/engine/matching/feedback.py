"""What people said no to moves what is ranked next: the same pair below all others, what shares the ground a little lower.

Pure and symmetrical: a pair loses the same points whether challenges are ranked for an offer or offers for a challenge.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from querwerk.engine.matching.model import Challenge, Entry, Offer, Role

OWN = 3.0
"""Points off for the pair itself: more than any score, which lies between -1 and 1."""
ECHO = 0.1
"""Points off for a pair that shares the ground with one that was refused: about as much as one place in four."""
MOST_ECHOES = 2
"""However often somebody says no, further echoes take nothing off."""
TIME_LASTS = timedelta(days=90)
LEVEL_2 = 4
"""Letters of a NUTS code of level 2."""


class Ground(StrEnum):
    """The ground of a no, as far as it says something about other pairs."""

    TIME = "time"
    PLACE = "place"
    FIELD = "field"
    KNOWN = "known"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Somebody said no to a pair. Region and sector are those of the other side, as they are known now."""

    challenge: str
    offer: str
    by: Role
    ground: Ground
    on: date
    region: str = ""
    sector: str = ""

    @property
    def own(self) -> str:
        """Return the id of whoever said no."""
        return self.challenge if self.by is Role.CHALLENGE else self.offer

    @property
    def other(self) -> str:
        """Return the id of what was refused."""
        return self.offer if self.by is Role.CHALLENGE else self.challenge


@dataclass(frozen=True, slots=True)
class Lowered:
    """How many points a pair loses, and because of which refusals."""

    points: float
    because: tuple[Refusal, ...]


def lowered(challenge: Challenge, offer: Offer, refusals: Iterable[Refusal], today: date) -> Lowered | None:
    """Return what a pair loses; nothing where no refusal concerns it."""
    own, echoes = [], []
    for refusal in refusals:
        if (refusal.challenge, refusal.offer) == (challenge.id, offer.id):
            own.append(refusal)
        elif concerns(refusal, challenge, offer, today):
            echoes.append(refusal)
    if not own and not echoes:
        return None
    return Lowered(OWN * bool(own) + ECHO * min(len(echoes), MOST_ECHOES), (*own, *echoes))


def concerns(refusal: Refusal, challenge: Challenge, offer: Offer, today: date) -> bool:
    """Tell whether a no to another pair says something about this one: the same person said it, and its ground holds here too."""
    sides: tuple[Entry, Entry] = (challenge, offer) if refusal.by is Role.CHALLENGE else (offer, challenge)
    own, other = sides
    if refusal.own != own.id:
        return False
    match refusal.ground:
        case Ground.TIME:
            # A company without time has none for anybody: that moves nothing in its list.
            return refusal.by is Role.OFFER and timedelta(0) <= today - refusal.on <= TIME_LASTS
        case Ground.PLACE:
            return not other.is_remote and bool(refusal.region) and _same_region(refusal.region, other.region)
        case Ground.FIELD:
            return bool(refusal.sector) and refusal.sector == other.sector
        case _:
            return False


def offers_lowered(
    challenge: Challenge, offers: Mapping[str, Offer], refusals: Sequence[Refusal], today: date
) -> dict[str, Lowered]:
    """Return which offers stand lower for a challenge, and why."""
    said_here = [one for one in refusals if one.challenge == challenge.id]
    by_offer: dict[str, list[Refusal]] = defaultdict(list)
    for one in refusals:
        if one.by is Role.OFFER and one.challenge != challenge.id:
            by_offer[one.offer].append(one)
    spreads = any(one.by is Role.CHALLENGE and one.ground in (Ground.PLACE, Ground.FIELD) for one in said_here)
    asked = (
        offers
        if spreads
        else {key: offers[key] for key in {*by_offer, *(one.offer for one in said_here)} & set(offers)}
    )
    found = {key: lowered(challenge, offer, (*said_here, *by_offer[key]), today) for key, offer in asked.items()}
    return {key: one for key, one in found.items() if one is not None}


def challenges_lowered(
    offer: Offer, challenges: Mapping[str, Challenge], refusals: Sequence[Refusal], today: date
) -> dict[str, Lowered]:
    """Return which challenges stand lower for an offer, and why."""
    own = [one for one in refusals if one.offer == offer.id]
    by_challenge: dict[str, list[Refusal]] = defaultdict(list)
    for one in refusals:
        if one.by is Role.CHALLENGE and one.offer != offer.id:
            by_challenge[one.challenge].append(one)
    found = {key: lowered(challenge, offer, (*own, *by_challenge[key]), today) for key, challenge in challenges.items()}
    return {key: one for key, one in found.items() if one is not None}


def _same_region(one: str, other: str) -> bool:
    return len(one) >= LEVEL_2 and one[:LEVEL_2] == other[:LEVEL_2]
