"""The repository looks after itself: what a review would otherwise have to notice."""

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import pytest
from django.template import Engine
from django.template.loader import get_template

ROOT = Path(__file__).resolve().parents[2]
QUERWERK = ROOT / "querwerk"

BANNED_NAMES = {"utils", "helpers", "services", "managers", "common", "misc", "base"}
LOCKS = ("requirements.lock", "requirements-dev.lock", "package-lock.json", "scripts/uv.txt")
# Put together from halves, or this file would contain what it looks for.
MACHINE_PATH = re.compile(r"(?<![\w/.:>})*-])/" + r"(?:root|home|work|Users)/[\w.]")
REGISTRY = re.compile(
    "|".join(["files.python" + "hosted", r"pypi\.org" + "/simple", "registry.np" + "mjs", "registry.yarn" + "pkg"])
)
INLINE = {
    "style element": re.compile(r"<style\b", re.IGNORECASE),
    "style attribute": re.compile(r"<[^>]*\sstyle\s*=", re.IGNORECASE),
    "event attribute": re.compile(r"<[^>]*\s(?:on[a-z]+|hx-on[:\w-]*)\s*=\s*[\"']", re.IGNORECASE),
    # Data for scripts is fine: browsers do not run it.
    "script": re.compile(r"<script\b(?![^>]*\bsrc\s*=)(?![^>]*type=\"application/(?:ld\+)?json\")", re.IGNORECASE),
}
CUT_MARKUP = re.compile(r"\|\s*shown[^}%]*\|\s*(?:truncate\w*|slice|wordwrap)\b[^}%]*")
# Django looks these up by name.
KNOWN_TO_DJANGO = {"400.html", "403.html", "403_csrf.html", "404.html", "500.html"}
LINK = re.compile(r"(?<!\\)\[[^\]]*\]\(<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\)")
HEADING = re.compile(r"^#+\s+(.*?)\s*#*$", re.MULTILINE)


def _tracked() -> list[Path]:
    """Every file in version control, and those that are about to be."""
    command = ("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    names = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [path for name in sorted(set(names.split("\0")) - {""}) if (path := ROOT / name).is_file()]


def _texts() -> Iterator[tuple[str, str]]:
    for path in _tracked():
        try:
            yield str(path.relative_to(ROOT)), path.read_text()
        except UnicodeDecodeError:
            continue


def _templates() -> dict[str, Path]:
    """Every template by the name it is loaded by."""
    return {
        str(path.relative_to(folder)): path
        for folder in sorted(QUERWERK.glob("*/templates"))
        for path in sorted(folder.rglob("*.*"))
    }


TEMPLATES = _templates()
PAGES = sorted(path for path in _tracked() if path.suffix == ".md")


@pytest.mark.parametrize("name", TEMPLATES)
def test_template_compiles(name: str) -> None:
    get_template(name)


def _is_override(name: str) -> bool:
    """Whether a package ships a template of the same name, and so asks for it."""
    loaders = Engine.get_default().template_loaders
    sources = [source for loader in loaders for source in loader.get_template_sources(name)]
    return any(Path(source.name).is_file() and QUERWERK not in Path(source.name).parents for source in sources)


def test_no_template_is_unused() -> None:
    users = {path: path.read_text() for path in [*QUERWERK.rglob("*.py"), *TEMPLATES.values()]}
    unused = [
        name
        for name, own in TEMPLATES.items()
        if name not in KNOWN_TO_DJANGO
        and not any(name in text for path, text in users.items() if path != own)
        and not _is_override(name)
    ]
    assert unused == []


def test_templates_hold_no_inline_style_or_script() -> None:
    found = [
        f"{name}: {what}"
        for name, path in TEMPLATES.items()
        for what, rule in INLINE.items()
        if rule.search(path.read_text())
    ]
    assert found == []


def test_no_table_stands_in_a_table() -> None:
    """The primitive brings the table with it; a second one would end the first, and its caption would name nothing."""
    inside = re.compile(r"{% table [^%]*%}((?:(?!{% endtable %}).)*)", re.DOTALL)
    nested = [name for name, path in TEMPLATES.items() for rows in inside.findall(path.read_text()) if "<table" in rows]
    assert nested == []


def test_titles_are_shortened_before_they_become_markup() -> None:
    """What ``shown`` gives may hold a tag; ``|shown:40`` counts words, a filter behind it would cut the tag in two."""
    found = [
        f"{name}: {match[0]}" for name, path in TEMPLATES.items() for match in CUT_MARKUP.finditer(path.read_text())
    ]
    assert found == []


def test_file_names_say_what_is_inside() -> None:
    vague = [str(path.relative_to(ROOT)) for path in _tracked() if path.suffix == ".py" and path.stem in BANNED_NAMES]
    assert vague == []


@pytest.mark.parametrize("pattern", [MACHINE_PATH, REGISTRY], ids=["machine path", "registry host"])
def test_no_file_names_a_machine_or_a_registry(pattern: re.Pattern[str]) -> None:
    found = [
        f"{name}:{number}: {line.strip()[:120]}"
        for name, text in _texts()
        if pattern.search(text)
        for number, line in enumerate(text.splitlines(), 1)
        if pattern.search(line)
    ]
    assert found == []


@pytest.mark.parametrize("name", LOCKS)
def test_locks_name_no_address(name: str) -> None:
    assert re.findall(r"\S*://\S*", (ROOT / name).read_text()) == []


@pytest.mark.parametrize("name", [name for name in LOCKS if name != "package-lock.json"])
def test_python_locks_hold_a_checksum_for_every_package(name: str) -> None:
    packages = re.findall(r"^\w\S*==\S+.*(?:\n\s+--hash.*)*", (ROOT / name).read_text(), re.MULTILINE)
    assert packages
    assert [package.split()[0] for package in packages if "--hash=sha256:" not in package] == []


def test_node_lock_holds_a_checksum_for_every_package() -> None:
    packages = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    assert [name for name, package in packages.items() if name and "integrity" not in package] == []


def _anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as they are made where the repository is read."""
    headings = HEADING.findall(re.sub(r"^```.*?^```", "", page.read_text(), flags=re.MULTILINE | re.DOTALL))
    plain = (re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).lower() for heading in headings)
    return {re.sub(r"[^\w\s-]", "", heading).strip().replace(" ", "-") for heading in plain}


def _leads_nowhere(page: Path, target: str) -> bool:
    if re.match(r"[a-z]+:", target):
        return False
    name, _, anchor = unquote(target).partition("#")
    place = (page.parent / name).resolve() if name else page
    if not place.exists():
        return True
    return bool(anchor and place.suffix == ".md" and anchor not in _anchors(place))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_of_documents_lead_somewhere(page: Path) -> None:
    text = re.sub(r"^```.*?^```", "", page.read_text(), flags=re.MULTILINE | re.DOTALL)
    assert [target for target in LINK.findall(text) if _leads_nowhere(page, target)] == []
