import numpy as np
import pytest

from querwerk.engine.matching.dense import Flat
from querwerk.engine.matching.relevance import meaning, unit


def make_entries(*sizes: int) -> list[np.ndarray]:
    random = np.random.default_rng(7)
    return [unit(random.normal(size=(size, 8)).astype(np.float32)).reshape(-1, 8) for size in sizes]


def test_every_entry_gets_the_meaning_of_the_pair() -> None:
    entries = make_entries(3, 0, 1, 5)
    store = Flat(8)
    for number, vectors in enumerate(entries):
        store.put(str(number), vectors)
    challenge = make_entries(2)[0]
    assert store.meanings(challenge) == pytest.approx([meaning(challenge, vectors) for vectors in entries], abs=1e-6)


def test_what_is_removed_is_not_found_and_the_rest_keeps_its_order() -> None:
    store = Flat(8)
    for name, vectors in zip("abc", make_entries(1, 2, 3), strict=True):
        store.put(name, vectors)
    store.remove("b")
    store.remove("never there")
    assert store.keys() == ["a", "c"]
    assert {key for key, _ in store.nearest(store.vectors("c"), 5)} == {"a", "c"}
    [(nearest, likeness)] = store.nearest(store.vectors("c"), 1)
    assert nearest == "c"
    assert likeness == pytest.approx(1.0, abs=1e-6)
