"""Writes bundles as YAML that a person can read and edit, or as JSON."""

import json
from typing import Any

import yaml


class _Dumper(yaml.SafeDumper):
    """Quotes what an older YAML would take for a date or a truth value, except the key ``no``."""

    def represent_mapping(self, tag: Any, mapping: Any, flow_style: Any = None) -> yaml.MappingNode:
        """Leave the key ``no`` bare: YAML 1.1 and 1.2 then read what they would read in a hand-written file."""
        node = super().represent_mapping(tag, mapping, flow_style)
        for key, _value in node.value:
            if key.value == "no":
                key.tag = "tag:yaml.org,2002:bool"
        return node

    def represent_str(self, data: str) -> yaml.ScalarNode:
        """Escape the line breaks of Unicode, which YAML would fold into spaces."""
        style = '"' if any(character in data for character in "\x85\u2028\u2029") else None
        return self.represent_scalar("tag:yaml.org,2002:str", data, style=style)

    def ignore_aliases(self, data: Any) -> bool:
        """Write every value out; bundles know no aliases."""
        return True


_Dumper.add_representer(str, _Dumper.represent_str)


def as_yaml(bundle: dict[str, Any]) -> str:
    """Return the bundle as YAML 1.2, in the order of its keys."""
    return yaml.dump(bundle, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=120)


def as_json(bundle: dict[str, Any]) -> str:
    """Return the bundle as JSON."""
    return json.dumps(bundle, ensure_ascii=False, indent=2) + "\n"
