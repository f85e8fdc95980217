"""A text in any number of languages: the one small type behind every longer text.

The prose model will replace what is inside; callers only see languages and plain paragraphs.
"""

import json
from collections.abc import Iterator, Mapping
from typing import NamedTuple

UNSTATED = "und"
"""BCP 47 code for "undetermined": the source did not say in which language it speaks."""

LANGUAGES: tuple[str, ...] = (
    *("de", "en", "bg", "cs", "da", "dsb", "el", "es", "et", "fi", "fr", "ga", "hr", "hsb", "hu", "is", "it", "lb"),
    *("lt", "lv", "mk", "mt", "nb", "nl", "nn", "pl", "pt", "rm", "ro", "sk", "sl", "sq", "sr", "sv", "tr", "uk"),
)
"""Languages that a content key may name (``summary_cs``), ISO 639."""


class Passage(NamedTuple):
    """What a reader gets: the words, their language, and whether they asked for another one."""

    words: str
    language: str
    is_substitute: bool


class Text(Mapping[str, str | None]):
    """Language → words. ``None`` means stated to be unknown, an absent language means nothing was said."""

    __slots__ = ("_json", "_said")

    _json: str
    _said: dict[str, str | None] | None

    def __init__(self, by_language: Mapping[str, str | None] | str | None = None) -> None:
        """Take a mapping of language codes to words; a bare string has no stated language."""
        if isinstance(by_language, str):
            by_language = {UNSTATED: by_language}
        self._said = dict(by_language or {})

    @classmethod
    def of_json(cls, stored: str) -> "Text":
        """Return the text that was stored as JSON; it is read when somebody asks: most columns of a row nobody shows."""
        text = cls.__new__(cls)
        text._json, text._said = stored, None  # noqa: SLF001  (its own)
        return text

    @property
    def _by_language(self) -> dict[str, str | None]:
        if self._said is None:
            self._said = json.loads(self._json) or {}
        return self._said

    def __getitem__(self, language: str) -> str | None:
        """Return the words in exactly this language."""
        return self._by_language[language]

    def __iter__(self) -> Iterator[str]:
        """Iterate over the languages."""
        return iter(self._by_language)

    def __len__(self) -> int:
        """Count the languages about which something is said."""
        return len(self._by_language)

    def __bool__(self) -> bool:
        """Tell whether there are words in any language."""
        said = self._by_language
        return bool(said) and any(said.values())

    def __eq__(self, other: object) -> bool:
        """Compare by languages and words."""
        return isinstance(other, Mapping) and self._by_language == dict(other)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        """Show the mapping."""
        return f"Text({self._by_language!r})"

    def __str__(self) -> str:
        """Give some words, for logs and forms that know no reader."""
        return self.best("en").words

    @property
    def is_unknown(self) -> bool:
        """Tell whether the text is stated to be unknown: said to exist, in no language known."""
        return not self and None in self._by_language.values()

    def best(self, language: str) -> Passage:
        """Return the passage for a reader of ``language``: theirs, else the unstated one, else German, English, any."""
        words = self._by_language.get(language)
        if words:  # mostly so, and asked for a hundred times a page
            return Passage(words, language, is_substitute=False)
        for code in (UNSTATED, "de", "en", *self._by_language):
            words = self._by_language.get(code)
            if words:
                return Passage(words, code, is_substitute=code != UNSTATED)
        return Passage("", language, is_substitute=False)

    def as_json(self) -> dict[str, str | None]:
        """Return a plain dictionary, in the order of entry."""
        return dict(self._by_language)
