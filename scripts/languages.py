"""Make what the matching engine knows of languages beforehand: `python -m scripts.languages`.

Where the encoder puts the same sentences in each language: they are Django's own translations (BSD), which every installation has. Run by hand;
the result is committed.
"""

import gettext
import re
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from querwerk.engine.matching.encoder import USUAL, Bundled
from querwerk.engine.matching.model import Floats

ROOT = Path(__file__).resolve().parents[1]
MEANS = ROOT / "querwerk" / "engine" / "matching" / "usual.npy"
HOLES = re.compile(r"%\(\w+\)[sd]|%[sd]|\{[^}]*\}|<[^>]*>|https?:\S+")


def catalogues(language: str) -> dict[object, str]:
    """Return what Django says in a language by its message ids; in English the ids themselves."""
    spec = find_spec("django")
    if spec is None or spec.origin is None:
        raise SystemExit("Django is not installed.")
    folder = Path(spec.origin).parent
    found: dict[object, str] = {}
    for file in sorted(folder.glob(f"**/locale/{'de' if language == 'en' else language}/LC_MESSAGES/django.mo")):
        with file.open("rb") as stream:
            catalogue = gettext.GNUTranslations(stream)._catalog  # type: ignore[attr-defined] # noqa: SLF001 -- gettext shows single messages only
        for key, value in catalogue.items():
            text = (key[0] if isinstance(key, tuple) else key) if language == "en" else value
            found[key] = " ".join(HOLES.sub(" ", text.split("\x04")[-1]).split())
    return found


def places() -> Floats:
    """Return the mean vector of the same sentences in each of the languages of `usual_means` (half precision)."""
    said = {language: catalogues(language) for language in USUAL}
    keys = [
        key for key, text in said["en"].items()
        if 8 <= len(text) <= 110 and all(said[language].get(key) for language in USUAL)
    ]  # fmt: skip
    encoder = Bundled()
    return np.stack([encoder.passage([said[language][key] for key in keys]).mean(axis=0) for language in USUAL])


def main() -> None:
    """Write it."""
    np.save(MEANS, places().astype(np.float16))


if __name__ == "__main__":
    main()
