"""The heartbeats of the workers."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    """One small table."""

    dependencies: ClassVar = [("core", "0001_initial")]

    operations: ClassVar = [
        migrations.CreateModel(
            name="Beat",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("worker_id", models.CharField(max_length=64, unique=True)),
                ("count", models.PositiveBigIntegerField()),
                ("seen_at", models.DateTimeField()),
            ],
        ),
    ]
