"""Tables on their way into a Word file: the grid under cells that span others."""

from dataclasses import dataclass
from typing import Any

from querwerk.core.prose.inline import Run
from querwerk.core.prose.word.names import BLOCK_MARK, W
from querwerk.core.prose.word.parts import NAMESPACES

WIDTH = 9070
"""The text's width of 16 cm in twentieths of a point."""
MOST_COLUMNS = 63
"""Word's own limit."""


@dataclass(slots=True)
class Place:
    """What stands at a place of the grid: a cell, or the lower part of one from above (``cell`` is ``None``)."""

    column: int
    colspan: int
    cell: dict[str, Any] | None
    is_merged: bool = False


def laid_out(rows: list[list[dict[str, Any]]]) -> tuple[list[list[Place]], int]:
    """Return for each row what stands in it from left to right without gaps, and the number of columns."""
    taken: dict[tuple[int, int], int] = {}
    grid: list[list[Place]] = []
    for y, row in enumerate(rows):
        places: list[Place] = []
        column = 0
        for cell in row:
            column = _pass_over(taken, places, y, column)
            colspan, rowspan = int(cell.get("colspan", 1)), int(cell.get("rowspan", 1))
            rowspan = min(rowspan, len(rows) - y)
            places.append(Place(column, colspan, cell, is_merged=rowspan > 1))
            for below in range(y + 1, y + rowspan):
                taken[below, column] = colspan
            column += colspan
        _pass_over(taken, places, y, column)
        grid.append(places)
    columns = max((row[-1].column + row[-1].colspan for row in grid if row), default=0)
    for places in grid:
        end = places[-1].column + places[-1].colspan if places else 0
        places += [Place(column, 1, {"html": ""}) for column in range(end, columns)]
    return grid, columns


def _pass_over(taken: dict[tuple[int, int], int], places: list[Place], y: int, column: int) -> int:
    """Step over what cells from above cover."""
    while (y, column) in taken:
        colspan = taken[y, column]
        places.append(Place(column, colspan, None))
        column += colspan
    return column


def write_table(writer: Any, block: dict[str, Any]) -> None:
    """Write a table: header rows repeat on every page and are marked as such, rows are not torn apart."""
    from docx.oxml import parse_xml  # noqa: PLC0415  (heavy)
    from docx.table import Table  # noqa: PLC0415

    grid, columns = laid_out(block["rows"])
    if not columns:
        return
    width = WIDTH // columns
    element = parse_xml(
        f'<w:tbl {NAMESPACES}><w:tblPr><w:tblStyle w:val="QuerwerkTable"/><w:tblW w:w="5000" w:type="pct"/>'
        f'<w:tblLook w:firstRow="{int(block["header_rows"] > 0)}" w:lastRow="0"'
        f' w:firstColumn="{int(block["header_columns"] > 0)}" w:lastColumn="0" w:noHBand="1" w:noVBand="1"/>'
        f"</w:tblPr><w:tblGrid>{f'<w:gridCol w:w="{width}"/>' * columns}</w:tblGrid></w:tbl>"
    )
    body = writer.document.element.body
    body.insert(len(body) - 1, element)  # the section's properties stay last
    table = Table(element, writer.document)
    key = BLOCK_MARK + block["key"]
    for y, places in enumerate(grid):
        row = parse_xml(f"<w:tr {NAMESPACES}><w:trPr><w:cantSplit/></w:trPr></w:tr>")
        if y < block["header_rows"]:
            row[0].append(parse_xml(f"<w:tblHeader {NAMESPACES}/>"))
        element.append(row)
        for place in places:
            is_heading = y < block["header_rows"] or place.column < block["header_columns"]
            _write_cell(writer, table, row, place, key=key, is_heading=is_heading)
            key = ""
    writer.document.add_paragraph(style="Querwerk Imprint")  # two tables in a row would become one


def _write_cell(writer: Any, table: Any, row: Any, place: Place, *, key: str, is_heading: bool) -> None:
    from docx.oxml import parse_xml  # noqa: PLC0415
    from docx.text.paragraph import Paragraph  # noqa: PLC0415

    span = f'<w:gridSpan w:val="{place.colspan}"/>' if place.colspan > 1 else ""
    merge = '<w:vMerge w:val="restart"/>' if place.is_merged else "<w:vMerge/>" if place.cell is None else ""
    style = "TableHeading" if is_heading else "TableContents"
    cell = parse_xml(
        f'<w:tc {NAMESPACES}><w:tcPr><w:tcW w:w="0" w:type="auto"/>{span}{merge}</w:tcPr>'
        f'<w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr></w:p></w:tc>'
    )
    row.append(cell)
    paragraph = Paragraph(cell.find(f"{W}p"), table)
    if key:
        writer.mark(paragraph, key)
    if place.cell is not None:
        runs: list[Run] = writer.out.runs(place.cell["html"])
        writer.runs(paragraph, runs)
