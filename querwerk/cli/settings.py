"""``querwerk settings`` and ``querwerk check``."""

import argparse
import os

from querwerk.cli.command import Commands, add, require_database
from querwerk.config import env


def add_to(commands: Commands) -> None:
    """Add the commands of this group."""
    parser = add(
        commands,
        "settings",
        show,
        "Print every setting and its present value (secrets are hidden).",
        without_django=True,
    )
    parser.add_argument("--markdown", action="store_true", help="print the reference page instead")
    add(commands, "check", check, "Check the configuration, the code and the database.")


def show(arguments: argparse.Namespace) -> None:
    """Print the settings."""
    if arguments.markdown:
        print(env.markdown(), end="")
        return
    env.read()
    width = max(len(setting.name) for setting in env.settings())
    for setting in env.settings():
        raw = os.environ.get(setting.name, "").strip()
        value = "(set)" if raw and setting.secret else raw or f"{setting.default_text} (default)"
        print(f"{setting.name:<{width}}  {value}")


def check(arguments: argparse.Namespace) -> int:
    """Run Django's checks and ours; exit code 1 when the installation could not serve."""
    from django.core.management import call_command  # noqa: PLC0415
    from django.core.management.base import SystemCheckError  # noqa: PLC0415

    from querwerk.config.health import problems  # noqa: PLC0415

    require_database()
    try:
        call_command("check")
    except SystemCheckError as error:
        print(error)
        return 1
    found = problems()
    for name, sentence in found.items():
        print(f"{name}: {sentence}")
    return 1 if found else 0
