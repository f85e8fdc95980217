"""The German interface is complete."""

from scripts.messages import MO, PO, catalogue, messages, mo_bytes, po_text, untranslated, updated

REMEDY = "run make messages and translate what it lists"


def test_catalogue_holds_exactly_the_strings_of_the_code() -> None:
    in_catalogue = {(message.context, _singular(message.id)) for message in catalogue() if message.id}
    in_code = set(messages())
    assert (sorted(map(str, in_code - in_catalogue)), sorted(map(str, in_catalogue - in_code))) == ([], []), REMEDY


def _singular(message_id: str | tuple[str, ...] | list[str]) -> str:
    return message_id if isinstance(message_id, str) else message_id[0]


def test_every_string_is_translated() -> None:
    assert untranslated(catalogue()) == [], REMEDY


def test_translations_keep_the_placeholders() -> None:
    wrong = [f"{message.id}: {error}" for message in catalogue() for error in message.check()]
    assert wrong == []


def test_catalogue_is_in_shape_and_compiled() -> None:
    book = catalogue()
    assert PO.read_bytes() == po_text(updated(book)), REMEDY
    assert MO.read_bytes() == mo_bytes(book), REMEDY
