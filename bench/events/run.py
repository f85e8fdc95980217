"""Two thousand people press "register" for 40 places, each in two windows, and a process is killed; 500 people at four doors.

Real processes on a database of their own: SQLite, or the PostgreSQL of ``DATABASE_URL`` (``python -m scripts.postgres …``). Beside it the
plain way, which counts, compares and inserts without a lock, as a form on many sites does. Figures are counts and ratios;
what is proved is that nobody is lost, nobody is there twice, and no place is given twice.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
RUSH = "tests.rooms.events.rush"
HERE = "bench.events.steps"


class Run:
    """Commands of an installation."""

    def __init__(self, here: Any) -> None:
        """Belong to an installation."""
        self.here = here

    def start(self, module: str, *words: str) -> subprocess.Popen[bytes]:
        """Start a process."""
        return subprocess.Popen([sys.executable, "-m", module, *words], env=self.here.env, cwd=ROOT)

    def all(self, module: str, *calls: tuple[str, ...]) -> tuple[float, float]:
        """Run several at once; return wall and CPU seconds."""
        wall, cpu = time.perf_counter(), os.times()
        for process in [self.start(module, *words) for words in calls]:
            if process.wait():
                raise SystemExit("a process failed")
        spent = os.times()
        return (
            time.perf_counter() - wall,
            spent.children_user + spent.children_system - cpu.children_user - cpu.children_system,
        )


def rush(run: Run, people: int, places: int, windows: int, folder: Path) -> dict[str, Any]:
    """Press from all windows; kill the first in the middle, then press again there."""
    run.here.run("prepare", str(places), module=RUSH)
    half = people // windows
    spans = [
        (number * half, min(number * half + 2 * half, people), folder / f"mark-{number}") for number in range(windows)
    ]
    calls = [("press", str(first), str(last), str(mark)) for first, last, mark in spans]
    wall = time.perf_counter()
    running = [run.start(RUSH, *words) for words in calls]
    while not spans[0][2].exists():
        time.sleep(0.05)
    os.kill(running[0].pid, signal.SIGKILL)
    running[0].wait()
    running[0] = run.start(RUSH, *calls[0])
    if any(process.wait() for process in running):
        raise SystemExit("a process failed")
    wall = time.perf_counter() - wall
    rows = json.loads(run.here.run("state", module=RUSH))["rows"]
    names = [name for name, _state, _number in rows]
    confirmed = [number for _name, state, number in rows if state == "confirmed"]
    return {
        "people": people,
        "confirmed": len(confirmed),
        "waiting": sum(state == "waiting" for _name, state, _number in rows),
        "lost": len({f"n{number}" for number in range(people)} - set(names)),
        "twice": len(names) - len(set(names)),
        "in_order": confirmed == list(range(1, places + 1)) and [row[2] for row in rows] == list(range(1, people + 1)),
        "seconds": round(wall, 1),
        "per_second": round(people / wall),
    }


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=2000)
    parser.add_argument("--places", type=int, default=40)
    parser.add_argument("--windows", type=int, default=8)
    parser.add_argument("--json", type=Path)
    chosen = parser.parse_args()
    from querwerk.cli.command import boot  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ.setdefault("QUERWERK_DATA", str(folder / "own"))
        boot()
        from tests.installation import installation  # noqa: PLC0415

        with installation(folder / "data", is_migrated=False) as here:
            run = Run(here)
            here.run("migrate")
            told: dict[str, Any] = {"rush": rush(run, chosen.people, chosen.places, chosen.windows, folder)}
            naive = [("naive", str(chosen.places), str(chosen.people // chosen.windows))] * chosen.windows
            run.all(HERE, *naive)
            told["plain"] = json.loads(here.run("counted", module=HERE))
            doors = json.loads(here.run("expect", "500", module=HERE))
            wall, cpu = run.all(HERE, *(("door", str(number), doors["event"]) for number in range(4)))
            told["doors"] = {
                **json.loads(here.run("present", module=HERE)),
                "seconds": round(wall, 1),
                "cpu": round(cpu, 1),
            }
    print(json.dumps(told, indent=2))
    if chosen.json:
        chosen.json.write_text(json.dumps(told, indent=2))
    good = told["rush"]
    exact = (good["confirmed"], good["lost"], good["twice"], good["in_order"]) == (chosen.places, 0, 0, True)
    raise SystemExit(0 if exact and told["doors"]["lost"] == 0 and told["doors"]["twice"] == 0 else 1)


if __name__ == "__main__":
    main()
