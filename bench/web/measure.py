"""Times Django pages inside one process: CPU, wall time, SQL queries, size.

Runs with the Python and the settings of the side that is measured, so that both sides are
timed by the same few lines. Needs nothing but Django. Reads a job as JSON from standard
input and writes the figures as JSON to the file named in it.
"""

import gc
import importlib
import json
import os
import statistics
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import django
from django.db import connections
from django.test import Client

type Forget = Callable[[], None]


class Counter:
    """Counts the statements sent to the database."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, execute: Any, sql: str, params: Any, many: object, context: Any) -> Any:
        """Count, then go on."""
        self.count += 1
        return execute(sql, params, many, context)


def percentile(values: list[float], share: float) -> float:
    """Return the value below which ``share`` of the values lie (nearest rank)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def forgetter(names: list[str]) -> Forget:
    """Return a function that empties the stores of finished pages ("module:object", each with a ``clear``)."""
    stores = []
    for name in names:
        module, _, path = name.partition(":")
        stores.append(getattr(importlib.import_module(module), path))

    def forget() -> None:
        for store in stores:
            store.clear()

    return forget


def time_page(client: Any, path: str, headers: dict[str, str], seconds: float, forget: Forget) -> dict[str, Any]:
    """Ask for one page again and again, each time without a stored answer."""
    counter = Counter()
    cpu: list[float] = []
    wall: list[float] = []
    queries = 0
    response: Any = None
    # The first answers fill what a running server has anyway: compiled templates, catalogues.
    for _ in range(3):
        forget()
        response = client.get(path, **headers)
        if response.status_code != 200:
            return {"status": response.status_code}
    gc.collect()
    end = time.perf_counter() + seconds
    while len(cpu) < 15 or (time.perf_counter() < end and len(cpu) < 400):
        forget()
        counter.count = 0
        with ExitStack() as stack:
            for connection in connections.all():
                stack.enter_context(connection.execute_wrapper(counter))
            w, c = time.perf_counter(), time.process_time()
            response = client.get(path, **headers)
            body = response.content if not response.streaming else b"".join(response.streaming_content)
            cpu.append(time.process_time() - c)
            wall.append(time.perf_counter() - w)
        queries = max(queries, counter.count)
    return {
        "status": response.status_code,
        "queries": queries,
        "cpu_ms": statistics.median(cpu) * 1000,
        "wall_ms": statistics.median(wall) * 1000,
        "wall_p99_ms": percentile(wall, 0.99) * 1000,
        "bytes": len(body),
        "runs": len(cpu),
    }


def main() -> None:
    """Run the job given on standard input."""
    job = json.load(sys.stdin)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", job["settings"])
    django.setup()
    forget = forgetter(job["forget"])
    client = Client(raise_request_exception=False)
    headers = {"HTTP_" + k.upper().replace("-", "_"): v for k, v in job["headers"].items()}
    figures = {path: time_page(client, path, headers, job["seconds"], forget) for path in job["paths"]}
    Path(job["out"]).write_text(json.dumps(figures), encoding="utf-8")


main()
