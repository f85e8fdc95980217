"""What core clears away by itself; the clock calls these."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection
from django.tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from querwerk.core.models import Beat, Once

KEEP_RESULTS = timedelta(days=14)
KEEP_GUARDS = timedelta(days=60)
KEEP_BEATS = timedelta(days=1)


def forget_finished(now: datetime) -> None:
    """Clear away old results of jobs, old guards against repetition, and heartbeats of workers that are long gone."""
    finished = (TaskResultStatus.SUCCESSFUL, TaskResultStatus.FAILED)
    DBTaskResult.objects.filter(status__in=finished, finished_at__lt=now - KEEP_RESULTS).delete()
    Once.objects.filter(at__lt=now - KEEP_GUARDS).delete()
    Beat.objects.filter(seen_at__lt=now - KEEP_BEATS).delete()


def forget_expired_counts(now: datetime) -> None:
    """Delete counts of attempts whose time is over: they name network addresses, and Django leaves them lying."""
    table = connection.ops.quote_name(str(settings.CACHES["default"]["LOCATION"]))
    with connection.cursor() as cursor:
        cursor.execute(
            f"DELETE FROM {table} WHERE expires < %s",  # noqa: S608  (the name is ours)
            [connection.ops.adapt_datetimefield_value(now)],
        )
