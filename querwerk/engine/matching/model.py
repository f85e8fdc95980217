"""What goes into matching and what comes out of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

type Floats = NDArray[np.float32]
"""Vectors are rows of 32-bit floats."""

LANGUAGES = ("de", "en", "cs", "pl", "it", "sl", "nl", "fr")
"""Languages with labels, templates and detection, by their ISO 639-1 codes. Texts in other languages are ranked as well."""
MOST_PASSAGES = 32
"""Passages of one text."""
MOST_OF_ENTRY = 96
"""Passages of all texts of an entry: the works of a portfolio."""
MOST_WORDS = 60
"""Words in one passage."""
MOST_CHARACTERS = 4_000
"""What the encoder reads of one passage at most."""


class Role(StrEnum):
    """On which side of a match a text stands."""

    CHALLENGE = "challenge"
    OFFER = "offer"


@dataclass(frozen=True, slots=True)
class Text:
    """One text of a challenge or a profile, as people wrote it."""

    text: str
    language: str = ""
    """ISO 639-1 code; empty: found out from the text."""
    part: str = ""
    """Which field or work it is, so that a passage can be shown in its place."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A few sentences of a text: what is compared and what is shown as the reason."""

    text: str
    """Cleaned, as the encoder reads it."""
    source: int
    """Which of the texts it is from."""
    start: int
    end: int
    """Where it stands in that text as people wrote it, in characters (code points)."""
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What challenges and offers have in common. Unknown is None or empty, and never a reason to exclude anybody."""

    id: str
    texts: tuple[Text, ...] = ()
    tags: frozenset[str] = frozenset()
    """Concepts that people confirmed or added."""
    untagged: frozenset[str] = frozenset()
    """Concepts that people took away: automatic tagging does not bring them back."""
    sector: str = ""
    """A creative submarket or a NACE division, as a concept of the taxonomy."""
    organisation: str = ""
    languages: frozenset[str] = frozenset()
    """In which languages the people work."""
    region: str = ""
    """A NUTS code."""
    is_remote: bool | None = None
    """Whether working together from afar is possible."""
    begins: date | None = None
    ends: date | None = None
    """When the work is to be done, or when somebody has time; both days included."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Challenge(Entry):
    """What a company or an institute wants solved; its tags are the skills that are wanted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer(Entry):
    """What a creative can bring."""

    capacity: int | None = None
    """How many further matches are possible; None: unknown, 0: none."""


class Why(StrEnum):
    """Why an offer is not eligible for a challenge."""

    FULL = "full"
    LANGUAGE = "language"
    PLACE = "place"
    DATES = "dates"
    OWN = "own"
    """Both are of the same organisation."""
    EXCLUDED = "excluded"
    """The person who asked left it out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What the person who asks demands beyond what challenge and offers say themselves."""

    without: frozenset[str] = frozenset()
    """Ids to leave out."""
    only: frozenset[str] | None = None
    """Ids to choose from; None: all."""
    region: str = ""
    """A NUTS code; offers whose region begins with it, and remote ones, stay."""
    shows_ineligible: bool = False
    """Whether to list what is not eligible as well, with the reason, below all that is."""
    per_organisation: int | None = None
    """How many offers of one organisation may be in a list; None: any number."""
    capped: frozenset[str] = frozenset()
    """Offers that were shown often enough in this round: they are skipped while others are left."""

    points: Mapping[str, float] = field(default_factory=dict)
    """Points off for some, by their ids, because people said no (:mod:`feedback`); the scores that are shown stay as they are."""

    def leaves_out(self, id_: str) -> bool:
        """Tell whether whoever asks left this one out; an empty ``only`` leaves out everything."""
        return id_ in self.without or (self.only is not None and id_ not in self.only)


@dataclass(frozen=True, slots=True)
class Parts:
    """Where a score comes from; each part is between -1 and 1."""

    meaning: float
    words: float
    tags: float | None
    """None: one side carries no tags, so they say nothing."""
    relevance: float
    exposure: float
    """What is taken off because the offer is near to everything."""
    breadth: float
    """What is taken off because the challenge is near to everything: the same with each of its offers."""
    distance: float | None
    """Between the sectors, 0 near to 1 far; None: unknown."""
    score: float
    """relevance - exposure - breadth, plus the small bonus for distance."""


@dataclass(frozen=True, slots=True)
class Match:
    """One line of a ranked list. `challenge` and `offer` are ids."""

    challenge: str
    offer: str
    rank: int
    """From 1."""
    parts: Parts
    obstacles: tuple[Why, ...] = ()
    """Why it is not eligible; empty: it is."""
    calibration: str = ""
    """The version with which the score can be computed again."""

    @property
    def is_eligible(self) -> bool:
        """Return whether nothing stands against it."""
        return not self.obstacles


@dataclass(frozen=True, slots=True)
class Pair:
    """Two passages that say why: one of the challenge, one of the offer."""

    challenge: Passage
    offer: Passage
    similarity: float


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why an offer fits a challenge, and what is not known."""

    match: Match
    pairs: tuple[Pair, ...]
    """Up to three, the strongest first, no passage twice."""
    concepts: tuple[str, ...]
    """Ids of concepts that both sides carry."""
    missing: tuple[str, ...]
    """Ids of wanted concepts that the offer does not carry."""
    words: tuple[str, ...]
    """Words of the offer that weigh most in the likeness of words, as the offer writes them."""
    languages: tuple[str, str]
    """Main language of the challenge and of the offer."""
    is_lexical: bool = False
    """True: no encoder was at work; only words were compared."""
    facts: tuple[str, ...] = field(default=())
    """What moved it in the list beside relevance: "exposure", "distance", "capped"."""


class Encoder(Protocol):
    """Turns texts into vectors of length 1. `query` is for challenges, `passage` for offers."""

    version: str
    """Changes whenever the same text would get another vector; part of the key under which vectors are kept."""
    dimension: int
    is_symmetric: bool
    """Whether `query` and `passage` give the same vectors, so that one of them is enough to keep."""

    def query(self, texts: Sequence[str]) -> Floats:
        """Return one row for each text (n × dimension)."""

    def passage(self, texts: Sequence[str]) -> Floats:
        """Return one row for each text (n × dimension)."""
