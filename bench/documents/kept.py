"""Counts what each reader keeps of the Word file: words, notes, comments, alternative texts, languages, headings, cells."""

import re
from collections.abc import Mapping
from typing import Any

from querwerk.core.prose.blocks import texts
from querwerk.core.prose.inline import runs_of

WORD = re.compile(r"[^\W_]+")


def of_body(body: Mapping[str, Any]) -> dict[str, int]:
    """Count what is in a body."""
    blocks, notes = body["blocks"], body["notes"]
    html = [piece for block in blocks for piece in texts(block)]
    runs = [run for piece in html for run in runs_of(piece)]
    return {
        "words": sum(len(WORD.findall(" ".join(run.words for run in runs_of(piece)))) for piece in html),
        "headings by level": sum(block["type"] == "heading" for block in blocks),
        "table cells": sum(len(row) for block in blocks if block["type"] == "table" for row in block["rows"]),
        "pictures with words": sum(block["type"] == "image" and bool(block["alt"]) for block in blocks),
        "footnotes": sum(note["kind"] == "footnote" for note in notes),
        "comments with author and date": sum(note["kind"] == "comment" and bool(note["at"]) for note in notes),
        "words in another language": sum(bool(run.language) for run in runs),
        "blocks known again": len(blocks),
    }


def of_html(html: str) -> dict[str, int]:
    """Count what is in a reader's HTML; what it has no form for counts as lost."""
    main = re.split(r'<(?:section|aside)[^>]*footnotes|<ol><li id="(?:foot|end)note', html)[0]
    plain = re.sub(
        r"<[^>]+>",
        " ",
        re.sub(r"<(?:sub|sup|strong|em|a|span|b|i)\b[^>]*>|</(?:sub|sup|strong|em|a|span|b|i)>", "", main),
    )
    return {
        "words": len(WORD.findall(plain)),
        "headings by level": len(re.findall(r"<h[1-6]\b", main)),
        "table cells": len(re.findall(r"<t[dh]\b", main)),
        "pictures with words": len(re.findall(r'<img[^>]*alt="[^"]+"', main)),
        "footnotes": len(set(re.findall(r'href="#(?:fn|footnote-)(\d+)"', main))),
        "comments with author and date": len(re.findall(r'class="comment-start"[^>]*data-date="[^"]+"', main)),
        "words in another language": len(re.findall(r'<span[^>]*\blang="', main)),
        "blocks known again": len(set(re.findall(r'id="(?:doc-\d+-)?_qwb_[a-z2-7]{8}', main))),
    }
