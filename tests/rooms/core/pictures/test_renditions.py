"""Sizes for screens: never larger than the picture, cut around what matters, and nothing in them but pixels."""

import io

import pytest
from PIL import Image

from querwerk.core.pictures.reading import read_picture
from querwerk.core.pictures.renditions import Box, Rendition, cut, make_all, offered, rendition, size, widths
from tests.factories.pictures import SECRETS, encoded, pixels


@pytest.mark.parametrize(
    ("width", "expected"),
    [(5000, (320, 480, 640, 960, 1280, 1920, 2560)), (700, (320, 480, 640, 700)), (320, (320,)), (100, (100,))],
)
def test_no_size_is_larger_than_the_picture(width: int, expected: tuple[int, ...]) -> None:
    assert widths(width, width) == expected


@pytest.mark.parametrize(
    ("focus", "box"),
    [
        ((50, 50), Box(250, 0, 500, 500)),
        ((0, 0), Box(0, 0, 500, 500)),
        ((100, 100), Box(500, 0, 500, 500)),
        ((40, 90), Box(150, 0, 500, 500)),
    ],
)
def test_a_cut_keeps_its_focus_and_stays_inside(focus: tuple[int, int], box: Box) -> None:
    assert cut(1000, 500, "square", focus) == box


def test_a_cut_follows_the_focus_to_the_corner() -> None:
    clean = read_picture(encoded("PNG", pixels(800, 400))).content
    corners = {}
    for focus in ((0, 0), (100, 100)):
        (content,) = make_all(clean, [Rendition(320, "square", "png")], focus).values()
        image = Image.open(io.BytesIO(content)).convert("RGB")
        corners[focus] = [image.getpixel((3, 3)), image.getpixel((316, 316))]
    assert (corners[0, 0][0][0] > 200, corners[0, 0][1][2] > 200) == (True, False)  # type: ignore[index]
    assert (corners[100, 100][0][0] > 200, corners[100, 100][1][2] > 200) == (False, True)  # type: ignore[index]


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "HEIF"])
@pytest.mark.parametrize("shape", ["full", "card", "square", "share"])
def test_every_rendition_has_its_size_and_type_and_no_secret(kind: str, shape: str) -> None:
    reading = read_picture(encoded(kind, pixels(700, 500)))
    wanted = offered(700, 500, has_alpha=False, shape=shape)
    made = make_all(reading.content, wanted, (30, 70))
    assert list(map(len, (made, wanted))) == [len(set(wanted))] * 2
    for one, content in made.items():
        image = Image.open(io.BytesIO(content))
        assert image.size == size(700, 500, shape, one.width)
        assert image.get_format_mimetype() == one.media_type
        assert dict(image.getexif()) == {}
        assert [secret for secret in SECRETS if secret in content] == []


def test_only_names_on_the_list_exist() -> None:
    names = [
        "640.avif",
        "641.avif",
        "640-card.jpg",
        "640.png",
        "640-full.jpg",
        "2560.avif",
        "700.webp",
        "0640.avif",
        "../640.avif",
    ]
    found = [name for name in names if rendition(name, 700, 500, has_alpha=False)]
    assert found == ["640.avif", "640-card.jpg", "700.webp"]


def test_a_picture_with_holes_falls_back_to_png() -> None:
    image = pixels(400, 400).convert("RGBA")
    image.putalpha(100)
    reading = read_picture(encoded("PNG", image))
    made = make_all(reading.content, offered(400, 400, has_alpha=True), (50, 50))
    assert sorted({one.suffix for one in made}) == ["avif", "png", "webp"]
    assert {Image.open(io.BytesIO(content)).convert("RGBA").getpixel((9, 9))[3] for content in made.values()} == {100}  # type: ignore[index]
