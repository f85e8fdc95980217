"""Who may bring pictures in, see them and fetch them."""

from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from querwerk.core.actions import set_visibility
from querwerk.core.models import JournalEntry, Space
from querwerk.core.pictures.addresses import original_url, preview_url
from querwerk.core.pictures.models import Picture, StoredFile
from querwerk.core.states import Visibility
from tests.factories.pictures import SECRETS, encoded, pixels
from tests.factories.programmes import TESTER
from tests.rooms.desk.conftest import SignIn

UPLOAD, PICK = "/de/desk/werk/pictures/upload/", "/de/desk/werk/pictures/pick/"
SAID = {"alt_de": "Ein Verlauf", "credit": "Foto: Kim Kamera", "basis": "nobody"}

pytestmark = pytest.mark.usefixtures("media")


def send(client: Client, content: bytes | None = None, name: str = "Werk.jpg", **more: str) -> Any:
    file = SimpleUploadedFile(name, encoded() if content is None else content, "application/x-anything")
    return client.post(UPLOAD, {"file": file, **more})


def published(picture: Picture, **facts: str) -> Picture:
    from querwerk.core.actions import save_record  # noqa: PLC0415
    from querwerk.core.queries import snapshot  # noqa: PLC0415

    raw = {**snapshot(picture), **SAID, **facts}
    raw.pop("visibility", None)
    save_record(spec=Picture.SPEC, raw=raw, space=picture.space, by=TESTER)
    return Picture.objects.select_related("stored", "space", "node").get(pk=picture.pk)


def test_an_upload_answers_with_what_an_editor_needs(werk: Space, sign_in: SignIn) -> None:
    response = send(sign_in("organiser"), alt="Ein Verlauf", lang="de")
    picture = Picture.objects.select_related("stored", "space").get()
    assert response.status_code == 201
    assert response.json() == {
        "id": picture.key,
        "title": "Werk",
        "alt": "Ein Verlauf",
        "alts": {"de": "Ein Verlauf"},
        "is_decorative": False,
        "credit": "Jo Müller / Agentur & Söhne",
        "width": 640,
        "height": 480,
        "url": preview_url(picture),
        "is_published": False,
        "is_new": True,
    }
    assert JournalEntry.objects.filter(kind="picture").values_list("verb", "key").get() == ("created", picture.key)


def test_the_same_file_again_leads_to_the_same_picture(werk: Space, sign_in: SignIn) -> None:
    client = sign_in("organiser")
    first, second = send(client), send(client, name="Kopie.jpg")
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json()["id"] == second.json()["id"]
    assert (Picture.objects.count(), StoredFile.objects.count()) == (1, 1)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"GIF89a", "PNG oder JPEG"),
        (b"%PDF-1.7", "JPEG, PNG, WebP, AVIF, HEIC oder SVG"),
        (encoded()[:900], "beschädigt"),
    ],
)
def test_what_cannot_be_taken_says_what_would_be_right(
    werk: Space, sign_in: SignIn, content: bytes, words: str
) -> None:
    response = send(sign_in("organiser"), content)
    assert (response.status_code, words in response.json()["error"]) == (422, True)
    assert StoredFile.objects.count() == 0


@pytest.mark.parametrize(
    ("role", "organisation", "status"),
    [("organiser", "", 201), ("editor", "weberei", 201), ("reader", "", 403), ("", "", 403)],
)
def test_organisers_and_editors_bring_pictures_in(
    werk: Space, sign_in: SignIn, role: str, organisation: str, status: int
) -> None:
    assert send(sign_in(role, organisation=organisation)).status_code == status
    assert Picture.objects.count() == (status == 201)


def test_a_stranger_is_sent_to_the_door(werk: Space) -> None:
    assert send(Client()).status_code == 302
    assert Client().get(PICK).status_code == 302


@pytest.fixture
def draft(werk: Space, sign_in: SignIn) -> Picture:
    send(sign_in("editor", organisation="weberei"))
    return Picture.objects.select_related("stored", "space", "node").get()


VIEWERS = [("organiser", ""), ("reader", ""), ("editor", "weberei"), ("editor", "atelier"), ("", "")]


@pytest.mark.parametrize(
    ("state", "seen"),
    [
        ("draft", [200, 200, 200, 404, 404]),
        ("published", [200, 200, 200, 200, 200]),
        ("retired", [200, 404, 404, 404, 404]),
        ("withdrawn", [404, 404, 404, 404, 404]),
    ],
)
def test_files_are_for_those_who_may_see_the_picture(
    draft: Picture, sign_in: SignIn, state: str, seen: list[int]
) -> None:
    from querwerk.core.pictures.actions import take_off  # noqa: PLC0415

    picture = draft
    if state != "draft":
        picture = published(draft)
    if state == "retired":
        set_visibility(record=picture, visibility=Visibility.RETIRED, by=TESTER)
    if state == "withdrawn":
        take_off(shown=picture, by=TESTER, why="")
    found = [
        (sign_in(role, organisation=organisation) if role else Client()).get(preview_url(picture)).status_code
        for role, organisation in VIEWERS
    ]
    assert found == seen


def test_the_picker_shows_each_role_what_it_may_use(draft: Picture, sign_in: SignIn) -> None:
    found = [
        [row["id"] for row in sign_in(role, organisation=organisation).get(PICK).json()["pictures"]]
        for role, organisation in VIEWERS[:4]
    ]
    assert found == [[draft.key], [draft.key], [draft.key], []]
    assert sign_in("organiser").get(f"{PICK}?q=nirgends").json() == {"pictures": [], "next": None}


@pytest.mark.parametrize(("licence", "status"), [("press", 200), ("cc-by-4.0", 200), ("reserved", 404), ("", 404)])
def test_originals_are_free_where_the_licence_says_so(draft: Picture, licence: str, status: int) -> None:
    picture = published(draft, **({"licence": licence} if licence else {}))
    response = Client().get(original_url(picture))
    assert response.status_code == status
    if status == 200:
        assert b"Foto: Kim Kamera" in response.content
        assert [secret for secret in SECRETS if secret in response.content] == []


def test_a_rendition_may_be_kept_for_ever_by_the_browser_only(draft: Picture) -> None:
    picture = published(draft)
    response = Client().get(preview_url(picture))
    assert response["Cache-Control"] == "private, max-age=31536000, immutable"
    assert response["Content-Type"] == "image/jpeg"
    again = Client().get(preview_url(picture), headers={"If-None-Match": response["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize("name", ["641.jpg", "640.gif", "640-poster.jpg", "999999.jpg", "drawing.svg"])
def test_sizes_that_nobody_offers_do_not_exist(draft: Picture, name: str) -> None:
    picture = published(draft)
    assert Client().get(preview_url(picture).rpartition("/")[0] + "/" + name).status_code == 404


def test_a_drawing_runs_nothing_wherever_it_is_opened(werk: Space, sign_in: SignIn) -> None:
    send(sign_in("organiser"), b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script><rect/></svg>')
    picture = published(Picture.objects.select_related("stored", "space", "node").get())
    response = Client().get(preview_url(picture))
    assert response["Content-Type"] == "image/svg+xml"
    assert response["Content-Security-Policy"] == "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    assert b"alert" not in response.content


def test_a_part_of_a_file_can_be_asked_for(draft: Picture) -> None:
    picture = published(draft)
    whole = Client().get(preview_url(picture)).content
    for header, expected in (
        ("bytes=0-9", whole[:10]),
        ("bytes=10-", whole[10:]),
        ("bytes=-5", whole[-5:]),
        ("bytes=5-5", whole[5:6]),
    ):
        part = Client().get(preview_url(picture), headers={"Range": header})
        assert (part.status_code, part.content) == (206, expected)
    beyond = Client().get(preview_url(picture), headers={"Range": f"bytes={len(whole)}-"})
    assert (beyond.status_code, beyond["Content-Range"]) == (416, f"bytes */{len(whole)}")


def test_files_lie_where_they_belong(draft: Picture, media: Path) -> None:
    stored = draft.stored
    assert stored is not None
    found = [str(path.relative_to(media)) for path in sorted((media / "media").rglob("*")) if path.is_file()]
    assert found == [f"media/files/{stored.sha256[:2]}/{stored.file_name}"]
    assert pixels().size == (stored.width, stored.height)
