"""When each duty of the clock is due."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    """One small table."""

    dependencies: ClassVar = [("core", "0003_pictures")]

    operations: ClassVar = [
        migrations.CreateModel(
            name="DutyState",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=80, unique=True)),
                ("due_at", models.DateTimeField()),
                ("done_at", models.DateTimeField(null=True)),
            ],
        ),
    ]
