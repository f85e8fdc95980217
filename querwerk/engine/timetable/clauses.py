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

    def copy(self) -> "Clauses":
        """Return the same clauses, to which others can be added."""
        other = Clauses()
        other.variables, other.found = self.variables, list(self.found)
        return other

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
        """Let at most one of these variables be true: pairwise for few, through a helper variable for many."""
        rest = list(literals)
        while len(rest) > 6:
            helper = self.new()
            self._pairwise([*rest[:4], helper])
            rest = [-helper, *rest[4:]]
        self._pairwise(rest)

    def _pairwise(self, literals: list[int]) -> None:
        for index, literal in enumerate(literals):
            self.found += [[-other, -literal] for other in literals[:index]]

    def counter(self, literals: Sequence[int], most: int) -> list[int]:
        """Return outputs of which number j (from 0) is true when more than j of the literals are: a totalizer.

        Outputs stop after `most`. Nothing forces an output to be false. The literals must not be TRUE or FALSE.
        """
        if len(literals) <= 1:
            return list(literals[:most])
        middle = len(literals) // 2
        left = self.counter(literals[:middle], most)
        right = self.counter(literals[middle:], most)
        size = min(most, len(literals))
        outputs = [self.new() for _ in range(size)]
        # The bulk of all clauses is made here, so nothing is looked at twice. What overflows follows from smaller pairs.
        self.found += [[-literal, output] for literal, output in zip(left, outputs, strict=False)]
        self.found += [[-literal, output] for literal, output in zip(right, outputs, strict=False)]
        for i, literal in enumerate(left):
            self.found += [[-literal, -other, output] for other, output in zip(right, outputs[i + 1 :], strict=False)]
        self.found += [[-higher, lower] for lower, higher in pairwise(outputs)]
        return outputs

    def at_most(self, most: int, literals: Sequence[int]) -> None:
        """Let at most so many of these be true; counts the true or the false ones, whichever are fewer."""
        if len(literals) <= most:
            return
        if most < 0:
            self.found.append([FALSE])
        elif len(literals) - most > most:
            self.found.append([-self.counter(literals, most + 1)[most]])
        else:
            others = self.floor([-literal for literal in literals], len(literals) - most)
            self.found.append([others[-1]])

    def floor(self, literals: Sequence[int], most: int) -> list[int]:
        """Return outputs of which number j can only be true when more than j of the literals are: the other totalizer."""
        if len(literals) <= 1:
            return list(literals[:most])
        middle = len(literals) // 2
        left, right = self.floor(literals[:middle], most), self.floor(literals[middle:], most)
        outputs = [self.new() for _ in range(min(most, len(literals)))]
        for i in range(len(left) + 1):
            for j, output in enumerate(outputs[i : i + len(right) + 1]):
                self.found.append([-output, *left[i : i + 1], *right[j : j + 1]])
        self.found += [[-higher, lower] for lower, higher in pairwise(outputs)]
        return outputs
