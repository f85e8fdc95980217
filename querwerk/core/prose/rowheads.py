"""Makes the cells that head a row what they are in the tag tree of a PDF: TH with the scope of a row (ISO 32000-1, 14.8.5.7).

Typst 0.15 tags what stands in ``table.header`` as TH and all else as TD. Its functions for other cells (``pdf.header-cell``) stand behind a
switch that its Python binding does not have, so the finished file is changed: Typst writes the tree as plain objects with a plain
table of their places (14.7 and 7.5.4), in which two names are exchanged and the places counted anew.
"""

import logging
import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence

ELEMENT = re.compile(rb"(?m)^(\d+) 0 obj\n<</Type/StructElem/S/(\w+)(.*?)>>\nendobj", re.DOTALL)
REFERENCE = re.compile(rb"(\d+) 0 R")
KIDS = re.compile(rb"/K(?:\[([^\]]*)\]| ?(\d+ 0 R))")
PLACE = re.compile(rb"(?m)^(\d{10})( \d{5} n)")
PLACES = re.compile(rb"\nxref\n.*?startxref\n(\d+)\n", re.DOTALL)
logger = logging.getLogger(__name__)

type Headings = Sequence[Sequence[bool]]
"""For each row below the header, whether each of its cells heads the row."""


def with_row_heads(pdf: bytes, tables: Sequence[Headings]) -> bytes:
    """Return a PDF of Typst in which the cells that head a row say so; ``tables`` in the order of the text.

    A tree that is not as expected stays as it is, and the log says so: a cell too few marked is better than a broken file.
    """
    if not any(cell for table in tables for row in table for cell in row):
        return pdf
    tree = {int(found[1]): found for found in ELEMENT.finditer(pdf)}
    rows = [list(_rows(tree, number)) for number in _tables(tree)]
    if [[len(row) for row in table] for table in rows] != [[len(row) for row in table] for table in tables]:
        logger.warning("the tables of a PDF are tagged otherwise than expected; cells that head a row are not marked")
        return pdf
    heads = [
        number
        for table, headings in zip(rows, tables, strict=True)
        for row, is_head in zip(table, headings, strict=True)
        for number, heads_row in zip(row, is_head, strict=True)
        if heads_row
    ]
    edits = [(*tree[number].span(), _as_head(tree[number][0])) for number in heads if tree[number][2] == b"TD"]
    return _edited(pdf, sorted(edits))


def _kids(tree: dict[int, re.Match[bytes]], number: int) -> list[int]:
    found = KIDS.search(tree[number][3])
    inside = (found[1] or found[2] or b"") if found else b""
    return [kid for one in REFERENCE.findall(inside) if (kid := int(one)) in tree]


def _tables(tree: dict[int, re.Match[bytes]]) -> Iterator[int]:
    """Yield the tables in the order in which they are read."""
    below = {kid for number in tree for kid in _kids(tree, number)}
    waiting = [number for number in sorted(tree, reverse=True) if number not in below]
    while waiting:
        number = waiting.pop()
        if tree[number][2] == b"Table":
            yield number
        else:
            waiting += reversed(_kids(tree, number))


def _rows(tree: dict[int, re.Match[bytes]], number: int) -> Iterator[list[int]]:
    """Yield the cells of each row that is not in the header."""
    for kid in _kids(tree, number):
        if tree[kid][2] == b"TR":
            yield _kids(tree, kid)
        elif tree[kid][2] in (b"TBody", b"TFoot"):
            yield from _rows(tree, kid)


def _as_head(cell: bytes) -> bytes:
    named = cell.replace(b"/S/TD", b"/S/TH", 1)
    if b"/O/Table" in named:
        return named.replace(b"/O/Table", b"/O/Table/Scope/Row", 1)
    if b"/A[" in named:
        return named.replace(b"/A[", b"/A[<</O/Table/Scope/Row>>", 1)
    return named.replace(b"/S/TH", b"/S/TH/A<</O/Table/Scope/Row>>", 1) if b"/A" not in named else cell


def _edited(pdf: bytes, edits: list[tuple[int, int, bytes]]) -> bytes:
    """Put new objects in the place of old ones and say anew where each object begins."""
    parts, starts, growth, end = [], [], [0], 0
    for start, stop, content in edits:
        parts += [pdf[end:start], content]
        starts.append(start)
        growth.append(growth[-1] + len(content) - (stop - start))
        end = stop
    made = b"".join([*parts, pdf[end:]])

    def moved(place: int) -> int:
        return place + growth[bisect_left(starts, place)]

    table = PLACES.search(made, moved(pdf.rfind(b"\nxref\n")))
    assert table is not None
    counted = PLACE.sub(lambda found: b"%010d%s" % (moved(int(found[1])), found[2]), table[0])
    counted = counted.replace(b"startxref\n%s\n" % table[1], b"startxref\n%d\n" % moved(int(table[1])))
    return made[: table.start()] + counted + made[table.end() :]
