"""The media library, consent, and what becomes of a picture when it is taken back."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from querwerk.core.actions import save_record
from querwerk.core.models import JournalEntry, Link, Node, Record, Space, record_models
from querwerk.core.pictures.addresses import original_url, preview_url
from querwerk.core.pictures.models import Consent, Picture
from querwerk.core.pictures.tasks import make_renditions, sweep_files
from querwerk.core.queries import current_edition, snapshot
from tests.factories.pictures import encoded, pixels
from tests.factories.programmes import TESTER
from tests.reading import read_page
from tests.rooms.desk.conftest import SignIn

LIBRARY = "/de/desk/werk/pictures/"
SAID = {
    "alt_de": "Vier Menschen vor einem Webstuhl",
    "credit": "Foto: Kim Kamera",
    "basis": "consent",
    "licence": "press",
}
AGREED = {"given_on": "2021-09-29", "how": "writing", "uses": ["site", "press"], "note": "Ordner 3"}

pytestmark = pytest.mark.usefixtures("media")


def upload(client: Client, *contents: bytes) -> Any:
    return client.post(LIBRARY, {"file": [SimpleUploadedFile(f"{n}.jpg", one) for n, one in enumerate(contents)]})


def change(record: Record, **facts: Any) -> Any:
    raw = {**snapshot(record), **facts}
    if facts.get("visibility") == "published":
        raw.pop("visibility")
    save_record(spec=record.SPEC, raw=raw, space=record.space, by=TESTER)
    return type(record)._default_manager.select_related("node", "space").get(pk=record.pk)


def fresh(picture: Picture) -> Picture:
    return Picture.objects.select_related("stored", "space", "node").get(pk=picture.pk)


def record_of(kind: str, key: str) -> Any:
    return record_models()[kind]._default_manager.select_related("node", "space").get(key=key)


@pytest.fixture
def picture(werk: Space, sign_in: SignIn) -> Picture:
    """A published picture of Ada and somebody without a record, on the page of the event, with both consents."""
    client = sign_in("organiser")
    upload(client, encoded())
    shown = change(fresh(Picture.objects.get()), visibility="published", people=["ada", "Kim Muster"], **SAID)
    for name in ("Dr. Ada Größe", "Kim Muster"):
        client.post(f"{LIBRARY}{shown.key}/consent/", {"name": name, **AGREED})
    change(record_of("event", "schau"), picture=shown.key, pictures=[shown.key])
    return fresh(shown)


def test_several_files_come_in_at_once_and_the_broken_one_is_named(werk: Space, sign_in: SignIn) -> None:
    client = sign_in("organiser")
    response = upload(client, encoded(), encoded("PNG", pixels(seed=1)), b"%PDF-1.7")
    errors = read_page(response.content.decode()).all(cls="errors__list")
    assert response.status_code == 422
    assert ["2.jpg" in error.text for error in errors] == [True]
    assert Picture.objects.count() == 2


@pytest.mark.parametrize(
    ("role", "organisation", "answers"),
    [
        ("organiser", "", (200, 302)),
        ("editor", "weberei", (200, 302)),
        ("reader", "", (200, 403)),
        ("", "", (403, 403)),
    ],
)
def test_the_library_is_open_to_those_who_work_here(
    werk: Space, sign_in: SignIn, role: str, organisation: str, answers: tuple[int, int]
) -> None:
    client = sign_in(role, organisation=organisation)
    assert (client.get(LIBRARY).status_code, upload(client, encoded()).status_code) == answers


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", 2), ("?q=1", 1), ("?lacks=alt", 1), ("?lacks=credit", 0), ("?lacks=basis", 1), ("?lacks=consent", 0),
        ("?visibility=draft", 1), ("?licence=press", 1), ("?lacks=nonsense", 2),
    ],
)  # fmt: skip
def test_the_library_finds_what_lacks_something(picture: Picture, sign_in: SignIn, query: str, found: int) -> None:
    client = sign_in("organiser")
    upload(client, b"", encoded("JPEG", pixels(seed=4)))
    page = read_page(client.get(LIBRARY + query).content.decode())
    assert len(page.all(cls="shelf__item")) == found


def test_a_picture_without_description_credit_or_reason_is_not_published(werk: Space, sign_in: SignIn) -> None:
    client = sign_in("organiser")
    upload(client, encoded(with_metadata=False))
    picture = Picture.objects.get()
    client.post(f"/de/desk/werk/records/picture/{picture.key}/publish/", {})
    assert fresh(picture).visibility == "draft"
    change(fresh(picture), alt_de="Ein Verlauf", credit="Foto: Kim", basis="nobody")
    client.post(f"/de/desk/werk/records/picture/{picture.key}/publish/", {})
    assert (fresh(picture).visibility, fresh(picture).is_shown) == ("published", True)


def test_decoration_is_a_choice_of_its_own(werk: Space, sign_in: SignIn) -> None:
    upload(sign_in("organiser"), encoded())
    picture = change(
        fresh(Picture.objects.get()), visibility="published", decorative="yes", credit="Foto: Kim", basis="nobody"
    )
    change(record_of("pilot", "garn"), picture=picture.key)
    page = read_page(Client().get("/de/werk/pilots/garn/").content.decode())
    assert [image.attributes["alt"] for image in page.all("img") if "/media/" in image.attributes["src"]] == [""]


def test_everybody_named_must_have_agreed(werk: Space, sign_in: SignIn) -> None:
    client = sign_in("organiser")
    upload(client, encoded())
    picture = change(fresh(Picture.objects.get()), visibility="published", people=["ada", "Kim Muster"], **SAID)
    states = [fresh(picture).withheld]
    for name in ("Dr. Ada Größe", "Kim Muster"):
        client.post(f"{LIBRARY}{picture.key}/consent/", {"name": name, **AGREED})
        states.append(fresh(picture).withheld)
    assert states == ["consent", "consent", ""]
    assert Consent.objects.get(name="Dr. Ada Größe").person == Node.objects.get(kind="person", key="ada")
    assert Consent.objects.get(name="Kim Muster").person is None


def test_consent_to_print_is_none_to_the_website(werk: Space, sign_in: SignIn) -> None:
    client = sign_in("organiser")
    upload(client, encoded())
    picture = change(fresh(Picture.objects.get()), visibility="published", **SAID)
    client.post(f"{LIBRARY}{picture.key}/consent/", {"name": "Kim", **AGREED, "uses": ["print"]})
    assert fresh(picture).withheld == "consent"
    client.post(f"{LIBRARY}{picture.key}/consent/", {"name": "Kim", **AGREED})
    assert (fresh(picture).withheld, Consent.objects.count()) == ("", 1)


@pytest.mark.parametrize(
    ("wrong", "name"),
    [({"name": " "}, "name"), ({"given_on": "2021"}, "given_on"), ({"given_on": "2021-02-30"}, "given_on"), ({"how": "x"}, "how"), ({"uses": []}, "uses")],
)  # fmt: skip
def test_a_consent_says_who_when_how_and_what_for(
    picture: Picture, sign_in: SignIn, wrong: dict[str, Any], name: str
) -> None:
    response = sign_in("organiser").post(f"{LIBRARY}{picture.key}/consent/", {"name": "Neu", **AGREED, **wrong})
    assert (response.status_code, Consent.objects.count()) == (422, 2)
    assert b"field__error" in response.content


def test_the_plauen_way_of_naming_people(picture: Picture) -> None:
    """Those shown stand in order, linked where there is a record, in both languages."""
    for language, words in (("de", "Von links nach rechts"), ("en", "From left to right")):
        page = read_page(Client().get(f"/{language}/werk/events/schau/").content.decode())
        (people,) = page.all(cls="picture__people")
        assert [item.text.split() for item in people.all("li")] == [
            ["Dr.", "Ada", "Größe", "Atelier", "Žižka"],
            ["Kim", "Muster"],
        ]
        assert [link.attributes["href"] for link in people.all("a")] == [
            f"/{language}/werk/organisations/atelier/#person-ada"
        ]
        assert page.all(cls="picture__order")[0].text == words


def places(picture: Picture) -> dict[str, bool]:
    """Where a stranger meets the picture."""
    client = Client()
    pages = {
        "event": "/de/werk/events/schau/",
        "press": "/de/werk/press/",
    }
    seen = {name: picture.key.encode() in client.get(path).content for name, path in pages.items()}
    seen["page"] = client.get(f"/de/werk/pictures/{picture.key}/").status_code == 200
    seen["album"] = client.get(f"/de/werk/pictures/{picture.key}/in/event/schau/").status_code == 200
    seen["file"] = client.get(preview_url(picture)).status_code == 200
    seen["original"] = client.get(original_url(picture)).status_code == 200
    return seen


def withdraw_by_consent(client: Client, picture: Picture) -> None:
    consent = Consent.objects.filter(shown_in=picture.node).order_by("pk")[0]
    client.post(f"{LIBRARY}{picture.key}/consent/{consent.pk}/withdraw/")


def withdraw_by_objection(client: Client, picture: Picture) -> None:
    client.post(f"{LIBRARY}{picture.key}/withdraw/", {"why": "Einspruch"})


@pytest.mark.parametrize("withdraw", [withdraw_by_consent, withdraw_by_objection])
def test_a_withdrawal_takes_the_picture_off_every_page_at_once(
    picture: Picture,
    sign_in: SignIn,
    media: Path,
    withdraw: Callable[[Client, Picture], None],
    django_capture_on_commit_callbacks: Any,
) -> None:
    assert set(places(picture).values()) == {True}
    assert picture.stored is not None
    make_renditions.call(picture.stored.pk)
    made = list((media / "renditions").rglob("*.avif"))
    edition = current_edition()
    with django_capture_on_commit_callbacks(execute=True):
        withdraw(sign_in("organiser"), picture)
    assert (made != [], list((media / "renditions").rglob("*.avif"))) == (True, [])
    assert set(places(picture).values()) == {False}
    assert current_edition() > edition
    assert sign_in("organiser").get(preview_url(picture)).status_code == 404
    entry = JournalEntry.objects.filter(kind="picture").order_by("-pk")[0]
    assert (entry.verb, "Ada" in f"{entry.why}{entry.title}") == ("retired", False)


def test_what_was_withdrawn_comes_back_by_no_door(picture: Picture, sign_in: SignIn) -> None:
    client = sign_in("organiser")
    before = JournalEntry.objects.filter(kind="picture", after__isnull=False).order_by("-pk")[0]
    withdraw_by_consent(client, picture)
    client.post(f"/de/desk/werk/records/picture/{picture.key}/publish/", {})
    client.post(f"/de/desk/werk/journal/{before.pk}/restore/after/", {})
    change(fresh(picture), visibility="published")
    assert fresh(picture).withheld == "withdrawn"
    assert set(places(picture).values()) == {False}


def test_withdrawing_twice_does_nothing_more(picture: Picture, sign_in: SignIn) -> None:
    client = sign_in("organiser")
    withdraw_by_consent(client, picture)
    count = JournalEntry.objects.count()
    withdraw_by_consent(client, picture)
    assert JournalEntry.objects.count() == count


def test_consent_given_anew_lets_it_be_published_again(picture: Picture, sign_in: SignIn) -> None:
    client = sign_in("organiser")
    withdraw_by_consent(client, picture)
    client.post(f"{LIBRARY}{picture.key}/consent/", {"name": "Dr. Ada Größe", **AGREED})
    assert (fresh(picture).withheld, fresh(picture).visibility) == ("", "retired")
    client.post(f"/de/desk/werk/records/picture/{picture.key}/publish/", {})
    assert set(places(fresh(picture)).values()) == {True}


def test_the_file_can_be_destroyed_and_the_record_stays(
    picture: Picture, sign_in: SignIn, media: Path, django_capture_on_commit_callbacks: Any
) -> None:
    client = sign_in("organiser")
    client.post(f"{LIBRARY}{picture.key}/erase/")
    assert fresh(picture).stored is not None
    withdraw_by_objection(client, picture)
    with django_capture_on_commit_callbacks(execute=True):
        client.post(f"{LIBRARY}{picture.key}/erase/")
    assert (fresh(picture).stored, list((media / "media").rglob("*.jpg"))) == (None, [])
    assert client.get(f"{LIBRARY}{picture.key}/").status_code == 200


DEEDS = ("consent/", "focus/", "withdraw/", "readmit/", "erase/")


@pytest.mark.parametrize("deed", DEEDS)
@pytest.mark.parametrize(("role", "organisation"), [("reader", ""), ("editor", "atelier"), ("", "")])
def test_others_change_nothing_about_a_picture(
    picture: Picture, sign_in: SignIn, deed: str, role: str, organisation: str
) -> None:
    client = sign_in(role, organisation=organisation)
    response = client.post(f"{LIBRARY}{picture.key}/{deed}", {"name": "x", "x": "1", "y": "1", **AGREED})
    assert (response.status_code, Consent.objects.count(), fresh(picture).focus) == (403, 2, (50, 50))
    assert fresh(picture).withdrawn_at is None


@pytest.mark.parametrize(("role", "organisation"), [("reader", ""), ("editor", "atelier")])
def test_consents_are_shown_to_those_who_keep_them_only(
    picture: Picture, sign_in: SignIn, role: str, organisation: str
) -> None:
    page = sign_in(role, organisation=organisation).get(f"{LIBRARY}{picture.key}/").content.decode()
    assert (
        "Ordner 3" in page,
        "Ordner 3" in sign_in("organiser").get(f"{LIBRARY}{picture.key}/").content.decode(),
    ) == (
        False,
        True,
    )


@pytest.mark.parametrize(
    ("x", "y", "focus"),
    [("20", "80", (20, 80)), ("0", "100", (0, 100)), ("101", "5", None), ("", "5", None), ("a", "5", None)],
)
def test_the_focus_is_set_by_two_numbers(picture: Picture, sign_in: SignIn, x: str, y: str, focus: Any) -> None:
    before = preview_url(picture)
    response = sign_in("organiser").post(f"{LIBRARY}{picture.key}/focus/", {"x": x, "y": y})
    assert response.status_code == (302 if focus else 422)
    assert fresh(picture).focus == (focus or (50, 50))
    assert (preview_url(fresh(picture)) != before) == bool(focus)


def test_an_editor_form_keeps_file_and_focus(picture: Picture, sign_in: SignIn) -> None:
    client = sign_in("organiser")
    client.post(f"{LIBRARY}{picture.key}/focus/", {"x": "20", "y": "30"})
    version = fresh(picture).version
    form = {
        "@version": version, "do": "save", "title.und": "Neuer Name", "alt.de": "Neu", "credit": "Foto: Neu", "basis": "consent",
        "licence": "press", "people": ["Dr. Ada Größe [ada]", "Kim Muster"],
    }  # fmt: skip
    client.post(f"/de/desk/werk/records/picture/{picture.key}/", form)
    changed = fresh(picture)
    assert (changed.credit, changed.file, changed.focus) == ("Foto: Neu", picture.file, (20, 30))
    assert [
        link.words or str(link.earlier)
        for link in Link.objects.filter(owner=picture.node, field="people").order_by("position")
    ] == [
        "person:ada",
        "Kim Muster",
    ]


def test_where_a_picture_is_used_stands_on_its_page(picture: Picture, sign_in: SignIn) -> None:
    page = read_page(sign_in("organiser").get(f"{LIBRARY}{picture.key}/").content.decode())
    assert "/de/werk/events/schau/" in [link.attributes["href"] for link in page.all("a")]


def test_renditions_are_made_once(picture: Picture) -> None:
    assert picture.stored is not None
    assert [make_renditions.call(picture.stored.pk) for _time in range(2)] == [18, 0]


def test_files_without_a_row_are_swept_when_they_are_old(picture: Picture, media: Path) -> None:
    import os  # noqa: PLC0415

    stray, young = media / "media/files/aa/aa.jpg", media / "media/files/.draft-1"
    for path in (stray, young):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
    os.utime(stray, (1, 1))
    assert picture.stored is not None
    for path in (media / "media").rglob(picture.stored.file_name):
        os.utime(path, (1, 1))
    assert sweep_files(timezone.now()) == 1
    assert (stray.exists(), young.exists(), fresh(picture).is_shown) == (False, True, True)
    assert Client().get(preview_url(picture)).status_code == 200


def test_drafts_are_in_no_gallery_and_on_no_page(picture: Picture, sign_in: SignIn) -> None:
    change(fresh(picture), visibility="draft")
    assert set(places(fresh(picture)).values()) == {False}
    assert sign_in("reader").get(f"/de/werk/pictures/{picture.key}/").status_code == 200


def test_a_published_picture_that_is_not_shown_needs_attention(picture: Picture, sign_in: SignIn) -> None:
    Consent.objects.filter(shown_in=picture.node).delete()
    change(fresh(picture), credit="Foto: Jemand")
    page = sign_in("organiser").get("/de/desk/werk/").content.decode()
    assert (fresh(picture).withheld, "Veröffentlichte Bilder, die nicht gezeigt werden" in page) == ("consent", True)


@pytest.mark.parametrize(
    ("role", "organisation", "status"), [("organiser", "", 200), ("editor", "weberei", 404), ("reader", "", 404)]
)
def test_organisers_take_everything_with_them(
    picture: Picture, sign_in: SignIn, role: str, organisation: str, status: int
) -> None:
    import io  # noqa: PLC0415
    import zipfile  # noqa: PLC0415

    response = sign_in(role, organisation=organisation).get("/de/desk/werk/export.zip")
    assert response.status_code == status
    if status == 200:
        content = b"".join(response.streaming_content)  # type: ignore[attr-defined]
        assert f"files/{picture.file}" in zipfile.ZipFile(io.BytesIO(content)).namelist()
