"""Tables of Word: spans, header rows and columns; what no cell can hold is flattened or moved behind the table."""

from dataclasses import dataclass, field, replace
from typing import Any

from querwerk.core.prose.inline import BREAK, Run, html_of, plain, trimmed
from querwerk.core.prose.word.content import ContentReader
from querwerk.core.prose.word.names import W, attribute, is_on, number
from querwerk.core.prose.word.pictures import Image
from querwerk.core.prose.word.reading import Reading

MOST_COLUMNS = 60


@dataclass
class Cell:
    """A cell while its table is read; ``is_continued`` marks one that a cell above reaches into."""

    runs: list[Run]
    colspan: int = 1
    rowspan: int = 1
    is_continued: bool = False
    is_heading: bool = False


@dataclass
class Table:
    """A table with what must follow it."""

    block: dict[str, Any]
    images: list[Image] = field(default_factory=list)


class TableReader:
    """Reads one table."""

    def __init__(self, reading: Reading) -> None:
        """Begin a table."""
        self.reading = reading
        self.images: list[Image] = []
        self.key = ""

    def read(self, element: Any) -> Table:
        """Return a table (``w:tbl``) as a block."""
        rows: list[list[Cell]] = []
        header_rows = 0
        for row in rows_of(element):
            properties = row.find(f"{W}trPr")
            if properties is not None and properties.find(f"{W}del") is not None:
                self.reading.report.note("tracked")
                continue
            cells = [self.cell(cell) for cell in cells_of(row)]
            if header_rows == len(rows) and properties is not None and is_on(properties.find(f"{W}tblHeader")):
                header_rows += 1
            rows.append(shifted(cells, properties))
        stretch(rows)
        if not header_rows and len(rows) > 1 and is_all_bold(rows[0]):
            header_rows = 1
        if self.images:
            self.reading.report.note("picture-in-table", number=len(self.images))
        body = rows[header_rows:]
        block = {
            "key": self.reading.keys.take(self.key),
            "type": "table",
            "caption": "",
            "header_rows": header_rows,
            "header_columns": heading_columns(body),
            "rows": [
                [as_cell(cell, is_header=at < header_rows) for cell in row if not cell.is_continued]
                for at, row in enumerate(rows)
            ],
        }
        return Table(block, self.images)

    def cell(self, element: Any) -> Cell:
        """Read a cell; its paragraphs become lines."""
        properties = element.find(f"{W}tcPr")
        lines: list[list[Run]] = []
        styles = self.read_lines(element, lines)
        runs: list[Run] = []
        for line in lines:
            if line:
                runs += [Run(BREAK), *line] if runs else line
        cell = Cell(runs, is_heading=bool(styles) and styles == {"table-heading"})
        if properties is not None:
            cell.colspan = max(1, min(number(attribute(properties.find(f"{W}gridSpan")), 1), MOST_COLUMNS))
            merge = properties.find(f"{W}vMerge")
            cell.is_continued = merge is not None and attribute(merge) in ("", "continue")
        return cell

    def read_lines(self, parent: Any, lines: list[list[Run]]) -> set[str]:
        """Collect the lines of a cell; return the kinds of its paragraphs."""
        styles = set()
        for child in parent:
            if child.tag == f"{W}p":
                styles.add(self.line(child, lines))
            elif child.tag == f"{W}tbl":
                self.reading.report.note("nested-table")
                self.flatten(child, lines)
            elif child.tag in (f"{W}sdt", f"{W}customXml", f"{W}ins", f"{W}sdtContent"):
                styles |= self.read_lines(child, lines)
        return styles

    def line(self, paragraph: Any, lines: list[list[Run]]) -> str:
        """Read a paragraph of a cell; one of a list begins with its bullet."""
        content = ContentReader(self.reading).read(paragraph)
        self.key = self.key or content.keys.get("b", "")
        self.images += content.images
        properties = paragraph.find(f"{W}pPr")
        style = self.reading.styles.get(attribute(properties.find(f"{W}pStyle")) if properties is not None else "")
        runs = trimmed(content.runs)
        if runs and self.reading.numberings.place(numbering_of(properties) or style.numbering):
            runs = [Run("• "), *runs]
        lines.append(runs)
        for box in content.boxes:
            self.read_lines(box, lines)
        return style.kind

    def flatten(self, element: Any, lines: list[list[Run]]) -> None:
        """Turn a table in a cell into lines, its cells divided by a bar."""
        for row in rows_of(element):
            line: list[Run] = []
            for cell in cells_of(row):
                inside: list[list[Run]] = []
                self.read_lines(cell, inside)
                words = [run for part in inside if part for run in (*part, Run(" "))][:-1]
                line += [Run(" | "), *words] if line else words
            lines.append(line)


def rows_of(table: Any) -> list[Any]:
    """Return the rows, also those inside content controls and tracked changes, but not those of tables inside."""
    return _children(table, f"{W}tr", (f"{W}sdt", f"{W}sdtContent", f"{W}customXml"))


def cells_of(row: Any) -> list[Any]:
    """Return the cells of a row."""
    return _children(row, f"{W}tc", (f"{W}sdt", f"{W}sdtContent", f"{W}customXml"))


def _children(parent: Any, wanted: str, through: tuple[str, ...]) -> list[Any]:
    found = []
    for child in parent:
        if child.tag == wanted:
            found.append(child)
        elif child.tag in through:
            found += _children(child, wanted, through)
    return found


def numbering_of(properties: Any) -> tuple[str, int] | None:
    """Return the numbering that a paragraph itself states."""
    element = properties.find(f"{W}numPr") if properties is not None else None
    if element is None:
        return None
    return attribute(element.find(f"{W}numId")), number(attribute(element.find(f"{W}ilvl")))


def shifted(cells: list[Cell], properties: Any) -> list[Cell]:
    """Put empty cells before and after a row that does not begin or end with its table."""
    if properties is None:
        return cells
    before = min(number(attribute(properties.find(f"{W}gridBefore"))), MOST_COLUMNS)
    after = min(number(attribute(properties.find(f"{W}gridAfter"))), MOST_COLUMNS)
    return [*(Cell([]) for _ in range(before)), *cells, *(Cell([]) for _ in range(after))]


def stretch(rows: list[list[Cell]]) -> None:
    """Let cells reach down over those that continue them, column by column."""
    open_cells: dict[int, Cell] = {}
    for row in rows:
        column, below = 0, {}
        for cell in row:
            above = open_cells.get(column)
            if cell.is_continued and above is not None and above.colspan == cell.colspan:
                above.rowspan += 1
                below[column] = above
            else:
                cell.is_continued = False
                below[column] = cell
            column += cell.colspan
        open_cells = below


def is_all_bold(row: list[Cell]) -> bool:
    """Tell whether every cell of a row has words, all of them bold: people's way of writing a header row."""
    return bool(row) and all(is_bold(cell) for cell in row)


def is_bold(cell: Cell) -> bool:
    """Tell whether a cell has words and all of them are bold."""
    words = [run for run in cell.runs if run.words.strip()]
    return bool(words) and all("strong" in run.marks for run in words)


def heading_columns(body: list[list[Cell]]) -> int:
    """Return how many columns at the left are headings, by the style of their paragraphs."""
    columns = 0
    while body and all(_is_heading_at(row, columns) for row in body):
        columns += 1
    return columns


def _is_heading_at(row: list[Cell], column: int) -> bool:
    """Tell whether the cell that covers a column is a heading; one from above counts too."""
    at = 0
    for cell in row:
        if at <= column < at + cell.colspan:
            return cell.is_heading or cell.is_continued
        at += cell.colspan
    return False


def as_cell(cell: Cell, *, is_header: bool) -> dict[str, Any]:
    """Return a cell as blocks hold it; in a header row bold says nothing."""
    runs = (
        [replace(run, marks=run.marks - {"strong"}) for run in cell.runs] if is_header and is_bold(cell) else cell.runs
    )
    made: dict[str, Any] = {"html": html_of(runs)}
    if cell.colspan > 1:
        made["colspan"] = cell.colspan
    if cell.rowspan > 1:
        made["rowspan"] = cell.rowspan
    return made


def has_words(block: dict[str, Any]) -> bool:
    """Tell whether any cell says something."""
    return any(plain(cell["html"]) for row in block["rows"] for cell in row)
