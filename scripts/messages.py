"""Bring the German catalogue up to date with the code, and compile it.

Without GNU gettext: strings are found with Python's own parser and with Django's translator of
templates, the catalogue is read and written with Babel. Strings are sorted and carry no line
numbers, so that a change in the code changes only its own strings.
"""

import ast
import io
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
PO = ROOT / "querwerk/locale/de/LC_MESSAGES/django.po"
MO = PO.with_suffix(".mo")

# Function -> which arguments are the context, the string and its plural.
FUNCTIONS: dict[str, tuple[int | None, int, int | None]] = {
    "_": (None, 0, None),
    "gettext": (None, 0, None),
    "gettext_lazy": (None, 0, None),
    "gettext_noop": (None, 0, None),
    "ngettext": (None, 0, 1),
    "ngettext_lazy": (None, 0, 1),
    "pgettext": (0, 1, None),
    "pgettext_lazy": (0, 1, None),
    "npgettext": (0, 1, 2),
    "npgettext_lazy": (0, 1, 2),
}
CALL = re.compile(r"\b(?:_|n?p?gettext)\(")

# Context and string, which name an entry; its plural.
Message = tuple[tuple[str | None, str], str | None]


def _constant(node: ast.expr) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _messages_of_call(call: ast.Call) -> Iterator[Message]:
    function = call.func
    name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
    if name not in FUNCTIONS:
        return
    places = FUNCTIONS[name]
    context, text, plural = (
        _constant(call.args[place]) if place is not None and place < len(call.args) else None for place in places
    )
    if text:
        yield (context, text), plural


def python_messages(source: str) -> Iterator[Message]:
    """What a module hands to the gettext functions."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            yield from _messages_of_call(node)


def template_messages(source: str, name: str) -> Iterator[Message]:
    """What a template translates: Django turns each string into a call, with noise in between."""
    noisy = templatize(source, origin=name)
    for start in (match.start() for match in CALL.finditer(noisy)):
        end = start
        while (end := noisy.find(")", end) + 1) > 0:
            try:
                call = ast.parse(noisy[start:end], mode="eval").body
            except SyntaxError:
                continue  # a closing bracket inside the string
            if isinstance(call, ast.Call):
                yield from _messages_of_call(call)
            break


def messages() -> dict[tuple[str | None, str], str | None]:
    """Every string of the interface, with its plural."""
    if not settings.configured:
        settings.configure(USE_I18N=True)
    found: dict[tuple[str | None, str], str | None] = {}
    for path in sorted((ROOT / "querwerk").rglob("*.py")):
        if "migrations" not in path.parts:
            found.update(python_messages(path.read_text()))
    for path in sorted((ROOT / "querwerk").glob("*/templates/**/*")):
        if path.suffix in {".html", ".txt", ".xml"}:
            found.update(template_messages(path.read_text(), str(path)))
    return found


def catalogue() -> Catalog:
    """The German catalogue as it stands."""
    if not PO.exists():
        return Catalog(locale="de")
    with PO.open("rb") as file:
        return read_po(file, locale="de", abort_invalid=True)


def _id(context_and_text: tuple[str | None, str], plural: str | None) -> str | tuple[str, str]:
    text = context_and_text[1]
    return (text, plural) if plural else text


def updated(old: Catalog) -> Catalog:
    """The catalogue with exactly the strings of the code; translations are kept."""
    new = Catalog(locale="de", project="Querwerk", fuzzy=False, charset="utf-8")
    new.mime_headers = [
        ("Language", "de"),
        ("MIME-Version", "1.0"),
        ("Content-Type", "text/plain; charset=utf-8"),
        ("Content-Transfer-Encoding", "8bit"),
        ("Plural-Forms", "nplurals=2; plural=(n != 1);"),
    ]
    for (context, text), plural in sorted(messages().items(), key=lambda item: (item[0][1], item[0][0] or "")):
        known = old.get(text, context)
        translation = known.string if known and bool(known.pluralizable) == bool(plural) else None
        flags = {"python-brace-format"} & set(known.flags) if known else set()
        comments = known.user_comments if known else []
        new.add(_id((context, text), plural), translation, context=context, flags=flags, user_comments=comments)
    return new


def po_text(book: Catalog) -> bytes:
    """The catalogue as a file."""
    out = io.BytesIO()
    write_po(out, book, width=120, no_location=True, omit_header=False, ignore_obsolete=True)
    # Dates and tool versions would change with each run and say nothing.
    text = re.sub(rb'"(POT-Creation-Date|PO-Revision-Date|Last-Translator|Generated-By)[^\n]*\n', b"", out.getvalue())
    return re.sub(rb"\A(#[^\n]*\n)+", b"# The German interface of Querwerk.\n", text)


def mo_bytes(book: Catalog) -> bytes:
    """The catalogue as Django reads it."""
    # Where the file names no date, Babel writes the present one, and no two compilations would be the same.
    book.creation_date = book.revision_date = datetime(2000, 1, 1, tzinfo=UTC)
    out = io.BytesIO()
    write_mo(out, book)
    return out.getvalue()


def untranslated(book: Catalog) -> list[str]:
    """The strings that have no translation, or one nobody has confirmed."""

    def is_done(translation: object) -> bool:
        return all(translation) if isinstance(translation, (list, tuple)) else bool(translation)

    return [str(message.id) for message in book if message.id and (message.fuzzy or not is_done(message.string))]


def main() -> None:
    """Write catalogue and compiled catalogue, and say what is left to translate."""
    PO.parent.mkdir(parents=True, exist_ok=True)
    PO.write_bytes(po_text(updated(catalogue())))
    book = catalogue()
    MO.write_bytes(mo_bytes(book))
    missing = untranslated(book)
    print(f"{len(book)} strings, {len(missing)} without a German translation")
    for text in missing:
        print(f"  {text}")


if __name__ == "__main__":
    main()
