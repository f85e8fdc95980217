"""Jobs survive the death of their worker: with real processes and a real ``kill -9``, on the database of the run."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.tasks import TaskResultStatus
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from querwerk.core.models import Beat
from querwerk.core.worker import ATTEMPTS, BEATS_UNTIL_DEAD, Heart
from tests.installation import Installation

type Job = DBTaskResult[Any, Any]


@pytest.fixture
def start_worker(installed: Installation) -> Iterator[Callable[[], subprocess.Popen[bytes]]]:
    workers: list[subprocess.Popen[bytes]] = []

    def start() -> subprocess.Popen[bytes]:
        workers.append(installed.start("worker"))
        return workers[-1]

    yield start
    for worker in workers:
        worker.kill()
        worker.wait()


def _wait_for(mark: Path) -> None:
    end = time.monotonic() + 300
    while not mark.exists():
        assert time.monotonic() < end, f"waited in vain for {mark.name}"
        time.sleep(0.1)


def _jobs(here: Installation, *arguments: str) -> str:
    return here.run(*arguments, module="tests.rooms.core.jobs")


def test_jobs_of_killed_workers_are_taken_up_again_without_double_effect(
    installed: Installation, start_worker: Callable[[], subprocess.Popen[bytes]]
) -> None:
    victims = []
    # One after the other, because the second job keeps SQLite's lock until its worker dies.
    for job, mark in (("killed_after", "after-1"), ("killed_within", "within-1")):
        _jobs(installed, "enqueue", job, str(installed.folder))
        victims.append(start_worker())
        _wait_for(installed.folder / mark)
    for victim in victims:
        os.kill(victim.pid, signal.SIGKILL)
    rescuer = start_worker()
    _wait_for(installed.folder / "after-2")
    _wait_for(installed.folder / "within-2")
    rescuer.terminate()
    assert rescuer.wait(120) == 0
    assert json.loads(_jobs(installed, "state")) == {
        "jobs": {"killed_after": ["SUCCESSFUL", 2], "killed_within": ["SUCCESSFUL", 2]},
        "effects": ["after", "within"],
    }


@pytest.fixture
def running_job(db: None) -> Job:
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


def test_a_job_of_a_beating_worker_is_left_alone(running_job: Job) -> None:
    heart, other = Heart("me", None), Heart("other", None)
    for _ in range(3 * BEATS_UNTIL_DEAD):
        other.beat()
        heart.beat()
    running_job.refresh_from_db()
    assert running_job.status == TaskResultStatus.RUNNING


def test_silence_is_counted_in_own_beats_not_in_clock_time(running_job: Job) -> None:
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


def test_a_job_of_a_worker_that_left_no_heartbeat_is_taken_back_at_once(running_job: Job) -> None:
    Heart("me", None).beat()
    running_job.refresh_from_db()
    assert running_job.status == TaskResultStatus.READY


def test_a_job_that_kills_its_workers_fails_in_the_end(running_job: Job) -> None:
    running_job.worker_ids = [f"other{number}" for number in range(ATTEMPTS)]
    running_job.save()
    Heart("me", None).beat()
    running_job.refresh_from_db()
    assert running_job.status == TaskResultStatus.FAILED
    assert running_job.exception_class_path == "querwerk.core.worker.WorkerDied"
