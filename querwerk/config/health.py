"""``/health/live`` and ``/health/ready``: what a supervisor or load balancer asks, answered truthfully."""

import shutil
from collections.abc import Callable
from datetime import timedelta
from functools import cache

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.utils import timezone

FRESH = timedelta(seconds=15)


@cache
def shipped_migrations() -> frozenset[tuple[str, str]]:
    """Every migration that belongs to this version of the code."""
    return frozenset(MigrationLoader(None, ignore_no_migrations=True).disk_migrations)


def pending_migrations() -> list[str]:
    """Migrations that belong to this version of the code and were not applied to the database."""
    applied = MigrationRecorder(connection).applied_migrations()
    return sorted(f"{app}.{name}" for app, name in shipped_migrations() - set(applied))


def problems() -> dict[str, str]:
    """Everything that keeps this installation from serving, by the name of the check."""
    found: dict[str, str] = {}
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        if pending := pending_migrations():
            found["migrations"] = f"{len(pending)} not applied, the first is {pending[0]}"
    except DatabaseError as error:
        # The type only: a driver's message may contain the address and the user of the database.
        found["database"] = f"not reachable ({type(error).__name__})"
    try:
        free = shutil.disk_usage(settings.ENV.data).free // 2**20
        if free < settings.ENV.free_disk_mb:
            found["disk"] = f"{free} MB free, {settings.ENV.free_disk_mb} MB are needed"
    except OSError:
        found["disk"] = "the data folder does not exist"
    return found


def worker_state() -> str:
    """Whether jobs are being done; pages work without a worker, so this is information, not a failure."""
    from querwerk.core.models import Beat  # noqa: PLC0415 -- the middleware is loaded before the models

    try:
        last = Beat.objects.order_by("-seen_at").values_list("seen_at", flat=True).first()
    except DatabaseError:
        return "unknown"
    if last is None:
        return "none has run"
    return "ok" if timezone.now() - last < FRESH else f"none since {last.isoformat(timespec='seconds')}"


def ready() -> JsonResponse:
    """200 when this process can serve pages, else 503 with what is wrong."""
    found = problems()
    body = {"status": "failing" if found else "ok", "problems": found, "worker": "unknown" if found else worker_state()}
    return JsonResponse(body, status=503 if found else 200)


class HealthMiddleware:
    """Answers before host names, HTTPS and sessions are looked at: a prober comes by IP address and plain HTTP."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        """Keep the next layer."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer the two addresses, pass on everything else."""
        if not request.path_info.startswith("/health/"):
            return self.get_response(request)
        if request.path_info == "/health/live":
            response = JsonResponse({"status": "ok"})
        elif request.path_info == "/health/ready":
            response = ready()
        else:
            return self.get_response(request)
        response["Cache-Control"] = "no-store"
        return response
