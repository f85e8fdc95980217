import multiprocessing
import os
import signal
import time
from collections.abc import Sequence
from hashlib import blake2b
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from querwerk.engine.matching.cache import VectorCache

type Floats = NDArray[np.float32]


class Counting:
    """An encoder that writes down which texts it was given; a vector follows from text and role alone."""

    version = "counting/1"
    dimension = 8
    is_symmetric = False

    def __init__(self, book: Path, seconds: float = 0) -> None:
        self._book, self._seconds = book, seconds

    def query(self, texts: Sequence[str]) -> Floats:
        return self._encode("q", texts)

    def passage(self, texts: Sequence[str]) -> Floats:
        return self._encode("p", texts)

    def vector(self, role: str, text: str) -> list[float]:
        digest = blake2b((role + text).encode(), digest_size=self.dimension).digest()
        return [byte / 256 for byte in digest]

    def _encode(self, role: str, texts: Sequence[str]) -> Floats:
        assert all(texts)
        time.sleep(self._seconds * len(texts))
        with self._book.open("a", encoding="utf-8") as book:
            book.writelines(f"{role}{text}\n" for text in texts)
        return np.array([self.vector(role, text) for text in texts], np.float32).reshape(-1, self.dimension)


@pytest.fixture
def book(tmp_path: Path) -> Path:
    return tmp_path / "book"


def written(book: Path) -> list[str]:
    return sorted(book.read_text(encoding="utf-8").splitlines()) if book.exists() else []


def test_a_text_is_encoded_once_in_each_role(tmp_path: Path, book: Path) -> None:
    encoder = Counting(book)
    cache = VectorCache(tmp_path / "cache", encoder)
    first = cache.passage(["Weberei", "Färberei", "Weberei"])
    assert first.tolist() == [encoder.vector("p", text) for text in ("Weberei", "Färberei", "Weberei")]
    assert cache.passage(["Färberei"]).tolist() == first[1:2].tolist()
    assert cache.query(["Färberei"]).tolist() == [encoder.vector("q", "Färberei")]
    assert VectorCache(tmp_path / "cache", encoder).passage(["Weberei"]).tolist() == first[:1].tolist()
    assert written(book) == ["pFärberei", "pWeberei", "qFärberei"]


def test_where_both_roles_give_the_same_one_vector_is_kept(tmp_path: Path, book: Path) -> None:
    encoder = Counting(book)
    encoder.is_symmetric = True
    cache = VectorCache(tmp_path, encoder)
    assert (
        cache.query(["Färberei"]).tolist() == cache.passage(["Färberei"]).tolist() == [encoder.vector("q", "Färberei")]
    )
    assert written(book) == ["qFärberei"]


def test_what_looks_the_same_is_the_same_and_nothing_is_nothing(tmp_path: Path, book: Path) -> None:
    cache = VectorCache(tmp_path, Counting(book))
    vectors = cache.passage(["Fa\u0308rberei  \0 am Fluss", "", "Färberei am Fluss", " \n", "\ud800"])
    assert vectors[0].tolist() == vectors[2].tolist()
    assert vectors[[1, 3]].tolist() == np.zeros((2, 8)).tolist()
    assert written(book) == sorted(["pFärberei am Fluss", "p\ufffd"])
    assert cache.passage([]).shape == (0, 8)


def test_each_encoder_version_has_its_own_vectors(tmp_path: Path, book: Path) -> None:
    one, other = Counting(book), Counting(book)
    other.version = "counting/2"
    VectorCache(tmp_path, one).passage(["a"])
    VectorCache(tmp_path, other).passage(["a"])
    assert written(book) == ["pa", "pa"]
    assert sorted(file.read_text() for file in tmp_path.glob("*/version")) == ["counting/1\n", "counting/2\n"]


def test_progress_is_told_and_a_stop_keeps_what_is_done(tmp_path: Path, book: Path) -> None:
    texts = [f"{number:04} " + "x" * 400 for number in range(20)]
    cache, told = VectorCache(tmp_path, Counting(book)), list[tuple[int, int]]()
    left = cache.encode(texts, progress=lambda done, total: told.append((done, total)), stop=lambda: len(told) == 2)
    assert left == cache.missing(texts) == 20 - told[-1][0]
    assert [total for _, total in told] == [20, 20]
    assert 0 < told[0][0] < told[1][0] < 20
    assert cache.encode(texts) == 0
    assert written(book) == sorted(f"p{text}" for text in texts)


def test_forgotten_texts_leave_no_trace(tmp_path: Path, book: Path) -> None:
    encoder = Counting(book)
    cache, other = VectorCache(tmp_path, encoder), VectorCache(tmp_path, encoder)
    other.passage(["Name"])
    cache.passage(["Name", "Weberei"])
    cache.query(["Name"])
    cache.forget(["Name"])
    assert (cache.missing(["Name", "Weberei"]), other.missing(["Name", "Weberei"])) == (1, 1)
    (vectors,) = tmp_path.glob("*/vectors")
    assert vectors.read_bytes().find(np.array(encoder.vector("p", "Name"), np.float32).tobytes()) == -1
    assert other.passage(["Name"]).tolist() == [encoder.vector("p", "Name")]
    assert written(book) == sorted(["pName", "pName", "pWeberei", "qName"])


@pytest.mark.parametrize("damage", ["half a record", "a vector without record", "a flipped bit", "a lost vector"])
def test_damage_is_found_out_and_mended(tmp_path: Path, book: Path, damage: str) -> None:
    encoder = Counting(book)
    VectorCache(tmp_path, encoder).passage(["a", "b", "c"])
    (records,), (vectors,) = tmp_path.glob("*/records"), tmp_path.glob("*/vectors")
    if damage == "half a record":
        records.write_bytes(records.read_bytes()[:-5])
    elif damage == "a vector without record":
        vectors.write_bytes(vectors.read_bytes() + b"torn")
    elif damage == "a flipped bit":
        data = bytearray(vectors.read_bytes())
        data[-3] ^= 1
        vectors.write_bytes(data)
    else:
        vectors.write_bytes(vectors.read_bytes()[:-9])
    cache = VectorCache(tmp_path, encoder)
    assert cache.missing(["a", "b", "c"]) == (0 if damage == "a vector without record" else 1)
    texts = ["a", "b", "c", "d"]
    assert cache.passage(texts).tolist() == [encoder.vector("p", text) for text in texts]
    assert VectorCache(tmp_path, encoder).missing(texts) == 0


def test_many_records_are_found_without_a_dictionary_of_them(
    tmp_path: Path, book: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("querwerk.engine.matching.cache._RECENT", 10)
    encoder, texts = Counting(book), [f"text {number}" for number in range(50)]
    cache = VectorCache(tmp_path, encoder)
    for at in range(0, 50, 7):
        cache.passage(texts[at : at + 7])
    expected = [encoder.vector("p", text) for text in texts]
    assert cache.passage(texts).tolist() == VectorCache(tmp_path, encoder).passage(texts).tolist() == expected
    assert len(written(book)) == 50


# --- several processes, some of which are killed ---

TEXTS = [" ".join(f"{number}-{word}" for word in range(number % 40 + 1)) for number in range(120)]


def _encode(folder: Path, book: Path) -> None:
    VectorCache(folder, Counting(book, 0.01)).passage(TEXTS)


def test_processes_with_the_same_texts_share_the_work(tmp_path: Path, book: Path) -> None:
    spawn = multiprocessing.get_context("spawn")
    processes = [spawn.Process(target=_encode, args=(tmp_path / "cache", book)) for _ in range(3)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0, 0, 0]
    assert len(written(book)) == len(set(written(book))) == len(TEXTS)
    cache = VectorCache(tmp_path / "cache", Counting(book))
    assert cache.passage(TEXTS).shape == (len(TEXTS), 8)
    assert len(written(book)) == len(TEXTS)


def test_a_killed_process_loses_one_portion_and_nothing_else_is_encoded_twice(tmp_path: Path, book: Path) -> None:
    encoder, spawn = Counting(book), multiprocessing.get_context("spawn")
    cache = VectorCache(tmp_path / "cache", encoder)
    kept = lost = 0
    while kept < 60:
        process = spawn.Process(target=_encode, args=(tmp_path / "cache", book))
        process.start()
        while (now := len(TEXTS) - cache.missing(TEXTS)) < kept + 20:
            assert process.is_alive()
            time.sleep(0.005)
        os.kill(process.pid or 0, signal.SIGKILL)
        process.join()
        kept = len(TEXTS) - cache.missing(TEXTS)
        assert now <= kept < len(TEXTS)
        unkept = [line[1:] for line in set(written(book)) if cache.missing([line[1:]])]
        assert sum(map(len, unkept)) <= 2000
        lost += len(unkept)
    vectors = cache.passage(TEXTS)
    assert vectors.tolist() == [encoder.vector("p", text) for text in TEXTS]
    assert len(set(written(book))) == len(TEXTS)
    assert len(written(book)) == len(TEXTS) + lost


def test_what_is_kept_is_given_and_nothing_is_encoded(tmp_path: Path, book: Path) -> None:
    encoder = Counting(book)
    VectorCache(tmp_path, encoder).passage(["Weberei"])
    found = VectorCache(tmp_path, encoder).kept(["Weberei ", "Färberei", "", "Weberei"])
    kept = encoder.vector("p", "Weberei")
    assert [None if row is None else row.tolist() for row in found] == [kept, None, [0.0] * 8, kept]
    assert VectorCache(tmp_path, encoder).kept(["Weberei"], asks=True) == [None]
    assert written(book) == ["pWeberei"]
