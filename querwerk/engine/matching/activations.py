"""What a layer does between its products, compiled by Numba. Import it only where texts are encoded: Numba takes half a second."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from querwerk.engine.matching.kernels import compiled_loosely

type Array = NDArray[Any]

BLOCK = 32


@compiled_loosely
def rounded(x: Array, codes: Array, scales: Array, offsets: Array) -> None:
    """Round float32 rows to int8 in blocks of 32 with a scale each; offsets are -8 times the sum of a block.

    Weights are kept as 0 to 15 and mean -8 to 7: the offset takes the difference back.
    """
    for row in range(x.shape[0]):
        for block in range(scales.shape[1]):
            first = block * BLOCK
            largest = np.float32(0)
            for at in range(first, first + BLOCK):
                largest = max(largest, abs(x[row, at]))
            scales[row, block] = largest / np.float32(127)
            inverse = np.float32(127) / largest if largest > 0 else np.float32(0)
            total = np.int32(0)
            for at in range(first, first + BLOCK):
                code = np.int32(np.rint(x[row, at] * inverse))
                codes[row, at] = np.int8(code)
                total = np.int32(total + code)
            offsets[row, block] = np.int32(-8) * total


@compiled_loosely
def add_and_normalise(x: Array, added: Array, weight: Array, bias: Array, epsilon: float) -> None:
    """Add to x, then bring each row to mean 0 and deviation 1, times weight, plus bias."""
    size = x.shape[1]
    for row in range(x.shape[0]):
        total = np.float32(0)
        for at in range(size):
            x[row, at] += added[row, at]
            total += x[row, at]
        mean = total / np.float32(size)
        spread = np.float32(0)
        for at in range(size):
            x[row, at] -= mean
            spread += x[row, at] * x[row, at]
        factor = np.float32(1 / math.sqrt(spread / np.float32(size) + np.float32(epsilon)))
        for at in range(size):
            x[row, at] = x[row, at] * factor * weight[at] + bias[at]


@compiled_loosely
def gelu(x: Array) -> None:
    """Replace x by ½x(1 + erf(x/√2)); erf as a ratio of two polynomials, which is exact to 1.5e-6 in the result."""
    most, root, half = np.float32(4), np.float32(math.sqrt(0.5)), np.float32(0.5)
    flat = x.reshape(-1)
    for at in range(flat.shape[0]):
        z = flat[at] * root
        z = most if z > most else z  # noqa: FURB136 - min and max would keep the loop from running sixteen steps at once
        z = -most if z < -most else z  # noqa: FURB136
        s = z * z
        above = np.float32(-2.72614225801306e-10) * s + np.float32(2.77068142495902e-08)
        above = (above * s + np.float32(-2.10102402082508e-06)) * s + np.float32(-5.69250639462346e-05)
        above = (above * s + np.float32(-7.34990630326855e-04)) * s + np.float32(-2.95459980854025e-03)
        above = above * s + np.float32(-1.60960333262415e-02)
        below = np.float32(-1.45660718464996e-05) * s + np.float32(-2.13374055278905e-04)
        below = (below * s + np.float32(-1.68282697438203e-03)) * s + np.float32(-7.37332916720468e-03)
        below = below * s + np.float32(-1.42647390514189e-02)
        flat[at] *= half + half * z * above / below
