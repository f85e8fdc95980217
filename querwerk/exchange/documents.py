"""Longer texts in a bundle: one entry for each record, role and language, with its blocks."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.timezone import is_aware
from django.utils.translation import gettext as _

from querwerk.core.actions import Actor
from querwerk.core.models import Node, Space
from querwerk.core.prose.actions import OtherVersion, Stated, import_document
from querwerk.core.prose.blocks import SHAPES, Body, InvalidBody, normalise
from querwerk.core.prose.models import Document
from querwerk.core.prose.queries import body_of
from querwerk.core.prose.roles import find_role
from querwerk.core.prose.sanitise import KEY
from querwerk.core.prose.states import DocumentState
from querwerk.core.spec import Path, Problem, Problems, wrong_type
from querwerk.core.text import LANGUAGES

SECTION = "documents"
KNOWN = (
    "of",
    "role",
    "language",
    "state",
    "public_from",
    "translates",
    "version",
    "basis",
    "blocks",
    "notes",
    "public",
    "next_from",
    "next",
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One text as a bundle states it, and where."""

    path: Path
    kind: str
    key: str
    role: str
    language: str
    stated: Stated

    @property
    def name(self) -> tuple[str, str, str, str]:
        """Return what identifies the text."""
        return self.kind, self.key, self.role, self.language


def parse_documents(value: Any, names: set[tuple[str, str]], problems: Problems) -> list[Entry]:
    """Return the texts of a bundle; what is wrong is noted with its place."""
    if not isinstance(value, list):
        if value is not None:
            problems.add((SECTION,), wrong_type(_("a list"), value))
        return []
    found: dict[tuple[str, str, str, str], Entry] = {}
    for number, raw in enumerate(value):
        path: Path = (SECTION, number)
        if not isinstance(raw, dict):
            problems.add(path, wrong_type(_("a mapping"), raw))
            continue
        entry = _parse(raw, path, names, problems)
        if entry is not None and entry.name in found:
            problems.add(path, _("This text stands here twice."))
        elif entry is not None:
            found[entry.name] = entry
    return list(found.values())


def _parse(raw: Mapping[str, Any], path: Path, names: set[tuple[str, str]], problems: Problems) -> Entry | None:
    before = len(problems.found)
    for key in raw:
        if key not in KNOWN:
            problems.add((*path, key), _("Unknown key. Known are: %(allowed)s") % {"allowed": ", ".join(KNOWN)})
    kind, _colon, key = str(raw.get("of", "")).partition(":")
    role, language = str(raw.get("role", "")), str(raw.get("language", ""))
    if (kind, key) not in names:
        problems.add((*path, "of"), _("There is no record “%(name)s” in this bundle.") % {"name": raw.get("of")})
    elif find_role(kind, role) is None:
        problems.add((*path, "role"), _("Records of this kind have no text “%(role)s”.") % {"role": role})
    if language not in LANGUAGES:
        problems.add((*path, "language"), wrong_type(_("a language, such as de"), raw.get("language")))
    stated = _stated(raw, path, problems)
    if len(problems.found) > before or stated is None:
        return None
    return Entry(path, kind, key, role, language, stated)


def _stated(raw: Mapping[str, Any], path: Path, problems: Problems) -> Stated | None:
    state = raw.get("state", "draft")
    if state not in DocumentState.values:
        expected = _("one of %(allowed)s") % {"allowed": ", ".join(DocumentState.values)}
        problems.add((*path, "state"), wrong_type(expected, state))
    version, translates = raw.get("version"), raw.get("translates") or ""
    if version is not None and (not isinstance(version, int) or isinstance(version, bool) or version < 1):
        problems.add((*path, "version"), wrong_type(_("a number"), version))
    if translates and translates not in LANGUAGES:
        problems.add((*path, "translates"), wrong_type(_("a language, such as de"), translates))
    body = _body(raw, path, problems)
    public = _body(raw["public"], (*path, "public"), problems) if "public" in raw else body
    public_from = _instant(raw.get("public_from"), (*path, "public_from"), problems)
    basis = _basis(raw.get("basis"), (*path, "basis"), problems)
    if body is None or public is None or state not in DocumentState.values:
        return None
    following = _body(raw["next"], (*path, "next"), problems) if "next" in raw else body
    next_from = _instant(raw.get("next_from"), (*path, "next_from"), problems)
    return Stated(
        body, public, DocumentState(state), public_from, str(translates), basis, version, following, next_from
    )


def _body(raw: Any, path: Path, problems: Problems) -> Body | None:
    try:
        given = {part: raw.get(part) or [] for part in ("blocks", "notes")} if isinstance(raw, Mapping) else raw
        return normalise(given)
    except InvalidBody as error:
        for problem in error.problems:
            problems.add((*path, *problem.path), problem.message)
    return None


def _instant(value: Any, path: Path, problems: Problems) -> datetime | None:
    if value is None:
        return None
    try:
        found = parse_datetime(value) if isinstance(value, str) else None
    except ValueError:
        found = None
    if found is None or not is_aware(found):
        problems.add(path, wrong_type(_('an instant such as "2021-09-29T09:00:00+02:00", in quotes'), value))
        return None
    return found


def _basis(value: Any, path: Path, problems: Problems) -> dict[str, list[str]]:
    if value is None:
        return {}
    if not isinstance(value, dict) or not all(
        isinstance(key, str)
        and KEY.fullmatch(key)
        and isinstance(pair, list)
        and len(pair) == 2
        and all(isinstance(one, str) for one in pair)
        for key, pair in value.items()
    ):
        problems.add(path, wrong_type(_("a mapping"), value))
        return {}
    return value


def store_documents(entries: list[Entry], *, space: Space, by: Actor, why: str) -> list[Problem]:
    """Store the texts, those that others translate first; return what could not be, because somebody wrote in between."""
    nodes = {(node.kind, node.key): node for node in Node.objects.filter(space=space).select_related("space")}
    problems = []
    for entry in sorted(entries, key=lambda entry: bool(entry.stated.source_language)):
        node = nodes[entry.kind, entry.key]
        try:
            import_document(node=node, role=entry.role, language=entry.language, stated=entry.stated, by=by, why=why)
        except OtherVersion as error:
            problems.append(Problem((*entry.path, "version"), str(error)))
    return problems


def dump_documents(space: Space) -> list[dict[str, Any]]:
    """Return the texts of a programme as a bundle states them, in a steady order."""
    documents = Document.objects.filter(node__space=space).select_related("node")
    ordered = documents.order_by("node__kind", "node__key", "role", "source_language", "language")
    return [_dump(document) for document in ordered]


def _dump(document: Document) -> dict[str, Any]:
    body = body_of(document, document.head_number) or {"blocks": [], "notes": []}
    out: dict[str, Any] = {
        "of": f"{document.node.kind}:{document.node.key}",
        "role": document.role,
        "language": document.language,
        "state": str(document.state),
        "version": document.head_number,
    }
    if document.public_from is not None:
        out["public_from"] = document.public_from.isoformat(timespec="seconds")
    if document.source_language:
        out |= {"translates": document.source_language, "basis": document.basis}
    out["blocks"] = body["blocks"]
    if body["notes"]:
        out["notes"] = body["notes"]
    if document.public_number not in (None, document.head_number):
        out["public"] = body_of(document, document.public_number)
    if document.next_from is not None:
        out["next_from"] = document.next_from.isoformat(timespec="seconds")
        if document.next_number != document.head_number:
            out["next"] = body_of(document, document.next_number)
    return out


def document_schema() -> dict[str, Any]:
    """Return the JSON Schema of one text."""
    block = {
        "type": "object",
        "required": ["type"],
        "properties": {"key": {"type": "string", "pattern": "^[a-z2-7]{8}$"}, "type": {"enum": list(SHAPES)}},
    }
    note = {
        "type": "object",
        "required": ["key", "kind"],
        "properties": {
            "key": {"type": "string", "pattern": "^[a-z2-7]{8}$"},
            "kind": {"enum": ["footnote", "comment"]},
        },
    }
    blocks = {"type": ["array", "null"], "items": block}
    notes = {"type": ["array", "null"], "items": note}
    return {
        "title": "A longer text of a record in one language",
        "type": "object",
        "required": ["of", "role", "language"],
        "additionalProperties": False,
        "properties": {
            "of": {"type": "string", "pattern": "^[a-z_]+:", "title": "The record, as kind:id"},
            "role": {"type": "string", "title": "What the text is for the record: body, report, text"},
            "language": {"enum": list(LANGUAGES)},
            "state": {"enum": list(DocumentState.values)},
            "public_from": {"type": ["string", "null"], "format": "date-time"},
            "translates": {
                "type": ["string", "null"],
                "title": "The language of the text of which this is a translation",
            },
            "version": {"type": ["integer", "null"], "title": "The version on which the words rest"},
            "basis": {
                "type": ["object", "null"],
                "title": "Own block → block that it translates, and a mark of its content then",
            },
            "blocks": blocks,
            "notes": notes,
            "public": {"type": "object", "properties": {"blocks": blocks, "notes": notes}},
            "next_from": {
                "type": ["string", "null"],
                "format": "date-time",
                "title": "When a newer version takes the place of the public one",
            },
            "next": {
                "type": "object",
                "title": "The newer version, where it is not the newest",
                "properties": {"blocks": blocks, "notes": notes},
            },
        },
    }
