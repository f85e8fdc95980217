"""Mails per second to a mail server on this machine: an issue as Querwerk sends it, beside a plain loop.

The rival hands the same letters to the same people over one connection, with Django's ``send_messages`` as ``send_mass_mail``
does, and keeps no record of who got one: what claims and proofs cost is the difference. The catcher runs in a process of its own.
"""

import argparse
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
CATCHER = """
import sys, time
from aiosmtpd.controller import Controller
class Catch:
    async def handle_DATA(self, server, session, envelope): return "250 OK"
Controller(Catch(), hostname="127.0.0.1", port=int(sys.argv[1])).start()
while True: time.sleep(60)
"""


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_for(port: int) -> None:
    """Wait until the catcher answers."""
    for _try in range(200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise SystemExit("the mail catcher did not start")


def timed(work: Callable[[], Any]) -> tuple[float, float]:
    """Wall and CPU seconds of this process."""
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - cpu


def measure(readers: int) -> dict[str, Any]:
    """Send to so many readers both ways, in turn."""
    from django.core.mail import mailers  # noqa: PLC0415
    from django.core.management import call_command  # noqa: PLC0415

    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    from querwerk.newsletter import actions, letters, tasks  # noqa: PLC0415
    from querwerk.newsletter.models import Delivery, Subscriber  # noqa: PLC0415
    from querwerk.newsletter.queries import items_of  # noqa: PLC0415
    from tests.factories.programmes import TESTER, create_programme  # noqa: PLC0415
    from tests.rooms.newsletter.readers import create_issue, create_reader  # noqa: PLC0415

    space = create_programme()
    for number in range(readers):
        create_reader(space, f"n{number}@web.example", "de" if number % 3 else "en")
    rounds = []
    for _round in range(3):
        issue = create_issue(space, 1)
        run = actions.send_issue(issue=issue, by=TESTER)
        ours = timed(lambda issue=issue, run=run: tasks.send_slice.func(issue.pk, run))  # type: ignore[misc]
        assert Delivery.objects.filter(issue=issue, state="sent").count() == readers
        letter = letters.issue_letter(issue, items_of(issue), "de", letters.frame_for(space.key))
        addresses = list(Subscriber.objects.values_list("email", flat=True))
        mails = [letters.message(letter, address, code="code", headers={}) for address in addresses]
        plain = timed(lambda mails=mails: mailers.default.send_messages(mails))  # type: ignore[misc]
        rounds.append((ours, plain))
    rounds.sort(key=lambda pair: pair[0][0] / pair[1][0])
    (wall, cpu), (other_wall, other_cpu) = rounds[1]
    return {
        "mails": readers, "per_second": readers / wall, "cpu_ms": 1000 * cpu / readers,
        "rival_per_second": readers / other_wall, "rival_cpu_ms": 1000 * other_cpu / readers,
        "ratio": other_wall / wall,
    }  # fmt: skip


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--readers", type=int, default=1000)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {
            "QUERWERK_DATA": folder, "QUERWERK_MAIL_URL": f"smtp://127.0.0.1:{port}", "QUERWERK_MAIL_RATE": "60000",
            "DJANGO_SETTINGS_MODULE": "querwerk.config.settings", "QUERWERK_LOG_LEVEL": "ERROR",
        }  # fmt: skip
        sys.path.insert(0, str(ROOT))
        catcher = subprocess.Popen([sys.executable, "-c", CATCHER, str(port)])
        try:
            wait_for(port)
            import django  # noqa: PLC0415

            django.setup()
            found = measure(arguments.readers)
        finally:
            catcher.kill()
    print(f"{found['mails']} mails (HTML, text, emblem), median of three rounds")
    print(f"{'':28} {'mails/s':>9} {'CPU ms':>8}")
    print(f"{'Querwerk: claimed, proved':28} {found['per_second']:9.0f} {found['cpu_ms']:8.2f}")
    print(f"{'the same letters, no record':28} {found['rival_per_second']:9.0f} {found['rival_cpu_ms']:8.2f}")
    print(f"ratio {found['ratio']:.2f}")
    if arguments.json:
        arguments.json.write_text(json.dumps(found, indent=2) + "\n")


if __name__ == "__main__":
    main()
