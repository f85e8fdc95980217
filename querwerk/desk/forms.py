"""The desk's forms: made from each kind's declaration, filled from a record or from what was typed, written as a bundle.

A form keeps every typed character until it is stored: what cannot be read stays in its control, with the reason beside it.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, ClassVar, Protocol

from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from querwerk.core import terms
from querwerk.core.spec import (
    Choice,
    Choices,
    Facts,
    Field,
    Links,
    Number,
    Parts,
    Path,
    Problem,
    Reference,
    Source,
    Spec,
    Term,
    TextList,
    Texts,
    Url,
    Urls,
    Words,
    spec_of,
)
from querwerk.core.templatetags.ui import language_name
from querwerk.core.text import LANGUAGES, UNSTATED, Text
from querwerk.desk.layout import TERMS_OF, UNSEEN, groups_of

ALWAYS = ("de", "en")
LONG = 110
FEW_CHOICES = 14
INLINE = "inline:"
"""Marks a posted link row that carries a record written on the spot."""
NUMBERED = re.compile(r"\d{1,4}")


class Options(Protocol):
    """Knows the records that a link may choose."""

    def choices(self, kinds: Sequence[str]) -> list[tuple[str, str]]:
        """Return value and label of each, or nothing where there are too many for a list."""
        ...

    def is_short(self, kinds: Sequence[str]) -> bool:
        """Tell whether they fit into a drop-down."""
        ...

    def show(self, value: str, kinds: Sequence[str]) -> str:
        """Return the words in which a chosen record stands in a text box."""
        ...

    def read(self, typed: str, kinds: Sequence[str]) -> str | None:
        """Return the value that was meant, or ``None``."""
        ...

    def near(self, typed: str, kinds: Sequence[str]) -> list[str]:
        """Return what may have been meant."""
        ...


class Control:
    """One declared field as it stands in a form."""

    sort: ClassVar[str] = "words"
    offers_none: ClassVar[bool] = True

    def __init__(self, declared: Field, name: str, form: "RecordForm") -> None:
        """Start empty."""
        self.declared = declared
        self.name = name
        self.form = form
        self.is_unknown = False
        self.is_none = False
        self.errors: list[str] = []

    @property
    def id(self) -> str:
        """Return the id of the element to which an error leads."""
        return "f-" + self.name.replace(".", "-")

    @property
    def label(self) -> str | Promise:
        """Return what the field is called."""
        return self.declared.label

    @property
    def hint(self) -> str | Promise:
        """Return what to write."""
        return self.declared.hint

    @property
    def described_by(self) -> str:
        """Return the ids of hint and error."""
        ids = [f"{self.id}-hint"] if self.hint else []
        return " ".join([*ids, *([f"{self.id}-error"] if self.errors else [])])

    @property
    def is_wide(self) -> bool:
        """Tell whether the field takes a whole line on a wide screen."""
        return isinstance(self.declared, Source | Url) or self.sort not in ("words", "choice")

    @property
    def has_gaps(self) -> bool:
        """Tell whether the field may be stated to be unknown."""
        return not self.declared.is_required

    @property
    def is_stated(self) -> bool:
        """Tell whether anything was typed or chosen."""
        raise NotImplementedError

    def load(self, raw: Mapping[str, Any]) -> None:
        """Fill from a bundle."""
        key = self.declared.key
        if key not in raw:
            return
        if raw[key] is None:
            self.is_unknown = True
        elif raw[key] in ("", [], {}):
            self.is_none = True
        else:
            self.load_value(raw[key])

    def load_value(self, value: Any) -> None:
        """Fill from a stated value."""
        raise NotImplementedError

    def receive(self, post: QueryDict) -> None:
        """Fill from what was sent."""
        self.is_unknown = f"{self.name}.unknown" in post
        self.is_none = f"{self.name}.none" in post
        self.receive_value(post)

    def receive_value(self, post: QueryDict) -> None:
        """Fill the value from what was sent."""
        raise NotImplementedError

    def write(self, out: dict[str, Any]) -> None:
        """Write as a bundle would hold it."""
        key = self.declared.key
        if self.is_stated:
            out[key] = self.value()
            if self.is_unknown or self.is_none:
                self.errors.append(
                    _("You have filled in this field and ticked that there is nothing to fill in. Please choose one.")
                )
        elif self.is_unknown and self.is_none:
            self.errors.append(_("A thing is either unknown or does not exist. Please choose one."))
        elif self.is_unknown:
            out[key] = None
        elif self.is_none and self.declared.empty() is not None:
            out[key] = self.declared.empty()
        elif self.declared.is_required:
            self.errors.append(_("Please fill in this field."))

    def value(self) -> Any:
        """Return the value as a bundle would hold it."""
        raise NotImplementedError

    def owns(self, key: str | int) -> bool:
        """Tell whether a bundle key belongs to this control."""
        return key == self.declared.key

    def place(self, path: Path, message: str) -> None:
        """Show an error that was found at or below this field."""
        if message not in self.errors:
            self.errors.append(message)

    def mistakes(self) -> Iterable[tuple[str, str, str]]:
        """Return element id, label and message of each error."""
        for message in self.errors:
            yield self.id, str(self.label), message

    def do(self, move: str, row: int) -> None:
        """Add, remove or move a row."""


def typed(post: QueryDict, name: str) -> str:
    """Return what was typed; browsers send line ends as CR LF."""
    words = (post.get(name) or "").replace("\r\n", "\n")
    return words if words.strip() else ""


class WordsControl(Control):
    """A short text, a date, an address, a number."""

    words = ""

    @property
    def is_stated(self) -> bool:
        """Tell whether something was typed."""
        return bool(self.words)

    @property
    def is_long(self) -> bool:
        """Tell whether it needs more than a line."""
        return (isinstance(self.declared, Source) and len(self.words) > LONG) or "\n" in self.words

    @property
    def input_mode(self) -> str:
        """Return the keyboard that suits."""
        if isinstance(self.declared, Number):
            return "numeric" if self.declared.is_whole else "decimal"
        return "url" if isinstance(self.declared, Url) else "text"

    @property
    def hint(self) -> str | Promise:
        """Return what to write; a date says how."""
        if not self.declared.hint and type(self.declared).__name__ == "Date":
            return gettext_lazy("2021, 2021-06 or 2021-06-22")
        return self.declared.hint

    @property
    def suggestions(self) -> list[tuple[str, str]]:
        """Return words that are in use, with their translation."""
        if not isinstance(self.declared, Term):
            return []
        return [(word, str(terms.term(word))) for word in TERMS_OF.get((self.form.spec.kind, self.declared.key), ())]

    @property
    def shown_as(self) -> str:
        """Return the translation of a known word, where it differs."""
        shown = str(terms.term(self.words)) if isinstance(self.declared, Term) and self.words else ""
        return "" if shown == self.words else shown

    def load_value(self, value: Any) -> None:
        """Take the value as text."""
        self.words = str(value)

    def receive_value(self, post: QueryDict) -> None:
        """Take what was typed."""
        self.words = typed(post, self.name).strip()

    def value(self) -> Any:
        """Return the text, or the number it stands for."""
        if isinstance(self.declared, Number):
            return self.number()
        return self.words

    def number(self) -> Any:
        """Read a number as people in Germany and elsewhere write it."""
        words = self.words.replace("\u202f", "").replace("\xa0", "").replace(" ", "")
        if "," in words:
            words = words.replace(".", "").replace(",", ".")
        try:
            return int(words) if re.fullmatch(r"-?\d+", words) else float(words)
        except ValueError:
            self.errors.append(_("“%(value)s” is not a number.") % {"value": self.words[:60]})
            return self.words


class ChoiceControl(WordsControl):
    """One of a closed list."""

    sort = "choice"

    @property
    def choices(self) -> list[tuple[str, Any]]:
        """Return what can be chosen."""
        assert isinstance(self.declared, Choice)
        choices = list(self.declared.choices)
        if self.words and self.words not in [code for code, _label in choices]:
            choices.append((self.words, self.words))
        return choices


class ChoicesControl(Control):
    """Any number of a closed list."""

    sort = "choices"
    chosen: tuple[str, ...] = ()

    @property
    def is_stated(self) -> bool:
        """Tell whether anything was ticked."""
        return bool(self.chosen)

    @property
    def rows(self) -> list[tuple[str, Any, bool]]:
        """Return code, label and whether it is ticked."""
        assert isinstance(self.declared, Choices)
        return [(code, label, code in self.chosen) for code, label in self.declared.choices]

    @property
    def is_long(self) -> bool:
        """Tell whether the list is shown folded."""
        return len(self.rows) > FEW_CHOICES

    @property
    def labels(self) -> list[str]:
        """Return what is ticked, in words."""
        return [str(label) for _code, label, is_ticked in self.rows if is_ticked]

    def load_value(self, value: Any) -> None:
        """Take the chosen values."""
        self.chosen = tuple(str(item) for item in value) if isinstance(value, list) else ()

    def receive_value(self, post: QueryDict) -> None:
        """Take what was ticked; what was chosen before keeps its order."""
        ticked = post.getlist(self.name)
        before = self.form.known.raw.get(self.declared.key) or []
        self.chosen = tuple(dict.fromkeys([*(code for code in before if code in ticked), *ticked]))

    def value(self) -> Any:
        """Return the chosen values."""
        return list(self.chosen)


class TextsControl(Control):
    """A text in several languages."""

    sort = "texts"

    def __init__(self, declared: Field, name: str, form: "RecordForm") -> None:
        """Offer the form's languages."""
        super().__init__(declared, name, form)
        self.by_language: dict[str, str] = {}
        self.unknown_in: list[str] = []
        self.none_in: list[str] = []
        self.wrong: dict[str, list[str]] = {}

    @property
    def texts(self) -> Texts:
        """Return the declaration."""
        assert isinstance(self.declared, Texts)
        return self.declared

    @property
    def has_gaps(self) -> bool:
        """A text without a name of its own is always stated."""
        return bool(self.declared.key) and not self.declared.is_required

    @property
    def is_stated(self) -> bool:
        """Tell whether there are words in any language."""
        return any(self.by_language.values())

    @property
    def is_long(self) -> bool:
        """Tell whether a line is too short."""
        return self.texts.is_long or any(len(words) > LONG or "\n" in words for words in self.by_language.values())

    @property
    def rows(self) -> list[dict[str, Any]]:
        """Return what the template shows per language."""
        codes = [UNSTATED] if UNSTATED in self.by_language else []
        return [
            {
                "code": code,
                "name": f"{self.name}.{code}",
                "id": f"{self.id}-{code}",
                "lang": "" if code == UNSTATED else code,
                "label": _("Language not stated") if code == UNSTATED else language_name(code),
                "words": self.by_language.get(code, ""),
                "is_unknown": code in self.unknown_in,
                "is_none": code in self.none_in,
                "is_first": number == 0,
            }
            for number, code in enumerate([*codes, *self.form.languages])
        ]

    def load(self, raw: Mapping[str, Any]) -> None:
        """Fill from all languages stated in the bundle."""
        for code in self.texts.languages(raw):
            words = raw[self.texts.name(code)]
            if words:
                self.by_language[code] = str(words)
            elif code == UNSTATED:
                self.is_unknown, self.is_none = words is None, words is not None
            elif words is None:
                self.unknown_in.append(code)
            else:
                self.none_in.append(code)

    def receive_value(self, post: QueryDict) -> None:
        """Take what was typed in each language."""
        for code in (UNSTATED, *self.form.languages):
            name = f"{self.name}.{code}"
            if name in post and (code != UNSTATED or typed(post, name)):
                self.by_language[code] = typed(post, name) if self.texts.is_long else typed(post, name).strip()
            if f"{name}.unknown" in post:
                self.unknown_in.append(code)
            if f"{name}.none" in post:
                self.none_in.append(code)

    def write(self, out: dict[str, Any]) -> None:
        """Write each language that says something."""
        if self.is_stated and (self.is_unknown or self.is_none):
            self.errors.append(
                _("You have filled in this field and ticked that there is nothing to fill in. Please choose one.")
            )
        if not self.is_stated and self.declared.is_required:
            self.errors.append(_("Please fill in this field in at least one language."))
        if self.declared.key and (self.is_unknown or self.is_none) and not self.by_language.get(UNSTATED):
            out[self.declared.key] = None if self.is_unknown else ""
        for code in (UNSTATED, *self.form.languages):
            words = self.by_language.get(code)
            if words:
                out[self.texts.name(code)] = words
            elif code in self.unknown_in:
                out[self.texts.name(code)] = None
            elif code in self.none_in:
                out[self.texts.name(code)] = ""

    def owns(self, key: str | int) -> bool:
        """Tell whether a bundle key is one of the languages."""
        return key == self.declared.key or key in [self.texts.name(code) for code in LANGUAGES]


class RowsControl(Control):
    """Something of which there may be several."""

    rows: list[Any]

    def __init__(self, declared: Field, name: str, form: "RecordForm") -> None:
        """Start without rows."""
        super().__init__(declared, name, form)
        self.rows = []

    @property
    def is_stated(self) -> bool:
        """Tell whether a row says something."""
        return any(self.says(row) for row in self.rows)

    def says(self, row: Any) -> bool:
        """Tell whether a row is more than an offer."""
        return bool(row)

    def blank(self) -> Any:
        """Return an empty row."""
        raise NotImplementedError

    def do(self, move: str, row: int) -> None:
        """Add, remove or move a row."""
        if move == "add":
            self.rows.append(self.blank())
        elif 0 <= row < len(self.rows):
            other = row + {"up": -1, "down": 1}.get(move, 0)
            if move == "remove":
                del self.rows[row]
            elif 0 <= other < len(self.rows):
                self.rows[row], self.rows[other] = self.rows[other], self.rows[row]


class TextListControl(RowsControl):
    """A list of short texts, each in one or in several languages."""

    sort = "textlist"

    def says(self, row: dict[str, str]) -> bool:
        """Tell whether there are words."""
        return any(row.values())

    def blank(self) -> dict[str, str]:
        """Offer a text without a language."""
        return {UNSTATED: ""}

    def do(self, move: str, row: int) -> None:
        """A row can also be one with languages."""
        if move == "add-languages":
            self.rows.append(dict.fromkeys(self.form.languages, ""))
        else:
            super().do(move, row)

    @property
    def shown(self) -> list[list[dict[str, Any]]]:
        """Return what the template shows: rows of languages, then an empty one."""
        rows = self.rows or [self.blank()]
        return [
            [
                {
                    "name": f"{self.name}.{number}.{code}",
                    "lang": "" if code == UNSTATED else code,
                    "label": "" if code == UNSTATED else language_name(code),
                    "words": words,
                }
                for code, words in row.items()
            ]
            for number, row in enumerate(rows)
        ]

    def load_value(self, value: Any) -> None:
        """Take the items."""
        for item in value if isinstance(value, list) else [value]:
            self.rows.append(
                {code: str(words) for code, words in item.items()} if isinstance(item, dict) else {UNSTATED: str(item)}
            )

    def receive_value(self, post: QueryDict) -> None:
        """Take the rows in the order in which they were sent."""
        for number in numbers(post, self.name):
            prefix = f"{self.name}.{number}."
            codes = [name.removeprefix(prefix) for name in post if name.startswith(prefix)]
            self.rows.append(
                {code: typed(post, prefix + code).strip() for code in codes if code in (*LANGUAGES, UNSTATED)}
            )

    def value(self) -> Any:
        """Return the items that say something."""
        items = [{code: words for code, words in row.items() if words} for row in self.rows]
        return [item.get(UNSTATED, item) for item in items if item]


def numbers(post: QueryDict, name: str) -> list[str]:
    """Return the numbers of the rows that were sent, in their order on the page."""
    return [number for number in post.getlist(f"{name}.row") if NUMBERED.fullmatch(number)]


class FactsControl(RowsControl):
    """Free facts: what, and how much."""

    sort = "facts"
    SORTS = (
        ("text", gettext_lazy("Text")),
        ("number", gettext_lazy("Number")),
        ("list", gettext_lazy("List, one entry per line")),
        ("truth", gettext_lazy("Yes or no")),
        ("nested", gettext_lazy("Structure (JSON)")),
    )

    def says(self, row: dict[str, Any]) -> bool:
        """Tell whether key or value was typed."""
        return bool(row["key"] or row["value"])

    def blank(self) -> dict[str, Any]:
        """Offer a number, which most facts are."""
        return {"key": "", "sort": "text", "value": "", "is_unknown": False}

    @property
    def shown(self) -> list[dict[str, Any]]:
        """Return what the template shows."""
        rows = self.rows or [self.blank()]
        return [
            {**row, "name": f"{self.name}.{number}", "label": str(terms.fact_label(row["key"])) if row["key"] else ""}
            for number, row in enumerate(rows)
        ]

    def load_value(self, value: Any) -> None:
        """Take each fact with the sort of its value."""
        if not isinstance(value, dict):
            return
        for key, inner in value.items():
            sort, words = fact_words(inner)
            self.rows.append({"key": key, "sort": sort, "value": words, "is_unknown": inner is None})

    def receive_value(self, post: QueryDict) -> None:
        """Take the rows."""
        for number in numbers(post, self.name):
            name = f"{self.name}.{number}"
            self.rows.append(
                {
                    "key": typed(post, f"{name}.key").strip(),
                    "sort": post.get(f"{name}.sort") or "text",
                    "value": typed(post, f"{name}.value"),
                    "is_unknown": f"{name}.unknown" in post,
                }
            )

    def value(self) -> Any:
        """Return the facts."""
        facts: dict[str, Any] = {}
        for row in self.rows:
            if not self.says(row):
                continue
            if not row["key"]:
                self.errors.append(_("Say what “%(value)s” is.") % {"value": row["value"][:60]})
            elif row["key"] in facts:
                self.errors.append(_("“%(key)s” stands here twice.") % {"key": row["key"]})
            elif row["is_unknown"] and row["value"]:
                self.errors.append(_("“%(key)s”: either a value or unknown. Please choose one.") % {"key": row["key"]})
            else:
                facts[row["key"]] = None if row["is_unknown"] else self.fact(row)
        return facts

    def fact(self, row: Mapping[str, Any]) -> Any:
        """Read one value by its sort."""
        words: str = row["value"]
        readers: dict[str, Callable[[str], Any]] = {
            "number": read_number,
            "list": lambda text: [line.strip() for line in text.split("\n") if line.strip()],
            "truth": read_truth,
            "nested": json.loads,
        }
        try:
            return readers[row["sort"]](words) if row["sort"] in readers else words
        except (ValueError, RecursionError):
            label = dict(self.SORTS)[row["sort"]]
            self.errors.append(
                _("“%(key)s”: “%(value)s” cannot be read as: %(sort)s.")
                % {"key": row["key"], "value": words[:60], "sort": label}
            )
            return words


def fact_words(value: Any) -> tuple[str, str]:
    """Return the sort of a fact's value and how it stands in a text box."""
    if value is None:
        return "text", ""
    if isinstance(value, bool):
        return "truth", _("yes") if value else _("no")
    if isinstance(value, int | float):
        return "number", str(value)
    if isinstance(value, str):
        return "text", value
    is_plain = (
        isinstance(value, list)
        and value
        and all(isinstance(item, str) and item == item.strip() and item and "\n" not in item for item in value)
    )
    if is_plain:
        return "list", "\n".join(value)
    return "nested", json.dumps(value, ensure_ascii=False, indent=2)


def read_number(words: str) -> int | float:
    """Read a number; raises ``ValueError``."""
    plain = words.strip().replace(",", ".")
    return int(plain) if re.fullmatch(r"-?\d+", plain) else float(plain)


def read_truth(words: str) -> bool:
    """Read yes or no in the languages of the interface; raises ``ValueError``."""
    word = words.strip().lower()
    if word in {"yes", "ja", "true", _("yes")}:
        return True
    if word in {"no", "nein", "false", _("no")}:
        return False
    raise ValueError(words)


def carried(item: Mapping[str, Any]) -> str:
    """Return the form in which a record written on the spot travels through a page."""
    return INLINE + json.dumps(item, ensure_ascii=False, sort_keys=True)


class LinksControl(RowsControl):
    """Links to other records, in order."""

    sort = "links"

    @property
    def kinds(self) -> tuple[str, ...]:
        """Return the kinds that can be chosen."""
        if isinstance(self.declared, Reference):
            return (self.declared.kind,)
        assert isinstance(self.declared, Links)
        return self.declared.kinds

    @property
    def is_many(self) -> bool:
        """Tell whether several can be chosen."""
        return isinstance(self.declared, Links) and self.declared.is_many

    @property
    def may_be_words(self) -> bool:
        """Tell whether a target may be no record of ours."""
        return isinstance(self.declared, Links) and self.declared.may_be_words

    @property
    def is_select(self) -> bool:
        """Tell whether a drop-down will do."""
        return not self.may_be_words and self.form.options.is_short(self.kinds)

    @property
    def list_id(self) -> str:
        """Return the id of the list of suggestions, which fields of the same kinds share."""
        return "options-" + "-".join(self.kinds)

    def blank(self) -> str:
        """Offer an empty box."""
        return ""

    @property
    def shown(self) -> list[dict[str, Any]]:
        """Return what the template shows."""
        rows = self.rows or [""]
        return [self.row(words) for words in rows]

    def row(self, words: str) -> dict[str, Any]:
        """Return one choice; a chosen record that is not offered stays chosen."""
        choices = self.form.options.choices(self.kinds) if self.is_select else []
        if words and self.is_select and words not in [value for value, _label in choices]:
            choices = [*choices, (words, words)]
        inline = ""
        if words.startswith(INLINE):
            inline = str(Text(self.inline(words)))
        return {"words": words, "choices": choices, "inline": inline}

    def inline(self, words: str) -> dict[str, Any]:
        """Return the record written on the spot that a row carries: only one that this record has or had."""
        if not words.startswith(INLINE):
            return {}
        versions = (version.get(self.declared.key) for version in self.form.known.versions)
        stated = [item for items in versions if isinstance(items, list) for item in items if isinstance(item, dict)]
        return next((item for item in stated if carried(item) == words), {})

    def load_value(self, value: Any) -> None:
        """Take the chosen records."""
        for item in value if self.is_many else [value]:
            if isinstance(item, dict):
                self.rows.append(carried(item))
            else:
                self.rows.append(item if self.is_select else self.form.options.show(str(item), self.kinds))

    def receive_value(self, post: QueryDict) -> None:
        """Take the rows in their order."""
        self.rows = [row.strip() for row in post.getlist(self.name)]
        if not self.is_many:
            self.rows = self.rows[:1]

    def value(self) -> Any:
        """Return what was chosen; name what could not be found."""
        values = [self.target(row) for row in self.rows if row]
        return values if self.is_many else values[0]

    def target(self, words: str) -> Any:
        """Return the record that was meant, words where they will do, or an error."""
        inline = self.inline(words)
        if inline:
            return inline
        found = self.form.options.read(words, self.kinds)
        if found is not None:
            return found
        if self.may_be_words:
            return words
        near = self.form.options.near(words, self.kinds)
        message = _("“%(words)s” was not found.") % {"words": words[:80]}
        if near:
            message += " " + _("Did you mean: %(near)s?") % {"near": "; ".join(near)}
        self.errors.append(message)
        return words


class PartsControl(RowsControl):
    """Records that live inside this one."""

    sort = "parts"
    rows: list["RecordForm"]

    @property
    def part_label(self) -> str | Promise:
        """Return what one of them is called."""
        return self.spec.label

    @property
    def spec(self) -> Spec:
        """Return the declaration of the parts."""
        assert isinstance(self.declared, Parts)
        return spec_of(self.declared.kind)

    @property
    def is_stated(self) -> bool:
        """An empty part is a mistake to be shown, not to be dropped."""
        return bool(self.rows)

    @property
    def is_long(self) -> bool:
        """Tell whether the parts are shown folded."""
        return len(self.rows) > 3

    def part(self, number: int | str) -> "RecordForm":
        """Return an empty form for a part."""
        return RecordForm(self.spec, self.form.options, name=f"{self.name}.{number}.", languages=self.form.languages)

    def blank(self) -> "RecordForm":
        """Offer a new part, unfolded."""
        part = self.part(len(self.rows))
        part.is_open = True
        return part

    def do(self, move: str, row: int) -> None:
        """Number the parts anew."""
        super().do(move, row)
        self.renumber()

    def renumber(self) -> None:
        """Let names follow the order."""
        for number, part in enumerate(self.rows):
            part.rename(f"{self.name}.{number}.")

    def load_value(self, value: Any) -> None:
        """Take the parts; each remembers which one it is."""
        assert isinstance(self.declared, Parts)
        for number, item in enumerate(value):
            part = self.part(number)
            raw = {self.declared.plain_key: item} if isinstance(item, str) else item
            part.is_plain = isinstance(item, str)
            part.load(raw)
            part.has_own_key = "id" in raw
            part.key = str(raw.get("id") or fallback_key(self.form.key, self.declared, number))
            self.rows.append(part)

    def receive_value(self, post: QueryDict) -> None:
        """Take the parts in their order on the page."""
        for number in numbers(post, self.name):
            part = self.part(number)
            part.receive(post)
            self.rows.append(part)
        self.renumber()

    def value(self) -> Any:
        """Return the parts, each with the id that keeps it the one it was."""
        assert isinstance(self.declared, Parts)
        known = self.form.known
        taken = {part.key for part in self.rows if part.key}
        values: list[Any] = []
        for number, part in enumerate(self.rows):
            raw = part.as_raw(known)
            fallback = fallback_key(self.form.key, self.declared, number)
            is_known = bool(part.key) and part.key in known.parts
            key = part.key if is_known else known.new_key(self.form.key, self.declared, fallback, taken)
            taken.add(key)
            if key != fallback or (part.has_own_key and is_known):
                raw = {"id": key, **raw}
            is_plain = part.is_plain and list(raw) == [self.declared.plain_key]
            values.append(raw[self.declared.plain_key] if is_plain else raw)
        return values

    def place(self, path: Path, message: str) -> None:
        """Hand the error on to the part."""
        if path and isinstance(path[0], int) and path[0] < len(self.rows):
            self.rows[path[0]].place(path[1:], message)
        else:
            super().place(path, message)

    def mistakes(self) -> Iterable[tuple[str, str, str]]:
        """Return the errors of each part with its number."""
        yield from super().mistakes()
        for number, part in enumerate(self.rows, start=1):
            for element, label, message in part.mistakes():
                yield element, f"{self.part_label} {number}, {label}", message


def fallback_key(whole: str, declared: Parts, number: int) -> str:
    """Return the key that a part gets by its place."""
    return f"{whole}.{declared.key.replace('_', '-')}-{number + 1}"


class Known:
    """What is stored of a record: the parts it has, what the form does not show, and the numbers already used."""

    def __init__(
        self, spec: Spec, raw: Mapping[str, Any] | None, key: str, history: Sequence[Mapping[str, Any]] = ()
    ) -> None:
        """Index the parts of ``raw``; ``history``: every earlier version, whose numbers are not given again."""
        self.raw = dict(raw or {})
        self.versions = (*history, self.raw)
        self.parts: dict[str, Mapping[str, Any]] = {}
        self.used: dict[str, int] = {}
        for declared in spec.fields:
            if isinstance(declared, Parts):
                for version in self.versions:
                    for number, part in enumerate(version.get(declared.key) or []):
                        own = part.get("id") if isinstance(part, dict) else None
                        part_key = str(own or fallback_key(key, declared, number))
                        if version is self.raw:
                            self.parts[part_key] = part if isinstance(part, dict) else {}
                        self.note(declared.key, part_key)

    def note(self, field: str, key: str) -> None:
        """Remember a number as used."""
        tail = key.rpartition("-")[2]
        if tail.isdecimal():
            self.used[field] = max(self.used.get(field, 0), int(tail))

    def new_key(self, whole: str, declared: Parts, fallback: str, taken: set[str]) -> str:
        """Return a key for a new part: its place if that was never used, else the next number."""
        number = int(fallback.rpartition("-")[2])
        if number <= self.used.get(declared.key, 0) or fallback in taken:
            number = max(self.used.get(declared.key, 0), number) + 1
        while fallback_key(whole, declared, number - 1) in taken:
            number += 1
        return fallback_key(whole, declared, number - 1)


WIDGETS: tuple[tuple[type[Field], type[Control]], ...] = (
    (Choice, ChoiceControl),
    (Choices, ChoicesControl),
    (Urls, TextsControl),
    (Texts, TextsControl),
    (TextList, TextListControl),
    (Facts, FactsControl),
    (Reference, LinksControl),
    (Links, LinksControl),
    (Parts, PartsControl),
    (Words, WordsControl),
)


def control_for(declared: Field, prefix: str, form: "RecordForm") -> Control:
    """Return the control that fits a declared field."""
    widget = next(control for declaration, control in WIDGETS if isinstance(declared, declaration))
    return widget(declared, prefix + (declared.key or "_"), form)


class RecordForm:
    """The form of one record, or of a part inside another form."""

    def __init__(
        self,
        spec: Spec,
        options: Options,
        *,
        name: str = "",
        languages: Sequence[str] = ALWAYS,
        key: str = "",
        known: Known | None = None,
    ) -> None:
        """Offer every declared field, empty."""
        self.spec = spec
        self.options = options
        self.name = name
        self.languages = list(languages)
        self.key = key
        self.known = known or Known(spec, None, key)
        self.has_own_key = False
        self.is_plain = False
        self.is_open = False
        self.errors: list[str] = []
        unseen = UNSEEN.get(spec.kind, frozenset())
        self.controls = [
            control_for(declared, name, self) for declared in spec.all_fields if declared.key not in unseen
        ]

    def control(self, key: str) -> Control:
        """Return the control of a field."""
        return next(control for control in self.controls if control.declared.key == key)

    @property
    def groups(self) -> list[dict[str, Any]]:
        """Return the controls in titled groups."""
        return [
            {"title": title, "controls": [self.control(key) for key in keys], "id": f"group-{number}"}
            for number, (title, keys) in enumerate(groups_of(self.spec))
        ]

    @property
    def title(self) -> str:
        """Return the words by which a person knows this part."""
        for control in self.controls:
            if isinstance(control, TextsControl) and control.is_stated:
                return Text(control.by_language).best(self.languages[0]).words
        return ""

    @property
    def is_unfolded(self) -> bool:
        """Tell whether a part must be open: new, or with a mistake."""
        return self.is_open or next(iter(self.mistakes()), None) is not None

    def rename(self, name: str) -> None:
        """Move to another place among its siblings."""
        for control in self.controls:
            control.name = name + control.name.removeprefix(self.name)
        self.name = name

    def load(self, raw: Mapping[str, Any]) -> "RecordForm":
        """Fill from a bundle; its languages are offered too."""
        if not self.name:
            self.languages += [code for code in languages_in(self.spec, raw) if code not in self.languages]
        for control in self.controls:
            control.load(raw)
        return self

    def receive(self, post: QueryDict) -> "RecordForm":
        """Fill from what was sent."""
        if not self.name:
            self.languages += [
                code for code in post.getlist("@language") if code in LANGUAGES and code not in self.languages
            ]
        else:
            self.key = post.get(f"{self.name}@key", "")
            self.has_own_key = f"{self.name}@own" in post
            self.is_plain = f"{self.name}@plain" in post
            self.is_open = f"{self.name}@open" in post
        for control in self.controls:
            control.receive(post)
        return self

    def as_raw(self, known: Known | None = None) -> dict[str, Any]:
        """Return the record as a bundle would hold it, what the form does not show included; notes mistakes."""
        kept = self.known.raw if known is None else known.parts.get(self.key, {})
        out: dict[str, Any] = {}
        for control in self.controls:
            control.write(out)
        hidden = {key: value for key, value in kept.items() if key == "visibility" or not self.shows(key)}
        hidden.pop(self.spec.key_field, None)
        return {**out, **hidden}

    def shows(self, key: str) -> bool:
        """Tell whether a bundle key has a control."""
        return any(control.owns(key) for control in self.controls)

    def place(self, path: Path, message: str) -> None:
        """Show an error where it happened."""
        found = next((control for control in self.controls if path and control.owns(path[0])), None)
        if found is not None:
            found.place(path[1:], message)
        elif not any(True for _mistake in self.mistakes()):
            self.errors.append(message)

    def refuse(self, problems: Iterable[Problem]) -> None:
        """Show what storing found; what the controls have found themselves is not said twice."""
        for problem in problems:
            control = next(
                (control for control in self.controls if problem.path and control.owns(problem.path[0])), None
            )
            if isinstance(control, PartsControl) or control is None or not control.errors:
                self.place(problem.path, problem.message)

    def mistakes(self) -> Iterable[tuple[str, str, str]]:
        """Return element id, label and message of each error."""
        for message in self.errors:
            yield "record", str(self.spec.label), message
        for control in self.controls:
            yield from control.mistakes()

    @property
    def is_valid(self) -> bool:
        """Tell whether nothing is wrong."""
        return next(iter(self.mistakes()), None) is None

    def do(self, command: str) -> str:
        """Carry out a button such as ``add:findings`` or ``up:agenda.1.pilots:2``; return the element to show."""
        move, _colon, rest = command.partition(":")
        name, _colon, row = rest.partition(":")
        for control in self.walk():
            if control.name == name:
                control.do(move, int(row) if NUMBERED.fullmatch(row) else -1)
                return control.id
        return ""

    def walk(self) -> Iterable[Control]:
        """Yield every control, those of the parts too."""
        for control in self.controls:
            yield control
            if isinstance(control, PartsControl):
                for part in list(control.rows):
                    yield from part.walk()

    @property
    def link_lists(self) -> list[tuple[str, tuple[str, ...], list[tuple[str, str]]]]:
        """Return id, kinds and suggestions of each list that a text box of this form refers to."""
        found = {
            control.list_id: control.kinds
            for control in self.walk()
            if isinstance(control, LinksControl) and not control.is_select
        }
        for control in self.walk():
            if isinstance(control, PartsControl):
                for other in control.part(0).walk():
                    if isinstance(other, LinksControl) and not other.is_select:
                        found.setdefault(other.list_id, other.kinds)
        return [(list_id, kinds, self.options.choices(kinds)) for list_id, kinds in found.items()]

    @property
    def other_languages(self) -> list[tuple[str, str]]:
        """Return the languages that can be added."""
        return sorted(
            ((code, language_name(code)) for code in LANGUAGES if code not in self.languages), key=lambda pair: pair[1]
        )


def languages_in(spec: Spec, raw: Mapping[str, Any]) -> list[str]:
    """Return every language that a record or one of its parts speaks."""
    found: list[str] = []
    for declared in spec.all_fields:
        if isinstance(declared, Texts):
            found += [code for code in declared.languages(raw) if code != UNSTATED]
        elif isinstance(declared, Parts):
            for part in raw.get(declared.key) or []:
                if isinstance(part, dict):
                    found += languages_in(spec_of(declared.kind), part)
    return list(dict.fromkeys(found))
