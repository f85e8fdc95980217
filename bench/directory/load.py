"""Two hundred people use the directory at the same moment: they browse, filter, search by words and save their own profile.

Against ``querwerk serve`` with the number of processes that the documentation names, and one ``querwerk worker``, over loopback, on SQLite or on
the PostgreSQL of ``DATABASE_URL`` (``python -m scripts.postgres …``). Everybody starts at once and waits for nothing but the answers. Afterwards it
is counted what went wrong, and measured how long a saved profile takes until it is found by its words, and by what it means.

``prepare`` fills the installation in a process of its own and prints who takes part.
"""

import argparse
import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from statistics import quantiles
from typing import Any
from urllib.parse import quote, urlencode

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
SPACE = "last"
PATIENCE = 120
"""Seconds after which an answer that has not come is an error."""
SOUGHT = ("Ausstellung", "Kermaik", "lighting", "film", "Holz", "architektura")
CHOSEN = ("?side=creative", "?submarket=design&language=cs", "?available=1", "?page=3", "map/")
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
VERSION = re.compile(r'name="version" value="([^"]+)"')
SAID = "Wir halten Honigbienen."
MEANT = "keeping honeybees"


def prepare(people: int, profiles: int) -> None:
    """Make a programme whose first profiles have owners who are signed in; print their cookies and profiles."""
    from django.conf import settings  # noqa: PLC0415
    from django.test import Client  # noqa: PLC0415

    from bench.directory.generate import profiles as seeded  # noqa: PLC0415
    from querwerk.people.models import Profile, Spokesperson, User  # noqa: PLC0415
    from tests.factories.programmes import create_programme  # noqa: PLC0415

    bundle: dict[str, Any] = {
        "programme": {"id": SPACE, "acronym": SPACE, "title_de": SPACE}, "profiles": list(seeded(profiles)),
    }  # fmt: skip
    space = create_programme(bundle)
    told = []
    for number, profile in enumerate(Profile.objects.filter(space=space).order_by("pk")[:people]):
        user = User.objects.create(email=f"n{number}@web.example")
        Spokesperson.objects.create(profile=profile, user=user)
        client = Client()
        client.force_login(user)
        told.append((client.cookies[settings.SESSION_COOKIE_NAME].value, profile.key))
    # Nobody waits here for what the worker would do with all these at first.
    from django_tasks_db.models import DBTaskResult  # noqa: PLC0415

    DBTaskResult.objects.all().delete()
    print(json.dumps({"cookie": settings.SESSION_COOKIE_NAME, "people": told}))


class Tally:
    """What was asked for: how long it took, and what went wrong."""

    def __init__(self) -> None:
        """Know nothing yet."""
        self.turn = threading.Lock()
        self.times: dict[str, list[float]] = defaultdict(list)
        self.errors: Counter[str] = Counter()

    def note(self, kind: str, seconds: float, wrong: str) -> None:
        """Note one answer."""
        with self.turn:
            self.times[kind].append(1000 * seconds)
            if wrong:
                self.errors[f"{kind}: {wrong}"] += 1


class Person:
    """Somebody at a browser, with a profile of their own."""

    def __init__(self, port: int, cookie: str, key: str, tally: Tally) -> None:
        """Be signed in."""
        self.port, self.key, self.tally = port, key, tally
        self.cookies = {"querwerk_csrf": "", **dict([cookie.split("=", 1)])}

    def ask(self, kind: str, path: str, form: dict[str, str] | None = None, *, expected: int = 200) -> str:
        """Ask for a page as a browser does, note how it went, and return its text."""
        began, wrong, text = time.perf_counter(), "", ""
        try:
            status, text = self._answer(path, form)
            wrong = "" if status == expected else f"answers {status}"
        except (OSError, HTTPException) as error:
            wrong = type(error).__name__
        self.tally.note(kind, time.perf_counter() - began, wrong)
        return text

    def _answer(self, path: str, form: dict[str, str] | None) -> tuple[int, str]:
        home = f"http://127.0.0.1:{self.port}"
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items() if value)}
        if form is not None:
            headers |= {"Content-Type": "application/x-www-form-urlencoded", "Origin": home, "Referer": f"{home}{path}"}
        with closing(HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)) as connection:
            connection.request("GET" if form is None else "POST", path, form and urlencode(form), headers)
            answer = connection.getresponse()
            for name, value in answer.getheaders():
                if name.lower() == "set-cookie" and value.startswith("querwerk_csrf="):
                    self.cookies["querwerk_csrf"] = value.partition("=")[2].partition(";")[0]
            return answer.status, answer.read().decode()

    def visit(self, number: int, words: str) -> None:
        """Look round, search, and save the own profile in between."""
        home = f"/de/{SPACE}/directory/"
        self.ask("directory", home)
        self.ask("with a filter", home + CHOSEN[number % len(CHOSEN)])
        self.ask("searched by words", f"{home}?q={quote(SOUGHT[number % len(SOUGHT)])}")
        self.ask("profile", f"/de/{SPACE}/profiles/{self.key}/")
        self.save(words)
        self.ask("directory", f"{home}?page={1 + number % 4}")

    def save(self, words: str) -> None:
        """Open the form of what one offers, and send it."""
        path = f"/de/{SPACE}/directory/mine/{self.key}/offers/"
        page = self.ask("form", path)
        token, version = TOKEN.search(page), VERSION.search(page)
        if token and version:
            sent = {"csrfmiddlewaretoken": token[1], "version": version[1], "offers_de": words}
            self.ask("saved", path, sent, expected=302)

    def has_found(self, words: str) -> bool:
        """Tell whether a search shows the own profile."""
        _status, text = self._answer(f"/de/{SPACE}/directory/?q={quote(words)}", None)
        return f"/profiles/{self.key}/" in text


def crowd(everybody: list[Person], rounds: int) -> None:
    """Let all begin at the same moment."""
    together = threading.Barrier(len(everybody))

    def take_part(number: int, person: Person) -> None:
        together.wait()
        for turn in range(rounds):
            person.visit(number + turn, f"Wir zeigen Betrieben neue Wege, Fassung {turn} von {number}.")

    threads = [threading.Thread(target=take_part, args=pair) for pair in enumerate(everybody)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def wait_for(tally: Tally, what: str, is_true: Callable[[], bool]) -> None:
    """Wait for something that has to come, and print how long that took."""
    began = time.perf_counter()
    while not is_true():
        if time.perf_counter() - began > PATIENCE:
            tally.errors[f"{what}: not within {PATIENCE} s"] += 1
            return
        time.sleep(0.05)
    print(f"{what} {time.perf_counter() - began:.2f} s")


@contextmanager
def running(here: Any, log: Path) -> Iterator[int]:
    """Run server and worker as the documentation says; give the port."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    here.env |= {"PORT": str(port), "QUERWERK_URL": f"http://127.0.0.1:{port}"}
    with log.open("wb") as kept:
        processes = [
            subprocess.Popen(
                [sys.executable, "-m", "querwerk", name], env=here.env, cwd=ROOT, stdout=kept, stderr=subprocess.STDOUT
            )
            for name in ("serve", "worker")
        ]
        try:
            until = time.monotonic() + PATIENCE
            while not _is_live(port):
                if time.monotonic() > until:
                    raise SystemExit("the server did not start: " + log.read_text())
                time.sleep(0.2)
            yield port
        finally:
            for process in processes:
                process.terminate()
            for process in processes:
                process.wait(30)


def _is_live(port: int) -> bool:
    try:
        with closing(HTTPConnection("127.0.0.1", port, timeout=5)) as connection:
            connection.request("GET", "/health/live")
            return connection.getresponse().status == 200
    except OSError:
        return False


def report(tally: Tally, log: str, seconds: float) -> bool:
    """Print what came of it; tell whether all went well."""
    number = sum(map(len, tally.times.values()))
    print(
        f"{number:,} requests in {seconds:.1f} s: {number / seconds:.0f} a second, {sum(tally.errors.values())} errors"
    )
    for kind, times in tally.times.items():
        ways = quantiles(times, n=20) if len(times) > 1 else times * 20
        print(f"  {kind:18} {len(times):>5}   p50 {ways[9]:8.0f} ms   p95 {ways[18]:8.0f} ms")
    for what, times_seen in tally.errors.most_common():
        print(f"  ERROR {what}: {times_seen} times")
    said = [line for line in log.splitlines() if re.search(r"Traceback|Error|locked|deadlock", line)]
    for line in said[:20]:
        print(f"  LOG {line}")
    return not tally.errors and not said


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=200)
    parser.add_argument("--profiles", type=int, default=1_000)
    parser.add_argument("--rounds", type=int, default=2)
    options = parser.parse_args()
    os.environ.setdefault("QUERWERK_DATA", tempfile.mkdtemp(prefix="querwerk-bench-"))
    from querwerk.cli.command import boot  # noqa: PLC0415

    boot()
    from tests.installation import installation  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as name, installation(Path(name) / "data", is_migrated=False) as here:
        here.run("migrate")
        people, profiles = str(options.people), str(max(options.profiles, options.people))
        told = json.loads(here.run("prepare", people, profiles, module="bench.directory.load").splitlines()[-1])
        log = Path(name) / "log"
        with running(here, log) as port:
            tally = Tally()
            everybody = [Person(port, f"{told['cookie']}={cookie}", key, tally) for cookie, key in told["people"]]
            kind = "PostgreSQL" if here.env["DATABASE_URL"] else "SQLite"
            first = everybody[0]
            for person in everybody[:8]:  # each process has read the words once
                person.has_found("Licht")
            print(f"{kind}: {len(everybody)} people at once, {profiles} profiles")
            began = time.perf_counter()
            crowd(everybody, options.rounds)
            taken = time.perf_counter() - began
            last = everybody[-1]
            last.save("Eine Libellenzucht.")
            wait_for(tally, "found by the words that were just saved, after", lambda: last.has_found("Libellenzucht"))
            wait_for(tally, "all that was saved is read by the worker, after", lambda: not _waiting(here))
            first.save(SAID)
            wait_for(tally, "found by what was just saved means, after", lambda: first.has_found(MEANT))
        good = report(tally, log.read_text(), taken)
    raise SystemExit(0 if good else 1)


def _waiting(here: Any) -> int:
    sql = "SELECT COUNT(*) FROM django_tasks_database_dbtaskresult WHERE status IN ('READY', 'RUNNING')"
    return int(here.ask(sql)[0][0])


if __name__ == "__main__":
    if sys.argv[1:2] == ["prepare"]:
        from querwerk.cli.command import boot

        boot()
        prepare(int(sys.argv[2]), int(sys.argv[3]))
    else:
        main()
