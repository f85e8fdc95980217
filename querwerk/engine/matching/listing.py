"""Makes a list out of scores: not ten times the same, farther sectors a little higher, nobody above their cap."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from querwerk.engine.matching.calibration import Constants
from querwerk.engine.matching.model import Filters, Floats


@dataclass(frozen=True, slots=True)
class Candidate:
    """An offer that may be listed."""

    key: str
    score: float
    organisation: str
    middle: Floats
    """The mean of its passages, of length 1."""


def arrange(candidates: Sequence[Candidate], k: int, constants: Constants, filters: Filters) -> list[int]:
    """Return up to k candidates by their place in the sequence, in the order of the list.

    Greedy maximal marginal relevance (Carbonell and Goldstein 1998) over score plus the bonus for distance. Capped offers and
    those of an organisation that is full come after all others.
    """
    gains = np.array([candidate.score for candidate in candidates])
    middles = np.stack([candidate.middle for candidate in candidates]) if candidates else np.zeros((0, 1), np.float32)
    nearest = np.zeros(len(candidates))
    late = np.array([candidate.key in filters.capped for candidate in candidates], bool)
    left = np.ones(len(candidates), bool)
    listed: list[int] = []
    organisations: Counter[str] = Counter()
    while left.any() and len(listed) < k:
        worth = (1 - constants.diversity) * gains - constants.diversity * nearest
        worth[late] -= 10
        worth[~left] = -np.inf
        best = int(worth.argmax())
        listed.append(best)
        left[best] = False
        nearest = np.maximum(nearest, middles @ middles[best])
        if (organisation := candidates[best].organisation) and filters.per_organisation is not None:
            organisations[organisation] += 1
            if organisations[organisation] >= filters.per_organisation:
                late |= np.array([candidate.organisation == organisation for candidate in candidates], bool)
    return listed


def score_in_list(score: float, distance: float | None, constants: Constants) -> float:
    """Return a score with the bonus for a sector that is far away."""
    return score + constants.distance * (distance or 0.0)
