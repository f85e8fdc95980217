"""Two hundred people press "register" at once, each in two windows, and a process is killed in the middle.

With real processes on the database of the run; two thousand are in ``make bench-registration``.
"""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from tests.installation import ROOT, installation

MODULE = "tests.rooms.events.rush"
PEOPLE, PLACES, WINDOWS = 200, 40, 4


def test_exactly_as_many_get_a_place_as_there_are_and_nobody_is_lost_or_there_twice(tmp_path: Path) -> None:
    with installation(tmp_path / "data") as here:
        here.run("migrate")
        here.run("prepare", str(PLACES), module=MODULE)

        def window(number: int, *, first: int = 0) -> subprocess.Popen[bytes]:
            # Neighbours overlap by half: each person presses in two windows at about the same time.
            half = PEOPLE // WINDOWS
            start = number * half + first
            span = (str(start), str(min(start + 2 * half, PEOPLE)), str(tmp_path / f"mark-{number}"))
            return subprocess.Popen([sys.executable, "-m", MODULE, "press", *span], env=here.env, cwd=ROOT)

        windows = [window(number) for number in range(WINDOWS)]
        end = time.monotonic() + 300
        while not (tmp_path / "mark-0").exists():
            assert time.monotonic() < end, "nobody got through"
            time.sleep(0.05)
        os.kill(windows[0].pid, signal.SIGKILL)
        windows[0].wait()
        # Whoever saw no answer presses again.
        again = window(0)
        assert [process.wait(300) for process in [*windows[1:], again]] == [0] * WINDOWS
        found = json.loads(here.run("state", module=MODULE))
    rows = found["rows"]
    assert sorted(name for name, _state, _number in rows) == sorted(f"n{number}" for number in range(PEOPLE))
    assert [number for _name, _state, number in rows] == list(range(1, PEOPLE + 1))
    assert [state for _name, state, _number in rows] == ["confirmed"] * PLACES + ["waiting"] * (PEOPLE - PLACES)
    assert found["taken"] == PLACES
    told = {"ticket": [PLACES] * 2, "waiting": [PEOPLE - PLACES] * 2}
    assert {kind: found["letters"][kind] for kind in told} == told
