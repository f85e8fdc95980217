"""The portable copy of a database: every row of every model as one line of JSON, read from one snapshot."""

from collections.abc import Iterator
from pathlib import Path

from django.apps import apps
from django.core import serializers
from django.core.management.color import no_style
from django.db import DatabaseError, connection, models, transaction
from django.db.migrations.recorder import MigrationRecorder

from querwerk.cli.command import Refusal

# Made anew by every installation or worthless elsewhere.
LEFT_OUT = {"contenttypes.contenttype", "auth.permission", "sessions.session", "core.beat"}


def _models() -> list[type[models.Model]]:
    every = apps.get_models(include_auto_created=True)
    return [
        model
        for model in every
        if model._meta.managed and not model._meta.proxy and model._meta.label_lower not in LEFT_OUT
    ]


def has_content() -> bool:
    """Whether anything was ever entered: an account, a record or a line of the journal."""
    if not MigrationRecorder(connection).has_table():
        return False
    existing = set(connection.introspection.table_names())
    names = ("people.User", "core.Node", "core.JournalEntry")
    tables = [model for model in map(apps.get_model, names) if model._meta.db_table in existing]
    return any(model._base_manager.exists() for model in tables)


def _snapshot() -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")


def dump(path: Path) -> None:
    """Write all rows. SQLite's writers are not held up: the reading transaction asks for no lock."""
    if connection.vendor == "sqlite":
        connection.close()
        connection.settings_dict["OPTIONS"]["transaction_mode"] = "DEFERRED"
    with path.open("w", encoding="utf-8") as file, transaction.atomic():
        _snapshot()
        for model in _models():
            found = model._base_manager.order_by("pk").iterator(chunk_size=1000)
            serializers.serialize("jsonl", found, stream=file, ensure_ascii=False)


def load(path: Path) -> None:
    """Replace all rows in one transaction; references are checked at its end."""
    kept = _models()
    try:
        with transaction.atomic(), connection.constraint_checks_disabled():
            with connection.cursor() as cursor:
                for model in reversed(kept):
                    # A foreign key is checked at the end of the transaction, so the order does not matter.
                    cursor.execute(f"DELETE FROM {connection.ops.quote_name(model._meta.db_table)}")  # noqa: S608
            for found in _objects(path):
                # Many-to-many rows come as rows of their own tables.
                found.save(save_m2m=False, force_insert=True)
            connection.check_constraints()
            with connection.cursor() as cursor:
                for statement in connection.ops.sequence_reset_sql(no_style(), kept):
                    cursor.execute(statement)
    except (serializers.base.DeserializationError, DatabaseError) as error:
        raise Refusal(f"the rows of the backup do not fit: {error}") from None


def _objects(path: Path) -> Iterator[serializers.base.DeserializedObject]:
    with path.open(encoding="utf-8") as file:
        yield from serializers.deserialize("jsonl", file)
