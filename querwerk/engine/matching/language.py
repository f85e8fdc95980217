"""Finds out in which language a text is: by its script, and by sequences of three letters (Cavnar and Trenkle 1994)."""

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

TABLE = Path(__file__).with_name("languages.json")
UNSEEN = -10.5
"""Log probability of a sequence that a language's table does not have."""
READ = 2_000
"""Letters of a text that are looked at."""
FAVOUR = 1.5
"""Log odds for the languages that Querwerk speaks: short texts look alike in related languages (Slovene, Croatian)."""
SPOKEN = frozenset({"de", "en", "cs", "pl", "it", "sl", "nl", "fr"})
CODES = frozenset(
    [
        "aa",
        "ab",
        "ae",
        "af",
        "ak",
        "am",
        "an",
        "ar",
        "as",
        "av",
        "ay",
        "az",
        "ba",
        "be",
        "bg",
        "bh",
        "bi",
        "bm",
        "bn",
        "bo",
        "br",
        "bs",
        "ca",
        "ce",
        "ch",
        "co",
        "cr",
        "cs",
        "cu",
        "cv",
        "cy",
        "da",
        "de",
        "dv",
        "dz",
        "ee",
        "el",
        "en",
        "eo",
        "es",
        "et",
        "eu",
        "fa",
        "ff",
        "fi",
        "fj",
        "fo",
        "fr",
        "fy",
        "ga",
        "gd",
        "gl",
        "gn",
        "gu",
        "gv",
        "ha",
        "he",
        "hi",
        "ho",
        "hr",
        "ht",
        "hu",
        "hy",
        "hz",
        "ia",
        "id",
        "ie",
        "ig",
        "ii",
        "ik",
        "io",
        "is",
        "it",
        "iu",
        "ja",
        "jv",
        "ka",
        "kg",
        "ki",
        "kj",
        "kk",
        "kl",
        "km",
        "kn",
        "ko",
        "kr",
        "ks",
        "ku",
        "kv",
        "kw",
        "ky",
        "la",
        "lb",
        "lg",
        "li",
        "ln",
        "lo",
        "lt",
        "lu",
        "lv",
        "mg",
        "mh",
        "mi",
        "mk",
        "ml",
        "mn",
        "mr",
        "ms",
        "mt",
        "my",
        "na",
        "nb",
        "nd",
        "ne",
        "ng",
        "nl",
        "nn",
        "no",
        "nr",
        "nv",
        "ny",
        "oc",
        "oj",
        "om",
        "or",
        "os",
        "pa",
        "pi",
        "pl",
        "ps",
        "pt",
        "qu",
        "rm",
        "rn",
        "ro",
        "ru",
        "rw",
        "sa",
        "sc",
        "sd",
        "se",
        "sg",
        "si",
        "sk",
        "sl",
        "sm",
        "sn",
        "so",
        "sq",
        "sr",
        "ss",
        "st",
        "su",
        "sv",
        "sw",
        "ta",
        "te",
        "tg",
        "th",
        "ti",
        "tk",
        "tl",
        "tn",
        "to",
        "tr",
        "ts",
        "tt",
        "tw",
        "ty",
        "ug",
        "uk",
        "ur",
        "uz",
        "ve",
        "vi",
        "vo",
        "wa",
        "wo",
        "xh",
        "yi",
        "yo",
        "za",
        "zh",
        "zu",
    ]
)
"""Languages that a text may be said to be in (ISO 639-1)."""

_WORDS = re.compile(r"[^\W\d_]+")
_SCRIPTS = {
    "el": "\u0370-\u03ff", "he": "\u0590-\u05ff", "ar": "\u0600-\u06ff", "hi": "\u0900-\u097f", "th": "\u0e00-\u0e7f",
    "ko": "\uac00-\ud7af", "ja": "\u3040-\u30ff", "zh": "\u4e00-\u9fff",
}  # fmt: skip
_OF_SCRIPT = {language: re.compile(f"[{letters}]") for language, letters in _SCRIPTS.items()}


def grams(text: str) -> Iterator[str]:
    """Yield the sequences of three letters, words with a space at both ends."""
    for word in _WORDS.findall(text.lower()):
        padded = f" {word} "
        for start in range(len(padded) - 2):
            yield padded[start : start + 3]


def detect(text: str) -> str:
    """Return the ISO 639-1 code of a text's language; empty when it has no letters."""
    text = text[:READ]
    letters = sum(map(len, _WORDS.findall(text)))
    if not letters:
        return ""
    for language, pattern in _OF_SCRIPT.items():
        if len(pattern.findall(text)) > 0.3 * letters:
            return language
    table = _table()
    sums = dict.fromkeys(table, 0.0)
    for gram in grams(text):
        for language, known in table.items():
            sums[language] += known.get(gram, UNSEEN)
    return max(sums, key=lambda language: sums[language] + FAVOUR * (language in SPOKEN))


@cache
def _table() -> dict[str, dict[str, float]]:
    table: dict[str, dict[str, float]] = json.loads(TABLE.read_text(encoding="utf-8"))
    return table
