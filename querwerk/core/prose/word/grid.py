"""Tables on their way into a Word file: the grid under cells that span others."""

from typing import Any

from querwerk.core.prose.inline import Run
from querwerk.core.prose.outgoing import Place, laid_out
from querwerk.core.prose.word.names import BLOCK_MARK, W
from querwerk.core.prose.word.parts import NAMESPACES

WIDTH = 9070
"""The text's width of 16 cm in twentieths of a point."""
MOST_COLUMNS = 63
"""Word's own limit."""


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
    writer.begin("Imprint")  # two tables in a row would become one


def _write_cell(writer: Any, table: Any, row: Any, place: Place, *, key: str, is_heading: bool) -> None:
    from docx.oxml import parse_xml  # noqa: PLC0415
    from docx.text.paragraph import Paragraph  # noqa: PLC0415

    span = f'<w:gridSpan w:val="{place.colspan}"/>' if place.colspan > 1 else ""
    merge = '<w:vMerge w:val="restart"/>' if place.rowspan > 1 else "<w:vMerge/>" if place.cell is None else ""
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
