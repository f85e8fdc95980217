"""Validates and imports programme bundles; the database is touched only by a bundle without a flaw."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from querwerk.core.actions import (
    Actor,
    InvalidRecords,
    LinkStatement,
    Report,
    create_space,
    dangling,
    raise_edition,
    resolve,
    write_records,
    write_thread,
)
from querwerk.core.models import Node, Space
from querwerk.core.spec import (
    Date,
    Links,
    Parsed,
    Path,
    Problem,
    Problems,
    Reference,
    Source,
    Spec,
    Target,
    Texts,
    Words,
    spec_of,
    wrong_type,
)
from querwerk.core.states import LinkKind
from querwerk.evidence.states import Grade
from querwerk.exchange.documents import SECTION, Entry, parse_documents, store_documents
from querwerk.exchange.queries import sections
from querwerk.exchange.reader import Document, UnreadableFile, read_file
from querwerk.exchange.recognising import recognised
from querwerk.programmes.models import Programme

LINK_FIELDS = (
    Date("date", "", column="date"),
    Words("author", "", column="author"),
    Source("source", "", column="source"),
    Texts("note", "", column="note"),
)


@dataclass(frozen=True, slots=True)
class Flaw:
    """What is wrong with a bundle, fit to be shown: file, line, path, message."""

    file: str
    line: int | None
    path: Path
    message: str

    def __str__(self) -> str:
        """Write it as compilers do."""
        place = f"{self.file}:{self.line}" if self.line else self.file
        path = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in self.path).lstrip(".")
        return f"{place}: {path}: {self.message}" if path else f"{place}: {self.message}"


class InvalidBundle(Exception):
    """The bundle has flaws; nothing was stored."""

    def __init__(self, flaws: list[Flaw]) -> None:
        """Keep the flaws."""
        super().__init__("\n".join(str(flaw) for flaw in flaws))
        self.flaws = flaws


@dataclass(slots=True)
class Bundle:
    """A parsed bundle without flaws of its own."""

    document: Document
    key: str
    records: list[Parsed] = field(default_factory=list)
    thread: list[LinkStatement] = field(default_factory=list)
    documents: list[Entry] = field(default_factory=list)
    meta: dict[str, Any] | None = None
    freely_named: list[Path] = field(default_factory=list)
    """Facts under keys that the format does not know; they are kept."""


def read_bundle(path: FilePath) -> Bundle:
    """Read and check a bundle file; raises :class:`InvalidBundle` with every flaw found."""
    try:
        document = read_file(path)
    except UnreadableFile as error:
        raise InvalidBundle([Flaw(path.name, error.line, (), error.message)]) from None
    return parse_bundle(document)


def parse_bundle(document: Document) -> Bundle:
    """Check a document and return it as records; raises :class:`InvalidBundle`."""
    problems = Problems()
    bundle = Bundle(document, "")
    if not isinstance(document.value, dict):
        problems.add((), wrong_type(_("a mapping with a section “programme”"), document.value))
    else:
        _parse_sections(document.value, bundle, problems)
    if not problems.found:
        _check_names(bundle, problems)
    if not problems.found:
        bundle.thread = _parse_thread(document.value.get("thread"), bundle, problems)
        names = {(record.kind, record.key) for top in bundle.records for record in top.walk()}
        bundle.documents = parse_documents(document.value.get(SECTION), names, problems)
    if problems.found:
        raise invalid(document, problems.found)
    return bundle


def invalid(document: Document, problems: list[Problem]) -> InvalidBundle:
    """Give each problem its file and line."""
    return InvalidBundle(
        [Flaw(document.name, document.line_of(problem.path), problem.path, problem.message) for problem in problems]
    )


def _parse_sections(value: Mapping[str, Any], bundle: Bundle, problems: Problems) -> None:
    known = {spec.section: spec for spec in sections()}
    for key in value:
        if key not in known and key not in ("meta", "thread", SECTION):
            allowed = ", ".join(["meta", *known, "thread", SECTION])
            problems.add((key,), _("Unknown section. Known are: %(allowed)s") % {"allowed": allowed})
    if "programme" not in value:
        problems.add((), _("“%(key)s” is missing.") % {"key": "programme"})
    for section, spec in known.items():
        if section in value:
            _parse_section(spec, value[section], bundle, problems)
    stated_empty = {key: value[key] for key in (*known, "thread", SECTION) if key in value and not value[key]}
    bundle.meta = {"sections": stated_empty} | ({"meta": value["meta"]} if "meta" in value else {})
    bundle.freely_named = [
        (*record.path, key) for parsed in bundle.records for record in parsed.walk() for key in record.extra
    ]


def _parse_section(spec: Spec, value: Any, bundle: Bundle, problems: Problems) -> None:
    path: Path = (spec.section,)
    if spec.is_single:
        fallback = "" if spec.kind == "programme" else spec.kind
        parsed = spec.parse(value, path, problems, fallback_key=fallback)
        bundle.records.append(parsed)
        if spec.kind == "programme":
            bundle.key = parsed.key
        return
    if value is None:
        return
    if not isinstance(value, list):
        problems.add(path, wrong_type(_("a list"), value))
        return
    for number, raw in enumerate(value):
        bundle.records.append(spec.parse(raw, (*path, number), problems, position=number))


def _check_names(bundle: Bundle, problems: Problems) -> None:
    """Find duplicate ids and references that lead nowhere."""
    seen: dict[tuple[str, str], Path] = {}
    everything = [record for top in bundle.records for record in top.walk()]
    for parsed in everything:
        name = parsed.kind, parsed.key
        if name in seen:
            first = bundle.document.line_of(seen[name])
            problems.add(
                (*parsed.path, parsed.spec.key_field),
                _("The id “%(key)s” is already used in line %(line)s.") % {"key": parsed.key, "line": first},
            )
        seen.setdefault(name, parsed.path)
    for parsed in everything:
        for key, target in parsed.references.items():
            declared = parsed.spec.field(key)
            if isinstance(declared, Reference) and (declared.kind, target.words) not in seen:
                problems.add(target.path, dangling(target.words, (declared.kind,)))
        for stated in parsed.links.values():
            for target in stated.targets:
                _check_target(stated.spec, target, seen, problems)


def _check_target(spec: Links, target: Target, seen: Mapping[tuple[str, str], Path], problems: Problems) -> None:
    if target.is_reference and resolve(target, spec.kinds, seen) is None:
        problems.add(target.path, dangling(target.words, spec.kinds))


def _parse_thread(value: Any, bundle: Bundle, problems: Problems) -> list[LinkStatement]:
    if not value:
        if value not in (None, []):
            problems.add(("thread",), wrong_type(_("a list"), value))
        return []
    if not isinstance(value, list):
        problems.add(("thread",), wrong_type(_("a list"), value))
        return []
    names = {(record.kind, record.key) for top in bundle.records for record in top.walk()}
    statements = []
    seen: set[tuple[Any, ...]] = set()
    for number, raw in enumerate(value):
        statement = _parse_link(raw, ("thread", number), names, problems)
        if statement is None:
            continue
        if statement.ends in seen:
            problems.add(("thread", number), _("This link stands here twice."))
        seen.add(statement.ends)
        statements.append(statement)
    return statements


def _parse_link(raw: Any, path: Path, names: set[tuple[str, str]], problems: Problems) -> LinkStatement | None:
    """Read one explicit link; dates and texts are checked as those of any record."""
    before = len(problems.found)
    if not isinstance(raw, dict):
        problems.add(path, wrong_type(_("a mapping"), raw))
        return None
    ends = [_parse_end(raw, end, path, names, problems) for end in ("from", "to")]
    kind = str(raw.get("kind", "")).replace("-", "_")
    if kind not in LinkKind.values:
        allowed = ", ".join(str(value).replace("_", "-") for value in LinkKind.values)
        problems.add((*path, "kind"), _("expected one of %(allowed)s") % {"allowed": allowed})
    if ends[0] is not None and ends[0] == ends[1]:
        problems.add(path, _("A record cannot be linked to itself."))
    details = Parsed(spec_of("programme"), "", path, raw)
    grade = raw.get("grade")
    if grade is not None and grade not in Grade.values:
        expected = _("one of %(allowed)s") % {"allowed": ", ".join(Grade.values)}
        problems.add((*path, "grade"), wrong_type(expected, grade))
    consumed = {"from", "to", "kind"}
    for declared in LINK_FIELDS:
        declared.parse(raw, details, problems)
        consumed.update(declared.consumed(raw))
    if len(problems.found) > before or ends[0] is None or ends[1] is None:
        return None
    return LinkStatement(
        earlier=ends[0],
        later=ends[1],
        kind=LinkKind(kind),
        dated=details.columns.get("date", ""),
        author=details.columns.get("author", ""),
        source=details.columns.get("source", ""),
        note=details.columns["note"],
        extra={key: value for key, value in raw.items() if key not in consumed or key in details.gaps},
    )


def _parse_end(
    raw: Mapping[str, Any], end: str, path: Path, names: set[tuple[str, str]], problems: Problems
) -> tuple[str, str] | None:
    value = raw.get(end)
    if not isinstance(value, str):
        problems.add((*path, end), wrong_type(_("the name of a record, such as “pilot:labor-2025”"), value))
        return None
    kind, colon, key = value.partition(":")
    if colon and (kind, key) in names:
        return kind, key
    if colon:
        kinds = (kind,) if any(kind == other for other, _key in names) else ()
        problems.add((*path, end), dangling(value, kinds))
    else:
        problems.add(
            (*path, end), wrong_type(_("the name of a record, such as “pilot:labor-2025”"), value) + f": {value[:80]}"
        )
    return None


def validate_bundle(path: FilePath) -> Bundle:
    """Check a bundle file without touching the database; raises :class:`InvalidBundle`."""
    return read_bundle(path)


def import_bundle(path: FilePath, *, by: Actor, why: str = "") -> Report:
    """Read a bundle file into the database; all of it or, with :class:`InvalidBundle`, nothing."""
    return store_bundle(read_bundle(path), by=by, why=why or _("Import of %(file)s") % {"file": path.name})


@transaction.atomic
def store_bundle(bundle: Bundle, *, by: Actor, why: str) -> Report:
    """Store a checked bundle; records are updated by id, what it does not name is left alone."""
    space = create_space(bundle.key)
    value = recognised(bundle.document.value, bundle.records, space)
    if value is not bundle.document.value:
        bundle = parse_bundle(bundle.document.with_value(value))
    try:
        report = write_records(bundle.records, space=space, by=by, why=why)
    except InvalidRecords as error:
        raise invalid(bundle.document, error.problems) from None
    if "thread" in bundle.document.value:
        write_thread(space=space, statements=bundle.thread, by=by, why=why)
    wrong = store_documents(bundle.documents, space=space, by=by, why=why)
    if wrong:
        raise invalid(bundle.document, wrong)
    _store_meta(space, bundle)
    report.untouched = _untouched(space, bundle)
    return report


def _store_meta(space: Space, bundle: Bundle) -> None:
    programme = Programme.objects.get(space=space)
    if programme.meta != bundle.meta:
        Programme.objects.filter(pk=programme.pk).update(meta=bundle.meta)
        raise_edition()


def _untouched(space: Space, bundle: Bundle) -> list[tuple[str, str]]:
    named = {(parsed.kind, parsed.key) for top in bundle.records for parsed in top.walk()}
    nodes = Node.objects.filter(space=space, part_of__isnull=True).order_by("kind", "key").values_list("kind", "key")
    return [name for name in nodes if name not in named]
