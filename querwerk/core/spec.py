"""Declares how a record's columns, texts, links and parts stand in a programme bundle.

One declaration serves import, export, the published JSON Schema, the journal's snapshots, undo and the desk's forms.
``parse`` and ``dump`` are inverse: for each accepted mapping ``dump(store(parse(m))) == m``.
"""

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from querwerk.core.addresses import host_of
from querwerk.core.fields import check_partial_date
from querwerk.core.states import LinkKind, Visibility
from querwerk.core.text import LANGUAGES, UNSTATED, Text

if TYPE_CHECKING:
    from querwerk.core.models import Link, Record

type Path = tuple[str | int, ...]
type Label = str | Promise

KEY = re.compile(r"[a-z0-9]+(?:[-.][a-z0-9]+)*")
KEY_LENGTH = 120
MADE_KEY_LENGTH = 160
"""A part without an id is named after its whole; columns hold no more."""
TEXT_LENGTH = 200_000
URL = re.compile(r"https?://[^\s/]\S*", re.IGNORECASE)
URL_LENGTH = 2000
MAX_INT = 2**31 - 1
MAX_DIGITS = 30
MAX_FACT_DEPTH = 12
"""So that what is stored can be read back from an export, whose reader refuses deeper files and longer numbers."""
UNSTORABLE = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
"""What PostgreSQL cannot hold, and what XML cannot, so that one pasted character would silence the feed."""


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong, and where in the document."""

    path: Path
    message: str


@dataclass(slots=True)
class Problems:
    """Collects what is wrong, so that a person can mend it all at once."""

    found: list[Problem] = field(default_factory=list)

    def add(self, path: Path, message: str) -> None:
        """Note one problem."""
        self.found.append(Problem(path, message))


@dataclass(frozen=True, slots=True)
class Target:
    """One end of a stated link: a reference to be resolved, or words."""

    words: str
    path: Path
    is_reference: bool


@dataclass(frozen=True, slots=True)
class Stated:
    """The links that a record states in one field."""

    spec: "Links"
    targets: tuple[Target, ...]


@dataclass(slots=True)
class Parsed:
    """A record as read from a mapping, not yet stored."""

    spec: "Spec"
    key: str
    path: Path
    raw: Mapping[str, Any]
    position: int = 0
    has_own_key: bool = True
    parent: "Parsed | None" = None
    columns: dict[str, Any] = field(default_factory=dict)
    references: dict[str, Target] = field(default_factory=dict)
    links: dict[str, Stated] = field(default_factory=dict)
    gaps: dict[str, str] = field(default_factory=dict)
    extra: dict[str, Any] = field(default_factory=dict)
    parts: dict[str, list["Parsed"]] = field(default_factory=dict)
    inline: list["Parsed"] = field(default_factory=list)
    """Records of other kinds that were written out where a reference would do."""

    @property
    def kind(self) -> str:
        """Return the kind of record."""
        return self.spec.kind

    def walk(self) -> Iterable["Parsed"]:
        """Yield this record, then what is written inside it, outermost first."""
        yield self
        for other in self.inline:
            yield from other.walk()
        for parts in self.parts.values():
            for part in parts:
                yield from part.walk()


class Related(Protocol):
    """Gives what hangs on a record but stands in other tables."""

    def links(self, record: "Record", field_key: str) -> Sequence["Link"]:
        """Return the links stated in a field, in order."""
        ...

    def parts(self, record: "Record", field_key: str) -> Sequence["Record"]:
        """Return the parts listed in a field, in order."""
        ...

    def inline(self, link: "Link") -> "Record | None":
        """Return the record at the far end when it was written inline."""
        ...


@dataclass(frozen=True, slots=True)
class Field:
    """One key of a record. Subclasses say how its value is read, written and described."""

    key: str
    label: Label
    hint: Label = ""
    is_required: bool = False

    def consumed(self, raw: Mapping[str, Any]) -> list[str]:
        """Return the keys of ``raw`` that belong to this field."""
        return [self.key] if self.key in raw else []

    def parse(self, raw: Mapping[str, Any], into: Parsed, problems: Problems) -> None:
        """Read the field from ``raw``; note gaps and problems."""
        if self.key not in raw:
            if self.is_required:
                problems.add(into.path, _("“%(key)s” is missing.") % {"key": self.key})
            return
        value = raw[self.key]
        path = (*into.path, self.key)
        if value is None:
            if self.is_required:
                problems.add(path, _("must not be empty"))
            into.gaps[self.key] = "unknown"
        elif value in ("", [], {}):
            into.gaps[self.key] = "none"
            self.check_type(value, path, problems)
        else:
            self.read(value, path, into, problems)

    def check_type(self, value: Any, path: Path, problems: Problems) -> None:
        """Refuse an empty value of the wrong type."""
        if type(value) is not type(self.empty()):
            problems.add(path, wrong_type(self.expects(), value))

    def empty(self) -> Any:
        """Return the empty value of this field's type."""
        return ""

    def expects(self) -> str:
        """Say what a value must be, for messages."""
        return _("a text")

    def read(self, value: Any, path: Path, into: Parsed, problems: Problems) -> None:
        """Read a value that is neither missing, unknown nor empty."""
        raise NotImplementedError

    def dump(self, record: "Record", out: dict[str, Any], related: Related) -> None:
        """Write the field into ``out`` as it was stated."""
        gap = record.gaps.get(self.key)
        if gap:
            out[self.key] = None if gap == "unknown" else self.empty()
        else:
            value = self.value(record, related)
            if value is not None:
                out[self.key] = value

    def value(self, record: "Record", related: Related) -> Any:
        """Return the stated value, or ``None`` where nothing was stated."""
        raise NotImplementedError

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema of each key of this field."""
        return {self.key: self.described({"type": ["string", "null"]})}

    def described(self, schema: dict[str, Any]) -> dict[str, Any]:
        """Add the label."""
        return {**schema, "title": str(self.label)}


def wrong_type(expected: str, value: Any) -> str:
    """Say what was expected and what stands there instead."""
    names = {
        str: _("a text"),
        bool: _("true or false"),
        int: _("a number"),
        float: _("a number"),
        list: _("a list"),
        dict: _("a mapping"),
        type(None): _("nothing"),
    }
    got = names.get(type(value), type(value).__name__)
    return _("expected %(expected)s, found %(got)s") % {"expected": expected, "got": got}


def check_words(value: Any, path: Path, problems: Problems, limit: int = TEXT_LENGTH) -> bool:
    """Refuse what is not a storable text."""
    if not isinstance(value, str):
        problems.add(path, wrong_type(_("a text"), value))
    elif UNSTORABLE.search(value):
        problems.add(path, _("contains a character that cannot be stored"))
    elif len(value) > limit:
        problems.add(
            path, _("is too long: %(length)d characters, at most %(limit)d") % {"length": len(value), "limit": limit}
        )
    else:
        return True
    return False


def is_web_address(value: str) -> bool:
    """Tell whether a text is an address that a browser can open, of a host that it can find."""
    return len(value) <= URL_LENGTH and bool(URL.fullmatch(value)) and bool(host_of(value))


@dataclass(frozen=True, slots=True)
class Words(Field):
    """A short text that is the same in every language: a name, an address, a number as printed."""

    column: str = ""
    limit: int = 500

    def read(self, value: Any, path: Path, into: Parsed, problems: Problems) -> None:
        """Read a text."""
        if check_words(value, path, problems, self.limit):
            into.columns[self.column or self.key] = value

    def value(self, record: "Record", related: Related) -> Any:
        """Return the text."""
        return getattr(record, self.column or self.key) or None


@dataclass(frozen=True, slots=True)
class Term(Words):
    """A short text from an open vocabulary whose known words are translated for the reader."""


@dataclass(frozen=True, slots=True)
class Url(Words):
    """A web address."""

    limit: int = URL_LENGTH

    def expects(self) -> str:
        """Say what an address looks like."""
        return _("a web address that begins with http:// or https://")

    def read(self, value: Any, path: Path, into: Parsed, problems: Problems) -> None:
        """Read an address; refuse every scheme but http and https."""
        if check_words(value, path, problems, self.limit):
            if is_web_address(value):
                into.columns[self.column or self.key] = value
            else:
                problems.add(path, wrong_type(self.expects(), value) + f": {value[:80]}")

    def schema(self) -> dict[str, Any]:
        """Describe an address."""
        return {self.key: self.described({"type": ["string", "null"], "pattern": "^(https?://.*)?$"})}


@dataclass(frozen=True, slots=True)
class Source(Words):
    """Where a fact comes from: an address or a named source."""

    limit: int = 4000


@dataclass(frozen=True, slots=True)
class Date(Words):
    """A date known to the year, the month or the day."""

    def expects(self) -> str:
        """Say what a date looks like."""
        return _('a date such as "2021-06-22", "2021-06" or "2021", in quotes')

    def read(self, value: Any, path: Path, into: Parsed, problems: Problems) -> None:
        """Read a date; refuse days that do not exist."""
        if not isinstance(value, str):
            problems.add(path, wrong_type(self.expects(), value))
            return
        try:
            check_partial_date(value)
        except ValidationError as error:
            problems.add(path, " ".join(error.messages))
        else:
            into.columns[self.column or self.key] = value

    def schema(self) -> dict[str, Any]:
        """Describe a partial date."""
        return {self.key: self.described({"type": ["string", "null"], "pattern": r"^(\d{4}(-\d{2}(-\d{2})?)?)?$"})}


@dataclass(frozen=True, slots=True)
class Choice(Words):
    """One of a closed list."""

    choices: tuple[tuple[str, Label], ...] = ()

    def read(self, value: Any, path: Path, into: Parsed, problems: Problems) -> None:
        """Read a listed value."""
        allowed = [code for code, _label in self.choices]
        if value in allowed:
            into.columns[self.column or self.key] = value
        else:
            expected = _("one of %(allowed)s") % {"allowed": ", ".join(allowed)}
            problems.add(path, wrong_type(expected, value) + f": {str(value)[:80]}")

    def schema(self) -> dict[str, Any]:
        """List what is allowed."""
        return {self.key: self.described({"enum": [*(code for code, _label in self.choices), "", None]})}


@dataclass(frozen=True, slots=True)
class Number(Words):
    """A number; whole when ``is_whole``, never negative unless ``minimum`` says so."""

    is_whole: bool = False
    minimum: float | None = 0
    maximum: float | None = None

    def expects(self) -> str:
        """Say what number is expected."""
        return _("a whole number") if self.is_whole else _("a number")

    def empty(self) -> Any:
        """A number is never stated to be empty."""
        return None

    def read(self, value: Any, path: Path, into: Parsed, problems: Problems) -> None:
        """Read a number within its limits."""
        # A whole number may have more digits than a float can hold.
        is_number = isinstance(value, int) and not isinstance(value, bool)
        is_number = is_number or (isinstance(value, float) and math.isfinite(value))
        if not is_number or (self.is_whole and not isinstance(value, int)):
            problems.add(path, wrong_type(self.expects(), value))
        elif (self.minimum is not None and value < self.minimum) or value > (
            self.maximum if self.maximum is not None else MAX_INT if self.is_whole else 1e15
        ):
            problems.add(path, out_of_range(value))
        else:
            into.columns[self.column or self.key] = value

    def value(self, record: "Record", related: Related) -> Any:
        """Return the number; a whole one without decimals."""
        number = getattr(record, self.column or self.key)
        return int(number) if number is not None and number == int(number) else number

    def schema(self) -> dict[str, Any]:
        """Describe the number."""
        kind = "integer" if self.is_whole else "number"
        limits = {} if self.minimum is None else {"minimum": self.minimum}
        return {self.key: self.described({"type": [kind, "null"], **limits})}


def _name_in(key: str, language: str) -> str:
    if not key:
        return language
    return key if language == UNSTATED else f"{key}_{language}"


@cache
def _languages_by_name(key: str) -> dict[str, str]:
    """Return under which names a text may be stated, and in which language it is then; asked for each text of each record."""
    names = {_name_in(key, language): language for language in LANGUAGES}
    return names | {key: UNSTATED} if key else names


@dataclass(frozen=True, slots=True)
class Texts(Field):
    """A text in any number of languages: the bare key where no language is stated, ``summary_de`` where one is.

    With ``key=""`` the languages themselves are the keys: ``{de: …, en: …}``.
    """

    column: str = ""
    is_long: bool = False

    def name(self, language: str) -> str:
        """Return the bundle key for a language."""
        return _name_in(self.key, language)

    def languages(self, raw: Mapping[str, Any]) -> list[str]:
        """Return the languages stated in ``raw``, in its order."""
        names = _languages_by_name(self.key)
        return [names[key] for key in raw if key in names]

    def consumed(self, raw: Mapping[str, Any]) -> list[str]:
        """Return the stated keys."""
        return [self.name(language) for language in self.languages(raw)]

    def parse(self, raw: Mapping[str, Any], into: Parsed, problems: Problems) -> None:
        """Read all languages."""
        by_language: dict[str, str | None] = {}
        for language in self.languages(raw):
            value = raw[self.name(language)]
            path = (*into.path, self.name(language))
            if value is None or check_words(value, path, problems):
                by_language[language] = value
        if self.is_required and not any(by_language.values()):
            example = self.name("de")
            problems.add(into.path, _("“%(key)s” is missing.") % {"key": self.key or example})
        into.columns[self.column or self.key] = Text(by_language)

    def dump(self, record: "Record", out: dict[str, Any], related: Related) -> None:
        """Write each stated language."""
        for language, words in getattr(record, self.column or self.key).items():
            out[self.name(language)] = words

    def schema(self) -> dict[str, Any]:
        """Describe the plain key; language variants are matched by pattern (see :meth:`patterns`)."""
        return {self.key: self.described({"type": ["string", "null"]})} if self.key else {}

    def patterns(self) -> dict[str, Any]:
        """Describe the language variants."""
        prefix = f"{self.key}_" if self.key else ""
        return {f"^{prefix}({'|'.join(LANGUAGES)})$": self.described({"type": ["string", "null"]})}


@dataclass(frozen=True, slots=True)
class Urls(Texts):
    """A web address in any number of languages (``url``, ``url_en``)."""

    def parse(self, raw: Mapping[str, Any], into: Parsed, problems: Problems) -> None:
        """Read all languages; refuse every scheme but http and https."""
        super(Urls, self).parse(raw, into, problems)
        for language in self.languages(raw):
            value = raw[self.name(language)]
            if isinstance(value, str) and value and not is_web_address(value):
                expected = _("a web address that begins with http:// or https://")
                problems.add((*into.path, self.name(language)), wrong_type(expected, value) + f": {value[:80]}")


@dataclass(frozen=True, slots=True)
class TextList(Field):
    """A list of short texts, each a string or a mapping of languages."""

    column: str = ""

    def empty(self) -> Any:
        """Return an empty list."""
        return []

    def expects(self) -> str:
        """Say what a list looks like."""
        return _("a list of texts")

    def read(self, value: Any, path: Path, into: Parsed, problems: Problems) -> None:
        """Read the items."""
        if not isinstance(value, list):
            problems.add(path, wrong_type(self.expects(), value))
            return
        for number, item in enumerate(value):
            if isinstance(item, dict) and item:
                for language, words in item.items():
                    if language not in (*LANGUAGES, UNSTATED):
                        problems.add((*path, number), _("“%(key)s” is not a language code") % {"key": language})
                    else:
                        check_words(words, (*path, number, language), problems)
            else:
                check_words(item, (*path, number), problems)
        into.columns[self.column or self.key] = value

    def value(self, record: "Record", related: Related) -> Any:
        """Return the items."""
        return getattr(record, self.column or self.key) or None

    def schema(self) -> dict[str, Any]:
        """Describe the list."""
        item = {"anyOf": [{"type": "string"}, {"type": "object", "additionalProperties": {"type": "string"}}]}
        return {self.key: self.described({"type": ["array", "null"], "items": item})}


@dataclass(frozen=True, slots=True)
class UrlList(TextList):
    """A list of web addresses."""

    def expects(self) -> str:
        """Say what a list looks like."""
        return _("a list of web addresses that begin with http:// or https://")

    def read(self, value: Any, path: Path, into: Parsed, problems: Problems) -> None:
        """Read the addresses; refuse every scheme but http and https."""
        if not isinstance(value, list):
            problems.add(path, wrong_type(self.expects(), value))
            return
        for number, item in enumerate(value):
            if check_words(item, (*path, number), problems, URL_LENGTH) and not is_web_address(item):
                expected = _("a web address that begins with http:// or https://")
                problems.add((*path, number), wrong_type(expected, item) + f": {item[:80]}")
        into.columns[self.column or self.key] = value

    def schema(self) -> dict[str, Any]:
        """Describe the list."""
        item = {"type": "string", "pattern": "^https?://"}
        return {self.key: self.described({"type": ["array", "null"], "items": item})}


@dataclass(frozen=True, slots=True)
class Choices(Field):
    """Any number of a closed list, each once, in the order in which they were stated."""

    column: str = ""
    choices: tuple[tuple[str, Label], ...] = ()

    def empty(self) -> Any:
        """Return an empty list."""
        return []

    def expects(self) -> str:
        """Say what a list looks like."""
        return _("a list of: %(allowed)s") % {"allowed": ", ".join(code for code, _label in self.choices)}

    def read(self, value: Any, path: Path, into: Parsed, problems: Problems) -> None:
        """Read listed values; none stands there twice."""
        if not isinstance(value, list):
            problems.add(path, wrong_type(self.expects(), value))
            return
        allowed = {code for code, _label in self.choices}
        for number, item in enumerate(value):
            if not isinstance(item, str) or item not in allowed:
                problems.add((*path, number), wrong_type(self.expects(), item) + f": {str(item)[:80]}")
            elif item in value[:number]:
                problems.add((*path, number), _("“%(value)s” stands here twice.") % {"value": item})
        into.columns[self.column or self.key] = value

    def value(self, record: "Record", related: Related) -> Any:
        """Return the chosen values."""
        return getattr(record, self.column or self.key) or None

    def schema(self) -> dict[str, Any]:
        """List what is allowed."""
        item = {"enum": [code for code, _label in self.choices]}
        return {self.key: self.described({"type": ["array", "null"], "items": item, "uniqueItems": True})}


@dataclass(frozen=True, slots=True)
class Facts(Field):
    """A small mapping of figures and notes whose keys are free ("exhibitors: 150, visitors: null")."""

    column: str = ""

    def empty(self) -> Any:
        """Return an empty mapping."""
        return {}

    def expects(self) -> str:
        """Say what is expected."""
        return _("a mapping")

    def read(self, value: Any, path: Path, into: Parsed, problems: Problems) -> None:
        """Read the mapping as it stands."""
        if not isinstance(value, dict):
            problems.add(path, wrong_type(self.expects(), value))
            return
        check_json(value, path, problems)
        into.columns[self.column or self.key] = value

    def value(self, record: "Record", related: Related) -> Any:
        """Return the mapping."""
        return getattr(record, self.column or self.key) or None

    def schema(self) -> dict[str, Any]:
        """Describe the mapping."""
        return {self.key: self.described({"type": ["object", "null"]})}


def out_of_range(value: float) -> str:
    """Say that a number is too large or too small, without writing out thousands of digits."""
    is_long = isinstance(value, int) and abs(value) >= 10**MAX_DIGITS
    return _("%(value)s is out of range") % {"value": "…" if is_long else value}


def check_json(value: Any, path: Path, problems: Problems, depth: int = 0) -> None:
    """Refuse texts that cannot be stored and numbers that are none, at any depth."""
    if isinstance(value, dict | list):
        if depth > MAX_FACT_DEPTH:
            problems.add(path, _("is nested deeper than %(limit)d levels") % {"limit": MAX_FACT_DEPTH})
            return
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            if isinstance(key, int) or check_words(key, path, problems, 200):
                check_json(inner, (*path, key), problems, depth + 1)
    elif isinstance(value, str):
        check_words(value, path, problems)
    elif not is_storable_number(value):
        problems.add(path, out_of_range(value))


def is_storable_number(value: Any) -> bool:
    """Tell whether a value is no number at all or one that every reader of JSON and YAML understands."""
    if isinstance(value, float):
        return math.isfinite(value)
    return not isinstance(value, int) or abs(value) < 10**MAX_DIGITS


@dataclass(frozen=True, slots=True)
class Reference(Field):
    """A foreign key to one record of a kind below or beside."""

    column: str = ""
    kind: str = ""

    def expects(self) -> str:
        """Say what is referenced."""
        return _("the id of a record of kind “%(kind)s”") % {"kind": self.kind}

    def read(self, value: Any, path: Path, into: Parsed, problems: Problems) -> None:
        """Note the reference for resolution."""
        if check_words(value, path, problems, KEY_LENGTH):
            into.references[self.key] = Target(value, path, is_reference=True)

    def value(self, record: "Record", related: Related) -> Any:
        """Return the other record's key."""
        other = getattr(record, self.column or self.key)
        return None if other is None else other.key


HIDDEN_WITH_OWNER = "@visibility"
"""Marks in ``gaps`` a visibility that was not stated by the record itself."""


def hide_with(inline: Parsed, owner: Parsed) -> None:
    """A record written on the spot is not public before the record in which it stands."""
    shown = owner.columns.get("visibility", Visibility.PUBLISHED)
    if shown != Visibility.PUBLISHED and inline.columns.get("visibility") == Visibility.PUBLISHED:
        inline.columns["visibility"] = shown
        inline.gaps[HIDDEN_WITH_OWNER] = "owner"


@dataclass(frozen=True, slots=True)
class Links(Field):
    """Thread links stated in this record.

    ``kinds`` are searched in order for a bare key; ``kind:key`` names one. ``is_owner_earlier`` gives the direction.
    ``may_be_words`` admits a target that is no record of ours. ``inline_kind`` admits a mapping where a key would do:
    a record of that kind, made on the spot.
    """

    kinds: tuple[str, ...] = ()
    link_kind: LinkKind = LinkKind.LED_TO
    is_owner_earlier: bool = True
    is_many: bool = True
    may_be_words: bool = False
    inline_kind: str = ""

    def empty(self) -> Any:
        """Return an empty list, or an empty text for a single link."""
        return [] if self.is_many else ""

    def expects(self) -> str:
        """Say what is referenced."""
        kinds = ", ".join(self.kinds)
        if self.is_many:
            return _("a list of ids of records (%(kinds)s)") % {"kinds": kinds}
        return _("the id of a record (%(kinds)s)") % {"kinds": kinds}

    def read(self, value: Any, path: Path, into: Parsed, problems: Problems) -> None:
        """Note the targets for resolution."""
        if self.is_many and not isinstance(value, list):
            problems.add(path, wrong_type(self.expects(), value))
            return
        targets = []
        for number, item in enumerate(value if self.is_many else [value]):
            item_path = (*path, number) if self.is_many else path
            target = self.read_item(item, number, item_path, into, problems)
            if target is not None:
                targets.append(target)
        into.links[self.key] = Stated(self, tuple(targets))

    def read_item(self, item: Any, number: int, path: Path, into: Parsed, problems: Problems) -> Target | None:
        """Note one target."""
        if self.inline_kind and isinstance(item, dict):
            if "id" in item:
                problems.add(path, _("a record with an id of its own belongs into its own section; name it here by id"))
                return None
            key = f"{into.key}-{self.inline_kind}-{number + 1}"
            made = spec_of(self.inline_kind).parse(item, path, problems, position=number, fallback_key=key)
            hide_with(made, into)
            into.inline.append(made)
            return Target(f"{self.inline_kind}:{made.key}", path, is_reference=True)
        if not check_words(item, path, problems, 1000):
            return None
        prefix, _colon, rest = item.partition(":")
        is_reference = bool(KEY.fullmatch(item)) or (prefix in self.kinds and bool(KEY.fullmatch(rest)))
        if not is_reference and not self.may_be_words:
            problems.add(path, _("“%(value)s” is not an id") % {"value": item[:80]})
            return None
        return Target(item, path, is_reference)

    def value(self, record: "Record", related: Related) -> Any:
        """Return keys, words and inline records as they were stated."""
        values = [self.item_value(link, related) for link in related.links(record, self.key)]
        if self.is_many:
            return values or None
        return values[0] if values else None

    def item_value(self, link: "Link", related: Related) -> Any:
        """Return one target as it was stated."""
        if link.words:
            return link.words
        if self.inline_kind:
            inline = related.inline(link)
            if inline is not None:
                return inline.SPEC.dump(inline, related)
        node = link.later if self.is_owner_earlier else link.earlier
        assert node is not None
        return f"{node.kind}:{node.key}" if link.extra.get("named") else node.key

    def schema(self) -> dict[str, Any]:
        """Describe one target or a list of them."""
        item: dict[str, Any] = {"type": "string"}
        if self.inline_kind:
            item = {"anyOf": [item, {"$ref": f"#/$defs/{self.inline_kind}"}]}
        if self.is_many:
            return {self.key: self.described({"type": ["array", "null"], "items": item})}
        return {self.key: self.described({"type": ["string", "null"]})}


@dataclass(frozen=True, slots=True)
class Parts(Field):
    """Records of another kind of the same room that live inside this one."""

    kind: str = ""
    plain_key: str = ""
    """Where set, a part may be written as a bare string, which stands for this key."""

    def empty(self) -> Any:
        """Return an empty list."""
        return []

    def expects(self) -> str:
        """Say what is expected."""
        return _("a list")

    def read(self, value: Any, path: Path, into: Parsed, problems: Problems) -> None:
        """Parse each part."""
        if not isinstance(value, list):
            problems.add(path, wrong_type(self.expects(), value))
            return
        spec = spec_of(self.kind)
        parts = []
        for number, item in enumerate(value):
            raw, is_plain = (
                ({self.plain_key: item}, True) if self.plain_key and isinstance(item, str) else (item, False)
            )
            key = f"{into.key}.{self.key.replace('_', '-')}-{number + 1}"
            part = spec.parse(raw, (*path, number), problems, position=number, fallback_key=key, parent=into)
            if is_plain:
                part.gaps["@"] = "plain"
            parts.append(part)
        into.parts[self.key] = parts

    def value(self, record: "Record", related: Related) -> Any:
        """Return the parts as they were stated."""
        values = []
        for part in related.parts(record, self.key):
            dumped = part.SPEC.dump(part, related)
            values.append(dumped[self.plain_key] if part.gaps.get("@") == "plain" and len(dumped) == 1 else dumped)
        return values or None

    def schema(self) -> dict[str, Any]:
        """Describe the list."""
        item: dict[str, Any] = {"$ref": f"#/$defs/{self.kind}"}
        if self.plain_key:
            item = {"anyOf": [{"type": "string"}, item]}
        return {self.key: self.described({"type": ["array", "null"], "items": item})}


_SPECS: dict[str, "Spec"] = {}


def spec_of(kind: str) -> "Spec":
    """Return the declaration of a kind; raises ``KeyError`` for a kind that no room declares."""
    return _SPECS[kind]


def all_specs() -> dict[str, "Spec"]:
    """Return every declared kind."""
    return dict(_SPECS)


COMMON: tuple[Field, ...] = (
    Source(
        "source", gettext_lazy("Source"), gettext_lazy("The address of the page that says so, or the name of a source.")
    ),
)


@dataclass(frozen=True)
class Spec:
    """The declaration of one kind of record.

    ``section`` is the bundle's top-level key (empty for parts), ``title`` the column shown as the record's name,
    ``dated`` the column that dates it, ``parent`` the foreign key to what it is part of and ``parent_kind`` that kind,
    ``key_field`` the bundle key that identifies it.
    """

    kind: str
    label: Label
    label_plural: Label
    fields: tuple[Field, ...]
    section: str = ""
    is_single: bool = False
    title: str = "title"
    dated: str = ""
    parent: str = ""
    parent_kind: str = ""
    key_field: str = "id"
    key_from: str = ""
    """The bundle key from which an id is made where records of this kind have none."""
    check: Callable[[Parsed, Problems], None] | None = None
    """What must hold between fields, asked when each of them is right."""

    RESERVED: ClassVar[frozenset[str]] = frozenset({"visibility"})

    def __post_init__(self) -> None:
        """Register the kind."""
        if self.kind in _SPECS:
            message = f"kind {self.kind} is declared twice"
            raise RuntimeError(message)
        _SPECS[self.kind] = self

    @property
    def all_fields(self) -> tuple[Field, ...]:
        """Return the declared fields and those that every record has."""
        return (*self.fields, *COMMON)

    def field(self, key: str) -> Field:
        """Return one field by its key."""
        return next(field for field in self.all_fields if field.key == key)

    def parse(
        self,
        raw: Any,
        path: Path,
        problems: Problems,
        *,
        position: int = 0,
        fallback_key: str = "",
        parent: Parsed | None = None,
    ) -> Parsed:
        """Read a mapping. What is wrong goes into ``problems``; the result is then not fit to be stored."""
        parsed = Parsed(self, fallback_key, path, raw if isinstance(raw, dict) else {}, position, parent=parent)
        if not isinstance(raw, dict):
            problems.add(path, wrong_type(_("a mapping"), raw))
            return parsed
        self.parse_key(raw, parsed, fallback_key, problems)
        consumed = {self.key_field, *self.RESERVED} & set(raw)
        visibility = raw.get("visibility", Visibility.PUBLISHED)
        if visibility not in Visibility.values:
            expected = _("one of %(allowed)s") % {"allowed": ", ".join(Visibility.values)}
            problems.add((*path, "visibility"), wrong_type(expected, visibility))
        else:
            parsed.columns["visibility"] = visibility
        for declared in self.all_fields:
            declared.parse(raw, parsed, problems)
            consumed.update(declared.consumed(raw))
        parsed.extra = {key: value for key, value in raw.items() if key not in consumed}
        check_json(parsed.extra, path, problems)
        if self.check is not None:
            self.check(parsed, problems)
        return parsed

    def parse_key(self, raw: Mapping[str, Any], parsed: Parsed, fallback: str, problems: Problems) -> None:
        """Read the id; make one from the record's place where it may be left out."""
        stated = raw.get(self.key_field)
        if stated is None and fallback:
            parsed.key, parsed.has_own_key = fallback, False
            check_words(fallback, (*parsed.path, self.key_field), problems, MADE_KEY_LENGTH)
        elif stated is None and self.key_from and isinstance(raw.get(self.key_from), str):
            # The field by which it is named refuses what is no id.
            parsed.key, parsed.has_own_key = raw[self.key_from], False
        elif stated is None:
            problems.add(parsed.path, _("“%(key)s” is missing.") % {"key": self.key_field})
        elif self.is_numbered:
            if isinstance(stated, int) and not isinstance(stated, bool) and 0 < stated <= MAX_INT:
                parsed.key = str(stated)
            else:
                problems.add((*parsed.path, self.key_field), wrong_type(_("a whole number"), stated))
        elif not isinstance(stated, str):
            problems.add((*parsed.path, self.key_field), wrong_type(_("a text in quotes"), stated))
        elif not KEY.fullmatch(stated) or len(stated) > KEY_LENGTH:
            problems.add(
                (*parsed.path, self.key_field),
                _("“%(value)s” is not an id: small letters, digits and hyphens, at most %(limit)d characters")
                % {"value": stated[:80], "limit": KEY_LENGTH},
            )
        else:
            parsed.key = stated

    @property
    def is_numbered(self) -> bool:
        """Tell whether records of this kind are identified by their number in a series."""
        return self.key_field == "no"

    def dump(self, record: "Record", related: Related) -> dict[str, Any]:
        """Return the mapping from which the record can be read again."""
        out: dict[str, Any] = {}
        if record.has_own_key:
            out[self.key_field] = int(record.key) if self.is_numbered else record.key
        for declared in self.all_fields:
            declared.dump(record, out, related)
        out.update(record.extra)
        if record.visibility != Visibility.PUBLISHED and HIDDEN_WITH_OWNER not in record.gaps:
            out["visibility"] = str(record.visibility)
        return out

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema (2020-12) of one record."""
        properties: dict[str, Any] = {"visibility": {"enum": list(Visibility.values)}}
        patterns: dict[str, Any] = {}
        if not self.key_from:
            kind = "integer" if self.is_numbered else "string"
            properties[self.key_field] = {"type": kind, **({"pattern": f"^{KEY.pattern}$"} if kind == "string" else {})}
        for declared in self.all_fields:
            properties.update(declared.schema())
            if isinstance(declared, Texts):
                patterns.update(declared.patterns())
        required = [
            declared.key for declared in self.all_fields if declared.is_required and not isinstance(declared, Texts)
        ]
        if self.section and not self.key_from:
            required.append(self.key_field)
        return {
            "title": str(self.label),
            "type": "object",
            "properties": properties,
            "patternProperties": patterns,
            "required": required,
        }
