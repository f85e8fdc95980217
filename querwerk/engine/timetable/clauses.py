"""Clauses of propositional logic, and the usual ways to count with them."""

from collections.abc import Iterable, Sequence
from itertools import pairwise

TRUE = 1
FALSE = -1


class Clauses:
    """A growing set of clauses over variables 1, 2, 3 …; a negative number is a negation. Variable 1 is true."""

    def __init__(self) -> None:
        self.variables = 1
        self.found: list[list[int]] = [[TRUE]]

    def new(self) -> int:
        """Return a fresh variable."""
        self.variables += 1
        return self.variables

    def add(self, literals: Iterable[int]) -> bool:
        """Add a clause; false when it says nothing, because it is always true."""
        clause = {literal for literal in literals if literal != FALSE}
        if TRUE in clause or any(-literal in clause for literal in clause):
            return False
        self.found.append(sorted(clause, key=abs))
        return True

    def at_most_one(self, literals: Sequence[int]) -> None:
        """Let at most one of these be true: pairwise for few, through a helper variable for many."""
        rest = list(literals)
        while len(rest) > 6:
            helper = self.new()
            self._pairwise([*rest[:4], helper])
            rest = [-helper, *rest[4:]]
        self._pairwise(rest)

    def _pairwise(self, literals: list[int]) -> None:
        for index, literal in enumerate(literals):
            for other in literals[:index]:
                self.add((-literal, -other))

    def counter(self, literals: Sequence[int], most: int) -> list[int]:
        """Return outputs of which number j (from 0) is true when more than j of the literals are: a totalizer.

        Outputs stop after `most`. Nothing forces an output to be false.
        """
        if len(literals) <= 1:
            return list(literals[:most])
        middle = len(literals) // 2
        left = self.counter(literals[:middle], most)
        right = self.counter(literals[middle:], most)
        size = min(most, len(literals))
        outputs = [self.new() for _ in range(size)]
        for i in range(len(left) + 1):
            for j in range(min(len(right), size - i) + 1):
                # What overflows follows from a smaller pair, except where one side alone fills all.
                if 0 < i + j <= size:
                    causes = ([-left[i - 1]] if i else []) + ([-right[j - 1]] if j else [])
                    self.add((*causes, outputs[i + j - 1]))
        for lower, higher in pairwise(outputs):
            self.add((-higher, lower))
        return outputs
