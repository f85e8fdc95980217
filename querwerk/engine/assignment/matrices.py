"""Reads matrices: one .npy with scores, or an .npz with scores and limits."""

import zipfile
from pathlib import Path as FilePath
from typing import Any

import numpy as np
from numpy.typing import NDArray

from querwerk.engine.assignment.problem import InvalidProblem, Problem, Range
from querwerk.engine.documents import Unreadable

SCORES = ("scores", "similarity_matrix")
MASKS = ("conflicts", "mask_matrix")
LIMITS = ("loads_min", "loads_max", "coverage_min", "coverage_max")


def read_matrices(file: FilePath, load: Range, coverage: Range) -> Problem:
    """Read agents × tasks; in an .npz also conflicts (other than 0) and limits for each agent and task."""
    try:
        # Pickled objects could run code.
        loaded = np.load(file, allow_pickle=False)
        arrays: dict[str, NDArray[Any]] = {"scores": loaded} if isinstance(loaded, np.ndarray) else dict(loaded)
    except OSError as error:
        raise Unreadable(file, None, error.strerror or f"is no NumPy file: {error}") from None
    except (ValueError, EOFError, zipfile.BadZipFile) as error:
        raise Unreadable(file, None, f"is no NumPy file, or cut off: {error}") from None
    known = (*SCORES, *MASKS, *LIMITS)
    for name, array in arrays.items():
        if name not in known:
            raise Unreadable(file, None, f"there is no array “{name}”; known are {', '.join(known)}")
        if array.dtype.kind not in "biuf":
            raise Unreadable(file, None, f"“{name}” holds no numbers")
    scores = next((arrays[name] for name in SCORES if name in arrays), None)
    if scores is None:
        raise Unreadable(file, None, "the array “scores” is missing")
    return _problem(file, scores.astype(np.float64), arrays, load, coverage)


def _problem(
    file: FilePath, scores: NDArray[np.float64], arrays: dict[str, NDArray[Any]], load: Range, coverage: Range
) -> Problem:
    if scores.ndim != 2:
        raise Unreadable(file, None, f"scores need two dimensions, agents and tasks, not {scores.ndim}")
    agents, tasks = scores.shape
    mask = next((arrays[name] for name in MASKS if name in arrays), np.zeros(scores.shape))
    if mask.shape != scores.shape:
        raise Unreadable(file, None, f"conflicts are {mask.shape}, but scores {scores.shape}")
    limits = [
        _limit(file, arrays, name, count, default)
        for name, count, default in zip(LIMITS, (agents, agents, tasks, tasks), (*load, *coverage), strict=True)
    ]
    try:
        return Problem(
            scores=scores,
            loads=tuple(zip(limits[0], limits[1], strict=True)),
            coverage=tuple(zip(limits[2], limits[3], strict=True)),
            conflicts=frozenset((int(agent), int(task)) for agent, task in np.argwhere(mask != 0)),
        )
    except InvalidProblem as error:
        raise Unreadable(file, None, error.reason) from None


def _limit(file: FilePath, arrays: dict[str, NDArray[Any]], name: str, count: int, default: int) -> list[int]:
    found = arrays.get(name, np.full(count, default)).ravel()
    if len(found) != count:
        raise Unreadable(file, None, f"“{name}” has {len(found)} entries, but there are {count}")
    return [int(value) for value in found]
