"""Make the table by which the matching engine tells languages apart: `python -m scripts.languages`.

It counts the sequences of three letters in Django's own translations (BSD), which every installation has. Run by hand; the
result is committed.
"""

import gettext
import json
import math
import re
from collections import Counter
from importlib.util import find_spec
from pathlib import Path

from querwerk.engine.matching.language import grams

ROOT = Path(__file__).resolve().parents[1]
TABLE = ROOT / "querwerk" / "engine" / "matching" / "languages.json"
LANGUAGES = [
    "de", "en", "cs", "pl", "it", "sl", "nl", "fr", "es", "pt", "ca", "da", "sv", "nb", "fi", "hu", "hr", "sk", "ro", "lt",
    "lv", "et", "tr", "vi", "ru", "uk", "bg",
]  # fmt: skip
KEPT = 1_200
"""Sequences for each language; the rest weighs next to nothing."""
HOLES = re.compile(r"%\(\w+\)[sd]|%[sd]|\{[^}]*\}|<[^>]*>|https?:\S+")


def strings(language: str) -> list[str]:
    """Return what Django says in a language; in English its message ids."""
    spec = find_spec("django")
    if spec is None or spec.origin is None:
        raise SystemExit("Django is not installed.")
    folder = Path(spec.origin).parent
    found = []
    for file in sorted(folder.glob(f"**/locale/{'de' if language == 'en' else language}/LC_MESSAGES/django.mo")):
        with file.open("rb") as stream:
            catalogue = gettext.GNUTranslations(stream)._catalog  # type: ignore[attr-defined] # noqa: SLF001 -- gettext shows single messages only
        for key, value in catalogue.items():
            text = (key[0] if isinstance(key, tuple) else key) if language == "en" else value
            found.append(HOLES.sub(" ", text.split("\x04")[-1]))
    return found


def main() -> None:
    """Write the table."""
    table: dict[str, dict[str, float]] = {}
    for language in LANGUAGES:
        counts = Counter(gram for text in strings(language) for gram in grams(text))
        total = sum(counts.values())
        kept = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:KEPT]
        table[language] = {gram: round(math.log(count / total), 1) for gram, count in kept}
    TABLE.write_text(json.dumps(table, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
