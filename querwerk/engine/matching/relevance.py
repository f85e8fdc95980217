"""How near two texts are: by meaning, by words, by tags. All pure arithmetic on plain arrays."""

import numpy as np

from querwerk.engine.matching.model import Floats


def unit(vectors: Floats) -> Floats:
    """Return the rows with length 1; rows of zeros stay zeros."""
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return (vectors / np.where(lengths > 0, lengths, 1)).astype(np.float32, copy=False)


def meaning(a: Floats, b: Floats) -> float:
    """Return the likeness of two entries' passages (rows of length 1): half by their means, half by their best pairs.

    ½ unit(Σa)·unit(Σb) + ¼ mean_i max_j a_i·b_j + ¼ mean_j max_i a_i·b_j; 0 when one side has no passages.
    """
    if not len(a) or not len(b):
        return 0.0
    pairs = a @ b.T
    middle = float(unit(a.sum(axis=0)) @ unit(b.sum(axis=0)))
    return 0.5 * middle + 0.25 * float(pairs.max(axis=1).mean()) + 0.25 * float(pairs.max(axis=0).mean())
