"""Backup and restore, as an operator runs them: in processes of their own, while somebody writes."""

import io
import sqlite3
import subprocess
import sys
import tarfile
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import yaml

from tests.installation import ROOT, Installation, installation

NAME = "Jürgen Großmann-Žižka 🧵"
BUNDLE = ROOT / "querwerk" / "exchange" / "demo" / "inducci.yaml"


def _fill(installation: Installation) -> str:
    """Put in a programme, an account and an upload; return the programme as it went in."""
    installation.run("migrate")
    installation.run("programme", "import", str(BUNDLE))
    installation.run("user", "create", "j@querwerk.example", "--name", NAME, "--role", "organiser")
    upload = installation.folder / "media" / "Übersicht" / "plan ä.txt"
    upload.parent.mkdir(parents=True)
    upload.write_text("Grüße", encoding="utf-8")
    return installation.run("programme", "export", "inducci")


@pytest.fixture
def embedded(tmp_path: Path) -> Installation:
    return Installation(tmp_path / "embedded")


@pytest.fixture
def other(tmp_path: Path) -> Iterator[Installation]:
    """A second, empty installation on the database of this run."""
    with installation(tmp_path / "other") as found:
        yield found


def _account_name(installation: Installation) -> str:
    code = "from querwerk.cli.command import boot; boot(); from querwerk.people.models import User; print(User.objects.get().name)"
    done = subprocess.run(
        [sys.executable, "-c", code], env=installation.env, cwd=ROOT, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def test_what_was_backed_up_while_somebody_writes_comes_back_unchanged(embedded: Installation, tmp_path: Path) -> None:
    before = _fill(embedded)
    stop = threading.Event()
    written = 0

    def write() -> None:
        nonlocal written
        with closing(sqlite3.connect(embedded.folder / "querwerk.sqlite3", timeout=20)) as connection:
            while not stop.is_set():
                connection.execute(
                    "INSERT INTO core_once (key, at, result) VALUES (?, '2026-01-01', NULL)", [f"w{written}"]
                )
                connection.commit()
                written += 1

    writer = threading.Thread(target=write)
    writer.start()
    try:
        embedded.run("backup", str(tmp_path / "copy.tar"))
    finally:
        stop.set()
        writer.join()
    assert written > 0
    assert (tmp_path / "copy.tar").stat().st_mode & 0o077 == 0
    fresh = Installation(tmp_path / "fresh")
    fresh.run("restore", str(tmp_path / "copy.tar"))
    assert fresh.run("programme", "export", "inducci") == before
    assert _account_name(fresh) == NAME
    assert (fresh.folder / "media" / "Übersicht" / "plan ä.txt").read_text(encoding="utf-8") == "Grüße"


def test_a_portable_copy_moves_to_the_database_of_this_run_and_back(
    embedded: Installation, other: Installation, tmp_path: Path
) -> None:
    before = _fill(embedded)
    embedded.run("backup", "--portable", str(tmp_path / "there.tar"))
    other.run("restore", str(tmp_path / "there.tar"))
    # PostgreSQL's jsonb forgets the order of keys.
    assert yaml.safe_load(other.run("programme", "export", "inducci")) == yaml.safe_load(before)
    assert _account_name(other) == NAME
    # New rows get new numbers after the restored ones.
    other.run("user", "create", "k@querwerk.example")
    other.run("backup", "--portable", str(tmp_path / "back.tar"))
    assert "Give --force" in embedded.refused("restore", str(tmp_path / "back.tar"))
    embedded.run("restore", "--force", str(tmp_path / "back.tar"))
    assert yaml.safe_load(embedded.run("programme", "export", "inducci")) == yaml.safe_load(before)
    assert embedded.run("user", "link", "k@querwerk.example").startswith("http")


def test_a_database_with_content_is_only_replaced_by_force_and_kept_aside(
    embedded: Installation, tmp_path: Path
) -> None:
    embedded.run("migrate")
    embedded.run("user", "create", "first@querwerk.example")
    embedded.run("backup", str(tmp_path / "copy.tar"))
    embedded.run("user", "create", "second@querwerk.example")
    assert "Give --force" in embedded.refused("restore", str(tmp_path / "copy.tar"))
    embedded.run("restore", "--force", str(tmp_path / "copy.tar"))
    assert "no active account" in embedded.refused("user", "link", "second@querwerk.example")
    kept = [path for path in embedded.folder.iterdir() if ".before-restore-" in path.name]
    assert len(kept) == 1
    with closing(sqlite3.connect(kept[0])) as old:
        assert old.execute("SELECT count(*) FROM people_user").fetchone() == (2,)


def test_nothing_is_exchanged_under_a_running_server(embedded: Installation, tmp_path: Path) -> None:
    embedded.run("migrate")
    embedded.run("backup", str(tmp_path / "copy.tar"))
    with closing(sqlite3.connect(embedded.folder / "querwerk.sqlite3")) as server:
        server.execute("SELECT count(*) FROM people_user").fetchone()
        assert "Stop the server" in embedded.refused("restore", "--force", str(tmp_path / "copy.tar"))


def _changed(source: Path, target: Path, member: str, content: bytes) -> None:
    with tarfile.open(source) as old, tarfile.open(target, "w") as new:
        for info in old.getmembers():
            data = old.extractfile(info).read()  # type: ignore[union-attr]
            if info.name == member:
                data, info.size = content, len(content)
            new.addfile(info, io.BytesIO(data))


def test_a_damaged_backup_is_refused_and_nothing_is_touched(embedded: Installation, tmp_path: Path) -> None:
    _fill(embedded)
    good = tmp_path / "copy.tar"
    embedded.run("backup", str(good))
    assert "exists already" in embedded.refused("backup", str(good))
    _changed(good, tmp_path / "changed.tar", "media/Übersicht/plan ä.txt", b"forged")
    assert "has changed since it was written" in embedded.refused("restore", "--force", str(tmp_path / "changed.tar"))
    (tmp_path / "cut.tar").write_bytes(good.read_bytes()[:200_000])
    assert embedded.refused("restore", "--force", str(tmp_path / "cut.tar"))
    (tmp_path / "junk.tar").write_bytes(b"junk" * 1000)
    assert "cannot be read as a backup" in embedded.refused("restore", "--force", str(tmp_path / "junk.tar"))
    assert "does not exist" in embedded.refused("restore", "--force", str(tmp_path / "none.tar"))
    assert _account_name(embedded) == NAME
