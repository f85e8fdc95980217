import multiprocessing
import os
import signal
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from querwerk.engine.matching import kernels
from querwerk.engine.matching.exact import CANDIDATES, FEW, Exact
from querwerk.engine.matching.store import Rows, Store, UnableToOpen

type Floats = NDArray[np.float32]


def unit(vectors: Floats) -> Floats:
    return np.asarray(vectors / np.linalg.norm(vectors, axis=-1, keepdims=True), np.float32)


def crowd(seed: int, count: int, dimension: int = 24, groups: int = 5, spread: float = 0.3) -> Floats:
    """Vectors of length 1 in groups, as texts on a few topics have them."""
    random = np.random.default_rng(seed)
    centres = random.standard_normal((groups, dimension))
    noise = spread * random.standard_normal((count, dimension))
    return unit(np.asarray(centres[random.integers(0, groups, count)] + noise, np.float32))


def filled(vectors: Floats, folder: Path | None = None) -> Exact:
    exact = Exact(folder, dimension=vectors.shape[1])
    exact.put_many([str(row) for row in range(len(vectors))], vectors, [1] * len(vectors))
    return exact


def by_definition(one: Floats, other: Floats) -> float:
    """The meaning of two entries, written as plainly as it is defined."""
    if not len(one) or not len(other):
        return 0.0
    pairs = one.astype(np.float64) @ other.astype(np.float64).T
    middle = unit(one.sum(axis=0)).astype(np.float64) @ unit(other.sum(axis=0))
    return float(0.25 * middle + 0.65 * pairs.max(axis=1).mean() + 0.1 * pairs.max(axis=0).mean())


@given(
    seed=st.integers(0, 10_000),
    count=st.integers(1, 300),
    most=st.integers(1, 40),
    dimension=st.sampled_from([1, 7, 24, 384]),
    spread=st.sampled_from([0.0, 0.01, 0.3, 3.0]),
)
@settings(max_examples=150)
def test_the_nearest_means_are_those_of_a_full_pass(
    seed: int, count: int, most: int, dimension: int, spread: float
) -> None:
    vectors = crowd(seed, count, dimension, spread=spread)
    query = crowd(seed + 1, 1, dimension, spread=spread)[0] * np.float32(3)
    exact = filled(vectors)
    rows, scores = exact.nearest_rows(query, most)
    truth = exact.store.means.items[:count].astype(np.float64) @ query.astype(np.float64)
    kept = min(most, count)
    assert len(rows) >= kept
    assert len(set(rows.tolist())) == len(rows)
    assert np.allclose(scores, truth[rows], atol=2e-5)
    assert np.allclose(scores[:kept], np.sort(truth)[::-1][:kept], atol=2e-5)
    # What is more than asked for equals the last one that was.
    assert (scores[kept:] == scores[kept - 1]).all()


def test_a_query_along_one_axis_and_a_zero_query_are_exact_too() -> None:
    vectors = crowd(3, 200)
    exact = filled(vectors)
    axis = np.eye(24, dtype=np.float32)[5]
    rows, _ = exact.nearest_rows(axis, 5)
    assert rows[:5].tolist() == np.argsort(-vectors[:, 5], kind="stable")[:5].tolist()
    rows, scores = exact.nearest_rows(np.zeros(24, np.float32), 5)
    assert (len(rows), set(scores.tolist())) == (200, {0.0})


@pytest.mark.parametrize("dimension", [1536, 3072])
def test_sums_stay_whole_in_many_dimensions(dimension: int) -> None:
    vectors = np.ones((40, dimension), np.float32)
    vectors[np.arange(40), np.arange(40)] = np.linspace(-1, 1, 40)
    exact = filled(unit(vectors))
    rows, _ = exact.nearest_rows(np.ones(dimension, np.float32), 3)
    truth = unit(vectors) @ np.ones(dimension)
    assert rows[:3].tolist() == np.argsort(-truth, kind="stable")[:3].tolist()


@given(sizes=st.lists(st.integers(0, 6), min_size=1, max_size=30), asked=st.integers(0, 5), seed=st.integers(0, 10_000))
@settings(max_examples=80)
def test_meaning_is_as_defined_for_any_number_of_passages(sizes: list[int], asked: int, seed: int) -> None:
    passages = crowd(seed, sum(sizes) + 1)[:-1]
    parts = np.split(passages, np.cumsum(sizes)[:-1])
    query = crowd(seed + 1, asked + 1)[:-1]
    exact = Exact(dimension=24)
    exact.put_many([str(row) for row in range(len(sizes))], passages, sizes)
    truth = [by_definition(query, part) for part in parts]
    assert np.allclose(exact.meanings(query), truth, atol=1e-5)
    assert [exact.vectors(str(row)).tolist() for row in range(len(sizes))] == [part.tolist() for part in parts]
    found = exact.nearest(query, 3)
    if asked:
        assert np.allclose([score for _, score in found], sorted(truth)[::-1][:3], atol=1e-5)
    else:
        assert found == []


changes = st.lists(st.tuples(st.sampled_from("abcdefghij"), st.integers(-1, 4)), max_size=60)


@given(changes=changes, seed=st.integers(0, 100))
@settings(max_examples=80)
def test_any_sequence_of_changes_ends_as_if_built_at_once(changes: list[tuple[str, int]], seed: int) -> None:
    pool, exact = crowd(seed, 400), Exact(dimension=24)
    wanted: dict[str, Floats] = {}
    for at, (key, size) in enumerate(changes):
        wanted.pop(key, None)
        if size < 0:
            exact.remove(key)
        else:
            wanted[key] = pool[at : at + size]
            exact.put(key, wanted[key])
    assert exact.keys() == list(wanted)
    assert len(exact) == len(wanted)
    assert [key in exact for key in "abcdefghij"] == [key in wanted for key in "abcdefghij"]
    again = Exact(dimension=24)
    for key, vectors in wanted.items():
        again.put(key, vectors)
    query = pool[-3:]
    assert exact.nearest(query, 4) == again.nearest(query, 4)
    assert exact.meanings(query).tolist() == again.meanings(query).tolist()
    # Rows are used again: there are never more than were in use at the same time, by size of the largest.
    assert exact.store.height <= 4 * 11 + 1


def test_many_changes_leave_the_table_sound() -> None:
    vectors, exact = crowd(1, 3000), Exact(dimension=24)
    for turn in range(4):
        exact.put_many([f"{turn}-{row}" for row in range(3000)], vectors, [1] * 3000)
        assert exact.store.remove([f"{turn}-{row}" for row in range(0, 3000, 2)]) == 1500
    assert len(exact) == 6000
    assert exact.store.height == 7500
    assert [f"3-{row}" in exact for row in range(4)] == [False, True, False, True]
    assert len(exact.mask(exact.keys()).nonzero()[0]) == 6000


def test_equal_entries_stand_in_the_order_of_their_keys() -> None:
    exact, vectors = Exact(dimension=24), crowd(5, 1)
    for key in ("m", "z", "a", "k"):
        exact.put(key, vectors)
    assert [key for key, _ in exact.nearest(vectors, 3)] == ["a", "k", "m"]


def test_two_stages_find_what_one_finds() -> None:
    count = FEW + 2000
    passages = crowd(7, 2 * count, 48, groups=400, spread=0.5)
    exact = Exact(dimension=48)
    exact.put_many([f"{row:05}" for row in range(count)], passages, [2] * count)
    hits = 0
    for query in np.split(crowd(7, 60, 48, groups=400, spread=0.5), 20):
        truth = exact.meanings(query)
        best = set(np.argsort(-truth, kind="stable")[:10].tolist())
        hits += len(best & {int(key) for key, _ in exact.nearest(query, 10)})
    assert count > CANDIDATES
    assert hits >= 0.98 * 200


def test_only_what_is_asked_for_is_found() -> None:
    vectors = crowd(11, 100)
    exact = filled(vectors)
    among = {"3", "17", "58", "nobody"}
    found = exact.nearest(vectors[:2], 10, among=among)
    assert {key for key, _ in found} == among - {"nobody"}
    mask = exact.mask(among)
    exact.put("later", vectors[:1])
    rows, _ = exact.nearest_rows(vectors[0], 10, mask)
    assert sorted(exact.store.key(int(row)) for row in rows) == ["17", "3", "58"]


def test_what_cannot_be_kept_is_refused() -> None:
    exact = filled(crowd(1, 3))
    nothing = np.zeros((1, 24), np.float32)
    for keys, vectors, counts in (
        (["a", "a"], np.zeros((2, 24), np.float32), [1, 1]),
        ([""], nothing, [1]),
        (["a" * 70_000], nothing, [1]),
        (["a"], np.full((1, 24), np.nan, np.float32), [1]),
        (["a"], np.zeros((1, 23), np.float32), [1]),
        (["a"], nothing, [2]),
        (["a"], nothing[:0], [-1]),
    ):
        with pytest.raises(ValueError, match=r"\w"):
            exact.put_many(keys, vectors, counts)
    with pytest.raises(ValueError, match="dimensions"):
        exact.nearest(np.zeros((1, 23), np.float32), 3)
    with pytest.raises(KeyError, match="nobody"):
        exact.vectors("nobody")
    assert len(exact) == 3


def test_nothing_is_found_among_nothing() -> None:
    exact = Exact(dimension=24)
    assert exact.nearest(crowd(1, 2), 3) == []
    assert exact.meanings(crowd(1, 2)).tolist() == []
    assert (exact.keys(), len(exact), "a" in exact) == ([], 0, False)
    exact.remove("a")
    exact.put("a", np.zeros((0, 24), np.float32))
    exact.remove("a")
    assert exact.nearest(crowd(1, 2), 3) == []


# --- in a folder, with several processes ---


def test_another_object_sees_each_change_at_once(tmp_path: Path) -> None:
    vectors = crowd(2, 50)
    here, there = Exact(tmp_path, dimension=24), Exact(tmp_path, dimension=24)
    assert there.nearest(vectors[:1], 1) == []
    here.put_many([str(row) for row in range(50)], vectors, [1] * 50)
    assert there.nearest(vectors[7:8], 1)[0][0] == "7"
    there.remove("7")
    assert "7" not in here
    there.put("neu: Färberei", vectors[7:8])
    assert here.nearest(vectors[7:8], 1)[0][0] == "neu: Färberei"
    assert Exact(tmp_path, dimension=24).keys() == here.keys()


def test_a_folder_of_another_kind_is_refused(tmp_path: Path) -> None:
    filled(crowd(2, 5), tmp_path)
    with pytest.raises(UnableToOpen, match="384"):
        Exact(tmp_path, dimension=384)


def _write(folder: Path, name: str, count: int) -> None:
    exact, vectors = Exact(folder, dimension=24), crowd(1, count)
    for row in range(count):
        exact.put(f"{name}{row}", vectors[row : row + 1])
        if row % 3 == 0:
            exact.remove(f"{name}{row}")


def test_several_processes_write_at_once_and_lose_nothing(tmp_path: Path) -> None:
    spawn = multiprocessing.get_context("spawn")
    processes = [spawn.Process(target=_write, args=(tmp_path, name, 60)) for name in "abc"]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    exact, vectors = Exact(tmp_path, dimension=24), crowd(1, 60)
    assert set(exact.keys()) == {f"{name}{row}" for name in "abc" for row in range(60) if row % 3}
    assert exact.store.height < 130
    assert all((exact.vectors(f"{name}{row}") == vectors[row]).all() for name in "abc" for row in range(1, 60, 3))


def _write_for_ever(folder: Path) -> None:
    exact, vectors, turn = Exact(folder, dimension=24), crowd(1, 200), 0
    while True:
        for row in range(100):
            exact.put(f"{row}", vectors[row + turn % 100 : row + turn % 100 + 1 + turn % 4])
        turn += 1


def test_a_killed_writer_leaves_whole_entries_and_no_lock(tmp_path: Path) -> None:
    vectors = {row.tobytes() for row in crowd(1, 200)}
    exact, spawn = Exact(tmp_path, dimension=24), multiprocessing.get_context("spawn")
    for turn in range(3):
        process = spawn.Process(target=_write_for_ever, args=(tmp_path,))
        process.start()
        while len(exact) < 100 or exact.store.stamp < 500 * (turn + 1):
            assert process.is_alive()
            time.sleep(0.005)
        os.kill(process.pid or 0, signal.SIGKILL)
        process.join()
        # At most the one that was being replaced is missing, and what is there is whole.
        assert len(exact) >= 99
        keys = exact.keys()
        assert len(set(keys)) == len(keys)
        assert all(row.tobytes() in vectors for key in keys for row in exact.vectors(key))
        exact.put("after", crowd(1, 1))
        assert exact.nearest(crowd(1, 1), 1)[0][1] == pytest.approx(1, abs=1e-6)
        exact.remove("after")


class _Killed(Exception):
    """Stands for a signal that nothing can handle."""


class _Dying(Store):
    """Is killed when all is written, before anything of it is valid; or in the middle of that."""

    dies_late = False

    def _switch(self, old: Rows, new: Rows) -> None:
        if self.dies_late:
            self.stamps.items[old] = 0
            self.stamps.items[new] = int(self.stamps.items.max()) + 1
        raise _Killed


@pytest.mark.parametrize("dies_late", [False, True])
def test_what_a_killed_writer_left_hides_nothing(tmp_path: Path, *, dies_late: bool) -> None:
    before, killed = crowd(1, 2), crowd(2, 1)
    Store(tmp_path, dims=24).put(["a", "b"], before, [1, 1])
    dying = _Dying(tmp_path, dims=24)
    dying.dies_late = dies_late
    with pytest.raises(_Killed):
        dying.put(["a"], killed, [1])
    exact = Exact(tmp_path, dimension=24)
    assert (exact.vectors("a") == (killed if dies_late else before[:1])).all()
    for size in (3, 1, 2):  # which of the free rows is taken depends on the room there
        exact.put("a", crowd(3, size))
        assert sorted(exact.keys()) == ["a", "b"]
        assert (exact.vectors("a") == crowd(3, size)).all()
    exact.remove("a")
    assert exact.keys() == ["b"]
    assert "a" not in exact


def test_loops_run_where_no_compiled_code_can_be_kept() -> None:
    source = Path(kernels.__file__).read_text()
    homeless: dict[str, Any] = {"__name__": "homeless"}
    exec(compile(source, "/nowhere/kernels.py", "exec"), homeless)
    assert homeless["dot"](np.array([1, 2], np.float32), np.array([3, 4], np.float32)) == 11
