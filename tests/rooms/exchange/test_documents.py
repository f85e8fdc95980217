"""Longer texts go out and come in with their programme."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from querwerk.core.models import Node
from querwerk.core.prose.actions import create_document, publish_document, save_patch
from querwerk.core.prose.models import Document, Version
from querwerk.core.prose.patch import Patch, Put
from querwerk.core.prose.queries import public_text
from querwerk.exchange.actions import InvalidBundle, store_bundle
from querwerk.exchange.queries import export_bundle
from querwerk.publishing.models import SearchEntry
from tests.factories.programmes import TESTER, create_programme, import_again, parse, small_bundle
from tests.rooms.core.prose.test_blocks import EVERY_TYPE, NOTES
from tests.rooms.core.prose.test_patch import A, B, paragraph

pytestmark = pytest.mark.django_db

TEXT: dict[str, Any] = {
    "of": "newsflash:1",
    "role": "body",
    "language": "de",
    "state": "published",
    "public_from": "2021-10-01T09:00:00+00:00",
    "version": 1,
    "blocks": EVERY_TYPE,
    "notes": NOTES,
}


def test_a_text_comes_out_as_it_went_in() -> None:
    bundle = small_bundle(documents=[TEXT])
    space = create_programme(bundle)
    assert export_bundle(space)["documents"] == [TEXT]
    assert public_text(Node.objects.get(kind="newsflash").pk, "body", "de") is not None


def test_a_second_import_changes_nothing() -> None:
    bundle = small_bundle(documents=[TEXT])
    create_programme(bundle)
    before = list(Version.objects.values_list("number", "saved_at"))
    import_again(bundle)
    assert list(Version.objects.values_list("number", "saved_at")) == before


def test_drafts_versions_and_translations_come_out_again() -> None:
    space = create_programme()
    node = Node.objects.get(kind="paper")
    body = {"blocks": [paragraph(A, "Eins"), paragraph(B, "Zwei")], "notes": []}
    german = create_document(node=node, role="text", language="de", by=TESTER, body=body)
    publish_document(document=german, by=TESTER)
    save_patch(document=german, patch=Patch(0, (Put(paragraph(A, "Eins, neu")),)), by=TESTER, sitting="s")
    english = create_document(node=node, role="text", language="en", by=TESTER, source_language="de")
    save_patch(
        document=english, patch=Patch(0, (Put(paragraph(A, "One"), translates=f"{A}:abc"),)), by=TESTER, sitting="s"
    )
    exported = export_bundle(space)
    first, second = exported["documents"]
    assert (first["version"], first["public"]) == (2, body)
    assert (second["translates"], second["basis"]) == ("de", {A: [A, "abc"]})
    Document.objects.all().delete()
    store_bundle(parse(exported), by=TESTER, why="")
    again = export_bundle(space)["documents"]
    assert again[0]["public"] == body
    assert [entry["blocks"] for entry in again] == [first["blocks"], second["blocks"]]
    assert again[1] == {**second, "version": 1}


@pytest.mark.parametrize("has_newer_words", [False, True])
def test_a_newer_version_that_waits_for_its_hour_comes_out_again(has_newer_words: bool) -> None:  # noqa: FBT001
    space = create_programme()
    node = Node.objects.get(kind="newsflash")
    body = {"blocks": [paragraph(A, "Eins")], "notes": []}
    document = create_document(node=node, role="body", language="de", by=TESTER, body=body)
    publish_document(document=document, by=TESTER)
    save_patch(document=document, patch=Patch(0, (Put(paragraph(A, "Zwei")),)), by=TESTER, sitting="s")
    hour = (timezone.now() + timedelta(days=3)).replace(microsecond=0)
    publish_document(document=document, by=TESTER, at=hour)
    if has_newer_words:
        save_patch(document=document, patch=Patch(1, (Put(paragraph(A, "Drei")),)), by=TESTER, sitting="s")
    exported = export_bundle(space)
    (said,) = exported["documents"]
    assert (said["public"], said["next_from"], "next" in said) == (body, hour.isoformat(), has_newer_words)
    Document.objects.all().delete()
    store_bundle(parse(exported), by=TESTER, why="")
    assert export_bundle(space)["documents"] == [said]
    versions = list(Version.objects.values_list("number", flat=True))
    import_again(exported)
    assert list(Version.objects.values_list("number", flat=True)) == versions


def test_a_file_that_rests_on_another_version_is_refused() -> None:
    bundle = small_bundle(documents=[TEXT])
    create_programme(bundle)
    document = Document.objects.get()
    save_patch(document=document, patch=Patch(0, (Put(paragraph("zzzzzzz2", "Am Pult")),)), by=TESTER, sitting="s")
    changed = small_bundle(documents=[{**TEXT, "blocks": [paragraph(A, "Aus der Datei")], "notes": []}])
    with pytest.raises(InvalidBundle) as caught:
        import_again(changed)
    assert caught.value.flaws[0].path == ("documents", 0, "version")
    assert Version.objects.filter(document=document).count() == 2
    del changed["documents"][0]["version"]
    import_again(changed)
    assert [v.origin for v in document.versions.order_by("number")] == ["imported", "written", "imported"]


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"of": "newsflash:99"}, ("of",)),
        ({"of": 7}, ("of",)),
        ({"role": "joke"}, ("role",)),
        ({"language": "xx"}, ("language",)),
        ({"state": "secret"}, ("state",)),
        ({"public_from": "gestern"}, ("public_from",)),
        ({"public_from": "2021-10-01T09:00:00"}, ("public_from",)),
        ({"version": "1"}, ("version",)),
        ({"translates": "xx"}, ("translates",)),
        ({"basis": ["x"]}, ("basis",)),
        ({"blocks": [{"type": "marquee"}]}, ("blocks", 0, "type")),
        ({"public": {"blocks": [{"type": "paragraph", "html": 3}]}}, ("public", "blocks", 0, "html")),
        ({"nonsense": 1}, ("nonsense",)),
    ],
)
def test_what_is_wrong_is_named_with_its_place(change: dict[str, Any], path: tuple[Any, ...]) -> None:
    with pytest.raises(InvalidBundle) as caught:
        parse(small_bundle(documents=[{**TEXT, **change}]))
    assert [flaw.path for flaw in caught.value.flaws] == [("documents", 0, *path)]


def test_the_same_text_twice_and_no_list_are_refused() -> None:
    wrong: list[tuple[Any, tuple[Any, ...]]] = [
        ([TEXT, TEXT], ("documents", 1)),
        ("x", ("documents",)),
        ([1], ("documents", 0)),
    ]
    for documents, path in wrong:
        with pytest.raises(InvalidBundle) as caught:
            parse(small_bundle(documents=documents))
        assert [flaw.path for flaw in caught.value.flaws] == [path]


def test_the_search_finds_words_of_a_public_text() -> None:
    create_programme(
        small_bundle(documents=[{**TEXT, "blocks": [paragraph(A, "Der Zwirnapparat rattert.")], "notes": []}])
    )
    entry = SearchEntry.objects.get(node__kind="newsflash")
    assert "Zwirnapparat" in entry.texts["de"]
