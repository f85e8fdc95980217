"""The index over each of its stores: what one process puts, others find; many offers; recall of PostgreSQL's graph."""

import multiprocessing
from collections.abc import Sequence
from dataclasses import replace
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np
import psycopg
import pytest

from querwerk.engine.matching import Challenge, Filters, InFolder, InMemory, InPostgres, Offer, Role, Text, learning
from querwerk.engine.matching.cache import VectorCache
from querwerk.engine.matching.calibration import dump, load
from querwerk.engine.matching.exact import Exact
from querwerk.engine.matching.index import Index
from querwerk.engine.matching.model import Floats

TOPICS = 60
LANGUAGES = ("de", "en", "cs")


class Drawn:
    """An encoder for texts that begin with a topic's number: near texts have the same topic, and each language its corner."""

    version = "drawn/1"
    dimension = 48
    is_symmetric = True

    def query(self, texts: Sequence[str]) -> Floats:
        return self.passage(texts)

    def passage(self, texts: Sequence[str]) -> Floats:
        centres = np.random.default_rng(1).standard_normal((TOPICS, self.dimension))
        found = np.zeros((len(texts), self.dimension))
        for row, text in enumerate(texts):
            seed = int.from_bytes(blake2b(text.encode(), digest_size=8).digest())
            topic, language = text.split(" ")[:2]
            found[row] = centres[int(topic)] + 0.6 * np.random.default_rng(seed).standard_normal(self.dimension)
            found[row, LANGUAGES.index(language)] += 8
        return np.asarray(found / np.linalg.norm(found, axis=1, keepdims=True), np.float32)


def text(number: int, kind: str) -> tuple[Text, ...]:
    language = LANGUAGES[number % 3]
    return (Text(f"{number % TOPICS} {language} {kind}{number:05}", language),)


def offers(count: int) -> list[Offer]:
    return [Offer(id=f"o{number}", texts=text(number, "a")) for number in range(count)]


def challenges(count: int) -> list[Challenge]:
    return [Challenge(id=f"c{number}", texts=text(number, "b")) for number in range(count)]


def found(index: Index, challenge: Challenge, k: int = 10, filters: Filters | None = None) -> list[tuple[str, float]]:
    return [(match.offer, match.parts.score) for match in index.rank(challenge, k, filters, plain=True)]


@pytest.fixture(scope="module")
def many() -> Index:
    return Index.build(offers(5_200), challenges(30), encoder=Drawn())


def test_above_five_thousand_offers_the_calibration_is_whole(many: Index) -> None:
    assert len(many.calibration.exposure) == 5_200
    assert {pair for pair in many.calibration.spreads if pair != ("", "")} == {
        (one, other) for one in LANGUAGES for other in LANGUAGES
    }
    few = Index.build(offers(4_000), challenges(30), encoder=Drawn())
    shared = [f"o{number}" for number in range(4_000)]
    differences = [abs(many.calibration.exposure[key] - few.calibration.exposure[key]) for key in shared]
    assert max(differences) < 0.03


class ComparingAll(InMemory):
    """Stores that think of everything as few."""

    def open(self, role: Role, dimension: int, version: str) -> Exact:
        store = super().open(role, dimension, version)
        store.few = 10**6
        return store


def test_two_stages_find_what_comparing_with_all_finds(many: Index) -> None:
    everything = Index(encoder=Drawn(), calibration=many.calibration, stores=ComparingAll())
    everything.add(*offers(5_200), *challenges(30))
    for asked in challenges(12):
        assert found(many, asked) == found(everything, asked)


def test_a_filter_that_leaves_little_among_many_is_answered_in_full(many: Index) -> None:
    only = frozenset(f"o{number}" for number in range(0, 5_200, 400))
    assert {key for key, _ in found(many, challenges(1)[0], 20, Filters(only=only))} == only
    without = frozenset(f"o{number}" for number in range(5_200) if number % TOPICS == 0)
    assert len(found(many, challenges(1)[0], 10, Filters(without=without))) == 10


def test_a_sample_does_not_depend_on_the_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(learning, "ASKING", 10)
    monkeypatch.setattr(learning, "ANSWERING", 50)
    monkeypatch.setattr(learning, "TOGETHER", 30)
    one = Index.build(offers(100), challenges(20), encoder=Drawn()).calibration
    other = Index.build(reversed(offers(100)), reversed(challenges(20)), encoder=Drawn()).calibration
    assert one.spreads[("", "")].pairs == 500
    assert other.spreads[("", "")].mean == pytest.approx(one.spreads[("", "")].mean, abs=1e-5)
    assert other.exposure == pytest.approx(one.exposure, abs=1e-5)


# --- a folder that several processes use ---


def index_in(folder: Path, calibration: bytes | None = None) -> Index:
    return Index(
        encoder=VectorCache(folder / "cache", Drawn()), stores=InFolder(folder / "stores"),
        calibration=load(calibration) if calibration else None,
    )  # fmt: skip


def _add_and_die(folder: Path, calibration: bytes) -> None:
    """Add an offer in another process, which is then gone without a farewell."""
    import os  # noqa: PLC0415 -- this runs in the other process

    index_in(folder, calibration).add(Offer(id="late", texts=text(7, "a")))
    os.kill(os.getpid(), 9)


def test_processes_share_a_folder_and_repeat_nothing(tmp_path: Path) -> None:
    first = index_in(tmp_path)
    first.add(*offers(300), *challenges(20))
    calibration = dump(first.calibrate())
    (kept,) = (tmp_path / "stores").glob(f"offers-{first.calibration.means_version}")
    stamp = first._sides[Role.OFFER].store.store.stamp  # type: ignore[attr-defined]

    second = index_in(tmp_path, calibration)
    second.add(*offers(300), *challenges(20))
    assert second._sides[Role.OFFER].store.store.stamp == stamp  # type: ignore[attr-defined]  # nothing was put again
    expected = found(Index.build(offers(300), challenges(20), encoder=Drawn()), challenges(3)[2])
    assert found(second, challenges(3)[2]) == found(first, challenges(3)[2]) == expected

    process = multiprocessing.get_context("spawn").Process(target=_add_and_die, args=(tmp_path, calibration))
    process.start()
    process.join()
    assert process.exitcode == -9
    # The vector is there; the entry itself each process is told of by whoever keeps the entries.
    assert "late" not in dict(found(second, challenges(8)[7], 300))
    second.add(Offer(id="late", texts=text(7, "a")))
    assert found(second, challenges(8)[7])[0][0] in {"late", "o7", "o67", "o127", "o187", "o247"}
    first.remove(Role.OFFER, "o7")
    gone = next(match for match in second.rank(challenges(8)[7], 300) if match.offer == "o7")
    assert gone.parts.meaning == 0  # nobody told the second process yet
    assert kept.is_dir()


def test_a_new_calibration_leaves_the_former_vectors_until_nobody_needs_them(tmp_path: Path) -> None:
    first, folder = index_in(tmp_path), tmp_path / "stores"
    first.add(*offers(60), *challenges(6))
    second = index_in(tmp_path, dump(first.calibrate()))
    second.add(*offers(60), *challenges(6))
    before = found(second, challenges(1)[0])
    first.add(*offers(90))
    fresh = dump(first.calibrate())
    assert found(second, challenges(1)[0]) == before
    second.use(load(fresh))
    second.add(*offers(90))
    assert found(second, challenges(1)[0]) == found(first, challenges(1)[0])
    first.forget_former()
    version = first.calibration.means_version
    assert {path.name for path in folder.iterdir()} == {f"offers-{version}", f"challenges-{version}"}


def test_a_changed_text_takes_the_place_of_the_former(tmp_path: Path) -> None:
    index = index_in(tmp_path)
    index.add(*offers(60), *challenges(6))
    index.calibrate()
    index.add(replace(offers(1)[0], texts=text(1, "new")))
    assert "o0" in {key for key, _ in found(index, challenges(2)[1], 2)}


# --- PostgreSQL ---


def test_postgres_finds_what_the_exact_index_finds(many: Index, connection: "psycopg.Connection[Any]") -> None:
    index = Index(encoder=Drawn(), calibration=many.calibration, stores=InPostgres(connection))
    index.add(*offers(5_200), *challenges(30))
    hits = 0
    for asked in challenges(30):
        best = dict(found(many, asked))
        those = dict(found(index, asked))
        hits += len(best.keys() & those.keys())
        assert {key: those[key] for key in best.keys() & those} == pytest.approx(
            {key: best[key] for key in best.keys() & those}, abs=1e-5
        )
    assert hits >= 0.98 * 300
    back, exact = (each.rank_back(offers(1)[0], 5) for each in (index, many))
    assert [match.challenge for match in back] == [match.challenge for match in exact]
    assert [key for key, _ in index.similar(offers(1)[0], 0.2)] == [key for key, _ in many.similar(offers(1)[0], 0.2)]
    index.remove(Role.OFFER, "o0")
    assert "o0" not in dict(found(index, challenges(1)[0], 50))


def test_postgres_keeps_a_table_for_each_calibration(connection: "psycopg.Connection[Any]") -> None:
    index = Index.build(offers(30), challenges(3), encoder=Drawn(), stores=InPostgres(connection, prefix="m"))
    index.add(*offers(40))
    index.calibrate()
    query = "SELECT tablename FROM pg_tables WHERE starts_with(tablename, 'm_') ORDER BY 1"
    assert len(connection.execute(query).fetchall()) > 2
    index.forget_former()
    version = index.calibration.means_version
    assert connection.execute(query).fetchall() == [(f"m_challenges_{version}",), (f"m_offers_{version}",)]
    assert len(index.rank(challenges(1)[0], 40)) == 40
