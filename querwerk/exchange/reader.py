"""Reads YAML and JSON files that nobody vouches for, and remembers on which line each value stands."""

import json
import re
from collections.abc import Callable, Hashable
from pathlib import Path as FilePath
from typing import Any

import yaml
from django.utils.translation import gettext as _

from querwerk.core.spec import Path

MAX_BYTES = 25_000_000
MAX_DEPTH = 40
MAX_VALUES = 2_000_000
MAX_DIGITS = 30

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class UnreadableFile(Exception):
    """The file is not what it should be; ``line`` (1-based) where known."""

    def __init__(self, message: str, line: int | None = None) -> None:
        """Keep message and line."""
        super().__init__(message)
        self.message = message
        self.line = line


class _PlainLoader(_Loader):  # type: ignore[misc]
    """YAML with the few types of JSON: dates stay text, and ``no`` is a word, not false (YAML 1.2 core schema)."""


_PlainLoader.yaml_implicit_resolvers = {}
for _kind, _pattern, _first in (
    ("bool", r"^(?:true|True|TRUE|false|False|FALSE)$", list("tTfF")),
    ("null", r"^(?:~|null|Null|NULL|)$", ["~", "n", "N", ""]),
    ("int", r"^[-+]?(?:0|[1-9][0-9]*)$", list("-+0123456789")),
    ("float", r"^[-+]?(?:[0-9]+\.[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?$", list("-+.0123456789")),
):
    _PlainLoader.add_implicit_resolver(f"tag:yaml.org,2002:{_kind}", re.compile(_pattern), _first)


class Document:
    """A parsed file: its value, and the line of each path, found only when somebody asks."""

    def __init__(self, name: str, value: Any, find_lines: Callable[[], dict[Path, int]]) -> None:
        """Keep what was read."""
        self.name = name
        self.value = value
        self._find_lines = find_lines
        self._lines: dict[Path, int] | None = None

    def with_value(self, value: Any) -> "Document":
        """Return the same file with another value, the parts of which stand where they stood."""
        return Document(self.name, value, self._find_lines)

    def line_of(self, path: Path) -> int | None:
        """Return the line on which a path, or the nearest place around it, stands."""
        if self._lines is None:
            self._lines = self._find_lines()
        while path and path not in self._lines:
            path = path[:-1]
        return self._lines.get(path)


def read_file(path: FilePath) -> Document:
    """Read a bundle file; raises :class:`UnreadableFile`."""
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise UnreadableFile(
                _("The file has %(size)d MB; a bundle may have %(limit)d MB at most.")
                % {"size": size // 1_000_000, "limit": MAX_BYTES // 1_000_000}
            )
        content = path.read_bytes()
    except OSError as error:
        raise UnreadableFile(_("The file cannot be read: %(reason)s") % {"reason": error.strerror}) from None
    return read(content, path.name)


def read(content: bytes, name: str) -> Document:
    """Read the content of a bundle file; JSON where the name ends so, YAML otherwise."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise UnreadableFile(_("This is not a text in UTF-8."), line) from None
    if name.lower().endswith(".json"):
        return Document(name, _read_json(text), lambda: _lines_of(text))
    lines: dict[Path, int] = {}
    root = _compose(text)
    return Document(name, None if root is None else _construct(root, (), lines), lambda: lines)


def _compose(text: str) -> yaml.Node | None:
    try:
        return _Composer(text).compose()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        problem = " ".join(part for part in (error.context, error.problem) if part)
        raise UnreadableFile(
            _("This is not valid YAML: %(problem)s") % {"problem": problem},
            min(mark.line + 1, len(text.splitlines())) if mark else None,
        ) from None
    except yaml.YAMLError as error:
        raise UnreadableFile(_("This is not valid YAML: %(problem)s") % {"problem": str(error)}) from None


def _read_json(text: str) -> Any:
    try:
        value = json.loads(
            text, parse_constant=_refuse_constant, parse_int=_whole_number, object_pairs_hook=_without_doubles
        )
        _check_depth(value)
    except RecursionError:
        raise UnreadableFile(_too_deep()) from None
    except json.JSONDecodeError as error:
        raise UnreadableFile(_("This is not valid JSON: %(problem)s") % {"problem": error.msg}, error.lineno) from None
    return value


def _lines_of(json_text: str) -> dict[Path, int]:
    """Find the lines of a JSON text, which is YAML but for a few control characters; without lines if it is not."""
    lines: dict[Path, int] = {}
    try:
        root = _compose(json_text)
        if root is not None:
            _construct(root, (), lines)
    except UnreadableFile:
        return {}
    return lines


def _refuse_constant(name: str) -> Any:
    raise UnreadableFile(_("This is not valid JSON: %(problem)s") % {"problem": name})


def _whole_number(digits: str) -> int:
    if len(digits) > MAX_DIGITS:
        raise UnreadableFile(_("A number is too long."))
    return int(digits)


def _without_doubles(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    mapping = dict(pairs)
    if len(mapping) < len(pairs):
        names = [key for key, _value in pairs]
        double = next(key for key in names if names.count(key) > 1)
        raise UnreadableFile(_("The key “%(key)s” stands here twice.") % {"key": double})
    return mapping


def _check_depth(value: Any, depth: int = 0) -> None:
    if depth > MAX_DEPTH:
        raise UnreadableFile(_too_deep())
    if isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            _check_depth(inner, depth + 1)


def _too_deep() -> str:
    return _("The file is nested deeper than %(limit)d levels.") % {"limit": MAX_DEPTH}


class _Composer:
    """Builds the node tree from events, so that aliases and depth are refused before they can do harm."""

    def __init__(self, text: str) -> None:
        self.loader = _PlainLoader(text)
        self.count = 0

    def compose(self) -> yaml.Node | None:
        try:
            self.check_events()
        finally:
            self.loader.dispose()
        return self.root

    def check_events(self) -> None:
        self.root: yaml.Node | None = None
        stack: list[yaml.CollectionNode] = []
        keys: list[yaml.Node | None] = []
        while self.loader.check_event():
            event = self.loader.get_event()
            if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
                raise UnreadableFile(
                    _("Anchors and aliases (& and *) are not allowed in a bundle; write the value out."),
                    event.start_mark.line + 1,
                )
            if isinstance(event, yaml.DocumentStartEvent) and self.root is not None:
                raise UnreadableFile(_("The file holds more than one document."), event.start_mark.line + 1)
            if isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
                stack.pop()
                keys.pop()
            elif isinstance(event, yaml.NodeEvent):
                self.add(event, stack, keys)

    def add(self, event: Any, stack: list[Any], keys: list[yaml.Node | None]) -> None:
        self.count += 1
        line = event.start_mark.line + 1
        if self.count > MAX_VALUES:
            raise UnreadableFile(_("The file holds more than %(limit)d values.") % {"limit": MAX_VALUES}, line)
        node = self.make(event, line)
        if not stack:
            self.root = node
        elif isinstance(stack[-1], yaml.SequenceNode):
            stack[-1].value.append(node)
        elif keys[-1] is None:
            keys[-1] = node
        else:
            stack[-1].value.append((keys[-1], node))
            keys[-1] = None
        if isinstance(node, yaml.CollectionNode):
            if len(stack) >= MAX_DEPTH:
                raise UnreadableFile(_too_deep(), line)
            stack.append(node)
            keys.append(None)

    def make(self, event: Any, line: int) -> yaml.Node:
        if event.tag is not None and event.tag != "!":
            raise UnreadableFile(_("Type tags (%(tag)s) are not allowed in a bundle.") % {"tag": event.tag}, line)
        start: Any = event.start_mark
        if isinstance(event, yaml.ScalarEvent):
            return yaml.ScalarNode(
                self.loader.resolve(yaml.ScalarNode, event.value, event.implicit), event.value, start
            )
        if isinstance(event, yaml.SequenceStartEvent):
            return yaml.SequenceNode("tag:yaml.org,2002:seq", [], start)
        return yaml.MappingNode("tag:yaml.org,2002:map", [], start)


def _construct(node: yaml.Node, path: Path, lines: dict[Path, int]) -> Any:
    lines[path] = node.start_mark.line + 1
    if isinstance(node, yaml.ScalarNode):
        return _scalar(node)
    if isinstance(node, yaml.SequenceNode):
        return [_construct(item, (*path, number), lines) for number, item in enumerate(node.value)]
    mapping: dict[Hashable, Any] = {}
    for key_node, value_node in node.value:
        line = key_node.start_mark.line + 1
        if not isinstance(key_node, yaml.ScalarNode):
            raise UnreadableFile(_("A key must be a word."), line)
        key = str(key_node.value)
        if key in mapping:
            raise UnreadableFile(_("The key “%(key)s” stands here twice.") % {"key": key}, line)
        mapping[key] = _construct(value_node, (*path, key), lines)
        lines[*path, key] = line
    return mapping


def _scalar(node: yaml.ScalarNode) -> Any:
    kind = node.tag.rpartition(":")[2]
    value = str(node.value)
    if kind == "null":
        return None
    if kind == "bool":
        return value.lower() == "true"
    if kind == "int":
        if len(value) > MAX_DIGITS:
            raise UnreadableFile(_("A number is too long."), node.start_mark.line + 1)
        return int(value)
    return float(value) if kind == "float" else value
