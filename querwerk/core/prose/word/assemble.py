"""Makes blocks of paragraphs: which belong to one list, one quote, one picture."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from querwerk.core.prose.inline import BREAK, Run, html_of, trimmed
from querwerk.core.prose.word.paragraphs import LONGEST_HEADING, Paragraph, Piece, TableHere
from querwerk.core.prose.word.reading import Reading

TABLE_WORDS = ("tab", "tabelle", "table")
LAST_LEVEL = 6
MOST_LEVELS = 8


@dataclass
class Assembly:
    """Blocks in course of being made."""

    reading: Reading
    has_title: bool
    """Whether the title stands in a paragraph or heading of its own, so that "Heading 1" is the first level below it."""
    blocks: list[dict[str, Any]] = field(default_factory=list)
    open_list: "OpenList | None" = None
    seen_lists: set[str] = field(default_factory=set)
    waiting_caption: str = ""
    """A caption that stands above its table."""

    def make(self, pieces: Sequence[Piece]) -> list[dict[str, Any]]:
        """Return the blocks."""
        for at, piece in enumerate(pieces):
            following = pieces[at + 1] if at + 1 < len(pieces) else None
            if isinstance(piece, TableHere):
                self.table(piece.block)
            else:
                self.paragraph(piece, following)
        return self.blocks

    # --- one piece each ---

    def table(self, block: dict[str, Any]) -> None:
        """Add a table, with the caption that stood above it."""
        self.open_list = None
        block["caption"], self.waiting_caption = self.waiting_caption, ""
        self.blocks.append(block)

    def paragraph(self, piece: Paragraph, following: Piece | None) -> None:
        """Add a paragraph and its pictures."""
        if piece.kind == "imprint":  # ours, from an export; it stands around the text and is not part of it
            return
        if piece.kind == "gallery":
            self.gallery(piece)
            return
        if piece.runs or piece.kind in EMPTY_ONES:
            self.words(piece, following)
        own_key = "" if piece.runs else piece.keys.get("b", "")
        for image in piece.images:
            self.open_list = None
            block = {"type": "image", "picture": image.picture, "alt": image.alt, "caption": ""}
            self.add(block, own_key)
            own_key = ""

    def words(self, piece: Paragraph, following: Piece | None) -> None:
        """Add the words of a paragraph."""
        if piece.numbered and piece.kind not in CAPTIONS:
            self.item(piece)
            return
        if self.open_list and piece.kind in ("plain", "continue") and (piece.indent or piece.kind == "continue"):
            self.open_list.go_on(piece.runs)
            return
        self.open_list = None
        if piece.kind in CAPTIONS:
            self.caption(piece, following)
            return
        MAKERS.get(piece.kind, Assembly.plain)(self, piece)

    def add(self, block: dict[str, Any], key: str) -> None:
        """Add a block under a key."""
        self.blocks.append({"key": self.reading.keys.take(key), **block})

    def plain(self, piece: Paragraph) -> None:
        """Add a paragraph."""
        words = piece.words
        bold = [run for run in piece.runs if run.words.strip()]
        if bold and len(words) <= LONGEST_HEADING and all("strong" in run.marks for run in bold):
            self.reading.report.note("bold-paragraph", words)
        self.add({"type": "paragraph", "html": html_of(piece.runs)}, piece.keys.get("b", ""))

    def heading(self, piece: Paragraph) -> None:
        """Add a heading; the first level is the title's."""
        level = piece.level + (1 if self.has_title else 0)
        if level > LAST_LEVEL:
            self.reading.report.note("heading-deep", piece.words)
        block = {"type": "heading", "level": max(2, min(level, LAST_LEVEL)), "html": html_of(without_bold(piece.runs))}
        self.add(block, piece.keys.get("b", ""))

    def quote(self, piece: Paragraph) -> None:
        """Add a quote, or a further line of one."""
        last = self.blocks[-1] if self.blocks else None
        key = piece.keys.get("b", "")
        if last and last["type"] == "quote" and not last["source"] and not key:
            last["html"] += "<br>" + html_of(piece.runs)
            return
        self.add({"type": "quote", "html": html_of(piece.runs), "source": ""}, key)

    def source(self, piece: Paragraph) -> None:
        """Say whose words a quote holds."""
        last = self.blocks[-1] if self.blocks else None
        if last and last["type"] == "quote" and not last["source"]:
            last["source"] = html_of(piece.runs)
        else:
            self.plain(piece)

    def card(self, piece: Paragraph) -> None:
        """Add a link card: its title is the link, the rest describes it."""
        url = next((run.href for run in piece.runs if run.href), "")
        title = "".join(run.words for run in piece.runs if run.href)
        rest = "".join(run.words for run in trimmed([run for run in piece.runs if not run.href]))
        block = {"type": "link", "url": url, "title": "" if title == url else title, "description": rest}
        self.add(block, piece.keys.get("b", ""))

    def video(self, piece: Paragraph) -> None:
        """Add a film; what Word cannot hold (poster, transcript) comes back from the version before."""
        url = next((run.href for run in piece.runs if run.href), "")
        title = "".join(run.words for run in piece.runs if run.href) or piece.words
        block = {
            "type": "video",
            "url": url,
            "file": "",
            "title": title,
            "poster": "",
            "transcript": "",
        }
        self.add(block, piece.keys.get("b", ""))

    def file(self, piece: Paragraph) -> None:
        """Add a file to fetch; which one it is comes back from the version before."""
        title = "".join(run.words for run in piece.runs if run.href) or piece.words
        self.add({"type": "file", "file": "", "title": title}, piece.keys.get("b", ""))

    def gallery(self, piece: Paragraph) -> None:
        """Add a gallery, or its caption."""
        self.open_list = None
        if piece.images:
            pictures = [image.picture for image in piece.images]
            self.add({"type": "gallery", "pictures": pictures, "caption": html_of(piece.runs)}, piece.keys.get("b", ""))

    def caption(self, piece: Paragraph, following: Piece | None) -> None:
        """Give a caption to the picture or table that it belongs to."""
        html = html_of(piece.runs)
        last = self.blocks[-1] if self.blocks else None
        names_table = piece.kind == "table-caption" or piece.words.lower().startswith(TABLE_WORDS)
        is_open = last is not None and last["type"] in ("image", "gallery", "table") and not last["caption"]
        if isinstance(following, TableHere) and (names_table or not is_open):
            self.waiting_caption = html
        elif last is not None and is_open and (last["type"] != "table" or names_table):
            last["caption"] = html
        else:
            self.plain(piece)

    def item(self, piece: Paragraph) -> None:
        """Add an item to the list that it continues, or begin a list."""
        place = piece.numbered
        assert place is not None
        begins = bool(piece.keys.get("b"))
        current = self.open_list
        if current is None or begins or not current.takes(place.list_id, place.level, is_ordered=place.is_ordered):
            if place.is_ordered and place.list_id in self.seen_lists:
                self.reading.report.note("list-restart", piece.words)
            self.open_list = current = OpenList(self.reading, place.list_id, is_ordered=place.is_ordered)
            self.add({"type": "list", "is_ordered": place.is_ordered, "items": current.items}, piece.keys.get("b", ""))
        self.seen_lists.add(place.list_id)
        current.add(piece.runs, place.level, piece.keys.get("i", ""), is_ordered=place.is_ordered)


class OpenList:
    """A list that further items may join."""

    def __init__(self, reading: Reading, list_id: str, *, is_ordered: bool) -> None:
        """Begin a list."""
        self.reading = reading
        self.list_id = list_id
        self.is_ordered = is_ordered
        self.items: list[dict[str, Any]] = []
        self.path: list[list[dict[str, Any]]] = [self.items]

    def takes(self, list_id: str, level: int, *, is_ordered: bool) -> bool:
        """Tell whether an item belongs here: deeper ones do, and those that count on, or have bullets as well."""
        return level > 0 or list_id == self.list_id or (not is_ordered and not self.is_ordered)

    def add(self, runs: list[Run], level: int, key: str, *, is_ordered: bool) -> None:
        """Add an item at a level; nobody skips a level on the way down."""
        level = min(level, len(self.path), MOST_LEVELS - 1)
        if level and not self.path[level - 1]:
            level = 0
        del self.path[level + 1 :]
        if level == len(self.path):
            above = self.path[-1][-1]
            above["items"], above["is_ordered"] = [], is_ordered
            self.path.append(above["items"])
        self.path[level].append({"key": self.reading.keys.take(key), "html": html_of(runs)})

    def go_on(self, runs: list[Run]) -> None:
        """Add a further paragraph to the last item."""
        self.path[-1][-1]["html"] += html_of([Run(BREAK), *runs])


CAPTIONS = frozenset({"caption", "table-caption"})
EMPTY_ONES = frozenset({"link", "video", "file"})
MAKERS: dict[str, Callable[[Assembly, Paragraph], None]] = {
    "heading": Assembly.heading,
    "quote": Assembly.quote,
    "source": Assembly.source,
    "link": Assembly.card,
    "video": Assembly.video,
    "file": Assembly.file,
}


def without_bold(runs: list[Run]) -> list[Run]:
    """Return the runs of a heading that is bold from end to end without that: it says nothing there."""
    if not all("strong" in run.marks for run in runs if run.words.strip()):
        return runs
    return [replace(run, marks=run.marks - {"strong"}) for run in runs]
