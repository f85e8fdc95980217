"""Reads a page as a visitor does: its words, its links, one section of it."""

import io
import re
import zipfile
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = frozenset({"area", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"})


@dataclass
class Element:
    """An element with what is inside it."""

    name: str
    attributes: dict[str, str]
    children: list["Element | str"] = field(default_factory=list)

    def walk(self) -> list["Element"]:
        """Return this element and all below it, in order of the page."""
        found = [self]
        for child in self.children:
            if isinstance(child, Element):
                found.extend(child.walk())
        return found

    @property
    def text(self) -> str:
        """Return the words, with single spaces; drawings and hidden parts say nothing."""
        if self.name in ("svg", "script", "style", "template"):
            return ""
        words = " ".join(child if isinstance(child, str) else child.text for child in self.children)
        return re.sub(r"\s+", " ", words).strip()

    def all(self, name: str = "", *, cls: str = "") -> list["Element"]:
        """Return the elements below with a name or class."""
        return [
            element
            for element in self.walk()
            if (not name or element.name == name) and (not cls or cls in element.attributes.get("class", "").split())
        ]

    def one(self, name: str = "", *, cls: str = "") -> "Element":
        """Return the only element with a name or class."""
        (element,) = self.all(name, cls=cls)
        return element

    def by_id(self, id_: str) -> "Element":
        """Return the element with an id, which must be unique."""
        (element,) = [element for element in self.walk() if element.attributes.get("id") == id_]
        return element

    @property
    def links(self) -> dict[str, str]:
        """Return address by words of each link."""
        return {link.text: link.attributes.get("href", "") for link in self.all("a")}

    @property
    def facts(self) -> dict[str, str]:
        """Return the rows of description lists."""
        rows: dict[str, str] = {}
        for row in self.all("div"):
            terms = [child for child in row.children if isinstance(child, Element) and child.name == "dt"]
            values = [child for child in row.children if isinstance(child, Element) and child.name == "dd"]
            if terms and values:
                rows[terms[0].text] = values[0].text
        return rows


class _Reader(HTMLParser):
    """Builds the tree; every element must be closed."""

    def __init__(self) -> None:
        super().__init__()
        self.root = Element("", {})
        self.open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.open[-1].children.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open[-1].children.append(Element(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        closed = self.open.pop()
        assert closed.name == tag, f"<{closed.name}> is closed by </{tag}> at {self.getpos()}"

    def handle_data(self, data: str) -> None:
        self.open[-1].children.append(data)


def read_page(html: str) -> Element:
    """Return the page's tree."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    assert len(reader.open) == 1, f"<{reader.open[-1].name}> is not closed"
    return reader.root


def words_in(content: bytes, form: str) -> str:
    """Return all that a Markdown, Word, EPUB or PDF file says and where it leads, for looking something up in it."""
    if form == "md":
        return content.decode()
    if form == "pdf":
        import pikepdf  # noqa: PLC0415

        with pikepdf.open(io.BytesIO(content)) as pdf:
            links = [note.A.URI for page in pdf.pages for note in page.get("/Annots", []) if "/A" in note]
            return "\n".join(str(link) for link in links)
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        return "\n".join(parts.read(name).decode("utf-8", "replace") for name in parts.namelist())
