"""Make the pages of the documentation that come out of the code: ``make docs``.

Whole pages (commands, states) and regions between two comments in pages that a person writes (the fields of a bundle,
the picture of the rooms). ``tests/repo/test_docs.py`` proves that all of them are current.
"""

import argparse
import importlib
import os
import re
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import django
import grimp
from django.db.models import TextChoices
from django.utils import translation

from scripts.demo import ROOT

if TYPE_CHECKING:
    from querwerk.core.spec import Field, Spec

DOCS = ROOT / "docs"
MADE = "This page is made from the code by `make docs`; a test keeps it current."
ROOMS_ABOVE_ALL = ("__main__", "cli")


# --- Commands ---------------------------------------------------------------


def _leaves(parser: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    """Every command that does something, in the order of the help."""
    groups = [action for action in _actions(parser) if isinstance(action.choices, dict)]
    if not groups:
        yield parser
    for group in groups:
        for inner in dict(group.choices or {}).values():
            yield from _leaves(inner)


def _actions(parser: argparse.ArgumentParser) -> list[argparse.Action]:
    """All arguments but the help; argparse has no other way to name them."""
    return [action for action in parser._actions if action.dest != "help"]  # noqa: SLF001


def _form(action: argparse.Action) -> str:
    """An argument as it is typed."""
    name = str(
        action.metavar or (f"{{{','.join(map(str, action.choices))}}}" if action.choices else action.dest.upper())
    )
    if not action.option_strings:
        return name
    return action.option_strings[0] if action.nargs == 0 else f"{action.option_strings[0]} {name}"


def _is_optional(action: argparse.Action) -> bool:
    return bool(action.option_strings) or action.nargs == "?"


def command_names() -> list[str]:
    """Every command with its group, as it is typed."""
    from querwerk.cli import parser  # noqa: PLC0415 - with it Django's commands come

    return [leaf.prog for leaf in _leaves(parser())]


def make_targets() -> dict[str, str]:
    """Every command of ``make`` and what it says about itself."""
    text = (ROOT / "Makefile").read_text()
    return dict(re.findall(r"^([a-z-]+):.*?## (.+)$", text, re.MULTILINE))


def commands() -> str:
    """The page of all commands."""
    from querwerk.cli import parser  # noqa: PLC0415

    lines = [
        "# Commands",
        "",
        MADE,
        "",
        "## For operators",
        "",
        "In a checkout the command is `.venv/bin/querwerk`. It ends with 0 when the thing is done, with 1 and one message when",
        "it refuses, and with 2 when it was called wrongly. It is configured by [environment variables](settings.md).",
        "",
    ]
    for leaf in _leaves(parser()):
        arguments = _actions(leaf)
        forms = [f"[{_form(action)}]" if _is_optional(action) else _form(action) for action in arguments]
        lines += [f"### {leaf.prog}", "", str(leaf.description), "", "```", " ".join([leaf.prog, *forms]), "```", ""]
        told = [f"- `{_form(action)}`: {action.help}" for action in arguments if action.help]
        lines += [*told, ""] if told else []
    lines += ["## For developers", "", "| Command | What it does |", "| --- | --- |"]
    lines += [f"| `make {name}` | {text} |" for name, text in make_targets().items()]
    return "\n".join([*lines, ""])


# --- States -----------------------------------------------------------------


def state_tables() -> dict[str, dict[TextChoices, frozenset[TextChoices]]]:
    """Every table of allowed moves that a room states, by room and name."""
    found = {}
    for path in sorted((ROOT / "querwerk").rglob("states.py")):
        room = ".".join(path.parent.relative_to(ROOT / "querwerk").parts)
        module = importlib.import_module(f"querwerk.{room}.states")
        tables = {name: value for name, value in vars(module).items() if name.endswith("_MOVES")}
        found.update({f"{room}.{name}": table for name, table in tables.items()})
    return found


def _state_diagram(table: dict[TextChoices, frozenset[TextChoices]]) -> list[str]:
    lines = ["```mermaid", "stateDiagram-v2"]
    lines += [f'    state "{state.label}" as {state}' for state in table]
    # In the order of declaration: a set has none.
    lines += [f"    {state} --> {other}" for state, others in table.items() for other in type(state) if other in others]
    lines += [f"    {state} --> [*]" for state, others in table.items() if not others]
    return [*lines, "```", ""]


def states() -> str:
    """The page of all states and the moves between them."""
    lines = [
        "# States",
        "",
        MADE,
        "",
        "A room states in its `states.py` which states there are and which moves between them are foreseen, as a table. The",
        "desk offers only these moves of a record's visibility. The state of a paper is reported, not steered: a source may tell",
        "of any, so its form and a bundle accept any.",
        "",
    ]
    with translation.override("en"):
        for name, table in state_tables().items():
            room, _dot, variable = name.rpartition(".")
            choices = type(next(iter(table)))
            lines += [f"## {choices.__name__}", "", str(choices.__doc__).partition("\n")[0], ""]
            lines += [f"Table `{variable}` of the room `{room}`.", "", *_state_diagram(table)]
    return "\n".join(lines)


# --- The format of bundles --------------------------------------------------


def _listed(kinds: tuple[str, ...]) -> str:
    names = [f"[{kind}](#{kind})" for kind in kinds]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"


def _value(field: "Field") -> str:
    """Say what may stand under a key."""
    from querwerk.core import spec  # noqa: PLC0415

    writers: dict[type, Callable[[Any], str]] = {
        spec.Urls: lambda field: f"address, by language: `{field.key}`, `{field.key}_de` …",
        spec.Texts: lambda field: (
            f"text, by language: `{field.key}`, `{field.key}_de` …" if field.key else "text, the language is the key"
        ),
        spec.Choice: lambda field: "one of " + ", ".join(f"`{code}`" for code, _label in field.choices),
        spec.Choices: lambda field: "list of " + ", ".join(f"`{code}`" for code, _label in field.choices),
        spec.UrlList: lambda _field: "list of addresses that begin with http:// or https://",
        spec.Term: lambda _field: "word; known words are translated",
        spec.Url: lambda _field: "address that begins with http:// or https://",
        spec.Source: lambda _field: "address, or the name of a source",
        spec.Date: lambda _field: "year, month or day",
        spec.Number: _number,
        spec.Words: lambda _field: "text, the same in every language",
        spec.TextList: lambda _field: "list of texts, or of texts by language",
        spec.Facts: lambda _field: "mapping with keys of your own",
        spec.Reference: lambda field: f"id: {_listed((field.kind,))}",
        spec.Links: _link,
        spec.Parts: lambda field: (
            f"list of [{field.kind}](#{field.kind})" + (", or of plain texts" if field.plain_key else "")
        ),
    }
    return writers[type(field)](field)


def _number(field: Any) -> str:
    whole = "whole number" if field.is_whole else "number"
    least = "" if field.minimum is None else f", at least {field.minimum}"
    most = "" if field.maximum is None else f", at most {field.maximum}"
    return whole + least + most


def _link(field: Any) -> str:
    kinds = _listed(field.kinds)
    what = f"list of ids: {kinds}" if field.is_many else f"id: {kinds}"
    words = ", or plain words" if field.may_be_words else ""
    inline = f", or the {field.inline_kind} itself" if field.inline_kind else ""
    return f"{what}{words}{inline}; link `{field.link_kind.replace('_', '-')}`"


def _kind(spec: "Spec") -> list[str]:
    place = (
        f"In the section `{spec.section}`" if spec.section else f"Part of a [{spec.parent_kind}](#{spec.parent_kind})"
    )
    single = ", which is one mapping, not a list" if spec.is_single else ""
    if spec.key_from:
        identity = f"Has no id of its own: `{spec.key_from}` stands for it."
    elif spec.key_field != "id":
        identity = f"Its `{spec.key_field}`, a whole number, is its id."
    elif spec.section and (not spec.is_single or spec.kind == "programme"):
        identity = "Needs an `id`."
    else:
        identity = "May have an `id`."
    rows = [
        f"| `{field.key}` | {field.label}{f': {field.hint}' if field.hint else ''} | {_value(field)}"
        f"{' (required)' if field.is_required else ''} |"
        if field.key
        else f"| `de`, `en` … | {field.label} | {_value(field)}{' (required)' if field.is_required else ''} |"
        for field in spec.fields
    ]
    head = [f"### {spec.kind}", "", f"{spec.label}. {place}{single}. {identity}", ""]
    return [*head, "| Key | Meaning | Value |", "| --- | --- | --- |", *rows, ""]


def specs_in_order() -> list["Spec"]:
    """Every kind: those with a section in the order of the bundle, each followed by its parts."""
    from querwerk.core.spec import Parts, spec_of  # noqa: PLC0415
    from querwerk.exchange.queries import sections  # noqa: PLC0415

    def with_parts(spec: "Spec") -> Iterator["Spec"]:
        yield spec
        for field in spec.fields:
            if isinstance(field, Parts):
                yield from with_parts(spec_of(field.kind))

    return list(chain.from_iterable(with_parts(spec) for spec in sections()))


def kinds() -> str:
    """A table for each kind of record."""
    with translation.override("en"):
        return "\n".join(chain.from_iterable(_kind(spec) for spec in specs_in_order())).rstrip("\n")


# --- The rooms --------------------------------------------------------------


def floors() -> list[list[str]]:
    """The rooms from top to bottom, as the contract in pyproject.toml states them."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    (layers,) = (contract["layers"] for contract in contracts if contract["id"] == "rooms")
    return [re.findall(r"\w+", layer) for layer in layers if layer not in ROOMS_ABOVE_ALL]


def imports() -> set[tuple[str, str]]:
    """Which room imports which, as the code stands."""
    graph = grimp.build_graph("querwerk", exclude_type_checking_imports=True, cache_dir=None)
    rooms = set(chain.from_iterable(floors()))
    pairs = set()
    for module in graph.modules:
        if ".migrations" in module:
            continue
        room = module.split(".")[1:2]
        for imported in graph.find_modules_directly_imported_by(module):
            other = imported.split(".")[1:2]
            if room != other and {*room, *other} <= rooms and room and other:
                pairs.add((room[0], other[0]))
    return pairs


def _reachable(start: str, pairs: set[tuple[str, str]]) -> set[str]:
    found: set[str] = set()
    pending = {start}
    while pending:
        pending = {below for above, below in pairs if above in pending} - found
        found |= pending
    return found


def rooms() -> str:
    """The picture of the rooms, and the table of every import."""
    pairs = imports()
    order = list(chain.from_iterable(floors()))
    below = {room: _reachable(room, pairs) for room in order}
    direct = {room: {other for above, other in pairs if above == room} for room in order}
    lines = [
        "```mermaid",
        "flowchart TD",
        "    accTitle: The rooms of Querwerk",
        "    accDescr: From top to bottom; an arrow leads from a room to one that it imports.",
    ]
    for number, floor in enumerate(floors()):
        lines += [f'    subgraph floor{number}[" "]']
        lines += [f"        {room}" for room in floor]
        lines += ["    end"]
    for room in order:
        # An arrow that follows from two others only clutters the picture.
        implied = set().union(*(below[other] for other in direct[room]))
        lines += [f"    {room} --> {other}" for other in order if other in direct[room] - implied]
    lines += ["```", "", f"| imports → | {' | '.join(order[1:])} |", f"| --- |{' :-: |' * (len(order) - 1)}"]
    lines += [
        f"| **{room}** | {' | '.join('•' if other in direct[room] else ' ' for other in order[1:])} |"
        for room in order
        if direct[room]
    ]
    return "\n".join(lines)


# --- Writing ----------------------------------------------------------------


@dataclass(frozen=True)
class Made:
    """A page, or a region of one, and what makes it."""

    page: str
    content: Callable[[], str]
    region: str = ""

    @property
    def path(self) -> Path:
        """Where the page is."""
        return DOCS / self.page

    def updated(self) -> str:
        """The page as it should be."""
        if not self.region:
            return self.content()
        start, end = f"<!-- made by `make docs`: {self.region} -->", f"<!-- end of {self.region} -->"
        before, found, rest = self.path.read_text().partition(start)
        _old, closed, after = rest.partition(end)
        if not (found and closed):
            raise RuntimeError(f"{self.page} has no region {self.region}")
        return f"{before}{start}\n\n{self.content()}\n\n{end}{after}"


PAGES = (
    Made("reference/commands.md", commands),
    Made("reference/states.md", states),
    Made("reference/bundle.md", kinds, "kinds"),
    Made("explanation/architecture.md", rooms, "rooms"),
)


def main() -> None:
    """Write every page that has changed."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "querwerk.config.settings")
    django.setup()
    for made in PAGES:
        text = made.updated()
        if not made.path.exists() or made.path.read_text() != text:
            made.path.write_text(text)
            print(f"docs/{made.page}")


if __name__ == "__main__":
    main()
