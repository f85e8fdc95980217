"""The inner loops, compiled by Numba for the processor they run on.

Import this module only where a loop is about to run: Numba takes half a second to load. The compiled code is kept in Numba's
cache (``NUMBA_CACHE_DIR``, else beside this file, else in the user's cache folder); where none of them can be written, each
process compiles anew.
"""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

type Array = NDArray[Any]


def compiled[**P, R](function: Callable[P, R]) -> Callable[P, R]:
    """Compile a function at its first call; other threads run on meanwhile (``nogil``)."""
    try:
        fast: Callable[P, R] = njit(nogil=True, cache=True)(function)
    except RuntimeError:  # no folder for the cache can be written
        fast = njit(nogil=True)(function)
    return fast


def compiled_loosely[**P, R](function: Callable[P, R]) -> Callable[P, R]:
    """Compile a function that may add floats in the order that is fastest; it is the same order each time.

    Dividing by zero raises nothing, as in NumPy: a loop that may stop cannot be done sixteen steps at once.
    """
    loose = {"reassoc", "contract", "nsz"}
    try:
        fast: Callable[P, R] = njit(nogil=True, cache=True, fastmath=loose, error_model="numpy")(function)
    except RuntimeError:
        fast = njit(nogil=True, fastmath=loose, error_model="numpy")(function)
    return fast


@compiled_loosely
def dot(one: Array, other: Array) -> Any:
    """Return the inner product of two float32 vectors."""
    total = np.float32(0)
    for at in range(one.shape[0]):
        total += one[at] * other[at]
    return total


@compiled
def sift_down(heap: Array, size: int) -> None:
    """Let the first entry of a heap (smallest first) sink to its place."""
    at = 0
    entry = heap[0]
    while True:
        child = 2 * at + 1
        if child >= size:
            break
        if child + 1 < size and heap[child + 1] < heap[child]:
            child += 1
        if heap[child] >= entry:
            break
        heap[at] = heap[child]
        at = child
    heap[at] = entry


@compiled
def estimate(codes: Array, scales: Array, query: Array, stamps: Array, estimates: Array) -> None:
    """Write scale x (query · codes) for each row with a stamp, minus infinity for the others.

    ``codes`` int8 (n, d); ``query`` int16 (d,), so small that no sum leaves int32. The sums are whole numbers, so they are exact,
    and the compiler turns the loop into the processor's own instructions for them.
    """
    for row in range(stamps.shape[0]):
        if stamps[row] == 0:
            estimates[row] = -np.inf
            continue
        total = np.int32(0)
        for at in range(query.shape[0]):
            total = np.int32(total + np.int32(np.int32(codes[row, at]) * np.int32(query[at])))
        estimates[row] = np.float32(total) * scales[row]


@compiled
def threshold(estimates: Array, slack: Array, length: Any, heap: Array) -> None:
    """Fill ``heap`` (k,) with the k largest lower bounds, the smallest of them first.

    A row's true score lies within slack x length of its estimate.
    """
    heap[:] = -np.inf
    for row in range(estimates.shape[0]):
        low = estimates[row] - slack[row] * length
        if low > heap[0]:
            heap[0] = low
            sift_down(heap, heap.shape[0])


@compiled
def contenders(estimates: Array, slack: Array, length: Any, least: Any, rows: Array) -> int:
    """Write the rows whose upper bound is at least ``least``; return how many there are, if need be more than there is room for.

    Where ``least`` is the k-th largest lower bound, k rows reach it, so every other row is not among the best k.
    """
    count = 0
    for row in range(estimates.shape[0]):
        if estimates[row] > -np.inf and estimates[row] + slack[row] * length >= least:
            if count < rows.shape[0]:
                rows[count] = row
            count += 1
    return count


@compiled
def scores(vectors: Array, rows: Array, query: Array, found: Array) -> None:
    """Write query · vectors[row] for each of the rows."""
    for at in range(rows.shape[0]):
        found[at] = dot(vectors[rows[at]], query)


@compiled
def best_pairs(parts: Array, starts: Array, sizes: Array, queries: Array, found: Array) -> None:
    """Write for each ragged row how well its parts and the queries answer each other.

    Row i owns ``parts[starts[i] : starts[i] + sizes[i]]``; ``found`` (rows, 2) becomes the mean over the queries of their best
    part, and the mean over the parts of their best query (ColBERT's late interaction, both ways).
    """
    many = queries.shape[0]
    best_part = np.empty(many, np.float32)
    for row in range(starts.shape[0]):
        best_part[:] = -np.inf
        by_parts = 0.0
        for part in range(starts[row], starts[row] + sizes[row]):
            best_query: Any = np.float32(-np.inf)
            for at in range(many):
                score = dot(parts[part], queries[at])
                best_query = max(best_query, score)
                best_part[at] = max(best_part[at], score)
            by_parts += best_query
        by_queries = 0.0
        for at in range(many):
            by_queries += best_part[at]
        found[row, 0] = by_queries / max(many, 1) if sizes[row] else 0.0
        found[row, 1] = by_parts / max(sizes[row], 1)


@compiled
def means(vectors: Array, sizes: Array, found: Array) -> None:
    """Write for each run of ``sizes[i]`` vectors their sum scaled to length 1; zeros where it has no length."""
    start = 0
    for row in range(sizes.shape[0]):
        found[row, :] = 0
        for part in range(start, start + sizes[row]):
            for at in range(vectors.shape[1]):
                found[row, at] += vectors[part, at]
        start += sizes[row]
        length = math.sqrt(dot(found[row], found[row]))
        if length > 0:
            for at in range(vectors.shape[1]):
                found[row, at] /= np.float32(length)


@compiled
def encode(vectors: Array, codes: Array, scales: Array, slack: Array, extra: float) -> None:
    """Round each vector to int8 with a scale of its own, and note how far that moved it (plus ``extra`` of its length)."""
    for row in range(vectors.shape[0]):
        largest = np.float32(0)
        length = 0.0
        for at in range(vectors.shape[1]):
            largest = max(largest, abs(vectors[row, at]))
            length += np.float64(vectors[row, at]) ** 2
        scale = np.float32(largest / np.float32(127)) if largest > 0 else np.float32(1)
        moved = 0.0
        for at in range(vectors.shape[1]):
            code = np.int8(np.rint(vectors[row, at] / scale))
            codes[row, at] = code
            moved += (np.float64(vectors[row, at]) - np.float64(scale) * np.float64(code)) ** 2
        scales[row] = scale
        slack[row] = math.sqrt(moved) * 1.000001 + math.sqrt(length) * extra


@compiled
def find_rows(slots: Array, hashes: Array, row_hashes: Array, stamps: Array, rows: Array) -> None:
    """Look up hashes (n, 2) in an open-addressing table of row numbers plus one; write the valid row of each, or -1.

    A row without a stamp may hold the same hash: it was replaced, or left by a writer that was killed.
    """
    mask = np.uint64(slots.shape[0] - 1)
    for at in range(hashes.shape[0]):
        slot = hashes[at, 0] & mask
        rows[at] = -1
        while slots[slot] != 0:
            row = slots[slot] - 1
            # What another process has added since the columns were looked at is not there yet.
            is_valid = row < stamps.shape[0] and stamps[row] != 0
            if is_valid and row_hashes[row, 0] == hashes[at, 0] and row_hashes[row, 1] == hashes[at, 1]:
                rows[at] = row
                break
            slot = (slot + np.uint64(1)) & mask


@compiled
def enter_rows(slots: Array, rows: Array, row_hashes: Array) -> int:
    """Enter rows under their hashes; return how many slots were taken."""
    mask = np.uint64(slots.shape[0] - 1)
    taken = 0
    for row in rows:
        slot = row_hashes[row, 0] & mask
        while slots[slot] != 0 and slots[slot] != row + 1:
            slot = (slot + np.uint64(1)) & mask
        if slots[slot] == 0:
            slots[slot] = row + 1
            taken += 1
    return taken


@compiled
def count_slips(asked: Array, codes: Array, starts: Array, words: Array, found: Array) -> None:
    """Count slips (wrong, missing, extra or swapped letters) between a word and others.

    ``found`` (words, 2) becomes those to the whole other word, and those to the part of it that is nearest.
    """
    size = asked.shape[0]
    for at in range(words.shape[0]):
        first, last = starts[words[at]], starts[words[at] + 1]
        for inside in range(2):
            line, above, higher = np.arange(size + 1), np.arange(size + 1), np.arange(size + 1)
            nearest = size
            for column in range(first, last):
                line[0] = 0 if inside else column - first + 1
                for row in range(1, size + 1):
                    same = asked[row - 1] == codes[column]
                    cost = min(above[row] + 1, line[row - 1] + 1, above[row - 1] + (0 if same else 1))
                    is_swap = (
                        row > 1
                        and column > first
                        and asked[row - 1] == codes[column - 1]
                        and asked[row - 2] == codes[column]
                    )
                    line[row] = min(cost, higher[row - 2] + 1) if is_swap else cost
                nearest = min(nearest, line[size])
                line, above, higher = higher, line, above
            found[at, inside] = nearest if inside else above[size]


@compiled
def sparse_sums(features: Array, starts: Array, sizes: Array, asked: tuple[Array, Array], found: Array) -> None:
    """Write the sum of what each run of features weighs in a query.

    Run i is ``features[starts[i] : starts[i] + sizes[i]]``. ``asked`` are a sieve (a power of two long, true at the remainders of
    the query's features; it fits the fastest cache and spares most look-ups) and the query's weight at each feature.
    """
    sieve, weight_of = asked
    mask = np.uint32(sieve.shape[0] - 1)
    for run in range(starts.shape[0]):
        total = np.float32(0)
        for at in range(starts[run], starts[run] + sizes[run]):
            if sieve[features[at] & mask]:
                total += weight_of[features[at]]
        found[run] = total


@compiled
def add_shares(features: Array, asked: Any, sums: Array) -> None:
    """Add to the sum of each passage of a query what the features weigh in it; ``asked`` as in `sparse_pairs`."""
    sieve, keys, ends, passages, weights, _ = asked
    mask = np.uint32(sieve.shape[0] - 1)
    for at in range(features.shape[0]):
        if sieve[features[at] & mask]:
            place = np.searchsorted(keys, features[at])
            if place < keys.shape[0] and keys[place] == features[at]:
                for entry in range(ends[place], ends[place + 1]):
                    sums[passages[entry]] += weights[entry]


@compiled
def sparse_pairs(features: Array, rows: tuple[Array, Array, Array, Array], asked: Any, found: Array) -> None:
    """Write how well the runs of features of each row answer the passages of a query: the share of each in the run that has most of it.

    ``rows`` are the first run of each row and how many there are, and where each run begins and its size. ``asked`` are a sieve as
    in `sparse_sums`, the query's features in order, where the places of each begin, for each place its passage and weight, and what each
    passage counts.
    """
    firsts, counts, starts, sizes = rows
    parts = asked[5]
    sums, best = np.zeros(parts.shape[0], np.float32), np.zeros(parts.shape[0], np.float32)
    for row in range(firsts.shape[0]):
        best[:] = 0
        for run in range(firsts[row], firsts[row] + counts[row]):
            sums[:] = 0
            add_shares(features[starts[run] : starts[run] + sizes[run]], asked, sums)
            for part in range(parts.shape[0]):
                best[part] = max(best[part], sums[part])
        found[row] = dot(parts, best)


@compiled
def places_in(features: Array, sieve: Array, known: Array) -> Array:
    """Return where each feature stands among the known ones, which are in order; -1: nowhere. ``sieve`` as in `sparse_sums`."""
    mask = np.uint32(sieve.shape[0] - 1)
    places = np.full(features.shape[0], -1, np.int64)
    for at in range(features.shape[0]):
        if sieve[features[at] & mask]:
            place = np.searchsorted(known, features[at])
            if place < known.shape[0] and known[place] == features[at]:
                places[at] = place
    return places


@compiled
def names_said(features: Array, sizes: Array, names: Any, found: Array) -> None:
    """Write how much of the names of each concept each run of features has (runs × concepts, zeros before): `words.likenesses_of_names`.

    ``names`` are a sieve as in `sparse_sums`, the features of all names in order and what each weighs, what any other weighs, where the
    names that have each begin, these names, and of each name by how much it counts, what it weighs together, and its concept.
    """
    sieve, known, weights, other, begins, holders, damped, totals, owners = names
    sums = np.empty(damped.shape[0], np.float64)
    start = 0
    for run in range(sizes.shape[0]):
        places = places_in(features[start : start + sizes[run]], sieve, known)
        start += sizes[run]
        total = 0.0
        for place in places:
            total += weights[place] if place >= 0 else other[0]
        whole = np.float32(total)
        sums[:] = 0
        for place in places[places >= 0]:
            for entry in range(begins[place], begins[place + 1]):
                sums[holders[entry]] += weights[place] / whole
        for name in range(sums.shape[0]):
            if sums[name] > 0:
                share = np.float32(sums[name])
                value = share * (damped[name] + whole / max(totals[name], np.float32(1e-6))) / np.float32(2)
                found[run, owners[name]] = max(found[run, owners[name]], value)
