"""How near two texts are: by meaning, by words, by tags. All pure arithmetic on plain arrays."""

import numpy as np

from querwerk.engine.matching.model import Floats

MEANING = (0.25, 0.65, 0.1)
"""The share of the means, of the best pairs for what is asked, and of those for what is offered."""


def unit(vectors: Floats) -> Floats:
    """Return the rows with length 1; rows of zeros stay zeros."""
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return (vectors / np.where(lengths > 0, lengths, 1)).astype(np.float32, copy=False)


def meaning(a: Floats, b: Floats) -> float:
    """Return the likeness of two entries' passages (rows of length 1): by their means, and by their best pairs.

    `MEANING` weighs unit(Σa)·unit(Σb), mean_i max_j a_i·b_j and mean_j max_i a_i·b_j; 0 when one side has no passages. What a
    challenge (a) says should be answered by some passage of the offer; the other way round counts little, because a portfolio shows more
    than one challenge asks for.
    """
    if not len(a) or not len(b):
        return 0.0
    pairs = a @ b.T
    middle = float(unit(a.sum(axis=0)) @ unit(b.sum(axis=0)))
    return (
        MEANING[0] * middle
        + MEANING[1] * float(pairs.max(axis=1).mean())
        + MEANING[2] * float(pairs.max(axis=0).mean())
    )
