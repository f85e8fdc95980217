"""Compares two versions of a text: which block became which, and which words changed in it. Pure, standard library only."""

from querwerk.engine.textdiff.align import Row, align
from querwerk.engine.textdiff.words import Kind, Stretch, compare

__all__ = ["Kind", "Row", "Stretch", "align", "compare"]
