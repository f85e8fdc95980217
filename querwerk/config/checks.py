"""Checks of the environment that Django's ``check`` command reports too."""

import difflib
import os
from collections.abc import Iterable, Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core import checks

from querwerk.config import env


@checks.register(checks.Tags.security)
def check_environment(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> Iterable[checks.CheckMessage]:
    """Unsafe settings in production, and variables that look like a misspelt setting."""
    for number, sentence in enumerate(env.unsafe(settings.ENV), 1):
        yield checks.Error(sentence, id=f"querwerk.E{number:03}")
    known = [setting.name for setting in env.settings()]
    for name in os.environ:
        if name.startswith("QUERWERK_") and name not in known:
            close = difflib.get_close_matches(name, known, 1)
            hint = f"Did you mean {close[0]}?" if close else "See docs/reference/settings.md."
            yield checks.Warning(f"The variable {name} is not a setting of Querwerk.", hint=hint, id="querwerk.W001")
