"""Words without what people leave out when they type them."""

import re
import unicodedata
from functools import lru_cache

MOST_LETTERS = 60
_UMLAUT = str.maketrans({"ä": "a", "ö": "o", "ü": "u", "ß": "ss", "æ": "a", "œ": "o", "ø": "o", "ł": "l", "đ": "d"})
_WRITTEN_OUT = re.compile(r"(?<![aeq])([aou])e")


@lru_cache(maxsize=200_000)
def fold(word: str) -> str:
    """Drop case, accents, and the difference between ä, ae and a: people type all three."""
    plain = unicodedata.normalize("NFC", word[:MOST_LETTERS]).casefold().translate(_UMLAUT)
    plain = "".join(letter for letter in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(letter))
    return _WRITTEN_OUT.sub(r"\1", plain)
