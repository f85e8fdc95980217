"""The search's tables, and the indexes that the database keeps over them.

SQLite rebuilds a table when a later migration alters it, which loses the triggers below: such a migration must call
``make_indexes`` again afterwards.
"""

from collections.abc import Iterable

import django.db.models.deletion
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

SQLITE = (
    """
    CREATE VIRTUAL TABLE publishing_search_stems USING fts5(
        title_de, body_de, title_en, body_en,
        content='publishing_searchentry', content_rowid='node_id', tokenize='unicode61 remove_diacritics 0'
    )
    """,
    """
    CREATE TRIGGER publishing_search_stems_added AFTER INSERT ON publishing_searchentry BEGIN
        INSERT INTO publishing_search_stems (rowid, title_de, body_de, title_en, body_en)
        VALUES (new.node_id, new.title_de, new.body_de, new.title_en, new.body_en);
    END
    """,
    """
    CREATE TRIGGER publishing_search_stems_removed AFTER DELETE ON publishing_searchentry BEGIN
        INSERT INTO publishing_search_stems (publishing_search_stems, rowid, title_de, body_de, title_en, body_en)
        VALUES ('delete', old.node_id, old.title_de, old.body_de, old.title_en, old.body_en);
    END
    """,
    """
    CREATE TRIGGER publishing_search_stems_changed AFTER UPDATE ON publishing_searchentry BEGIN
        INSERT INTO publishing_search_stems (publishing_search_stems, rowid, title_de, body_de, title_en, body_en)
        VALUES ('delete', old.node_id, old.title_de, old.body_de, old.title_en, old.body_en);
        INSERT INTO publishing_search_stems (rowid, title_de, body_de, title_en, body_en)
        VALUES (new.node_id, new.title_de, new.body_de, new.title_en, new.body_en);
    END
    """,
    """
    CREATE VIRTUAL TABLE publishing_search_letters USING fts5(
        stem, content='publishing_searchword', content_rowid='id', tokenize='trigram'
    )
    """,
    """
    CREATE TRIGGER publishing_search_letters_added AFTER INSERT ON publishing_searchword BEGIN
        INSERT INTO publishing_search_letters (rowid, stem) VALUES (new.id, new.stem);
    END
    """,
    """
    CREATE TRIGGER publishing_search_letters_removed AFTER DELETE ON publishing_searchword BEGIN
        INSERT INTO publishing_search_letters (publishing_search_letters, rowid, stem) VALUES ('delete', old.id, old.stem);
    END
    """,
    """
    CREATE TRIGGER publishing_search_letters_changed AFTER UPDATE ON publishing_searchword BEGIN
        INSERT INTO publishing_search_letters (publishing_search_letters, rowid, stem) VALUES ('delete', old.id, old.stem);
        INSERT INTO publishing_search_letters (rowid, stem) VALUES (new.id, new.stem);
    END
    """,
)
SQLITE_BACK = (
    *(
        f"DROP TRIGGER publishing_search_{index}_{event}"
        for index in ("stems", "letters")
        for event in ("added", "removed", "changed")
    ),
    "DROP TABLE publishing_search_stems",
    "DROP TABLE publishing_search_letters",
)
POSTGRES = (
    """
    ALTER TABLE publishing_searchentry ADD COLUMN stems tsvector GENERATED ALWAYS AS (
        setweight(to_tsvector('simple'::regconfig, title_de), 'A') || setweight(to_tsvector('simple'::regconfig, body_de), 'B')
        || setweight(to_tsvector('simple'::regconfig, title_en), 'C') || setweight(to_tsvector('simple'::regconfig, body_en), 'D')
    ) STORED
    """,
    "CREATE INDEX publishing_search_stems ON publishing_searchentry USING gin (stems)",
    """
    CREATE FUNCTION querwerk_letters(word text) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
        SELECT array(SELECT DISTINCT substr(word, place, 3) FROM generate_series(1, length(word) - 2) AS place)
    $$
    """,
    "CREATE INDEX publishing_search_letters ON publishing_searchword USING gin (querwerk_letters(stem::text))",
)
POSTGRES_BACK = (
    "DROP INDEX publishing_search_letters",
    "DROP FUNCTION querwerk_letters(text)",
    "ALTER TABLE publishing_searchentry DROP COLUMN stems",
)


def run(schema_editor: BaseDatabaseSchemaEditor, statements: Iterable[str]) -> None:
    for statement in statements:
        schema_editor.execute(statement, params=None)


def make_indexes(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    run(schema_editor, POSTGRES if schema_editor.connection.vendor == "postgresql" else SQLITE)


def drop_indexes(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    run(schema_editor, POSTGRES_BACK if schema_editor.connection.vendor == "postgresql" else SQLITE_BACK)


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0002_beat"),
        ("publishing", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="SearchEntry",
            fields=[
                (
                    "node",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="core.node",
                    ),
                ),
                ("texts", models.JSONField(default=dict)),
                ("title_de", models.TextField(blank=True)),
                ("body_de", models.TextField(blank=True)),
                ("title_en", models.TextField(blank=True)),
                ("body_en", models.TextField(blank=True)),
            ],
        ),
        migrations.CreateModel(
            name="SearchWord",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("stem", models.CharField(max_length=240, unique=True)),
                ("word", models.CharField(max_length=60)),
            ],
        ),
        migrations.RunPython(make_indexes, drop_indexes),
    ]
