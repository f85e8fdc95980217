"""Which words changed: Myers' difference over words, anchored at the words that stand once in both texts.

Anchors come first because a reader sees them first: where a sentence was rewritten, words like "and" or "the" that both
happen to hold must not tear it to pieces. Sources: E. W. Myers, "An O(ND) Difference Algorithm and Its Variations",
Algorithmica 1 (1986), 251-266; B. Cohen's patience diff for the anchors.
"""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from enum import StrEnum
from itertools import pairwise
from typing import NamedTuple

TOKEN = re.compile(r"\w+(?:['’]\w+)*|\s+|[^\w\s]")
MOST_EDITS = 400
"""Texts that differ in more words than this between two anchors are called rewritten."""
TOO_LITTLE = 0.34
"""If less than this share of a rewritten passage stayed, it reads better as one passage out and one in."""


class Kind(StrEnum):
    """What happened to a stretch of text."""

    SAME = "same"
    REMOVED = "removed"
    ADDED = "added"


class Stretch(NamedTuple):
    """A stretch of text and what happened to it."""

    kind: Kind
    words: str


def tokens(text: str) -> list[str]:
    """Return words, spaces and marks; joined they are the text."""
    return TOKEN.findall(text)


def compare(before: str, after: str) -> list[Stretch]:
    """Return stretches that are the same, removed or added; those not added give ``before``, those not removed ``after``."""
    if before == after:
        return [Stretch(Kind.SAME, before)] if before else []
    old, new = tokens(before), tokens(after)
    matched = _Matching(old, new).run()
    return list(_stretches(old, new, matched))


class _Matching:
    """Finds pairs of equal places, rising in both texts."""

    def __init__(self, old: Sequence[str], new: Sequence[str]) -> None:
        self.old, self.new = old, new
        self.pairs: list[tuple[int, int]] = []

    def run(self) -> list[tuple[int, int]]:
        self.between(0, len(self.old), 0, len(self.new))
        return sorted(self.pairs)

    def between(self, a: int, a_end: int, b: int, b_end: int) -> None:
        """Match one region of each text: common ends, then anchors, then the shortest edit between them."""
        old, new = self.old, self.new
        while a < a_end and b < b_end and old[a] == new[b]:
            self.pairs.append((a, b))
            a, b = a + 1, b + 1
        while a < a_end and b < b_end and old[a_end - 1] == new[b_end - 1]:
            a_end, b_end = a_end - 1, b_end - 1
            self.pairs.append((a_end, b_end))
        if a == a_end or b == b_end:
            return
        anchors = self.anchors(a, a_end, b, b_end)
        if not anchors:
            self.shortest(a, a_end, b, b_end)
            return
        for (x, y), (x_next, y_next) in pairwise([(a - 1, b - 1), *anchors, (a_end, b_end)]):
            if x_next < a_end or y_next < b_end:
                self.pairs.append((x_next, y_next))
            self.between(x + 1, x_next, y + 1, y_next)

    def anchors(self, a: int, a_end: int, b: int, b_end: int) -> list[tuple[int, int]]:
        """Return the places of words that stand exactly once in both regions, as many as are in the same order."""
        counted = [
            Counter(word for word in region if word[0].isalnum()) for region in (self.old[a:a_end], self.new[b:b_end])
        ]
        single = {word for word, number in counted[0].items() if number == 1 and counted[1][word] == 1}
        place = {self.new[y]: y for y in range(b, b_end) if self.new[y] in single}
        candidates = [(x, place[self.old[x]]) for x in range(a, a_end) if self.old[x] in single]
        return [candidates[number] for number in longest_rising([y for _x, y in candidates])]

    def shortest(self, a: int, a_end: int, b: int, b_end: int) -> None:
        """Add the matches of a shortest edit script, unless so little stays that it would only be scattered crumbs."""
        found = _myers(self.old[a:a_end], self.new[b:b_end])
        kept = sum(len(self.old[a + x]) for x, _y in found if not self.old[a + x].isspace())
        size = max(sum(map(len, self.old[a:a_end])), sum(map(len, self.new[b:b_end])))
        if kept >= TOO_LITTLE * size:
            self.pairs += [(a + x, b + y) for x, y in found]


def longest_rising(numbers: Sequence[int]) -> list[int]:
    """Return the places of a longest strictly rising subsequence."""
    ends: list[int] = []
    values: list[int] = []
    before: list[int] = []
    for place, number in enumerate(numbers):
        at = bisect_left(values, number)
        before.append(ends[at - 1] if at else -1)
        ends[at : at + 1] = [place]
        values[at : at + 1] = [number]
    found: list[int] = []
    at = ends[-1] if ends else -1
    while at >= 0:
        found.append(at)
        at = before[at]
    return found[::-1]


def _myers(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int]]:
    """Return the pairs of equal places on a shortest way from ``old`` to ``new``; none where that is longer than allowed."""
    reach = {1: 0}
    trail: list[dict[int, int]] = []
    for edits in range(min(MOST_EDITS, len(old) + len(new)) + 1):
        trail.append(dict(reach))
        for diagonal in range(-edits, edits + 1, 2):
            is_down = diagonal == -edits or (diagonal != edits and reach[diagonal - 1] < reach[diagonal + 1])
            x = reach[diagonal + 1] if is_down else reach[diagonal - 1] + 1
            y = x - diagonal
            while x < len(old) and y < len(new) and old[x] == new[y]:
                x, y = x + 1, y + 1
            reach[diagonal] = x
            if x >= len(old) and y >= len(new):
                return _walk_back(trail, len(old), len(new))
    return []


def _walk_back(trail: list[dict[int, int]], x: int, y: int) -> list[tuple[int, int]]:
    found = []
    for edits in range(len(trail) - 1, -1, -1):
        reach, diagonal = trail[edits], x - y
        is_down = diagonal == -edits or (diagonal != edits and reach[diagonal - 1] < reach[diagonal + 1])
        before = diagonal + 1 if is_down else diagonal - 1
        start = reach[before] if edits else 0
        while x > start and y > start - before and x > 0 and y > 0:
            if edits and (x, y) == ((start, start - before + 1) if is_down else (start + 1, start - before)):
                break
            x, y = x - 1, y - 1
            found.append((x, y))
        if edits:
            x, y = start, start - before
    return found[::-1]


def _stretches(old: Sequence[str], new: Sequence[str], matched: Sequence[tuple[int, int]]) -> Iterator[Stretch]:
    kinds: list[list[str]] = [[], [], []]
    x = y = 0
    for x_next, y_next in [*matched, (len(old), len(new))]:
        if (x_next > x or y_next > y) and kinds[0]:
            yield Stretch(Kind.SAME, "".join(kinds[0]))
            kinds[0] = []
        if x_next > x:
            yield Stretch(Kind.REMOVED, "".join(old[x:x_next]))
        if y_next > y:
            yield Stretch(Kind.ADDED, "".join(new[y:y_next]))
        if x_next < len(old):
            kinds[0].append(old[x_next])
        x, y = x_next + 1, y_next + 1
    if kinds[0]:
        yield Stretch(Kind.SAME, "".join(kinds[0]))
