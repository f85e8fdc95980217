"""Runs jobs from the database, and takes up again the jobs of a worker that was killed.

The library's worker marks a job as running and would leave it so for ever if the process died. Here every worker
writes a heartbeat each second; whoever stops beating while the others go on is dead, and its job goes back in the queue.
A job may therefore run twice: what it does must be guarded with
:func:`querwerk.core.actions.once`.
"""

import logging
import os
import signal
import socket
import threading
import time
from uuid import UUID

from django.db import DatabaseError, connection, transaction
from django.tasks import TaskResultStatus
from django.utils import timezone
from django.utils.crypto import get_random_string
from django_tasks_db.management.commands.db_worker import Worker
from django_tasks_db.models import DBTaskResult

from querwerk.core.clock import Clock
from querwerk.core.models import Beat

log = logging.getLogger(__name__)
SECONDS_PER_BEAT = 1.0
BEATS_UNTIL_DEAD = 5
ATTEMPTS = 3
POLL_SECONDS = 0.5


class WorkerDied(Exception):
    """Recorded for a job whose worker died each time it was tried."""


class Heart(threading.Thread):
    """Beats, and buries those that have stopped beating."""

    def __init__(self, worker_id: str, parent: int | None) -> None:
        """Belong to a worker; with a parent, end it when that process is gone."""
        super().__init__(name="heart", daemon=True)
        self.worker_id = worker_id
        self.parent = parent
        self.stopped = threading.Event()
        self.silent: dict[str, tuple[int, int]] = {}
        """Worker → the last count it wrote, and how many of our own beats ago that changed."""
        self.count = 0

    def run(self) -> None:
        """Beat until stopped; a database that is away for a while is no reason to end."""
        try:
            while not self.stopped.wait(SECONDS_PER_BEAT):
                self._leave_with_parent()
                try:
                    self.beat()
                except DatabaseError:
                    log.exception("the heartbeat failed")
                    connection.close()
        finally:
            connection.close()

    def beat(self) -> None:
        """Say that this worker lives, then look after the others."""
        self.count += 1
        Beat.objects.update_or_create(
            worker_id=self.worker_id, defaults={"count": self.count, "seen_at": timezone.now()}
        )
        # Jobs before heartbeats: a worker that starts in between must not look like one without a heartbeat.
        running = list(DBTaskResult.objects.filter(status=TaskResultStatus.RUNNING).values_list("pk", "worker_ids"))
        self._listen()
        for pk, worker_ids in running:
            if self._is_dead(worker_ids):
                _take_back(pk, worker_ids)

    def stop(self) -> None:
        """End quietly and leave no heartbeat behind."""
        self.stopped.set()
        self.join()
        Beat.objects.filter(worker_id=self.worker_id).delete()

    def _leave_with_parent(self) -> None:
        if self.parent is not None and os.getppid() != self.parent:
            os.kill(os.getpid(), signal.SIGTERM)

    def _listen(self) -> None:
        # Counted in our own beats, not in seconds: clocks differ between machines, and while a long transaction holds
        # SQLite's lock nobody can beat, so nobody may be called dead for that.
        seen = dict(Beat.objects.values_list("worker_id", "count"))
        self.silent = {
            name: (count, self.silent[name][1] + 1 if self.silent.get(name, (None, 0))[0] == count else 0)
            for name, count in seen.items()
        }

    def _is_dead(self, worker_ids: list[str]) -> bool:
        last = worker_ids[-1] if worker_ids else ""
        if last == self.worker_id:
            return False
        # Without any heartbeat: it wrote one before it took its first job, so it has ended or was buried.
        return last not in self.silent or self.silent[last][1] >= BEATS_UNTIL_DEAD


def _take_back(pk: UUID, worker_ids: list[str]) -> None:
    """Put the job of a dead worker back, unless another one has just done so."""
    with transaction.atomic():
        job = DBTaskResult.objects.select_for_update().filter(pk=pk, status=TaskResultStatus.RUNNING).first()
        if job is None or job.worker_ids != worker_ids:
            return
        if len(worker_ids) >= ATTEMPTS:
            job.set_failed(WorkerDied(f"the worker died {len(worker_ids)} times during this job"))
            log.error("job %s failed: its worker died %s times", job.pk, len(worker_ids))
        else:
            job.status = TaskResultStatus.READY
            job.save(update_fields=["status"])
            log.warning("job %s is taken up again: worker %s died", job.pk, worker_ids[-1] if worker_ids else "?")
    Beat.objects.filter(worker_id__in=worker_ids[-1:]).delete()


def run(*, parent: int | None = None) -> None:
    """Work until SIGTERM or Ctrl+C; the job at hand is finished first."""
    worker_id = f"{socket.gethostname()[:30]}-{os.getpid()}-{get_random_string(8)}"
    heart = Heart(worker_id, parent)
    heart.beat()  # before the first job, so that a worker with a job always has a heartbeat
    worker = Worker(
        queue_names=["*"],
        interval=POLL_SECONDS,
        batch=False,
        backend_name="default",
        startup_delay=False,
        max_tasks=None,
        worker_id=worker_id,
        excluded_queue_names=[],
    )
    worker.configure_signals()
    heart.start()
    clock = Clock()
    clock.start()
    try:
        while worker.running:
            try:
                worker.run()
            except DatabaseError:
                log.exception("the database does not answer; trying again")
                connection.close()
                time.sleep(SECONDS_PER_BEAT)
    finally:
        clock.stop()
        heart.stop()
