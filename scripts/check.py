"""Check everything, the cheap things first: ``make test``.

Several steps run at a time: where one waits, for a browser, a process or its slowest test, another computes. Each step prints one line. A step that fails shows what it said and the others run all the same, so
that one run names everything that is wrong. A step that cannot run fails, too.
"""

import os
import re
import shlex
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
PYTHON = sys.executable


def seed() -> int:
    """Return the order of the tests: another one for each commit, and the same whenever that commit is checked."""
    tree = subprocess.run(("git", "rev-parse", "HEAD^{tree}"), cwd=ROOT, capture_output=True, text=True, check=False)
    return int(tree.stdout[:7] or "0", 16)


PYTEST = (
    PYTHON,
    "-m",
    "pytest",
    "-n",
    str(os.cpu_count() or 1),
    # Neighbours stay together, so that what a module prepares is prepared by one process.
    "--dist=worksteal",
    "-q",
    "--no-header",
    "--durations=5",
    "--durations-min=2",
    f"--randomly-seed={seed()}",
)


@dataclass(frozen=True)
class Step:
    """One command, and how many of its last lines are worth showing when it succeeds."""

    name: str
    command: Sequence[str | Path]
    closing_lines: int = 0


# These use one core each; the longest comes first.
STATIC = (
    Step("types (mypy)", (BIN / "mypy", "--no-error-summary")),
    Step("ruff format", (BIN / "ruff", "format", "--check", "--output-format", "concise", ".")),
    Step("ruff check", (BIN / "ruff", "check", "--output-format", "concise", ".")),
    Step("import contracts", (BIN / "lint-imports", "--no-logo")),
    Step("template format", (PYTHON, "-m", "scripts.templates")),
    Step("assets current", (ROOT / "scripts/node", "scripts/assets.mjs", "--check")),
    Step("migrations current", (PYTHON, "manage.py", "makemigrations", "--check", "--dry-run")),
)
# These use all cores, and yet leave some idle now and then.
WITH_DATABASE = ("tests/rooms", "tests/site")
TESTS = (
    Step(
        "engine and repository",
        (*PYTEST, "tests", *(f"--ignore={folder}" for folder in WITH_DATABASE)),
        closing_lines=1,
    ),
    Step("tests on SQLite", (*PYTEST, *WITH_DATABASE), closing_lines=1),
    Step("browser tests", (*PYTEST, "tests/browser"), closing_lines=12),
    # What asks no database has run already.
    Step(
        "tests on PostgreSQL",
        (PYTHON, "-m", "scripts.postgres", *PYTEST, "-m", "database", *WITH_DATABASE),
        closing_lines=1,
    ),
)


@dataclass(frozen=True)
class Result:
    """What came of a step."""

    step: Step
    output: str
    returncode: int
    seconds: float


def environment(step: Step, shared: str) -> dict[str, str]:
    """The surroundings of a step: a folder of its own, and one with what all steps make only once."""
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith("QUERWERK_") and name != "DATABASE_URL"
    }
    own = tempfile.mkdtemp(prefix=f"{step.name.replace(' ', '-')}-", dir=shared)
    return kept | {"QUERWERK_DATA": own, "TESTS_SHARED": shared, "PY_COLORS": "0", "NO_COLOR": "1"}


def run(step: Step, surroundings: dict[str, str]) -> Result:
    """Run one step and keep what it prints."""
    started = time.monotonic()
    try:
        done = subprocess.run(
            step.command,
            cwd=ROOT,
            env=surroundings,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        output, returncode = done.stdout, done.returncode
    except OSError as error:
        output, returncode = f"{shlex.join(map(str, step.command))} could not be started: {error}", 1
    return Result(step, output.strip(), returncode, time.monotonic() - started)


def results(shared: str) -> Iterator[Result]:
    """Run all steps, as many at a time as there are cores, and hand out what came of them, in order."""
    with ThreadPoolExecutor(max_workers=max(2, os.cpu_count() or 1)) as pool:
        yield from pool.map(lambda step: run(step, environment(step, shared)), (*STATIC, *TESTS))


def show(result: Result) -> None:
    """Print the headline of a step, and below it what matters of its output."""
    print(f"{'FAIL' if result.returncode else 'ok':4}  {result.step.name:20} {result.seconds:6.1f} s", flush=True)
    lines = [line for line in result.output.splitlines() if not re.fullmatch(r"[.sFEx]*\s*\[\s*\d+%\]", line)]
    shown = lines if result.returncode else lines[len(lines) - result.step.closing_lines :]
    for line in shown:
        print(f"      {line}", flush=True)


def main() -> int:
    """Run all steps, print them, and name those that failed at the end."""
    started = time.monotonic()
    failed = []
    with tempfile.TemporaryDirectory(prefix="querwerk-test-", ignore_cleanup_errors=True) as shared:
        for result in results(shared):
            show(result)
            if result.returncode:
                failed.append(result.step.name)
    minutes, seconds = divmod(round(time.monotonic() - started), 60)
    print(f"\n{'FAILED: ' + ', '.join(failed) if failed else 'Everything is fine'} ({minutes} min {seconds} s)")
    return int(bool(failed))


if __name__ == "__main__":
    raise SystemExit(main())
