"""Starts, watches and stops the servers that are compared."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Self

TICK_MS = 1000 / os.sysconf("SC_CLK_TCK")


class BenchError(Exception):
    """The bench cannot go on; the message says why and what to do."""


def say(text: str) -> None:
    """Tell the person at the terminal what is going on."""
    print(text, file=sys.stderr, flush=True)


def free_port() -> int:
    """Return a port of the loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def need(program: str, package: str) -> str:
    """Return the path of a program; as root, install it from the system's packages first."""
    found = shutil.which(program)
    if not found and os.geteuid() == 0 and shutil.which("apt-get"):
        say(f"installing {package} ...")
        environ = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        for command in (
            ["apt-get", "update", "-qq"],
            ["apt-get", "install", "-y", "-qq", "--no-install-recommends", package],
        ):
            subprocess.run(command, env=environ, check=False, stdout=subprocess.DEVNULL)
        found = shutil.which(program)
    if not found:
        raise BenchError(
            f"“{program}” is missing. Install the package {package} (Debian: sudo apt-get install {package}) and start again."
        )
    return found


def run(command: Sequence[str | Path], *, env: dict[str, str], cwd: Path, log: Path, given: str | None = None) -> None:
    """Run a command to its end; show the end of its output when it fails."""
    done = subprocess.run(
        [str(part) for part in command], env=os.environ | env, cwd=cwd, input=given,
        text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
    )  # fmt: skip
    with log.open("a", encoding="utf-8") as file:
        file.write(done.stdout)
    if done.returncode:
        tail = "\n".join(done.stdout.splitlines()[-20:])
        raise BenchError(f"“{' '.join(str(part) for part in command)}” failed ({done.returncode}):\n{tail}")


class Server:
    """One server with all its processes, in a process group of its own."""

    def __init__(self, name: str, command: Sequence[str | Path], *, env: dict[str, str], cwd: Path, log: Path) -> None:
        self.name = name
        self.log = log
        with log.open("ab") as out:
            self.process = subprocess.Popen(
                [str(part) for part in command], env=os.environ | env, cwd=cwd,
                stdout=out, stderr=out, start_new_session=True,
            )  # fmt: skip

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """End the group that we started: politely, then for good."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGTERM)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def wait_for(self, url: str, headers: dict[str, str], seconds: float = 60) -> None:
        """Return when the address answers 200."""
        end = time.monotonic() + seconds
        problem = "no answer"
        while time.monotonic() < end:
            if self.process.poll() is not None:
                break
            try:
                with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=5):
                    return
            except (urllib.error.URLError, OSError) as error:
                problem = str(error)
            time.sleep(0.2)
        tail = "\n".join(self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-20:])
        raise BenchError(f"{self.name} does not answer at {url} ({problem}). The end of its log:\n{tail}")

    def processes(self) -> list[int]:
        """Return the ids of all processes of this server."""
        found = []
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                with suppress(OSError):
                    if _stat(int(entry.name))[2] == str(self.process.pid):
                        found.append(int(entry.name))
        return found

    def cpu_ms(self) -> float:
        """Return the user and system time that all processes have used so far."""
        total = 0.0
        for pid in self.processes():
            with suppress(OSError):
                fields = _stat(pid)
                # utime, stime and those of children that have ended and were waited for
                total += sum(int(fields[n]) for n in (11, 12, 13, 14)) * TICK_MS
        return total


def _stat(pid: int) -> list[str]:
    """Return the fields of /proc/PID/stat after the name: state, ppid, pgrp, ... (utime is 11)."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
