"""What the page of the editor says and offers: tools, keyboard, dialogs, and the words that its script needs."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from querwerk.core.pictures.downloads import ACCEPT
from querwerk.core.pictures.limits import MAX_DOCUMENT_BYTES
from querwerk.core.prose.states import Fit


class DialogField(NamedTuple):
    """One field of a dialog."""

    name: str
    label: str
    type: str = "text"
    is_required: bool = False
    hint: str = ""
    accept: str = ""
    options: Sequence[tuple[str, str]] = ()
    """Value and label; a field with options is a drop-down."""


class Dialog(NamedTuple):
    """A dialog that stands ready in the page."""

    name: str
    title: str
    fields: list[DialogField]


def tools() -> list[list[tuple[str, str, str, bool]]]:
    """Return the groups of the toolbar: command, label, icon, whether it is pressed or not."""
    return [
        [
            ("strong", _("Bold (Ctrl+B)"), "bold", True),
            ("em", _("Italic (Ctrl+I)"), "italic", True),
            ("link", _("Link (Ctrl+K)"), "link-2", True),
        ],
        [
            ("bullet", _("List"), "list", True),
            ("ordered", _("Numbered list"), "list-ordered", True),
            ("deeper", _("One level deeper (Tab)"), "indent", False),
            ("higher", _("One level up (Shift+Tab)"), "outdent", False),
        ],
        [
            ("quote", _("Quotation"), "quote", True),
            ("table", _("Table"), "table", False),
            ("image", _("Picture"), "image", False),
            ("gallery", _("Gallery"), "images", False),
            ("video", _("Film"), "play", False),
            ("file", _("File"), "file-text", False),
            ("card", _("Link card"), "id-card", False),
        ],
        [
            ("footnote", _("Footnote (Ctrl+Alt+F)"), "asterisk", False),
            ("comment", _("Comment (Ctrl+Alt+M)"), "message-square", False),
        ],
        [
            ("up", _("Move block up (Alt+Shift+↑)"), "arrow-up", False),
            ("down", _("Move block down (Alt+Shift+↓)"), "arrow-down", False),
            ("remove", _("Remove block"), "trash-2", False),
        ],
        [
            ("undo", _("Undo (Ctrl+Z)"), "undo-2", False),
            ("redo", _("Redo (Ctrl+Y)"), "redo-2", False),
            ("help", _("Keyboard (Ctrl+/)"), "circle-help", False),
        ],
    ]


def table_tools() -> list[tuple[str, str]]:
    """Return what can be done in a table: command and label."""
    return [
        ("rowAfter", _("Row below")),
        ("columnAfter", _("Column beside")),
        ("rowRemove", _("Remove row")),
        ("columnRemove", _("Remove column")),
        ("headRow", _("Heading row")),
        ("headColumn", _("Heading column")),
        ("cellsMerge", _("Join cells")),
        ("cellSplit", _("Split cell")),
    ]


def shortcuts() -> list[tuple[str, str]]:
    """Return the keys that the editor knows, and what they do."""
    return [
        ("Ctrl+B · Ctrl+I · Ctrl+U", _("Bold, italic, underlined")),
        ("Ctrl+K", _("Set, change or remove a link")),
        ("Ctrl+Alt+0", _("Paragraph")),
        ("Ctrl+Alt+2 · 3 · 4", _("Headings")),
        ("## + ␣", _("Heading, at the start of a paragraph")),
        ("- + ␣ · 1. + ␣", _("List, numbered list, at the start of a paragraph")),
        ("Ctrl+Shift+7 · 8 · 9", _("Numbered list, list, quotation")),
        ("Tab · Shift+Tab", _("In a list one level deeper or up, in a table the next cell or the one before")),
        ("Alt+Shift+↑ · ↓", _("Move the block up or down")),
        ("Shift+Enter", _("New line in the same block")),
        ("Ctrl+Enter", _("New paragraph behind the block")),
        ("Ctrl+Alt+F · Ctrl+Alt+M", _("Footnote, comment")),
        ("Ctrl+Z · Ctrl+Y", _("Undo, redo")),
        ("Ctrl+S", _("Save at once (it is saved while you type in any case)")),
        ("Esc · Alt+F10", _("From the text to the toolbar; arrows move in it, Tab leads on")),
        ("Ctrl+/", _("This list")),
    ]


def dialogs(options: Mapping[str, Sequence[tuple[str, str]]]) -> list[Dialog]:
    """Return the dialogs; ``options``: what can be chosen as ``file``, ``film`` and ``language``."""
    address, none = _("Address"), ("", "–")
    return [
        Dialog("link", _("Link"), [DialogField("href", address, is_required=True, hint=_("https://…, an e-mail address with mailto:, or a place on this site that begins with /"))]),
        Dialog("card-image", _("Picture"), [
            DialogField("upload", _("New picture"), "file", accept="image/*"),
            DialogField("picture", _("Or the id of a picture that is here already")),
            DialogField("alt", _("What is to be seen"), is_required=True, hint=_("One sentence for those who do not see the picture. It is read aloud and shown where the picture cannot be.")),
        ]),
        Dialog("card-gallery", _("Gallery"), [DialogField("pictures", _("Ids of the pictures, with spaces between"), is_required=True)]),
        Dialog("card-file", _("File"), [
            DialogField("upload", _("New file"), "file", accept=ACCEPT, hint=_("PDF, Word, Excel, PowerPoint, OpenDocument, CSV or plain text, up to %(limit)d MB") % {"limit": MAX_DOCUMENT_BYTES // 1_000_000}),
            DialogField("lang", _("Language of the new file"), options=options["language"]),
            DialogField("file", _("Or a file that is here already"), options=[none, *options["file"]]),
            DialogField("title", _("Title"), is_required=True),
        ]),
        Dialog("card-link_card", _("Link card"), [
            DialogField("url", address, "url", is_required=True),
            DialogField("title", _("Title"), is_required=True),
            DialogField("description", _("Description")),
        ]),
        Dialog("card-video", _("Film"), [
            DialogField("file", _("A film of this programme"), options=[none, *options["film"]], hint=_("It brings its poster, subtitles and transcript along.")),
            DialogField("url", _("Or an address at YouTube, Vimeo or PeerTube"), "url", hint=_("It is loaded from there only after a click.")),
            DialogField("title", _("Title"), hint=_("Where it is empty, the film's own title stands there.")),
            DialogField("poster", _("Id of the picture that stands for the film")),
        ]),
    ]  # fmt: skip


def texts() -> list[tuple[str, Any]]:
    """Return the words that the script puts into the page."""
    return [
        ("text", _("Text")),
        ("saving", _("Saving …")),
        ("saved", _("Everything is saved.")),
        ("dirty", _("Not saved yet …")),
        ("offline", _("No connection. Go on writing; it is tried again.")),
        ("refused", _("This could not be saved.")),
        ("unreachable", _("The text could not be fetched. Load the page again.")),
        ("uploading", _("The file is being sent …")),
        (
            "picturesLost",
            _(
                "Pictures that did not come along: NUMBER. The program they come from does not hand them out; copy each by itself, or drop its file into the text."
            ),
        ),
        ("others", _("Also in this text: NAMES")),
        ("removed", _("(removed)")),
        ("note", _("Note")),
        ("footnote", _("Footnote")),
        ("comment", _("Comment")),
        ("removeNote", _("Remove")),
        ("edit", _("Change")),
        ("image", _("Picture")),
        ("gallery", _("Gallery")),
        ("file", _("File")),
        ("link_card", _("Link card")),
        ("video", _("Film")),
        ("caption", _("Caption")),
        ("transcript", _("What is said in the film")),
        ("stillRight", _("Is right as it is")),
        ("addBlock", _("Add a block here")),
        *((str(fit), fit.label) for fit in Fit),
    ]
