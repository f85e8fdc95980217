"""A programme in a ZIP is complete: its pictures, films and consents come along, and nothing else gets in."""

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from querwerk.core.actions import save_record
from querwerk.core.models import Record, Space
from querwerk.core.pictures.actions import add_document, add_picture, record_consent, store_film, withdraw_consent
from querwerk.core.pictures.addresses import preview_url
from querwerk.core.pictures.models import Consent, Download, Picture, StoredFile
from querwerk.core.pictures.states import How, Use
from querwerk.core.queries import snapshot
from querwerk.exchange.actions import InvalidBundle
from querwerk.exchange.parcels import import_parcel, write_parcel
from querwerk.publishing.models import Film
from tests.factories.office import PDF
from tests.factories.pictures import encoded
from tests.factories.programmes import TESTER, create_programme, small_bundle
from tests.rooms.core.pictures.test_films import mp4

pytestmark = [pytest.mark.usefixtures("media"), pytest.mark.django_db]
DRAWING = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><rect width="5" height="5"/></svg>'


def change(record: Record, **facts: Any) -> None:
    raw = {**snapshot(record), **facts}
    raw.pop("visibility", None)
    save_record(spec=record.SPEC, raw=raw, space=record.space, by=TESTER)


@pytest.fixture
def space(media: Path) -> Space:
    """A programme with a picture of Ada, a drawing, a film, and Ada's consent."""
    space = create_programme(small_bundle(videos=[{"id": "film", "title": "Film", "event": "schau"}]))
    for content, people in ((encoded(), ["ada"]), (encoded("PNG"), []), (DRAWING, [])):
        picture = add_picture(content=content, name="bild", space=space, by=TESTER).picture
        change(picture, alt_de="Bild", credit="Foto: Kim", basis="consent" if people else "nobody", people=people)
    picture = Picture.objects.order_by("pk")[0]
    from datetime import date  # noqa: PLC0415

    record_consent(
        shown=picture, name="Dr. Ada Größe", given_on=date(2021, 9, 29), how=How.WRITING, uses=[Use.SITE], by=TESTER
    )
    film = Film.objects.get()
    stored = store_film(stream=io.BytesIO(mp4()), size=300, name="film.mp4", space=space, by=TESTER)
    change(film, file=stored.file_name, people=["Jo Muster"], basis="consent")
    record_consent(shown=film, name="Jo Muster", given_on=date(2021, 9, 30), how=How.MAIL, uses=[Use.SITE], by=TESTER)
    add_document(content=PDF, name="Bericht.pdf", space=space, by=TESTER, language="de", title="Bericht")
    return space


def packed(space: Space, folder: Path) -> Path:
    path = folder / "werk.zip"
    with path.open("wb") as out:
        write_parcel(space, out)
    return path


def emptied(space: Space, settings: Any, folder: Path) -> None:
    """The programme and every file are gone, as on another machine."""
    space.delete()
    settings.MEDIA_ROOT, settings.RENDITIONS_ROOT = folder / "other", folder / "other-renditions"


def test_a_programme_comes_back_whole(space: Space, tmp_path: Path, settings: Any) -> None:
    path = packed(space, tmp_path)
    before = sorted(Picture.objects.values_list("key", "file", "withheld"))
    emptied(space, settings, tmp_path)
    import_parcel(path, by=TESTER)
    assert sorted(Picture.objects.values_list("key", "file", "withheld")) == before
    assert [state for _key, _file, state in before] == ["", "", ""]
    assert sorted(StoredFile.objects.values_list("kind", flat=True)) == [
        "document",
        "drawing",
        "film",
        "picture",
        "picture",
    ]
    said = Consent.objects.order_by("pk").filter(person=None).values_list("shown_in__kind", "name")
    assert list(said) == [("picture", "Dr. Ada Größe"), ("film", "Jo Muster")]
    assert Download.objects.get().stored == StoredFile.objects.get(kind="document")
    for picture in Picture.objects.select_related("stored", "space"):
        assert Client().get(preview_url(picture)).status_code == 200
    assert "<video" in Client().get("/de/werk/events/schau/").content.decode()


def test_importing_twice_changes_nothing(space: Space, tmp_path: Path) -> None:
    path = packed(space, tmp_path)
    report = import_parcel(path, by=TESTER)
    assert (report.added, report.changed, Consent.objects.count(), StoredFile.objects.count()) == ([], [], 2, 5)


def test_a_withdrawal_survives_the_import_of_an_older_parcel(space: Space, tmp_path: Path) -> None:
    path = packed(space, tmp_path)
    withdraw_consent(consent=Consent.objects.select_related("shown_in").get(shown_in__kind="picture"), by=TESTER)
    import_parcel(path, by=TESTER)
    assert Picture.objects.order_by("pk")[0].withheld == "withdrawn"


def test_a_withdrawal_comes_along(space: Space, tmp_path: Path, settings: Any) -> None:
    withdraw_consent(consent=Consent.objects.select_related("shown_in").get(shown_in__kind="picture"), by=TESTER)
    path = packed(space, tmp_path)
    emptied(space, settings, tmp_path)
    import_parcel(path, by=TESTER)
    assert Picture.objects.order_by("pk")[0].withheld == "withdrawn"


def repacked(path: Path, change: Any) -> Path:
    """The same parcel after somebody had it in their hands."""
    with zipfile.ZipFile(path) as parcel:
        members = {name: parcel.read(name) for name in parcel.namelist()}
    change(members)
    other = path.with_name("other.zip")
    with zipfile.ZipFile(other, "w", zipfile.ZIP_DEFLATED) as parcel:
        for name, content in members.items():
            parcel.writestr(name, content)
    return other


def first(members: dict[str, bytes], suffix: str) -> str:
    return next(name for name in members if name.endswith(suffix))


def swapped(members: dict[str, bytes]) -> None:
    members[first(members, ".jpg")] = encoded("JPEG", with_metadata=True)


def dirty(members: dict[str, bytes]) -> None:
    import hashlib  # noqa: PLC0415

    content = encoded("JPEG", with_metadata=True)
    members[f"files/{hashlib.sha256(content).hexdigest()}.jpg"] = content


TAMPERED = {
    "a file under another hash": swapped,
    "a file with a place in it": dirty,
    "a way out of the folder": lambda members: members.update({"../evil.txt": b"x"}),
    "a script": lambda members: members.update({"files/x.html": b"<script>"}),
    "no bundle": lambda members: members.pop("bundle.yaml"),
    "a broken bundle": lambda members: members.update({"bundle.yaml": b"programme: ["}),
    "consents of nobody": lambda members: members.update({"consents.json": b'{"consents": [{"picture": "x"}]}'}),
    "a bomb": lambda members: members.update({"bundle.yaml": b" " * 30_000_000}),
}


@pytest.mark.parametrize("name", TAMPERED)
def test_what_no_export_wrote_is_refused(space: Space, tmp_path: Path, settings: Any, name: str) -> None:
    path = repacked(packed(space, tmp_path), TAMPERED[name])
    emptied(space, settings, tmp_path)
    with pytest.raises(InvalidBundle):
        import_parcel(path, by=TESTER)
    assert Picture.objects.count() == 0


def test_what_is_no_zip_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "werk.zip"
    path.write_bytes(b"PK not really")
    with pytest.raises(InvalidBundle):
        import_parcel(path, by=TESTER)


def test_the_parcel_names_consents_and_holds_each_file_once(space: Space, tmp_path: Path) -> None:
    with zipfile.ZipFile(packed(space, tmp_path)) as parcel:
        names = parcel.namelist()
        said = json.loads(parcel.read("consents.json"))["consents"]
    assert len(names) == len(set(names)) == 7
    assert [(one["name"], one["uses"], one["withdrawn_at"]) for one in said] == [
        ("Dr. Ada Größe", ["site"], None), ("Jo Muster", ["site"], None),
    ]  # fmt: skip
