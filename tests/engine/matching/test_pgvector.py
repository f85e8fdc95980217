from typing import Any

import numpy as np
import psycopg
import pytest
from numpy.typing import NDArray

from querwerk.engine.matching.exact import Exact
from querwerk.engine.matching.pgvector import PgVector, UnableToPrepare

type Floats = NDArray[np.float32]


def crowd(seed: int, count: int) -> Floats:
    """Vectors of length 1 in groups, as texts on some topics have them."""
    random = np.random.default_rng(1)
    centres = random.standard_normal((40, 48))
    random = np.random.default_rng(seed)
    vectors = centres[random.integers(0, 40, count)] + 0.6 * random.standard_normal((count, 48))
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.float32)


@pytest.fixture
def store(connection: "psycopg.Connection[Any]") -> PgVector:
    store = PgVector(connection, dimension=48)
    store.prepare()
    return store


def test_it_answers_as_the_exact_search_does(store: PgVector) -> None:
    exact = Exact(dimension=48)
    sizes = [2, 0, 3, 1, 5]
    for kept in (store, exact):
        kept.put_many(["a", "b", "c", "d", "e"], crowd(2, 11), sizes)
        kept.put("a", crowd(3, 4))
        kept.remove("c")
        kept.remove("nobody")
    query = crowd(4, 3)
    assert store.keys() == exact.keys() == ["b", "d", "e", "a"]
    assert (len(store), "a" in store, "c" in store) == (4, True, False)
    assert store.vectors("a").tolist() == crowd(3, 4).tolist()
    assert store.meanings(query).tolist() == exact.meanings(query).tolist()
    assert store.nearest(query, 3) == exact.nearest(query, 3)
    assert store.nearest(query, 3, among={"b", "d", "x"}) == exact.nearest(query, 3, among={"b", "d", "x"})
    assert store.nearest(query, 3, among=set()) == store.nearest(query[:0], 3) == store.nearest(query, 0) == []
    with pytest.raises(KeyError, match="c"):
        store.vectors("c")


def test_an_empty_table_is_no_error(store: PgVector) -> None:
    store.prepare()
    assert (store.keys(), len(store), store.nearest(crowd(1, 1), 5)) == ([], 0, [])
    assert store.meanings(crowd(1, 1)).tolist() == []
    store.put_many([], np.zeros((0, 48), np.float32), [])


def test_the_graph_finds_what_the_exact_search_finds(store: PgVector, connection: "psycopg.Connection[Any]") -> None:
    count = 3_000
    keys, passages, sizes = [f"offer-{row:04}" for row in range(count)], crowd(5, 2 * count), [2] * count
    exact = Exact(dimension=48)
    exact.put_many(keys, passages, sizes)
    store.put_many(keys, passages, sizes)
    connection.execute("ANALYZE matching_vectors")
    plan = connection.execute(
        "EXPLAIN SELECT key FROM matching_vectors ORDER BY mean <#> %s::halfvec LIMIT 200", [str([0.5] * 48)]
    ).fetchall()
    assert "matching_vectors_mean" in plan[1][0]
    hits = 0
    for query in np.split(crowd(6, 90), 30):
        truth = exact.meanings(query)
        best = {keys[at] for at in np.argsort(-truth, kind="stable")[:10]}
        found = store.nearest(query, 10)
        hits += len(best & {key for key, _ in found})
        # What is found carries the exact score.
        assert [score for _, score in found] == pytest.approx(
            [float(truth[keys.index(key)]) for key, _ in found], abs=1e-6
        )
    assert hits >= 0.98 * 300


def test_a_narrow_filter_is_answered_in_full(store: PgVector) -> None:
    keys = [f"offer-{row:04}" for row in range(1_500)]
    store.put_many(keys, crowd(7, 1_500), [1] * 1_500)
    among = set(keys[::50])
    assert {key for key, _ in store.nearest(crowd(8, 1), 30, among=among)} == among


def test_what_cannot_be_kept_is_refused(store: PgVector) -> None:
    for keys, vectors, counts in (
        (["a", "a"], crowd(1, 2), [1, 1]),
        (["a"], crowd(1, 2), [1]),
        (["a"], np.full((1, 48), np.inf, np.float32), [1]),
    ):
        with pytest.raises(ValueError, match=r"\w"):
            store.put_many(keys, vectors, counts)
    assert len(store) == 0


def test_a_user_who_may_not_install_is_told_what_to_do(connection: "psycopg.Connection[Any]") -> None:
    connection.execute("DROP EXTENSION IF EXISTS vector CASCADE")
    connection.execute("CREATE ROLE visitor")
    connection.execute("SET ROLE visitor")
    with pytest.raises(UnableToPrepare, match="CREATE EXTENSION vector"):
        PgVector(connection, dimension=48).prepare()
