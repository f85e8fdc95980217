"""Writes about pairs before they are proposed: pinned, excluded with a reason, released."""

from collections.abc import Iterable

from django.db import transaction
from django.utils.translation import gettext as _

from querwerk.core.actions import Actor
from querwerk.core.templatetags.ui import plain
from querwerk.matching.actions.challenges import note
from querwerk.matching.models import Dossier, Judgement, Shown
from querwerk.matching.states import Mark, Step
from querwerk.people.models import Profile

STEPS = {Mark.PINNED: Step.PINNED, Mark.EXCLUDED: Step.EXCLUDED}


class UnableToExclude(Exception):
    """An exclusion needs a reason; the message says so."""


@transaction.atomic
def judge_pair(*, dossier: Dossier, profile: Profile, mark: str, why: str, by: Actor) -> Judgement:
    """Pin a pair, or exclude it for a reason; the same twice changes nothing."""
    if mark == Mark.EXCLUDED and not why:
        raise UnableToExclude(_("Please say why. Whoever looks at this after you wants to know."))
    there = Judgement.objects.select_for_update().filter(dossier=dossier, profile=profile).first()
    if there is not None and (there.mark, there.why) == (mark, why[:500]):
        return there
    judgement, _is_new = Judgement.objects.update_or_create(
        dossier=dossier, profile=profile, defaults={"mark": mark, "why": why[:500], "by_name": by.name[:200]}
    )
    words = plain(profile.name)
    note(dossier, STEPS[Mark(mark)], by=by, words=f"{words}: {why}" if why else words)
    return judgement


@transaction.atomic
def release_pair(*, dossier: Dossier, profile: Profile, by: Actor) -> bool:
    """Take back a judgement; return whether there was one."""
    number, _by_model = Judgement.objects.filter(dossier=dossier, profile=profile).delete()
    if number:
        note(dossier, Step.RELEASED, by=by, words=plain(profile.name))
    return bool(number)


def note_shown(*, dossier: Dossier, profiles: Iterable[int]) -> None:
    """Note who stood in a list that somebody opened, so that fairness can be measured; a pair counts once."""
    shown = set(profiles)
    there = set(Shown.objects.filter(dossier=dossier, profile__in=shown).values_list("profile", flat=True))
    if shown - there:
        Shown.objects.bulk_create(
            [Shown(dossier=dossier, profile_id=one) for one in sorted(shown - there)], ignore_conflicts=True
        )
