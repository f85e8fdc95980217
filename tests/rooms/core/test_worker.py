"""Jobs survive the death of their worker: with real processes and a real ``kill -9``, on the database of the run."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from django.conf import settings
from django.tasks import TaskResultStatus
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from querwerk.core.models import Beat
from querwerk.core.worker import ATTEMPTS, BEATS_UNTIL_DEAD, Heart

ROOT = Path(__file__).resolve().parents[3]


class Installation:
    """A database of its own, used by real processes."""

    def __init__(self, folder: Path, database_url: str) -> None:
        self.folder = folder
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("QUERWERK_", "DATABASE_URL"))}
        self.env = kept | {"QUERWERK_DATA": str(folder), "DATABASE_URL": database_url}
        self.workers: list[subprocess.Popen[bytes]] = []

    def run(self, *arguments: str) -> str:
        command = [sys.executable, "-m", *arguments]
        return subprocess.run(command, env=self.env, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True, timeout=120).stdout

    def start_worker(self) -> subprocess.Popen[bytes]:
        worker = subprocess.Popen([sys.executable, "-m", "querwerk", "worker"], env=self.env, cwd=ROOT)
        self.workers.append(worker)
        return worker

    def wait_for(self, mark: str) -> None:
        _wait(lambda: (self.folder / mark).exists(), 60)

    def state(self) -> dict[str, object]:
        return json.loads(self.run("tests.rooms.core.jobs", "state"))  # type: ignore[no-any-return]


def _wait(until: Callable[[], bool], seconds: float) -> None:
    end = time.monotonic() + seconds
    while not until():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.1)


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    given = settings.ENV.database
    if given.kind == "sqlite":
        found = Installation(tmp_path, "")
        yield found
    else:
        name = f"worker_{uuid4().hex[:12]}"
        server = {"host": given.host, "port": given.port, "user": given.user, "password": given.password}
        server = {key: value for key, value in server.items() if value}
        with closing(psycopg.connect(dbname=given.name, autocommit=True, **server)) as connection:
            connection.execute(f'CREATE DATABASE "{name}"')
            query = "&".join(f"{key}={value}" for key, value in server.items())
            found = Installation(tmp_path, f"postgres:///{name}?{query}")
            try:
                yield found
            finally:
                _end(found)
                connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
    _end(found)


def _end(installation: Installation) -> None:
    for worker in installation.workers:
        worker.kill()
        worker.wait()


def test_jobs_of_killed_workers_are_taken_up_again_without_double_effect(installation: Installation) -> None:
    folder = str(installation.folder)
    installation.run("querwerk", "migrate")
    victims = []
    # One after the other, because the second job keeps SQLite's lock until its worker dies.
    for job, mark in (("killed_after", "after-1"), ("killed_within", "within-1")):
        installation.run("tests.rooms.core.jobs", "enqueue", job, folder)
        victims.append(installation.start_worker())
        installation.wait_for(mark)
    for victim in victims:
        os.kill(victim.pid, signal.SIGKILL)
    killed_at = time.monotonic()
    rescuer = installation.start_worker()
    installation.wait_for("after-2")
    installation.wait_for("within-2")
    assert time.monotonic() - killed_at < 20  # six seconds on a quiet machine
    rescuer.terminate()
    assert rescuer.wait(30) == 0
    assert installation.state() == {
        "jobs": {"killed_after": ["SUCCESSFUL", 2], "killed_within": ["SUCCESSFUL", 2]},
        "effects": ["after", "within"],
    }


@pytest.fixture
def running_job(db: None) -> DBTaskResult:
    return DBTaskResult.objects.create(
        args_kwargs={"args": ["/nowhere"], "kwargs": {}},
        task_path="tests.rooms.core.jobs.killed_after",
        backend_name="default",
        run_after=timezone.now(),
        status=TaskResultStatus.RUNNING,
        worker_ids=["other"],
    )


def _beats(heart: Heart, number: int) -> None:
    for _ in range(number):
        heart.beat()


def test_a_job_of_a_beating_worker_is_left_alone(running_job: DBTaskResult) -> None:
    heart, other = Heart("me", None), Heart("other", None)
    for _ in range(3 * BEATS_UNTIL_DEAD):
        other.beat()
        heart.beat()
    running_job.refresh_from_db()
    assert running_job.status == TaskResultStatus.RUNNING


def test_silence_is_counted_in_own_beats_not_in_clock_time(running_job: DBTaskResult) -> None:
    Heart("other", None).beat()
    Beat.objects.update(seen_at="1999-01-01T00:00:00Z")  # a machine whose clock is wrong
    heart = Heart("me", None)
    _beats(heart, BEATS_UNTIL_DEAD)
    running_job.refresh_from_db()
    assert running_job.status == TaskResultStatus.RUNNING
    _beats(heart, 1)
    running_job.refresh_from_db()
    assert running_job.status == TaskResultStatus.READY
    assert list(Beat.objects.values_list("worker_id", flat=True)) == ["me"]


def test_a_job_of_a_worker_that_left_no_heartbeat_is_taken_back_at_once(running_job: DBTaskResult) -> None:
    Heart("me", None).beat()
    running_job.refresh_from_db()
    assert running_job.status == TaskResultStatus.READY


def test_a_job_that_kills_its_workers_fails_in_the_end(running_job: DBTaskResult) -> None:
    running_job.worker_ids = [f"other{number}" for number in range(ATTEMPTS)]
    running_job.save()
    Heart("me", None).beat()
    running_job.refresh_from_db()
    assert running_job.status == TaskResultStatus.FAILED
    assert running_job.exception_class_path == "querwerk.core.worker.WorkerDied"
