"""CPU time of a step, its threads and the programs that it starts; standard library only, because the rivals use it too."""

import json
import resource
import sys
from collections.abc import Callable


def spent() -> float:
    """Return the CPU seconds so far, of this process and of those that it has waited for."""
    own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


def tell(action: Callable[[], int], times: int) -> None:
    """Do something some times; print the CPU seconds of the first time (imports and the start of Python included) and the least after it."""
    size = action()
    first, later = spent(), []
    for _time in range(times - 1):
        before = spent()
        size = action()
        later.append(spent() - before)
    json.dump({"first": first, "later": min(later, default=first), "size": size}, sys.stdout)
