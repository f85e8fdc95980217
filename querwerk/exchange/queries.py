"""Reads a whole programme out of the database as a bundle."""

from collections import defaultdict
from typing import Any

from querwerk.core.actions import as_mapping, thread_of
from querwerk.core.models import Record, Space, record_models
from querwerk.core.queries import Loaded
from querwerk.core.spec import Spec, all_specs
from querwerk.exchange.documents import SECTION, dump_documents
from querwerk.programmes.models import Programme

ORDER = (
    "programme",
    "funder",
    "partner",
    "organisation",
    "person",
    "profile",
    "question",
    "challenge",
    "match",
    "pilot",
    "pilot_gap",
    "event",
    "paper",
    "decision",
    "uptake",
    "follow_up",
    "newsflash",
    "web_link",
    "film",
    "picture",
    "file",
    "page",
)
"""The order of sections in a bundle."""


def sections() -> list[Spec]:
    """Return the kinds that have a section of their own, in bundle order."""
    specs = {kind: spec for kind, spec in all_specs().items() if spec.section}
    return [specs[kind] for kind in ORDER]


def export_bundle(space: Space) -> dict[str, Any]:
    """Return the bundle of a programme: what an import of it would read; a fixed number of queries."""
    by_kind: dict[str, list[Record]] = defaultdict(list)
    for spec in sections():
        model = record_models()[spec.kind]
        by_kind[spec.kind] = list(model._default_manager.filter(space=space).order_by("position", "pk"))
    related = Loaded([record for records in by_kind.values() for record in records])
    programme = Programme.objects.get(space=space)
    about = programme.meta or {}
    bundle: dict[str, Any] = {"meta": about["meta"]} if "meta" in about else {}
    stated_empty = about.get("sections", {})
    for spec in sections():
        # Questions written inside an event come out there.
        records = [record for record in by_kind[spec.kind] if spec.kind != "question" or record.has_own_key]
        if records:
            dumped = [spec.dump(record, related) for record in records]
            bundle[spec.section] = dumped[0] if spec.is_single else dumped
        elif spec.section in stated_empty:
            bundle[spec.section] = stated_empty[spec.section]
    thread = [as_mapping(statement) for statement in thread_of(space)]
    for section, entries in (("thread", thread), (SECTION, dump_documents(space))):
        if entries or section in stated_empty:
            bundle[section] = entries or stated_empty[section]
    return bundle
