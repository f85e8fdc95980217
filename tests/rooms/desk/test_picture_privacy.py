"""What the platform knows about somebody in pictures, and how it forgets it; files go out as they are."""

import io
from datetime import date
from pathlib import Path

import pytest
from django.test import Client

from querwerk.core.actions import Actor, save_record
from querwerk.core.models import Space
from querwerk.core.pictures.actions import add_picture, record_consent
from querwerk.core.pictures.addresses import preview_url
from querwerk.core.pictures.models import Consent, Picture, StoredFile
from querwerk.core.pictures.states import How, Use
from querwerk.core.queries import snapshot
from querwerk.desk.personal import ERASED, erase_account, personal_data
from querwerk.people.models import User
from tests.factories.pictures import encoded, pixels

pytestmark = pytest.mark.usefixtures("media")


@pytest.fixture
def kim(db: None) -> User:
    return User.objects.create_user("kim@example.org", "Kim Kamera")


@pytest.fixture
def picture(werk: Space, kim: User) -> Picture:
    """Taken, brought in and shown: Kim, who has also recorded somebody else's consent."""
    by = Actor(kim.pk, kim.name)
    shown = add_picture(content=encoded(image=pixels(1200, 900)), name="kim.jpg", space=werk, by=by).picture
    raw = {
        **snapshot(shown),
        "alt_de": "Kim",
        "credit": "Foto: Kim Kamera",
        "basis": "consent",
        "people": ["Kim Kamera", "Jo"],
    }
    raw.pop("visibility")
    save_record(spec=Picture.SPEC, raw=raw, space=werk, by=by)
    for name in ("Kim Kamera", "Jo"):
        record_consent(
            shown=shown, name=name, given_on=date(2021, 9, 29), how=How.MAIL, uses=[Use.SITE], by=by, note="Ordner 3"
        )
    return Picture.objects.select_related("stored", "space", "node").get(pk=shown.pk)


def test_somebody_learns_what_is_known_about_them_in_pictures(picture: Picture, kim: User) -> None:
    known = personal_data(kim)
    assert known["consents_to_be_shown"] == [
        {"programme": "werk", "picture": picture.key, "given_on": "2021-09-29", "how": "mail", "uses": ["site"], "withdrawn_at": None}
    ]  # fmt: skip
    assert (known["recorded_consents"], known["uploaded_files"]) == (2, 1)
    assert known["credited_pictures"] == [f"werk:{picture.key}"]


def test_who_is_erased_is_shown_no_longer(picture: Picture, kim: User) -> None:
    assert picture.is_shown
    erase_account(user=kim)
    after = Picture.objects.get(pk=picture.pk)
    assert (after.visibility, after.withheld) == ("retired", "withdrawn")
    said = list(Consent.objects.order_by("pk").values_list("name", "note", "recorded_by", "recorded_by_id"))
    assert said == [(ERASED, "", ERASED, None), ("Jo", "Ordner 3", ERASED, None)]
    assert StoredFile.objects.get().by_id is None


def test_a_name_that_two_accounts_share_tells_neither(picture: Picture, kim: User) -> None:
    User.objects.create_user("other@example.org", "Kim Kamera")
    assert personal_data(kim)["consents_to_be_shown"] == []


def test_pictures_are_not_packed_twice(picture: Picture) -> None:
    packed = {"Accept-Encoding": "gzip, br"}
    response = Client().get(preview_url(picture), headers=packed)
    assert "Content-Encoding" not in response
    assert int(response["Content-Length"]) == len(response.content)
    drawing = add_picture(
        content=b'<svg xmlns="http://www.w3.org/2000/svg">' + b"<rect/>" * 200 + b"</svg>", name="x.svg",
        space=picture.space, by=Actor(None, "Test"), facts={"visibility": "published", "decorative": "yes", "credit": "x", "basis": "nobody"},
    ).picture  # fmt: skip
    assert Client().get(preview_url(drawing), headers=packed)["Content-Encoding"] == "gzip"


def test_a_phone_picture_loses_its_place_in_every_size_and_in_the_original(picture: Picture, media: Path) -> None:
    from PIL import Image  # noqa: PLC0415

    from querwerk.core.pictures.tasks import make_renditions  # noqa: PLC0415

    assert picture.stored is not None
    make_renditions.call(picture.stored.pk)
    found = [path for path in media.rglob("*") if path.suffix in (".jpg", ".webp", ".avif")]
    assert len(found) == 31
    for path in found:
        image = Image.open(io.BytesIO(path.read_bytes()))
        assert dict(image.getexif()) == {}
        assert [key for key in ("xmp", "exif", "comment", "icc_profile") if image.info.get(key)] == []
