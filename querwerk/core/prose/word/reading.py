"""What is remembered while a Word file is read."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from querwerk.core.prose.manuscript import StorePicture
from querwerk.core.prose.word.names import KEY
from querwerk.core.prose.word.package import Package, Relationship
from querwerk.core.prose.word.report import Report
from querwerk.core.prose.word.styles import Numberings, Styles

LETTERS = "abcdefghijklmnopqrstuvwxyz234567"


@dataclass
class Keys:
    """Gives out keys, each once; a key that came with the file is kept where it is the first of its kind."""

    taken: set[str] = field(default_factory=set)

    def take(self, wanted: str = "") -> str:
        """Return the wanted key, or a new one where it is taken or none."""
        key = wanted
        while not KEY.fullmatch(key) or key in self.taken:
            key = "".join(secrets.choice(LETTERS) for _ in range(8))
        self.taken.add(key)
        return key


@dataclass
class FieldInCourse:
    """A field of Word that was begun: its instruction, and whether the instruction is over."""

    instruction: str = ""
    has_result: bool = False

    @property
    def name(self) -> str:
        """Return what the field is: "TOC", "HYPERLINK", "SEQ"."""
        return self.instruction.split(maxsplit=1)[0].upper() if self.instruction.strip() else ""


CONTENTS_FIELDS = frozenset({"TOC", "INDEX", "TOA", "TC", "XE"})


@dataclass
class Reading:
    """A file in course of being read."""

    package: Package
    styles: Styles
    numberings: Numberings
    store_picture: StorePicture
    is_known_picture: Callable[[str], bool] = field(default=lambda _id: False)
    """Tells whether a public id is one of our pictures that the importing person may use."""
    language: str = ""
    report: Report = field(default_factory=Report)
    keys: Keys = field(default_factory=Keys)
    notes: list[dict[str, Any]] = field(default_factory=list)
    note_keys: dict[tuple[str, str], str] = field(default_factory=dict)
    fields: list[FieldInCourse] = field(default_factory=list)
    part: str = ""
    """The part being read: ids of pictures and links mean something else in each."""
    _relationships: dict[str, dict[str, Relationship]] = field(default_factory=dict)
    _roots: dict[str, Any] = field(default_factory=dict)
    stored: dict[tuple[str, str], str] = field(default_factory=dict)
    """Part and crop → public id, so that a picture used twice is stored once."""

    def relationship(self, number: str) -> Relationship | None:
        """Return what an id of the current part names."""
        if self.part not in self._relationships:
            self._relationships[self.part] = dict(self.package.relationships(self.part))
        return self._relationships[self.part].get(number)

    def part_root(self, name: str) -> Any:
        """Return the root element of a part, read once."""
        if name not in self._roots:
            self._roots[name] = self.package.xml(name)
        return self._roots[name]

    @property
    def is_in_contents(self) -> bool:
        """Tell whether the reader stands inside a table of contents or an index."""
        return any(course.name in CONTENTS_FIELDS for course in self.fields)
