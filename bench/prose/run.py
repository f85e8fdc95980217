"""A paper of two hundred pages: opening it in the editor, saving a paragraph, making its page; beside Wagtail.

Figures are CPU time of the server's process (what a busy machine changes least); opening is the time in a real Chromium.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
HERE = Path(__file__).resolve().parent
RIVAL = ROOT / ".tools/bench/wagtail"
UV = next((str(path) for path in [ROOT / ".tools/uv/bin/uv"] if path.exists()), "uv")
PAGES = 200
GOALS = {"opening": 1000.0, "save_p99": 50.0, "growth": 3.0}
"""Milliseconds, milliseconds, times a one-page text."""


def cpu_ms(work: Callable[[int], Any], times: int) -> list[float]:
    """Milliseconds of CPU of each run, sorted."""
    found = []
    for number in range(times):
        began = time.process_time()
        work(number)
        found.append((time.process_time() - began) * 1000)
    return sorted(found)


def settle() -> tuple[Any, dict[str, Any]]:
    """A programme with a long and a short paper, both published; return a signed-in client and the documents."""
    import django  # noqa: PLC0415

    django.setup()
    from django.core.management import call_command  # noqa: PLC0415
    from django.test import Client  # noqa: PLC0415

    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    from text import blocks  # noqa: PLC0415

    from querwerk.core.models import Node  # noqa: PLC0415
    from querwerk.core.prose.actions import create_document, publish_document  # noqa: PLC0415
    from querwerk.core.prose.blocks import normalise  # noqa: PLC0415
    from querwerk.people.models import User  # noqa: PLC0415
    from querwerk.programmes.models import Programme, Role  # noqa: PLC0415
    from tests.factories.programmes import TESTER, create_programme, small_bundle  # noqa: PLC0415

    papers = [{"id": name, "title_de": name.title()} for name in ("paper", "note")]
    create_programme(small_bundle(strategy=[*small_bundle()["strategy"], *papers]))
    made = {}
    for name, pages in (("paper", PAGES), ("note", 1)):
        raw = [{"type": kind, "html": html} for kind, html in blocks(pages)]
        node = Node.objects.select_related("space").get(kind="paper", key=name)
        made[name] = create_document(node=node, role="text", language="de", by=TESTER, body=normalise({"blocks": raw}))
        publish_document(document=made[name], by=TESTER)
    user = User.objects.create_user("bench@example.org", "Bench")
    Role.objects.create(user=user, programme=Programme.objects.get(key="werk"), name="organiser")
    client = Client(headers={"host": "127.0.0.1"})
    client.force_login(user)
    return client, made


def server_side(client: Any) -> dict[str, float]:
    """Saving a paragraph through the editor's door, and making pages that nobody has kept."""
    from django.test import Client  # noqa: PLC0415

    from querwerk.core.pages import store  # noqa: PLC0415
    from querwerk.core.prose.queries import rendered  # noqa: PLC0415

    address = "/de/desk/werk/records/paper/paper/text/text/de/sync/"
    opening = client.get(address).json()
    block = next(block for block in opening["blocks"] if block["type"] == "paragraph")
    revision = [opening["revision"]]

    def save(number: int) -> None:
        put = [{"block": {**block, "html": f"{block['html']} Nummer {number}."}}]
        patch = {"base": revision[0], "sitting": "bench", "put": put}
        answer = client.post(address, json.dumps(patch), content_type="application/json")
        assert answer.status_code == 200
        revision[0] = answer.json()["revision"]

    def read(name: str, *, is_first: bool = False) -> Callable[[int], None]:
        visitor = Client(headers={"host": "127.0.0.1"})

        def once(_number: int) -> None:
            store.clear()
            if is_first:
                rendered.cache_clear()
            assert visitor.get(f"/de/werk/papers/{name}/").status_code == 200

        return once

    for work in (save, read("paper"), read("note")):
        work(-1)
    saves = cpu_ms(save, 100)
    return {
        "save_p50": statistics.median(saves),
        "save_p99": saves[int(len(saves) * 0.99) - 1],
        "paper": statistics.median(cpu_ms(read("paper"), 25)),
        "first": statistics.median(cpu_ms(read("paper", is_first=True), 25)),
        "note": statistics.median(cpu_ms(read("note"), 25)),
        "blocks": float(len(opening["blocks"])),
    }


def opening(client: Any) -> tuple[float, float]:
    """Milliseconds from asking for the page of the editor until the cursor can be set, median of nine, in Chromium.

    The second figure is the CPU time that the browser's process of the page took for it.
    """
    from socketserver import ThreadingMixIn  # noqa: PLC0415
    from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server  # noqa: PLC0415

    from django.conf import settings  # noqa: PLC0415
    from django.core.wsgi import get_wsgi_application  # noqa: PLC0415

    from scripts.browser import chromium  # noqa: PLC0415

    class Quiet(WSGIRequestHandler):
        def log_message(self, *_words: object) -> None:
            """Say nothing."""

    class Server(ThreadingMixIn, WSGIServer):
        daemon_threads = True

    server = make_server("127.0.0.1", 0, get_wsgi_application(), server_class=Server, handler_class=Quiet)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    origin = f"http://127.0.0.1:{server.server_port}"
    cookie = {
        "name": settings.SESSION_COOKIE_NAME,
        "value": client.cookies[settings.SESSION_COOKIE_NAME].value,
        "url": origin,
    }
    found = []
    with chromium() as browser:
        context = browser.new_context()
        context.add_cookies([cookie])  # type: ignore[list-item]
        page = context.new_page()
        session = context.new_cdp_session(page)
        session.send("Performance.enable")

        def spent() -> float:
            told = session.send("Performance.getMetrics")["metrics"]
            return next(float(one["value"]) for one in told if one["name"] == "ProcessTime") * 1000

        for _time in range(10):
            page.goto("about:blank")
            before, began = spent(), time.perf_counter()
            page.goto(f"{origin}/de/desk/werk/records/paper/paper/text/text/de/", wait_until="commit")
            page.wait_for_selector("[data-ready]", state="attached")
            took = (time.perf_counter() - began) * 1000
            found.append((took, spent() - before if spent() > before else spent()))
        context.close()
    server.shutdown()
    return statistics.median(took for took, _cpu in found[1:]), statistics.median(cpu for _took, cpu in found[1:])


def rival() -> dict[str, float]:
    """The same with Wagtail in an environment of its own."""
    python = RIVAL / "bin/python"
    if not python.exists():
        subprocess.run([UV, "venv", "--quiet", "--python", sys.executable, str(RIVAL)], check=True)
        lock = HERE / "requirements-wagtail.lock"
        command = [
            UV,
            "pip",
            "sync",
            "--quiet",
            "--require-hashes",
            "--compile-bytecode",
            "--python",
            str(python),
            str(lock),
        ]
        subprocess.run(command, check=True)
    done = subprocess.run([python, HERE / "rival/measure.py"], capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr)
    figures: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return figures


def main() -> int:
    """Measure both sides and print them with the goals."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--alone", action="store_true", help="without Wagtail")
    arguments = parser.parse_args()
    os.environ |= {
        "QUERWERK_DATA": tempfile.mkdtemp(prefix="bench-prose-"),
        "DJANGO_SETTINGS_MODULE": "querwerk.config.settings",
    }
    sys.path[:0] = [str(ROOT), str(HERE)]
    client, _made = settle()
    ours = server_side(client)
    ours["opening"], ours["opening_cpu"] = opening(client)
    ours["growth"] = ours["paper"] / ours["note"]
    theirs = {} if arguments.alone else rival()
    print(
        f"A paper of {PAGES} pages, {ours['blocks']:.0f} blocks. Milliseconds of CPU; opening: milliseconds in Chromium.\n"
    )
    print(f"{'':34}{'Querwerk':>10}{'Wagtail':>10}{'ratio':>8}")
    for name, label in (
        ("save_p50", "saving a paragraph, p50"), ("save_p99", "saving a paragraph, p99"), ("paper", "page of the paper, made anew"),
        ("first", "the same, first time in a process"), ("note", "page of one printed page, made anew"),
        ("opening", "opening in the editor"), ("opening_cpu", "of it the browser's CPU"),
    ):  # fmt: skip
        other = f"{theirs[name]:10.1f}{theirs[name] / ours[name]:8.1f}" if name in theirs else ""
        print(f"{label:34}{ours[name]:10.1f}{other}")
    print(
        f"\nThe paper's page takes {ours['growth']:.2f} times that of a one-page text,"
        f" {ours['first'] / ours['note']:.2f} times where a process shows it for the first time. Load: {os.getloadavg()[0]:.1f}."
    )
    missed = [name for name, goal in GOALS.items() if ours[name] > goal]
    for name, goal in GOALS.items():
        print(f"{'MISSED' if name in missed else 'met':7}{name} {ours[name]:.1f} (goal: at most {goal:g})")
    return int(bool(missed))


if __name__ == "__main__":
    raise SystemExit(main())
