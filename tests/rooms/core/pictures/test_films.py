"""Subtitles of both sorts come out as WebVTT; film files are told by their bytes and lose the place where they were taken."""

import io
import struct
from pathlib import Path

import pytest

from querwerk.core.pictures.files import path_of, put_stream
from querwerk.core.pictures.footage import forget_place, kind_of_film
from querwerk.core.pictures.limits import MAX_FILM_BYTES, UnusableFile
from querwerk.core.pictures.subtitles import as_webvtt, decoded

SRT = "1\r\n00:00:01,500 --> 00:00:03,000\r\nGrüß Gott,\r\n<i>Plauen</i>!\r\n\r\n2\r\n0:01:02,25 --> 0:01:04,000\r\nWeiter.\r\n"
VTT = (
    "WEBVTT - Titel\n\nSTYLE\n::cue { background: url(https://evil.example/) }\n\nNOTE a --> b\nist kein Text\n\n"
    "eins\n00:01.500 --> 00:03.000 align:start\nGrüß Gott,\n<i>Plauen</i>!\n\n01:02.250 --> 01:04.000\nWeiter.\n"
)
EXPECTED = (
    "WEBVTT\n\n00:00:01.500 --> 00:00:03.000\nGrüß Gott,\n<i>Plauen</i>!\n\n00:01:02.250 --> 00:01:04.000\nWeiter.\n"
)


@pytest.mark.parametrize("text", [SRT, VTT, "\ufeff" + SRT, EXPECTED], ids=["srt", "vtt", "with a mark", "again"])
def test_both_sorts_become_the_same_webvtt(text: str) -> None:
    assert as_webvtt(text) == EXPECTED


@pytest.mark.parametrize(
    "text",
    ["", "WEBVTT\n", "ein Brief", "00:00:05.000 --> 00:00:01.000\nrückwärts", "00:00:xx --> 00:00:02.000\nwann?"],
)
def test_what_is_no_subtitle_is_refused(text: str) -> None:
    with pytest.raises(UnusableFile):
        as_webvtt(text)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_old_encodings_are_read(encoding: str) -> None:
    assert decoded("Grüß Gott".encode(encoding)) == "Grüß Gott"


def box(name: bytes, body: bytes = b"") -> bytes:
    return struct.pack(">I", 8 + len(body)) + name + body


def mp4(*, place: bytes = b"\xa9xyz+50.495+012.133/", long: bool = False) -> bytes:
    udta = box(b"udta", place)
    if long:
        udta = struct.pack(">I4sQ", 1, b"udta", 16 + len(place)) + place
    moov = box(b"moov", box(b"mvhd", bytes(20)) + box(b"trak", box(b"tkhd", bytes(9)) + box(b"udta", place)) + udta)
    return box(b"ftyp", b"mp42\0\0\0\0mp42isom") + moov + box(b"mdat", b"frames +50.495 may be here")


@pytest.mark.parametrize("long", [False, True])
def test_the_place_is_gone_and_all_else_stays_where_it_was(media: Path, long: bool) -> None:  # noqa: FBT001
    content = mp4(long=long)
    sha256, length = put_stream(io.BytesIO(content), "mp4", forget_place)
    kept = path_of(sha256, "mp4").read_bytes()
    assert (length, len(kept)) == (len(content), len(content))
    assert (kept.count(b"+50.495"), kept.count(b"udta"), kept.count(b"xyz")) == (1, 0, 0)
    assert kept.endswith(box(b"mdat", b"frames +50.495 may be here"))


@pytest.mark.parametrize(
    "content",
    [
        mp4()[:70],
        box(b"ftyp", b"mp42\0\0\0\0mp42") + struct.pack(">I4s", 4, b"moov"),
        box(b"ftyp", b"mp42\0\0\0\0mp42") + struct.pack(">I4s", 4000, b"moov"),
    ],
)
def test_a_damaged_film_is_refused_and_leaves_nothing(media: Path, content: bytes) -> None:
    with pytest.raises(UnusableFile):
        put_stream(io.BytesIO(content), "mp4", forget_place)
    assert [path for path in (media / "media").rglob("*") if path.is_file()] == []


def test_films_are_told_by_their_bytes() -> None:
    assert kind_of_film(mp4()[:4096], 100) == "mp4"
    assert kind_of_film(b"\x1aE\xdf\xa3\x01\0\0\0\0\0\0\x1fB\x86\x81\x01B\x82\x84webm", 100) == "webm"
    for head, size in ((b"\x89PNG\r\n\x1a\n", 9), (b"MZ" + bytes(40), 9), (mp4(), MAX_FILM_BYTES + 1), (b"", 0)):
        with pytest.raises(UnusableFile):
            kind_of_film(head, size)
