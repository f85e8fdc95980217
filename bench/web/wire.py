"""What comes over the wire: requests under load and the bytes of a first visit."""

import json
import shutil
import statistics
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import CDPSession, sync_playwright
from servers import BenchError, Server, need
from sides import HERE, headers_for

FIGURES = ("rps", "p50_ms", "p99_ms", "cpu_ms", "broken")
FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
    " --disable-component-update --disable-sync"
)


@dataclass(frozen=True, slots=True)
class Target:
    """A page of one side, and the servers that work for it."""

    servers: Sequence[Server]
    url: str
    path: str


def load(target: Target, connections: int, seconds: int) -> dict[str, Any]:
    """Load one page for some seconds; count what all processes of that side used."""
    command = [need("wrk", "wrk"), "-t1", f"-c{connections}", f"-d{seconds}s", "-s", str(HERE / "wrk.lua")]
    for name, value in headers_for(target.url).items():
        command += ["-H", f"{name}: {value}"]
    address = target.url + target.path
    before = sum(server.cpu_ms() for server in target.servers)
    done = subprocess.run([*command, address], capture_output=True, text=True, check=False)
    used = sum(server.cpu_ms() for server in target.servers) - before
    line = next((line for line in done.stdout.splitlines() if line.startswith("JSON ")), None)
    if not line:
        raise BenchError(f"wrk failed on {address}:\n{done.stdout}{done.stderr}")
    figures: dict[str, Any] = json.loads(line.removeprefix("JSON "))
    if not figures["requests"] or figures["bad"]:
        raise BenchError(f"{address}: {figures['bad']} of {figures['requests']} answers were errors")
    return figures | {"rps": figures["requests"] / figures["seconds"], "cpu_ms": used / figures["requests"]}


def alternate(
    sides: dict[str, Target], connections: int, seconds: int, rounds: int, warm: int = 1
) -> dict[str, dict[str, float]]:
    """Load the sides in turn, after a second of warm-up each; return the median of each figure."""
    seen: dict[str, list[dict[str, Any]]] = {name: [] for name in sides}
    for target in sides.values():
        load(target, connections, warm)
    for _ in range(rounds):
        for name, target in sides.items():
            seen[name].append(load(target, connections, seconds))
    return {
        name: {figure: statistics.median(each[figure] for each in found) for figure in FIGURES}
        for name, found in seen.items()
    }


class Traffic:
    """Adds up what the browser's network layer received, headers included, as it came: compressed."""

    def __init__(self, session: CDPSession) -> None:
        self.bytes = 0
        self.requests = 0
        session.on("Network.loadingFinished", self.add)
        session.send("Network.enable")

    def add(self, event: dict[str, Any]) -> None:
        """Count one finished request."""
        self.bytes += int(event["encodedDataLength"])
        self.requests += 1


def first_visits(addresses: dict[str, str]) -> dict[str, dict[str, int]]:
    """Open each address in a Chromium that has seen nothing before."""
    found: dict[str, dict[str, int]] = {}
    with sync_playwright() as play:
        program = shutil.which("chromium") or shutil.which("chromium-browser") or play.chromium.executable_path
        if not Path(program).exists():
            raise BenchError("No Chromium: install the package chromium, or run “make setup-browser”.")
        browser = play.chromium.launch(executable_path=program, args=FLAGS.split())
        for name, address in addresses.items():
            with browser.new_context(extra_http_headers={"X-Forwarded-Proto": "https"}, locale="de-DE") as context:
                page = context.new_page()
                traffic = Traffic(context.new_cdp_session(page))
                answer = page.goto(address, wait_until="networkidle")
                if not answer or answer.status != 200:
                    raise BenchError(f"Chromium got {answer and answer.status} from {address}")
                found[name] = {"bytes": traffic.bytes, "requests": traffic.requests}
        browser.close()
    return found
