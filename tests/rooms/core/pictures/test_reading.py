"""Pictures of every format come in clean; what is no picture, or a trap, is refused with what would be right."""

import io
import struct
import zlib
from typing import Any

import pytest
from PIL import Image

from querwerk.core.pictures.limits import MAX_PICTURE_BYTES, UnusableFile
from querwerk.core.pictures.reading import read_picture, sniff
from tests.factories.pictures import SECRETS, display_p3, encoded, p3_as_srgb, pixels


def opened(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))


@pytest.mark.parametrize(
    ("kind", "media_type", "kept"),
    [
        ("JPEG", "image/jpeg", "image/jpeg"),
        ("PNG", "image/png", "image/png"),
        ("WEBP", "image/webp", "image/jpeg"),
        ("AVIF", "image/avif", "image/jpeg"),
        ("HEIF", "image/heic", "image/jpeg"),
    ],
)
def test_every_format_comes_in_without_a_word_about_place_or_camera(kind: str, media_type: str, kept: str) -> None:
    content = encoded(kind)
    assert sniff(content) == media_type
    assert b"Telefon 12 Pro" in content
    reading = read_picture(content)
    assert (reading.media_type, reading.width, reading.height) == (kept, 640, 480)
    assert [secret for secret in SECRETS if secret in reading.content] == []
    assert dict(opened(reading.content).getexif()) == {}
    assert opened(reading.content).info.get("icc_profile") is None


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF", "HEIF"])
def test_the_author_is_offered_from_the_file(kind: str) -> None:
    words = read_picture(encoded(kind)).credit.words
    assert words == ("Kim Kamera" if kind in ("PNG", "AVIF") else "Jo Müller / Agentur & Söhne")


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_picture_stands_upright_however_the_camera_was_held(orientation: int) -> None:
    turned = {1: [], 2: [0], 3: [3], 4: [1], 5: [5], 6: [2], 7: [6], 8: [4]}[orientation]
    image = pixels()
    for move in turned:
        image = image.transpose(Image.Transpose(move))
    reading = read_picture(encoded("JPEG", image, orientation=orientation, quality=95))
    assert (reading.width, reading.height) == (640, 480)
    red, _green, blue = opened(reading.content).convert("RGB").getpixel((10, 10))  # type: ignore[misc]
    assert (red > 200, blue < 60) == (True, True)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "HEIF"])
@pytest.mark.parametrize("colour", [(200, 100, 50), (60, 140, 90), (20, 30, 160), (0, 255, 0), (128, 128, 128)])
def test_the_wide_colours_of_a_telephone_become_the_right_ones_of_srgb(kind: str, colour: tuple[int, int, int]) -> None:
    options: dict[str, Any] = {"lossless": True} if kind == "WEBP" else {"quality": 98} if kind != "PNG" else {}
    reading = read_picture(encoded(kind, Image.new("RGB", (64, 64), colour), icc_profile=display_p3(), **options))
    shown = opened(reading.content)
    assert (shown.info.get("icc_profile"), shown.mode) == (None, "RGB")
    expected, found = p3_as_srgb(colour), shown.getpixel((32, 32))
    # Lossy formats and the rounding of 8 bits may each be off by a step or two.
    assert max(abs(one - other) for one, other in zip(expected, found, strict=True)) <= 4, (expected, found)  # type: ignore[arg-type]


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "PA", "RGBA", "I;16", "CMYK", "YCbCr"])
def test_every_mode_of_pixels_can_be_shown(mode: str) -> None:
    image = pixels(64, 64)
    image = Image.new("I;16", (64, 64), 40000) if mode == "I;16" else image.convert(mode)
    kind = "JPEG" if mode in ("CMYK", "YCbCr") else "PNG"
    if mode == "PA":
        image, kind = image.convert("RGBA").quantize(16), "PNG"
    reading = read_picture(encoded(kind, image, with_metadata=False))
    assert opened(reading.content).mode in ("L", "RGB", "RGBA")
    assert (reading.width, reading.height) == (64, 64)


def test_sixteen_bits_of_grey_keep_their_brightness() -> None:
    reading = read_picture(encoded("PNG", Image.new("I;16", (64, 64), 0x8000), with_metadata=False))
    assert opened(reading.content).convert("L").getpixel((5, 5)) in (127, 128)


def test_what_can_be_seen_through_stays_a_png() -> None:
    image = pixels(64, 64).convert("RGBA")
    image.putalpha(120)
    reading = read_picture(encoded("WEBP", image, lossless=False))
    assert (reading.media_type, reading.has_alpha) == ("image/png", True)


def test_a_moving_picture_gives_its_first_frame() -> None:
    out = io.BytesIO()
    pixels(64, 64).save(out, "WEBP", save_all=True, append_images=[pixels(64, 64, seed=3)], duration=100)
    reading = read_picture(out.getvalue())
    assert (reading.width, getattr(opened(reading.content), "n_frames", 1)) == (64, 1)


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png(width: int, height: int, *chunks: bytes) -> bytes:
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(chunks) + chunk(b"IEND", b"")


BOMBS = {
    "a thousand megapixels in few bytes": png(40000, 25000, chunk(b"IDAT", zlib.compress(bytes(10_000)))),
    "a line of pixels": png(3_000_000, 1, chunk(b"IDAT", zlib.compress(bytes(9_000_001)))),
    "no pixel at all": png(0, 5, chunk(b"IDAT", zlib.compress(b""))),
    "text that unpacks to a hundred megabytes": png(
        64,
        64,
        chunk(b"zTXt", b"k\0\0" + zlib.compress(bytes(100_000_000), 9)),
        chunk(b"IDAT", zlib.compress(bytes(64 * 193))),
    ),
    "a colour profile that unpacks to a hundred megabytes": png(
        64,
        64,
        chunk(b"iCCP", b"p\0\0" + zlib.compress(bytes(100_000_000), 9)),
        chunk(b"IDAT", zlib.compress(bytes(64 * 193))),
    ),
    "half a file": encoded("JPEG")[:3000],
    "a head without a body": b"\xff\xd8\xff\xe0\x00\x10JFIF",
    "a HEIC that is none": b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + bytes(200),
    "an AVIF that is none": b"\x00\x00\x00\x18ftypavif\x00\x00\x00\x00mif1avif" + bytes(200),
    "a WebP of nothing": b"RIFF\x04\x00\x00\x00WEBP",
    "a GIF": b"GIF89a" + bytes(40),
    "a PDF": b"%PDF-1.7\n" + bytes(40),
    "a page": b"<html><script>alert(1)</script></html>",
    "a film": b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom" + bytes(40),
    "a TIFF": encoded("TIFF", with_metadata=False),
    "a BMP": encoded("BMP", with_metadata=False),
    "nothing": b"",
    "a point": encoded("PNG", pixels(4, 4), with_metadata=False),
}


@pytest.mark.parametrize("name", BOMBS)
def test_what_is_no_picture_or_a_trap_is_refused(name: str) -> None:
    with pytest.raises(UnusableFile):
        read_picture(BOMBS[name])


def test_a_file_that_is_too_heavy_is_not_even_opened() -> None:
    with pytest.raises(UnusableFile, match="40 MB"):
        read_picture(b"\xff\xd8\xff" + bytes(MAX_PICTURE_BYTES))


def test_a_page_hidden_behind_a_picture_is_gone() -> None:
    reading = read_picture(encoded("JPEG") + b"<script>alert(1)</script>")
    assert b"<script>" not in reading.content
