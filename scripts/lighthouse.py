"""Measure one public page of each kind with Lighthouse: ``make lighthouse``."""

import json
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from scripts.demo import ROOT, demo

GATES = {"accessibility": 100, "best-practices": 100, "seo": 100}
PERFORMANCE = 98


@dataclass(frozen=True)
class Measured:
    """The scores of one page, out of 100, and what cost points."""

    address: str
    scores: dict[str, int]
    bytes: int
    lost: list[str]

    @property
    def misses(self) -> list[str]:
        """The gates that the page does not pass; performance depends on the machine and is none."""
        return [f"{name} {self.scores[name]}" for name, least in GATES.items() if self.scores[name] < least]


def measure(addresses: Iterable[str], *, runs: int) -> list[Measured]:
    """Measure each page that many times, one after the other."""
    # In a process of its own, since playwright cannot run twice in the process of a browser test.
    finder = (sys.executable, "-m", "scripts.browser")
    chrome = subprocess.run(finder, cwd=ROOT, capture_output=True, text=True, check=True).stdout.strip()
    command = (str(ROOT / "scripts/node"), "scripts/lighthouse.mjs", chrome, str(runs), *addresses)
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr.strip())
    return [Measured(**page) for page in json.loads(done.stdout)]


def main() -> int:
    """Print a line per page; the exit code says whether all reach their goals."""
    with demo() as site:
        pages = measure((site.address + path for path in site.samples()), runs=3)
    print(f"{'perf':>4} {'a11y':>4} {'best':>4} {'seo':>4} {'kB':>6}  page")
    for page in pages:
        scores = " ".join(f"{score:4}" for score in page.scores.values())
        print(f"{scores} {page.bytes / 1000:6.1f}  {urlsplit(page.address).path}")
        for reason in page.lost:
            print(f"{'':26}  {reason}")
    slow = [page for page in pages if page.scores["performance"] < PERFORMANCE]
    return int(bool(slow or any(page.misses for page in pages)))


if __name__ == "__main__":
    raise SystemExit(main())
