"""Profiles from a table: read, mapped, and held against what is there, before anything is written.

A row is found again by its id, else by the address on file, else by name and town, so that the same table can be
imported again. A profile that has an owner is the owner's: no import changes it.
"""

import csv
import io
import re
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from querwerk.core.models import Space
from querwerk.core.queries import Loaded
from querwerk.core.spec import KEY, Label, Problems, is_web_address
from querwerk.core.terms import term
from querwerk.core.text import LANGUAGES
from querwerk.engine.matching.folding import fold
from querwerk.people.models import Profile
from querwerk.people.queries import contact_of
from querwerk.people.regions import regions
from querwerk.people.states import Audience, Origin, ProfileSort, Side, Submarket, language_label

MOST_BYTES = 10_000_000
MOST_ROWS = 20_000
MOST_COLUMNS = 80
MOST_LETTERS = 20_000
UNPACKED = 200_000_000
"""Bytes that an Excel file may unpack to: a small file can hold a very large one."""
DELIMITERS = ";,\t|"
SPLIT = re.compile(r"[;,|/\n]+")


class UnreadableTable(Exception):
    """The file is no table that can be read; the message says why."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table: heads, and rows with the line on which each stands."""

    heads: list[str]
    rows: list[tuple[int, list[str]]]


@dataclass(frozen=True, slots=True)
class Target:
    """What a column can become."""

    key: str
    label: Label
    heads: tuple[str, ...]
    """Words by which people call it, folded."""


TARGETS: tuple[Target, ...] = (
    Target("id", gettext_lazy("Id"), ("id", "kennung", "schlussel", "key")),
    Target("name", gettext_lazy("Name"), ("name", "firma", "organisation", "unternehmen", "company", "titel", "atelier")),
    Target("kind", gettext_lazy("Organisation or person"), ("art", "kind", "typ", "type")),
    Target("side", gettext_lazy("Side"), ("seite", "side", "bereich", "gruppe")),
    Target("summary", gettext_lazy("In one sentence"), ("kurz", "kurzbeschreibung", "summary", "beschreibung", "description", "satz")),
    Target("offers", gettext_lazy("What they offer"), ("angebot", "offers", "leistungen", "offer", "bietet")),
    Target("seeks", gettext_lazy("What they look for"), ("sucht", "suche", "seeks", "bedarf", "looking")),
    Target("submarkets", gettext_lazy("Submarkets"), ("teilmarkt", "teilmarkte", "submarket", "submarkets", "sparte")),
    Target("division", gettext_lazy("Branch (NACE)"), ("nace", "wz", "branche", "branch", "division")),
    Target("town", gettext_lazy("Town"), ("ort", "stadt", "town", "city", "wohnort", "sitz")),
    Target("region", gettext_lazy("Region (NUTS)"), ("region", "nuts", "regierungsbezirk")),
    Target("country", gettext_lazy("Country"), ("land", "country", "staat")),
    Target("lat", gettext_lazy("Latitude"), ("lat", "latitude", "breite", "breitengrad")),
    Target("lon", gettext_lazy("Longitude"), ("lon", "lng", "longitude", "lange", "langengrad")),
    Target("languages", gettext_lazy("Languages"), ("sprache", "sprachen", "language", "languages")),
    Target("url", gettext_lazy("Website"), ("web", "website", "url", "homepage", "internet", "webseite")),
    Target("capacity", gettext_lazy("Projects in a year"), ("kapazitat", "capacity", "projekte")),
    Target("person", gettext_lazy("Contact person"), ("ansprechpartner", "ansprechpartnerin", "ansprechperson", "kontakt", "contact")),
    Target("email", gettext_lazy("E-mail"), ("email", "e-mail", "mail", "emailadresse")),
    Target("phone", gettext_lazy("Phone"), ("telefon", "phone", "tel", "telephone", "mobil")),
)  # fmt: skip
CONTACT = ("person", "email", "phone")
TEXTS = ("summary", "offers", "seeks")


def read_table(content: bytes, name: str) -> Table:
    """Read a CSV or an Excel file; the first row that says something holds the heads. Raises :class:`UnreadableTable`."""
    if len(content) > MOST_BYTES:
        raise UnreadableTable(
            _("The file has %(size)d MB; at most %(limit)d MB are possible.")
            % {"size": len(content) // 1_000_000, "limit": MOST_BYTES // 1_000_000}
        )
    is_excel = content.startswith(b"PK") or name.lower().endswith((".xlsx", ".xlsm"))
    rows = list(_excel_rows(content) if is_excel else _csv_rows(content))
    rows = [(line, cells) for line, cells in rows if any(cells)]
    if len(rows) < 2:
        raise UnreadableTable(_("The table needs a row of headings and at least one row below it."))
    if len(rows) - 1 > MOST_ROWS:
        raise UnreadableTable(_("The table has more than %(number)d rows. Please split it.") % {"number": MOST_ROWS})
    (_line, heads), *rest = rows
    width = min(max(len(heads), *(len(cells) for _line, cells in rest)), MOST_COLUMNS)
    heads = [
        head or _("Column %(number)d") % {"number": number + 1} for number, head in enumerate(_padded(heads, width))
    ]
    return Table(heads, [(line, _padded(cells, width)) for line, cells in rest])


def _padded(cells: Sequence[str], width: int) -> list[str]:
    return [*cells[:width], *[""] * (width - len(cells))]


def _csv_rows(content: bytes) -> Iterable[tuple[int, list[str]]]:
    try:
        text = content.decode("utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", "replace")  # what Excel writes in western Europe
    head = text.partition("\n")[0]
    delimiter = max(DELIMITERS, key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    line = 1
    try:
        for cells in reader:
            yield line, [_cell(cell) for cell in cells]
            line = reader.line_num + 1
    except csv.Error as error:
        raise UnreadableTable(_("Line %(line)d cannot be read: %(reason)s") % {"line": line, "reason": error}) from None


def _excel_rows(content: bytes) -> Iterable[tuple[int, list[str]]]:
    from openpyxl import load_workbook  # noqa: PLC0415  (heavy)
    from openpyxl.utils.exceptions import InvalidFileException  # noqa: PLC0415

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            if sum(entry.file_size for entry in packed.infolist()) > UNPACKED:
                raise UnreadableTable(
                    _("The file unpacks to more than %(limit)d MB.") % {"limit": UNPACKED // 1_000_000}
                )
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        for line, row in enumerate(sheet.iter_rows(values_only=True, max_row=MOST_ROWS + 100), start=1):
            yield line, [_cell(cell) for cell in row[:MOST_COLUMNS]]
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, IndexError):
        raise UnreadableTable(_("This is no Excel file (.xlsx). Save it as such, or as CSV.")) from None


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float) and value == int(value):
        value = int(value)
    words = value.strftime("%Y-%m-%d") if hasattr(value, "strftime") else str(value)
    return words.replace("\r\n", "\n").replace("\x00", "").strip()[:MOST_LETTERS]


def guess(heads: Sequence[str]) -> list[str]:
    """Return for each heading the target that it probably means; each target once, nothing where none is meant."""
    taken: set[str] = set()
    guessed = []
    for head in heads:
        said = [fold(word) for word in re.findall(r"[\w-]+", head)]
        found = next(
            (
                target.key
                for target in TARGETS
                if target.key not in taken and any(word in target.heads for word in said)
            ),
            "",
        )
        taken.add(found)
        guessed.append(found)
    return guessed


# --- What a cell means ---


@cache
def _words(kind: str) -> Mapping[str, str]:
    """Return what people call the codes of a vocabulary, folded, in the site's languages and the taxonomy's."""
    found: dict[str, str] = {}
    tables: dict[str, Iterable[tuple[str, Label]]] = {
        "side": Side.choices, "kind": ProfileSort.choices, "submarkets": Submarket.choices,
        "languages": [(code, language_label(code)) for code in LANGUAGES],
        "country": [(code, term(code)) for code in sorted({code[:2] for code in regions()})],
    }  # fmt: skip
    for code, label in tables[kind]:
        found[_plain(code)] = code
        for language, _name in settings.LANGUAGES:
            with override(language):
                found[_plain(str(label))] = code
    if kind == "submarkets":
        from querwerk.engine.matching.taxonomy import bundled  # noqa: PLC0415  (loads NumPy)

        for concept in bundled().concepts.values():
            if concept.id.startswith("submarket:"):
                code = concept.id.removeprefix("submarket:")
                found |= {_plain(name): code for names in concept.names.values() for name in names}
    found |= {_plain(words): code for words, code in ALSO.get(kind, {}).items()}
    return found


ALSO: dict[str, dict[str, str]] = {
    "side": {
        "kreativ": "creative", "kreative": "creative", "kreativwirtschaft": "creative", "kkw": "creative", "cci": "creative",
        "unternehmen": "industry", "company": "industry", "firma": "industry", "wirtschaft": "industry", "handwerk": "industry",
        "hochschule": "science", "forschung": "science", "university": "science", "kommune": "administration",
        "verband": "intermediary", "kammer": "intermediary", "agentur": "intermediary",
    },
    "submarkets": {
        "kunst": "art", "art": "art", "software": "software-games", "spiele": "software-games", "theater": "performing-arts",
        "tanz": "performing-arts", "verlag": "books", "radio": "broadcasting", "sonstige": "other",
    },
    "kind": {"firma": "organisation", "unternehmen": "organisation", "company": "organisation", "einzelperson": "person"},
}  # fmt: skip


def _plain(words: str) -> str:
    return " ".join(fold(word) for word in re.findall(r"\w+", words))


def _code(kind: str, words: str) -> str:
    code = _words(kind).get(_plain(words))
    if code is None:
        raise ValueError(_("“%(value)s” is not known here.") % {"value": words[:60]})
    return code


def _codes(kind: str, words: str) -> list[str]:
    parts = [words] if _plain(words) in _words(kind) else [part for part in SPLIT.split(words) if part.strip()]
    return list(dict.fromkeys(_code(kind, part) for part in parts))


def _number(words: str) -> float:
    try:
        return float(words.replace(",", "."))
    except ValueError:
        raise ValueError(_("“%(value)s” is not a number.") % {"value": words[:60]}) from None


def _whole(words: str) -> int:
    return int(_number(words))


def _url(words: str) -> str:
    address = words if "://" in words else f"https://{words}"
    if not is_web_address(address) or "." not in address:
        raise ValueError(_("“%(value)s” is not a web address.") % {"value": words[:60]})
    return address


def _region(words: str) -> str:
    if re.fullmatch(r"[A-Z]{2}[0-9A-Z]{0,3}", words):
        return words
    named = {_plain(region.name): region.code for region in regions().values()}
    if _plain(words) not in named:
        raise ValueError(
            _("“%(value)s” is neither a NUTS code nor a region that is known here.") % {"value": words[:60]}
        )
    return named[_plain(words)]


def _division(words: str) -> str:
    match = re.match(r"\d{2}", words.strip().removeprefix("C").strip())
    if match is None:
        raise ValueError(_("“%(value)s” is not a NACE division such as 25.") % {"value": words[:60]})
    return match[0]


def _email(words: str) -> str:
    if not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", words) or len(words) > 254:
        raise ValueError(_("“%(value)s” is not an e-mail address.") % {"value": words[:60]})
    return words


READERS: dict[str, Callable[[str], Any]] = {
    "side": lambda words: _code("side", words),
    "kind": lambda words: _code("kind", words),
    "submarkets": lambda words: _codes("submarkets", words),
    "languages": lambda words: _codes("languages", words),
    "country": lambda words: _code("country", words) if len(words) != 2 else words.upper(),
    "region": _region,
    "division": _division,
    "lat": _number,
    "lon": _number,
    "capacity": _whole,
    "url": _url,
    "email": _email,
}


# --- What would happen ---


@dataclass(frozen=True, slots=True)
class Options:
    """How a table is read: the target of each column, the language of its texts, and who will see the profiles."""

    mapping: tuple[str, ...]
    language: str
    audience: str


@dataclass(slots=True)
class Row:
    """What would become of one row."""

    line: int
    name: str
    outcome: str = "refused"
    """new, changed, same or refused."""
    why: str = ""
    key: str = ""
    raw: dict[str, Any] = field(default_factory=dict)
    contact: dict[str, str] = field(default_factory=dict)
    changed: list[str] = field(default_factory=list)
    """Keys that would change."""


@dataclass(slots=True)
class Plan:
    """What would become of a table."""

    rows: list[Row]

    def count(self, outcome: str) -> int:
        """Return how many rows have an outcome."""
        return sum(row.outcome == outcome for row in self.rows)

    def of(self, *outcomes: str) -> list[Row]:
        """Return the rows with one of these outcomes."""
        return [row for row in self.rows if row.outcome in outcomes]


class Known:
    """The profiles of a space as an import finds them again; 5 queries."""

    def __init__(self, space: Space) -> None:
        """Load them."""
        self.profiles = list(
            Profile.objects.filter(space=space).select_related("contact", "space", "organisation").order_by("pk")
        )
        self.owned = set(Profile.objects.filter(space=space, spokespersons__isnull=False).values_list("pk", flat=True))
        self.related = Loaded(self.profiles)
        self.by_key = {profile.key: profile for profile in self.profiles}
        self.by_address: dict[str, Profile] = {}
        self.by_name: dict[tuple[str, str], Profile] = {}
        for profile in self.profiles:
            contact = contact_of(profile)
            if contact is not None and contact.email:
                self.by_address.setdefault(contact.email.lower(), profile)
            for words in profile.name.values():
                self.by_name.setdefault((_plain(words or ""), _plain(profile.town)), profile)

    def find(self, raw: Mapping[str, Any], email: str) -> Profile | None:
        """Return the profile that a row means."""
        if raw.get("id"):
            return self.by_key.get(raw["id"])
        named = self.by_name.get((_plain(raw["name"]), _plain(raw.get("town", ""))))
        return named or self.by_address.get(email.lower() or "-")


def plan_import(table: Table, options: Options, space: Space, new_key: Callable[[str, set[str]], str]) -> Plan:
    """Say for each row what would become of it; ``new_key`` makes an id of a name that is none of those taken."""
    placing = _Placing(space, options, new_key)
    rows = [_read_row(line, cells, options) for line, cells in table.rows]
    for row in rows:
        if not row.why:
            placing.place(row)
    return Plan(rows)


def _read_row(line: int, cells: Sequence[str], options: Options) -> Row:
    said = {target: cell for target, cell in zip(options.mapping, cells, strict=False) if target and cell}
    row = Row(line, said.get("name", ""))
    if not row.name:
        row.why = _("The name is missing.")
        return row
    problems = []
    for target, cell in said.items():
        try:
            value = READERS[target](cell) if target in READERS else cell
        except ValueError as error:
            problems.append(str(error))
            continue
        if target in CONTACT:
            row.contact[target] = value
        else:
            row.raw[f"{target}_{options.language}" if target in TEXTS else target] = value
    if "id" in row.raw and not KEY.fullmatch(row.raw["id"]):
        problems.append(
            _("“%(value)s” is not an id: small letters, digits and hyphens.") % {"value": row.raw["id"][:60]}
        )
    row.why = " ".join(problems)
    return row


class _Placing:
    """Finds for each row the profile that it means, or a key for a new one."""

    def __init__(self, space: Space, options: Options, new_key: Callable[[str, set[str]], str]) -> None:
        self.known = Known(space)
        self.options = options
        self.new_key = new_key
        self.taken = set(self.known.by_key)
        self.seen: dict[str, int] = {}
        self.named: dict[tuple[str, str], str] = {}

    def place(self, row: Row) -> None:
        profile = self.known.find(row.raw, row.contact.get("email", ""))
        if profile is None:
            self.begin(row)
        else:
            self.hold_against(row, profile)
        if row.key in self.seen:
            row.outcome, row.why = "refused", _("The same as line %(line)d.") % {"line": self.seen[row.key]}
            return
        self.seen[row.key] = row.line
        if row.outcome in ("new", "changed"):
            _check(row)

    def begin(self, row: Row) -> None:
        key = row.raw.get("id")
        if key and key not in self.seen:
            self.taken.add(key)
        row.key = key or self.named_alike(row)
        row.outcome = "new"
        audience = audience_for(row.raw, self.options)
        row.raw = {"id": row.key, **row.raw, "audience": audience, "origin": str(Origin.IMPORTED)}

    def named_alike(self, row: Row) -> str:
        """Return the key of an earlier row of the same name and town, else a new one: a table may name somebody twice."""
        name = _plain(row.name), _plain(str(row.raw.get("town", "")))
        if name not in self.named:
            self.named[name] = self.new_key(row.name, self.taken)
        return self.named[name]

    def hold_against(self, row: Row, profile: Profile) -> None:
        row.key = profile.key
        before = Profile.SPEC.dump(profile, self.known.related)
        after = before | {key: value for key, value in row.raw.items() if key != "id"}
        row.changed = [key for key in after if after[key] != before.get(key)]
        contact = contact_of(profile)
        row.changed += [name for name, value in row.contact.items() if value != getattr(contact, name, "")]
        row.raw, row.outcome = after, "changed" if row.changed else "same"
        if row.changed and profile.pk in self.known.owned:
            row.outcome, row.why = "refused", _("Its owner looks after this profile; no import changes it.")


def _check(row: Row) -> None:
    problems = Problems()
    Profile.SPEC.parse(row.raw, (), problems)
    if problems.found:
        row.outcome = "refused"
        row.why = " ".join(f"{'.'.join(map(str, problem.path))}: {problem.message}" for problem in problems.found)


def audience_for(raw: Mapping[str, Any], options: Options) -> str:
    """Return who sees an imported profile: a person's is not public before that person has taken it over."""
    if raw.get("kind") == ProfileSort.PERSON and options.audience == Audience.PUBLIC:
        return str(Audience.MEMBERS)
    return options.audience
