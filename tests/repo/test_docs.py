"""The documentation says what the code does: made pages are current, names in prose exist, nothing is left out."""

import re
from pathlib import Path

import pytest
from django.db.models import TextChoices

from querwerk.config.env import settings
from querwerk.core import registry
from querwerk.core.spec import all_specs
from querwerk.exchange.actions import validate_bundle
from scripts.demo import ROOT
from scripts.docs import DOCS, PAGES, Made, command_names, make_targets, specs_in_order, state_tables

DECISIONS = sorted(path for path in (DOCS / "decisions").glob("*.md") if path.name != "README.md")
WRITTEN = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "MOVING.md", "CHANGELOG.md")]
WRITTEN += sorted(path for path in DOCS.rglob("*.md"))
TABLES = state_tables()


def _code_in(page: Path) -> str:
    """All that a page sets as code: what can be typed."""
    text = page.read_text()
    blocks = re.findall(r"^```[^\n]*\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    spans = re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL))
    return "\n".join([*blocks, *spans])


@pytest.mark.parametrize("made", PAGES, ids=lambda made: made.page)
def test_made_page_is_current(made: Made) -> None:
    assert made.path.read_text() == made.updated(), "run: make docs"


def test_every_kind_of_record_is_documented() -> None:
    assert sorted(spec.kind for spec in specs_in_order()) == sorted(all_specs())


def test_the_tutorials_bundle_is_valid_and_knows_only_fields_of_the_format() -> None:
    assert validate_bundle(DOCS / "tutorial/werkraum.yaml").freely_named == []


@pytest.mark.parametrize("name", TABLES)
def test_every_state_is_in_its_table(name: str) -> None:
    table = TABLES[name]
    (choices,) = {type(state) for state in table}
    assert set(table) == set(choices)
    assert set().union(*table.values()) <= set(choices)


@pytest.mark.parametrize("name", TABLES)
def test_every_state_can_be_reached(name: str) -> None:
    table = TABLES[name]
    reached: set[TextChoices] = set()
    pending: set[TextChoices] = {next(iter(table))}
    while pending:
        reached |= pending
        pending = set().union(*(table[state] for state in pending)) - reached
    assert reached == set(table)


@pytest.mark.parametrize("page", WRITTEN, ids=lambda page: str(page.relative_to(ROOT)))
def test_commands_in_documents_exist(page: Path) -> None:
    known = command_names()
    groups = {" ".join(name.split()[: size + 1]) for name in known for size in range(len(name.split()))}
    typed = re.findall(r"(?<![\w./@-])(?:\.venv/bin/)?querwerk((?: [a-z]+){1,2})(?![\w.@])", _code_in(page))
    wrong = [words for words in typed if not _is_command(words.split(), groups)]
    assert wrong == []


def _is_command(words: list[str], groups: set[str]) -> bool:
    """Whether the words begin with a whole command; what follows are its arguments."""
    name = f"querwerk {words[0]}"
    if name not in groups:
        return False
    has_subcommands = any(group.startswith(f"{name} ") for group in groups)
    return not has_subcommands or len(words) == 1 or f"{name} {words[1]}" in groups


@pytest.mark.parametrize("page", WRITTEN, ids=lambda page: str(page.relative_to(ROOT)))
def test_make_commands_in_documents_exist(page: Path) -> None:
    typed = re.findall(r"(?<![\w-])make ([a-z][a-z-]*)", _code_in(page))
    targets = set(make_targets()) | {"setup-node", "setup-browser"}
    assert [name for name in typed if name not in targets] == []


@pytest.mark.parametrize("page", WRITTEN, ids=lambda page: str(page.relative_to(ROOT)))
def test_settings_in_documents_exist(page: Path) -> None:
    known = {setting.name for setting in settings()}
    assert [name for name in re.findall(r"\bQUERWERK_[A-Z_]+\b", page.read_text()) if name not in known] == []


def test_decisions_are_numbered_without_a_gap() -> None:
    assert [path.name[:4] for path in DECISIONS] == [f"{number:04}" for number in range(1, len(DECISIONS) + 1)]


@pytest.mark.parametrize("page", DECISIONS, ids=lambda page: page.stem)
def test_decision_has_its_form(page: Path) -> None:
    text = page.read_text()
    assert text.startswith(f"# {page.name[:4]} ")
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == ["Context", "Decision", "Consequences"]
    assert re.search(r"^\d{4}-\d\d-\d\d · (accepted|replaced by \[\d{4}\])", text, re.MULTILINE)


def test_decisions_named_in_the_code_exist() -> None:
    known = {path.name[:4] for path in DECISIONS}
    named = {
        number
        for path in sorted((ROOT / "querwerk").rglob("*.py"))
        for number in re.findall(r"\bdecision (\d{4})\b", path.read_text())
    }
    assert named <= known


def test_every_page_can_be_reached_from_the_readme() -> None:
    seen: set[Path] = set()
    pending = {ROOT / "README.md"}
    while pending:
        seen |= pending
        found = {
            (page.parent / target).resolve()
            for page in pending
            for target in re.findall(r"\]\(([^)#\s:]+\.md)(?:#[^)]*)?\)", page.read_text())
        }
        pending = {page for page in found if page.is_file()} - seen
    assert sorted(str(page.relative_to(ROOT)) for page in set(WRITTEN) - seen) == []


def test_every_duty_of_the_clock_is_told_to_operators() -> None:
    _before, _title, told = (DOCS / "how-to/operate.md").read_text().partition("## What is done without being asked")
    assert sorted(re.findall(r"^\| `([^`]+)` \|", told.partition("\n## ")[0], re.MULTILINE)) == sorted(
        duty.name for duty in registry.duties()
    )
