"""Lets a process forget what it keeps beside the database.

A test's rows are rolled back, and another test meets the same ids, and without a write the same edition, with other contents.
"""

import sys
from collections.abc import Callable
from functools import cache
from inspect import signature

from querwerk.core.pages import store
from querwerk.core.prose.queries import rendered
from querwerk.matching.queries.ranking import forget_boards
from querwerk.people.directory import forget_directories


@cache
def kept_by_edition(_modules: int) -> dict[str, Callable[[], None]]:
    """Return how to empty each function of Querwerk that remembers what it returned for an edition, by its name."""
    found = {}
    for name, module in list(sys.modules.items()):
        if name.startswith("querwerk."):
            for function in vars(module).values():
                inner = getattr(function, "__wrapped__", None)
                if hasattr(function, "cache_clear") and inner and "edition" in signature(inner).parameters:
                    found[f"{inner.__module__}.{inner.__qualname__}"] = function.cache_clear
    return found


def forget_everything() -> None:
    """Forget pages, frames, threads, texts, directories and boards."""
    store.clear()
    rendered.cache_clear()
    forget_directories()
    forget_boards()
    for forget in kept_by_edition(len(sys.modules)).values():
        forget()
