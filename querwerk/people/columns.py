"""Columns in memory: one value, or several of a closed list, for each of many rows, counted in one pass."""

from collections.abc import Callable, Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

type Mask = NDArray[np.bool_]
type Rows = NDArray[np.int64]

FIRST_ROOM = 256


class Column:
    """One word per row, kept as a number; an empty one says nothing and is not counted."""

    def __init__(self) -> None:
        """Start empty."""
        self.words = [""]
        self._numbers = {"": 0}
        self._codes = np.zeros(FIRST_ROOM, np.int32)

    def put(self, row: int, word: str) -> None:
        """Write a row."""
        if row >= len(self._codes):
            self._codes = np.concatenate([self._codes, np.zeros(max(len(self._codes), row), np.int32)])
        number = self._numbers.setdefault(word, len(self.words))
        if number == len(self.words):
            self.words.append(word)
        self._codes[row] = number

    def codes(self, height: int) -> NDArray[np.int32]:
        """Return the numbers of the first rows."""
        return self._codes[:height]

    def holds(self, fits: Callable[[str], bool], height: int) -> Mask:
        """Return the rows whose word fits; each word is asked once."""
        table = np.fromiter((bool(word) and fits(word) for word in self.words), np.bool_, len(self.words))
        found: Mask = table[self.codes(height)]
        return found

    def counts(self, among: Mask, named: Callable[[str], str] = str) -> dict[str, int]:
        """Return how many rows there are of each word, or of each name that words are given."""
        found: dict[str, int] = {}
        numbers = np.bincount(self.codes(len(among))[among], minlength=len(self.words))
        for number in np.flatnonzero(numbers):
            name = named(self.words[number]) if number else ""
            if name:
                found[name] = found.get(name, 0) + int(numbers[number])
        return found

    def word(self, row: int) -> str:
        """Return the word of a row."""
        return str(self.words[self._codes[row]])


class Several:
    """Any number of a closed list per row."""

    def __init__(self, codes: Sequence[str]) -> None:
        """Start empty."""
        self._places = {code: place for place, code in enumerate(codes)}
        self._bits = np.zeros((FIRST_ROOM, len(codes)), np.bool_)

    def put(self, row: int, chosen: Iterable[str]) -> None:
        """Write a row."""
        if row >= len(self._bits):
            more = np.zeros((max(len(self._bits), row), self._bits.shape[1]), np.bool_)
            self._bits = np.concatenate([self._bits, more])
        self._bits[row] = False
        self._bits[row, [self._places[code] for code in chosen if code in self._places]] = True

    def holds(self, code: str, height: int) -> Mask:
        """Return the rows that chose a code."""
        if code not in self._places:
            return np.zeros(height, np.bool_)
        return self._bits[:height, self._places[code]]

    def counts(self, among: Mask) -> dict[str, int]:
        """Return how many rows chose each code."""
        numbers = self._bits[: len(among)][among].sum(axis=0)
        return {code: int(numbers[place]) for code, place in self._places.items() if numbers[place]}


class Figures:
    """One number per row."""

    def __init__(self, nothing: float) -> None:
        """Start with rows that say nothing."""
        self._nothing = nothing
        self._values = np.full(FIRST_ROOM, nothing)

    def put(self, row: int, value: float | None) -> None:
        """Write a row."""
        if row >= len(self._values):
            more = np.full(max(len(self._values), row), self._nothing)
            self._values = np.concatenate([self._values, more])
        self._values[row] = self._nothing if value is None else value

    def values(self, height: int) -> NDArray[np.float64]:
        """Return the numbers of the first rows."""
        return self._values[:height]
