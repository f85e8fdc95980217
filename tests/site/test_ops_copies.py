"""Backup and restore, as an operator runs them: in processes of their own, while somebody writes."""

import hashlib
import io
import json
import shutil
import sqlite3
import tarfile
import threading
from contextlib import closing
from pathlib import Path

import pytest
import yaml

from tests.installation import ROOT, Installation, embedded

NAME = "Jürgen Großmann-Žižka 🧵"
BUNDLE = ROOT / "querwerk" / "exchange" / "demo" / "inducci.yaml"


def _filled(folder: Path) -> Installation:
    """Put in a programme, an account and an upload."""
    made = embedded(folder)
    made.run("programme", "import", str(BUNDLE))
    made.run("user", "create", "j@querwerk.example", "--name", NAME, "--role", "organiser")
    upload = folder / "media" / "Übersicht" / "plan ä.txt"
    upload.parent.mkdir(parents=True)
    upload.write_text("Grüße", encoding="utf-8")
    return made


def _upload(installation: Installation, seed: int = 0) -> dict[str, object]:
    """Bring in a picture and a document, each twice at the same moment; return how many files and records there are."""
    done = installation.run(str(seed), module="tests.site.uploads_at_once")
    found: dict[str, object] = json.loads(done.splitlines()[-1])
    return found


def _kept_files(installation: Installation) -> dict[str, bool]:
    """Return the names of the kept files, and whether each still holds what its name says."""
    kept = [path for path in (installation.folder / "media" / "files").rglob("*") if path.is_file()]
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() == path.stem for path in kept}


@pytest.fixture(scope="module")
def pattern(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A filled installation that nobody changes, and the programme as it went in."""
    made = _filled(tmp_path_factory.mktemp("pattern"))
    assert _upload(made) == {"counts": [2, 1, 1], "failed": []}  # one file and one record of each
    assert list(_kept_files(made).values()) == [True, True]
    return made.folder, made.run("programme", "export", "inducci")


@pytest.fixture
def filled(pattern: tuple[Path, str], tmp_path: Path) -> Installation:
    return Installation(shutil.copytree(pattern[0], tmp_path / "filled"))


@pytest.fixture
def empty(tmp_path: Path) -> Installation:
    return embedded(tmp_path / "embedded")


def _account_name(installation: Installation) -> str:
    return " / ".join(name for (name,) in installation.ask("SELECT name FROM people_user"))


def test_what_was_backed_up_while_somebody_writes_comes_back_unchanged(
    filled: Installation, pattern: tuple[Path, str], tmp_path: Path
) -> None:
    stop = threading.Event()
    written = 0

    def write() -> None:
        nonlocal written
        with closing(sqlite3.connect(filled.folder / "querwerk.sqlite3", timeout=20)) as connection:
            while not stop.is_set():
                connection.execute(
                    "INSERT INTO core_once (key, at, result) VALUES (?, '2026-01-01', NULL)", [f"w{written}"]
                )
                connection.commit()
                written += 1

    writer = threading.Thread(target=write)
    writer.start()
    try:
        filled.run("backup", str(tmp_path / "copy.tar"))
    finally:
        stop.set()
        writer.join()
    assert written > 0
    assert (tmp_path / "copy.tar").stat().st_mode & 0o077 == 0
    fresh = Installation(tmp_path / "fresh")
    fresh.run("restore", str(tmp_path / "copy.tar"))
    assert fresh.run("programme", "export", "inducci") == pattern[1]
    assert _kept_files(fresh) == _kept_files(Installation(pattern[0]))
    assert _account_name(fresh) == NAME
    assert (fresh.folder / "media" / "Übersicht" / "plan ä.txt").read_text(encoding="utf-8") == "Grüße"


def test_a_portable_copy_moves_to_the_database_of_this_run_and_back(
    filled: Installation, pattern: tuple[Path, str], not_installed: Installation, tmp_path: Path
) -> None:
    filled.run("backup", "--portable", str(tmp_path / "there.tar"))
    not_installed.run("restore", str(tmp_path / "there.tar"))
    # PostgreSQL's jsonb forgets the order of keys.
    assert yaml.safe_load(not_installed.run("programme", "export", "inducci")) == yaml.safe_load(pattern[1])
    assert _account_name(not_installed) == NAME
    # New rows get new numbers after the restored ones.
    not_installed.run("user", "create", "k@querwerk.example")
    assert _upload(not_installed, seed=1) == {"counts": [4, 2, 2], "failed": []}
    not_installed.run("backup", "--portable", str(tmp_path / "back.tar"))
    assert "Give --force" in filled.refused("restore", str(tmp_path / "back.tar"))
    filled.run("restore", "--force", str(tmp_path / "back.tar"))
    back, before = (yaml.safe_load(words) for words in (filled.run("programme", "export", "inducci"), pattern[1]))
    added = [len(back.pop(name)) - len(before.pop(name)) for name in ("pictures", "files")]
    assert (added, back) == ([1, 1], before)
    assert _kept_files(filled) == _kept_files(not_installed)
    assert filled.run("user", "link", "k@querwerk.example").startswith("http")


def test_a_database_with_content_is_only_replaced_by_force_and_kept_aside(empty: Installation, tmp_path: Path) -> None:
    empty.run("user", "create", "first@querwerk.example")
    empty.run("backup", str(tmp_path / "copy.tar"))
    empty.run("user", "create", "second@querwerk.example")
    assert "Give --force" in empty.refused("restore", str(tmp_path / "copy.tar"))
    empty.run("restore", "--force", str(tmp_path / "copy.tar"))
    assert "no active account" in empty.refused("user", "link", "second@querwerk.example")
    kept = [path for path in empty.folder.iterdir() if ".before-restore-" in path.name]
    assert len(kept) == 1
    with closing(sqlite3.connect(kept[0])) as old:
        assert old.execute("SELECT count(*) FROM people_user").fetchone() == (2,)


def test_nothing_is_exchanged_under_a_running_server(empty: Installation, tmp_path: Path) -> None:
    empty.run("backup", str(tmp_path / "copy.tar"))
    with closing(sqlite3.connect(empty.folder / "querwerk.sqlite3")) as server:
        server.execute("SELECT count(*) FROM people_user").fetchone()
        assert "Stop the server" in empty.refused("restore", "--force", str(tmp_path / "copy.tar"))


def _changed(source: Path, target: Path, member: str, content: bytes) -> None:
    with tarfile.open(source) as old, tarfile.open(target, "w") as new:
        for info in old.getmembers():
            data = old.extractfile(info).read()  # type: ignore[union-attr]
            if info.name == member:
                data, info.size = content, len(content)
            new.addfile(info, io.BytesIO(data))


def test_a_damaged_backup_is_refused_and_nothing_is_touched(filled: Installation, tmp_path: Path) -> None:
    good = tmp_path / "copy.tar"
    filled.run("backup", str(good))
    assert "exists already" in filled.refused("backup", str(good))
    _changed(good, tmp_path / "changed.tar", "media/Übersicht/plan ä.txt", b"forged")
    assert "has changed since it was written" in filled.refused("restore", "--force", str(tmp_path / "changed.tar"))
    (tmp_path / "cut.tar").write_bytes(good.read_bytes()[:200_000])
    assert filled.refused("restore", "--force", str(tmp_path / "cut.tar"))
    (tmp_path / "junk.tar").write_bytes(b"junk" * 1000)
    assert "cannot be read as a backup" in filled.refused("restore", "--force", str(tmp_path / "junk.tar"))
    assert "does not exist" in filled.refused("restore", "--force", str(tmp_path / "none.tar"))
    assert _account_name(filled) == NAME
