"""Jobs for the test of the worker, run in processes of their own: ``python -m tests.rooms.core.jobs enqueue|state …``."""

import json
import sys
import time
from pathlib import Path
from typing import Any

from django.tasks import task

FOR_EVER = 600


def _attempt(folder: str, name: str) -> int:
    """Leave a mark outside the database, where no rollback takes it back."""
    number = len(list(Path(folder).glob(f"{name}-*"))) + 1
    (Path(folder) / f"{name}-{number}").touch()
    return number


def _work(name: str) -> None:
    from querwerk.core.models import JournalEntry  # noqa: PLC0415

    JournalEntry.objects.create(
        batch="00000000-0000-0000-0000-000000000000", by_name="job", verb="change", space_key="", kind="job", key=name
    )


@task
def killed_after(folder: str) -> str:
    """Finish the effect, then hang on the first attempt."""
    from querwerk.core.actions import once  # noqa: PLC0415

    once("killed-after", lambda: _work("after"))
    if _attempt(folder, "after") == 1:
        time.sleep(FOR_EVER)
    return "done"


@task
def killed_within(folder: str) -> str:
    """Hang in the middle of the effect on the first attempt."""
    from querwerk.core.actions import once  # noqa: PLC0415

    def effect() -> None:
        _work("within")
        if _attempt(folder, "within") == 1:
            time.sleep(FOR_EVER)

    once("killed-within", effect)
    return "done"


def state() -> dict[str, Any]:
    """What the database holds in the end."""
    from django_tasks_db.models import DBTaskResult  # noqa: PLC0415

    from querwerk.core.models import JournalEntry  # noqa: PLC0415

    return {
        "jobs": {
            row.task_path.rpartition(".")[2]: [row.status, len(row.worker_ids)] for row in DBTaskResult.objects.all()
        },
        "effects": sorted(JournalEntry.objects.values_list("key", flat=True)),
    }


if __name__ == "__main__":
    from querwerk.cli.command import boot

    boot()
    # A job must be enqueued under the name by which the worker can import it, which "__main__" is not.
    from tests.rooms.core import jobs

    if sys.argv[1] == "enqueue":
        getattr(jobs, sys.argv[2]).enqueue(sys.argv[3])
    else:
        print(json.dumps(state()))  # noqa: T201
