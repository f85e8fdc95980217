"""Vectors for the measurements of speed: those of real texts, and as many as wanted between them.

Random vectors have no neighbours, so nothing that is measured on them tells how fast neighbours are found. Here each vector is
that of a real text, moved by a share of the difference between two others: it has neighbours, at the distances that texts have.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from querwerk.engine.matching.cache import VectorCache
from querwerk.engine.matching.encoder import Bundled

ROOT = Path(__file__).resolve().parents[2]
DATA = Path(os.environ.get("BENCH_DATA") or ROOT.parent / "shared" / "data") / "matching"
KEPT = ROOT / ".tools" / "bench" / "matching"

type Floats = NDArray[np.float32]

SENTENCES = ("xquad-r/de.sentences.tsv", "xquad-r/en.sentences.tsv")
LABELS = ("melo/deu_q_de_c_en", "melo/deu_q_de_c_de")
MOST_LABELS = 3_000
MOST_SENTENCES = 600
MOVED = 0.5
"""Share of the difference between two other texts that is added to a text."""


def texts() -> list[str]:
    """Return sentences and labels of the benchmark's sets, German and English."""
    found: dict[str, None] = {}
    for name in SENTENCES:
        lines = (DATA / name).read_text(encoding="utf-8").splitlines()
        found |= dict.fromkeys(line.split("\t", 1)[1] for line in lines[:MOST_SENTENCES])
    for name in LABELS:
        for file in sorted((DATA / name).glob("corpus*")):
            lines = file.read_text(encoding="utf-8").splitlines()
            found |= dict.fromkeys(line.split("\t", 1)[1] for line in lines[:MOST_LABELS])
    return list(found)


def real_vectors() -> Floats:
    """Return their vectors (n, 384), without their common mean and of length 1; encoded once and kept."""
    vectors = VectorCache(KEPT, Bundled()).passage(texts())
    return unit(vectors - vectors.mean(axis=0))


def unit(vectors: Floats) -> Floats:
    """Scale vectors to length 1."""
    return np.asarray(vectors / np.linalg.norm(vectors, axis=-1, keepdims=True), np.float32)


def between(real: Floats, count: int, seed: int) -> Iterator[Floats]:
    """Yield ``count`` vectors in portions, each near a real one."""
    random = np.random.default_rng(seed)
    for start in range(0, count, 10_000):
        size = min(10_000, count - start)
        text, one, other = random.integers(0, len(real), (3, size))
        yield unit(real[text] + MOVED * (real[one] - real[other]))
