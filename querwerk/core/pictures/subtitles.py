"""Subtitles: WebVTT (W3C) as browsers take it, SubRip (SRT) as editing programs write it. What comes out is always plain WebVTT."""

import re
from dataclasses import dataclass

from django.utils.translation import gettext as _

from querwerk.core.pictures.limits import UnusableFile

TIMES = re.compile(
    r"\s*(?:(\d{1,3}):)?([0-5]?\d):([0-5]?\d)[.,](\d{1,3})\s*-->\s*(?:(\d{1,3}):)?([0-5]?\d):([0-5]?\d)[.,](\d{1,3})(?:\s.*)?"
)
MAX_CUES = 20_000


@dataclass(frozen=True, slots=True)
class Cue:
    """Words and when they stand on the picture, in milliseconds from the start."""

    start: int
    end: int
    words: str


def read_subtitles(text: str) -> list[Cue]:
    """Return the cues of a WebVTT or SRT text; notes and styles are passed by. Raises :class:`UnusableFile` with the line."""
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    cues: list[Cue] = []
    number = 0
    while number < len(lines):
        match = TIMES.fullmatch(lines[number])
        if match is None:
            if "-->" in lines[number] and not _is_in_note(lines, number):
                raise UnusableFile(
                    _(
                        "Line %(line)d of the subtitles has no valid times: 00:01:02.500 --> 00:01:04.000 would be right."
                    )
                    % {"line": number + 1}
                )
            number += 1
            continue
        start, end = _milliseconds(match.groups()[:4]), _milliseconds(match.groups()[4:])
        if end <= start:
            raise UnusableFile(_("Line %(line)d of the subtitles ends before it begins.") % {"line": number + 1})
        words = []
        number += 1
        while number < len(lines) and lines[number].strip():
            words.append(lines[number].strip())
            number += 1
        cues.append(Cue(start, end, "\n".join(words).replace("-->", "→")))
    if not cues or len(cues) > MAX_CUES:
        raise UnusableFile(
            _(
                "These are no subtitles: please give a WebVTT or SRT file with lines such as 00:01:02.500 --> 00:01:04.000."
            )
        )
    return sorted(cues, key=lambda cue: cue.start)


def _is_in_note(lines: list[str], number: int) -> bool:
    """Tell whether a line belongs to a comment, which may hold anything (WebVTT, 4.1)."""
    while number > 0 and lines[number - 1].strip():
        number -= 1
    return lines[number].startswith("NOTE")


def _milliseconds(parts: tuple[str | None, ...]) -> int:
    hours, minutes, seconds, fraction = parts
    return ((int(hours or 0) * 60 + int(minutes or 0)) * 60 + int(seconds or 0)) * 1000 + int(
        (fraction or "0").ljust(3, "0")
    )


def as_webvtt(text: str) -> str:
    """Return subtitles as browsers take them."""
    blocks = [f"{clock(cue.start)} --> {clock(cue.end)}\n{cue.words}" for cue in read_subtitles(text)]
    return "WEBVTT\n\n" + "\n\n".join(blocks) + "\n"


def clock(milliseconds: int) -> str:
    """Return a time as WebVTT writes it."""
    seconds, rest = divmod(milliseconds, 1000)
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}.{rest:03d}"


def decoded(content: bytes) -> str:
    """Return the words of a subtitle file; old programs write them in Windows' encoding."""
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return content.decode("utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else encoding)
        except UnicodeDecodeError:
            continue
    raise UnusableFile(_("The subtitles cannot be read; please save them as UTF-8."))
