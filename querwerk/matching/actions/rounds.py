"""Writes of whole rounds: ask for a plan, keep what came out of it."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from querwerk.core.actions import Actor
from querwerk.core.models import Space
from querwerk.matching.models import Round
from querwerk.matching.signals import round_asked
from querwerk.matching.states import RoundState


@transaction.atomic
def ask_for_round(*, space: Space, per_creative: int, is_mixed: bool, dossiers: Sequence[int], by: Actor) -> Round:
    """Queue the plan of a round over the challenges that whoever asks may read; one that is being worked out is not begun twice."""
    Space.objects.select_for_update().get(pk=space.pk)
    wishes = {"per_creative": per_creative, "is_mixed": is_mixed}
    busy = Round.objects.filter(space=space, state__in=(RoundState.QUEUED, RoundState.RUNNING), by_name=by.name[:200])
    same = busy.filter(wishes=wishes).first()
    if same is not None:
        return same
    made = Round.objects.create(space=space, wishes=wishes, dossiers=list(dossiers), by_name=by.name[:200])
    round_asked.send(Round, round_id=made.pk)
    return made


def begin_round(round_id: int) -> Round | None:
    """Take up a round; nothing where it has ended. A job that is taken up twice begins anew."""
    Round.objects.filter(pk=round_id, state=RoundState.QUEUED).update(state=RoundState.RUNNING)
    return Round.objects.filter(pk=round_id, state=RoundState.RUNNING).first()


def note_progress(round_id: int, words: str) -> None:
    """Tell how far it is."""
    Round.objects.filter(pk=round_id, state=RoundState.RUNNING).update(progress=words[:200])


def finish_round(round_id: int, result: dict[str, Any]) -> None:
    """Keep what came out of it."""
    Round.objects.filter(pk=round_id, state=RoundState.RUNNING).update(
        state=RoundState.DONE, result=result, progress="", ended_at=timezone.now()
    )


def fail_round(round_id: int) -> None:
    """Say that it failed; the log says why."""
    Round.objects.filter(pk=round_id).update(
        state=RoundState.FAILED, progress=_("The operator finds the reason in the log."), ended_at=timezone.now()
    )
