"""The one door for HTML: whatever its way in, it leaves here as harmless inline HTML in a single spelling.

Cleaning is done by nh3 (ammonia, a parser of HTML 5). What this module adds: one spelling for what means the same
(``b`` is ``strong``), line breaks where blocks stood, and attributes that hold only what they should.
"""

import re
from functools import lru_cache

import nh3

from querwerk.core.spec import UNSTORABLE, URL_LENGTH

KEY = re.compile(r"[a-z2-7]{8}")
"""A block's key, also a note's: 40 random bits in the alphabet of Base32 (RFC 4648)."""
LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}")
ADDRESS = re.compile(r"(?:https?://[^\s/]|mailto:[^\s@]+@|tel:\+?[\d(]|#|/(?![/\\]))\S*|/", re.IGNORECASE)
"""Where a link may lead: the web, a mailbox, a telephone, a place on this page or this site; never ``//host``."""
WORD_LENGTH = 500

SPELLINGS = {"b": "strong", "i": "em", "ins": "u", "strike": "s", "del": "s", "tt": "code"}
KEPT = frozenset({"a", "strong", "em", "u", "s", "sub", "sup", "code", "br", "span"})
"""What inline HTML is made of."""
LINES = frozenset({"p", "div", "li", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "dt", "dd"})
CELLS = frozenset({"td", "th"})
DROPPED = frozenset({"script", "style", "title", "textarea", "noscript", "template", "svg", "math", "iframe", "object"})
"""Elements whose content is no text for readers."""

MOST_TIMES = 4

_FOREIGN = re.compile(rf"<(?!/?(?:{'|'.join(sorted(KEPT))})[\s>])[/a-z!?]", re.IGNORECASE)
_SPELLING = re.compile(rf"<(/?)({'|'.join(SPELLINGS)})(?=[ >])")
_END = re.compile(rf"</(?:{'|'.join(LINES)})>(?:<br>)?")
_START = re.compile(rf"<(?:{'|'.join(LINES | CELLS)})>")
_CELL_END = re.compile(rf"</(?:{'|'.join(CELLS)})>")
_SPAN = re.compile(r'<span(?: [^"<>]*"[^"<>]*")*>|</span>')
_NEEDS_WORK = re.compile("[<>&\xa0]")


def _keep(_tag: str, name: str, value: str) -> str | None:
    """Return the value of an attribute as it may stay, or nothing to take it out."""
    value = value.strip()
    if name == "href":
        return value if len(value) <= URL_LENGTH and ADDRESS.fullmatch(value) else None
    if name in ("lang", "hreflang"):
        return value if LANGUAGE.fullmatch(value) else None
    if name == "data-note":
        return value if KEY.fullmatch(value) else None
    return value[:WORD_LENGTH]


@lru_cache(maxsize=1)
def _cleaner() -> nh3.Cleaner:
    return nh3.Cleaner(
        tags=set(KEPT | LINES | CELLS | SPELLINGS.keys()),
        clean_content_tags=set(DROPPED),
        attributes={
            "a": {"href", "title", "hreflang", "lang"},
            "span": {"lang", "data-note"},
            **{tag: {"lang"} for tag in ("strong", "em", "u", "s", "sub", "sup", "code", *SPELLINGS)},
        },
        attribute_filter=_keep,
        link_rel=None,
        url_schemes={"http", "https", "mailto", "tel"},
    )


def inline(html: str) -> str:
    """Return harmless inline HTML of exactly the elements and attributes that a block may hold; cleaning twice changes nothing."""
    html = UNSTORABLE.sub("", html)
    if not _NEEDS_WORK.search(html):
        return html
    cleaned = _once(html)
    if _FOREIGN.search(html):
        # Only what a parser mends (a table between links, a paragraph in a paragraph) can come out differently twice.
        for _time in range(MOST_TIMES):
            before, cleaned = cleaned, _once(cleaned)
            if cleaned == before:
                break
    return cleaned


def _once(html: str) -> str:
    cleaned = _cleaner().clean(html)
    if "<" not in cleaned:
        return cleaned
    cleaned = _SPELLING.sub(lambda found: f"<{found[1]}{SPELLINGS[found[2]]}", cleaned)
    if "</" in cleaned:
        cleaned = _CELL_END.sub(" ", _START.sub("", _END.sub("<br>", cleaned)))
    return _without_idle_spans(_without_trailing_break(html, cleaned))


def _without_trailing_break(given: str, cleaned: str) -> str:
    """Take away the break that the last of several paragraphs left behind."""
    return cleaned.removesuffix("<br>") if not given.rstrip().endswith(("<br>", "<br/>", "<br />")) else cleaned


def _without_idle_spans(html: str) -> str:
    """Unwrap spans that say nothing, and empty those that mark a note."""
    if "<span" not in html:
        return html
    kept: list[bool] = []
    out: list[str] = []
    position = 0
    for tag in _SPAN.finditer(html):
        out.append(html[position : tag.start()])
        position = tag.end()
        if tag[0] == "</span>":
            if kept and kept.pop():
                out.append(tag[0])
        else:
            kept.append(tag[0] != "<span>")
            if kept[-1]:
                out.append(tag[0])
                if "data-note=" in tag[0]:  # the mark of a note holds no words; words inside come after it
                    out.append("</span>")
                    kept[-1] = False
    out.append(html[position:])
    return "".join(out)


_TAG = re.compile(r"<[^>]*>")
_ENTITIES = (("&nbsp;", "\xa0"), ("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))


def words(html: str) -> str:
    """Return the plain words of cleaned inline HTML; a line break becomes a new line."""
    text = _TAG.sub("", html.replace("<br>", "\n")) if "<" in html else html
    if "&" in text:
        for entity, letter in _ENTITIES:
            text = text.replace(entity, letter)
    return text


def from_words(text: str) -> str:
    """Return inline HTML that shows plain words."""
    return inline(text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("\n", "<br>"))
