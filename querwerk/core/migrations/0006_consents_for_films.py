"""Consents belong to the node of what people are shown in: a picture or a film."""

from typing import Any

import django.db.models.deletion
from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def name_nodes(apps: Apps, _schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Carry each consent from its picture to the picture's node."""
    pictures: Any = apps.get_model("core", "Picture")
    consents: Any = apps.get_model("core", "Consent")
    node = pictures._default_manager.filter(pk=models.OuterRef("picture")).values("node")
    consents._default_manager.update(shown_in=models.Subquery(node))


def name_pictures(apps: Apps, _schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Carry each consent back; those for films have nowhere to go."""
    pictures: Any = apps.get_model("core", "Picture")
    consents: Any = apps.get_model("core", "Consent")
    picture = pictures._default_manager.filter(node=models.OuterRef("shown_in")).values("pk")
    consents._default_manager.update(picture=models.Subquery(picture))
    consents._default_manager.filter(picture=None).delete()


class Migration(migrations.Migration):
    dependencies = [("core", "0005_documents_to_fetch")]

    operations = [
        migrations.RemoveConstraint("consent", "consent_once_until_withdrawn"),
        migrations.AddField(
            "consent",
            "shown_in",
            models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="core.node"),
        ),
        migrations.AlterField(
            "consent",
            "picture",
            models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.CASCADE, related_name="consents", to="core.picture"
            ),
        ),
        migrations.RunPython(name_nodes, name_pictures),
        migrations.RemoveField("consent", "picture"),
        migrations.AlterField(
            "consent",
            "shown_in",
            models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="core.node"),
        ),
        migrations.AddConstraint(
            "consent",
            models.UniqueConstraint(
                condition=models.Q(("withdrawn_at", None)),
                fields=("shown_in", "name"),
                name="consent_once_until_withdrawn",
            ),
        ),
    ]
