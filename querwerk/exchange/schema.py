"""The JSON Schema (2020-12) of a programme bundle, made from the same declarations that read it."""

from typing import Any

from django.utils import translation

from querwerk.core.spec import all_specs
from querwerk.core.states import LinkKind
from querwerk.core.text import LANGUAGES
from querwerk.evidence.states import Grade
from querwerk.exchange.documents import SECTION, document_schema
from querwerk.exchange.queries import sections


def bundle_schema() -> dict[str, Any]:
    """Return the schema. References between records are beyond JSON Schema; ``programme validate`` checks them."""
    with translation.override("en"):
        properties: dict[str, Any] = {"meta": {"title": "What the bundle says about itself"}}
        for spec in sections():
            record = {"$ref": f"#/$defs/{spec.kind}"}
            properties[spec.section] = record if spec.is_single else {"type": ["array", "null"], "items": record}
        properties["thread"] = {"type": ["array", "null"], "items": {"$ref": "#/$defs/link"}}
        properties[SECTION] = {"type": ["array", "null"], "items": {"$ref": "#/$defs/document"}}
        definitions = {kind: spec.schema() for kind, spec in sorted(all_specs().items())}
        return {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "title": "Querwerk programme bundle",
            "description": "A cross-innovation programme with everything that hangs on it. "
            "null means searched for and not found, an absent key that nothing was said.",
            "type": "object",
            "required": ["programme"],
            "additionalProperties": False,
            "properties": properties,
            "$defs": {**definitions, "link": link_schema(), "document": document_schema()},
        }


def link_schema() -> dict[str, Any]:
    """Return the schema of one link of the thread."""
    name = {"type": "string", "pattern": "^[a-z_]+:[a-z0-9]+(?:[-.][a-z0-9]+)*$"}
    return {
        "title": "A link of the thread, made by hand",
        "type": "object",
        "required": ["from", "to", "kind"],
        "properties": {
            "from": {**name, "title": "The earlier record, as kind:id"},
            "to": {**name, "title": "The later record, as kind:id"},
            "kind": {"enum": [str(kind).replace("_", "-") for kind in LinkKind.values]},
            "date": {"type": ["string", "null"], "pattern": r"^(\d{4}(-\d{2}(-\d{2})?)?)?$"},
            "author": {"type": ["string", "null"]},
            "source": {"type": ["string", "null"]},
            "grade": {"enum": [*Grade.values, None], "title": "How well a source proves the tie"},
            "note": {"type": ["string", "null"]},
        },
        "patternProperties": {f"^note_({'|'.join(LANGUAGES)})$": {"type": ["string", "null"]}},
    }
