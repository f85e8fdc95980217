"""Time the directory with many profiles: the page with any filter, the search, and how soon a saved profile is found.

``python -m bench.directory.run 10000 100000`` prints one line per size and page: median and 95th percentile of the CPU time on
the server without the store of pages, and how they grow.
"""

import os
import sys
import tempfile
from collections.abc import Callable
from statistics import median
from time import process_time

PAGES = {
    "all": "",
    "side": "?side=creative",
    "submarket and language": "?submarket=design&language=cs",
    "region": "?region=DED4",
    "available": "?available=1&side=industry",
    "words": "?q=Ausstellung",
    "words and filter": "?q=lighting&side=creative",
    "slip": "?q=Kermaik",
    "page 40": "?page=40",
    "map": "map/",
}
ROUNDS = 30


def timed(ask: Callable[[], object]) -> list[float]:
    """Return the CPU milliseconds of each round."""
    times = []
    for _round in range(ROUNDS):
        start = process_time()
        ask()
        times.append(1000 * (process_time() - start))
    return sorted(times)


def fill(count: int) -> None:
    """Write a programme and its profiles."""
    from bench.directory.generate import profiles  # noqa: PLC0415
    from querwerk.core.actions import Actor, write_records  # noqa: PLC0415
    from querwerk.core.spec import Problems  # noqa: PLC0415
    from querwerk.people.models import Profile  # noqa: PLC0415
    from tests.factories.programmes import create_programme  # noqa: PLC0415

    space = create_programme()
    problems = Problems()
    parsed = [Profile.SPEC.parse(raw, (), problems, position=n) for n, raw in enumerate(profiles(count))]
    assert not problems.found
    write_records(parsed, space=space, by=Actor(None, "Bench"))


def measure(count: int) -> None:
    """Print the times of each page."""
    from django.core.management import call_command  # noqa: PLC0415
    from django.test import Client  # noqa: PLC0415

    from querwerk.core.pages import store  # noqa: PLC0415

    call_command("migrate", verbosity=0)
    fill(count)
    client = Client()
    client.get("/de/werk/directory/?q=warm")

    def visit(path: str) -> None:
        store.clear()
        response = client.get(f"/de/werk/directory/{path}")
        assert response.status_code == 200

    for name, path in PAGES.items():
        visit(path)
        times = timed(lambda path=path: visit(path))  # type: ignore[misc]
        p95 = times[int(len(times) * 0.95)]
        print(f"| {count:,} | {name} | {median(times):.1f} | {p95:.1f} |", flush=True)


def main() -> None:
    """Measure each size in a process of its own."""
    sizes = [int(size) for size in sys.argv[1:]] or [10_000]
    for size in sizes:
        if os.fork() == 0:
            os.environ["QUERWERK_DATA"] = tempfile.mkdtemp()
            os.environ.setdefault("DJANGO_SETTINGS_MODULE", "querwerk.config.settings")
            import django  # noqa: PLC0415

            django.setup()
            from django.conf import settings  # noqa: PLC0415

            settings.ALLOWED_HOSTS = ["testserver"]
            measure(size)
            os._exit(0)
        os.wait()


if __name__ == "__main__":
    main()
