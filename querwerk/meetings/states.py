"""Where the networking of an event, a wish and a timetable stand."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Phase(TextChoices):
    """What participants can do."""

    PREPARING = "preparing", _("being prepared")
    OPEN = "open", _("open for wishes")
    CLOSED = "closed", _("closed for wishes")


PHASE_MOVES: dict[Phase, frozenset[Phase]] = {
    Phase.PREPARING: frozenset({Phase.OPEN}),
    Phase.OPEN: frozenset({Phase.CLOSED}),
    Phase.CLOSED: frozenset({Phase.OPEN}),
}


class WishState(TextChoices):
    """What became of somebody's wish to meet somebody."""

    SENT = "sent", _("not answered yet")
    ACCEPTED = "accepted", _("accepted")
    LEFT = "left", _("left to the organisers")
    DECLINED = "declined", _("declined")
    WITHDRAWN = "withdrawn", _("withdrawn")


WISH_MOVES: dict[WishState, frozenset[WishState]] = {
    WishState.SENT: frozenset({WishState.ACCEPTED, WishState.LEFT, WishState.DECLINED, WishState.WITHDRAWN}),
    WishState.ACCEPTED: frozenset({WishState.LEFT, WishState.DECLINED, WishState.WITHDRAWN}),
    WishState.LEFT: frozenset({WishState.ACCEPTED, WishState.DECLINED, WishState.WITHDRAWN}),
    WishState.DECLINED: frozenset({WishState.ACCEPTED, WishState.LEFT, WishState.WITHDRAWN}),
    WishState.WITHDRAWN: frozenset({WishState.SENT}),
}
"""Whoever is asked may think better of it; a wish that was withdrawn can be made again."""

STANDING = (WishState.SENT, WishState.ACCEPTED, WishState.LEFT)
"""Wishes that a timetable tries to fulfil."""
ANSWERS = (WishState.ACCEPTED, WishState.LEFT, WishState.DECLINED)


class PairSort(TextChoices):
    """What the organiser says about two people."""

    MUST = "must", _("have to meet")
    NEVER = "never", _("must not meet")


class PlanState(TextChoices):
    """Where a version of the timetable stands."""

    WAITING = "waiting", _("waiting for the worker")
    RUNNING = "running", _("being computed")
    READY = "ready", _("computed")
    IMPOSSIBLE = "impossible", _("impossible")
    FAILED = "failed", _("failed")
    PUBLISHED = "published", _("published")
    REPLACED = "replaced", _("replaced")


PLAN_MOVES: dict[PlanState, frozenset[PlanState]] = {
    PlanState.WAITING: frozenset({PlanState.RUNNING}),
    PlanState.RUNNING: frozenset({PlanState.READY, PlanState.IMPOSSIBLE, PlanState.FAILED}),
    PlanState.READY: frozenset({PlanState.PUBLISHED}),
    PlanState.IMPOSSIBLE: frozenset(),
    PlanState.FAILED: frozenset(),
    PlanState.PUBLISHED: frozenset({PlanState.REPLACED}),
    PlanState.REPLACED: frozenset({PlanState.PUBLISHED}),
}
"""What was published before can be published again, when a newer version turns out to be wrong."""
COMPUTING = (PlanState.WAITING, PlanState.RUNNING)
WITH_MEETINGS = (PlanState.READY, PlanState.PUBLISHED, PlanState.REPLACED)


class Method(TextChoices):
    """How a version of the timetable came about."""

    ANEW = "anew", _("computed anew")
    FEWEST = "fewest", _("mended with the fewest changes: only what has to")
    REFILLED = "refilled", _("mended and filled up: free places go to open wishes, nobody else is moved")
    MOVED = "moved", _("mended and filled up: others may be moved")


class Cause(TextChoices):
    """Why a meeting does not take place; the engine's words."""

    NEVER = "never", _("The organisers or one of the two do not want this meeting.")
    NO_COMMON_SLOT = "no common slot", _("There is no time at which both can come.")
    NO_TABLE = "no such table", _("There is no table that both can use: accessible, or with the languages they need.")
    NO_INTERPRETER = "no interpreter", _("There is nobody to interpret.")
    PERSON_FULL = "person full", _("One of the two has as many meetings as they can have.")
    TABLES_FULL = "tables full", _("Whenever both are free, all tables are taken.")
    INTERPRETERS_FULL = "interpreters full", _("Whenever both are free, all interpreters are taken.")
    NO_FREE_SLOT = "no common free slot", _("Both have other meetings at all times that they have in common.")
    ORDER = "order", _("It would have to come after another meeting.")
    TIME = "time", _("The computing was ended before a place was found.")
