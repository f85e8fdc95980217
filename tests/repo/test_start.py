"""What a process loads when it starts: every command, worker and server process waits for it."""

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.installation import ROOT

HEAVY = {"numba", "numpy", "openpyxl", "ortools", "pysat", "typst", "docx", "querwerk.engine.matching.index"}


def test_no_process_loads_an_engine_before_it_needs_one(tmp_path: Path) -> None:
    asked = "import json, sys; from querwerk.cli.command import boot; boot(); print(json.dumps(sorted(sys.modules)))"
    env = os.environ | {"QUERWERK_DATA": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", asked], env=env, cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = set(json.loads(done.stdout))
    assert "querwerk.people.models" in loaded
    assert loaded & HEAVY == set()
