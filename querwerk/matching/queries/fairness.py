"""How being shown and being proposed is spread over creatives, submarkets, towns and newcomers."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.db.models import Count
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from querwerk.core.text import UNSTATED
from querwerk.engine.matching.trec import gini
from querwerk.matching import rules
from querwerk.matching.models import Dossier, Proposal, Shown
from querwerk.matching.queries.challenges import title_of
from querwerk.matching.queries.pairs import creatives
from querwerk.matching.queries.ranking import is_offered
from querwerk.matching.states import ProposalState
from querwerk.people.models import Profile
from querwerk.people.states import Submarket

if TYPE_CHECKING:
    from django.db.models import QuerySet

NEW_YEARS = 3
"""Whoever is in the field for so many years at most is a newcomer."""
MOST_TOWNS = 15
ENOUGH_TO_MISS = 5
"""So many of a group have to be there before it is worth saying that none of them was proposed."""

type Label = str | Promise


@dataclass(frozen=True, slots=True)
class Spread:
    """What one group of creatives got."""

    label: Label
    creatives: int
    shown: int
    proposed: int
    introduced: int
    never_shown: int

    @property
    def never_percent(self) -> int:
        """Return which share stood in no list that was opened."""
        return round(100 * self.never_shown / self.creatives) if self.creatives else 0


@dataclass(frozen=True, slots=True)
class Fairness:
    """The spread over everybody, over groups, and what should be looked at."""

    everybody: Spread
    gini_shown: float
    gini_proposed: float
    few_percent: int
    own_language: tuple[int, int] | None
    """Of 100 creatives in opened lists, and of all: how many write in the challenge's language. None: nothing was opened."""
    groups: list[tuple[Label, list[Spread]]]
    most: list[tuple[Profile, int, int]]
    """The creatives with the most proposals: shown, proposed."""
    warnings: list[str]


def fairness(space_id: int, today: date) -> Fairness:
    """Return how it stands now, over the creatives who can be proposed; 5 queries."""
    everybody = [one for one in creatives(space_id) if is_offered(one)]
    pairs = list(Shown.objects.filter(dossier__space=space_id).values_list("dossier", "profile"))
    shown = Counter(profile for _dossier, profile in pairs)
    proposals = Proposal.objects.filter(dossier__space=space_id)
    proposed = _by_profile(proposals)
    introduced = _by_profile(proposals.filter(state=ProposalState.INTRODUCED))

    def spread(label: Label, some: Sequence[Profile]) -> Spread:
        return Spread(
            label,
            len(some),
            sum(shown.get(one.pk, 0) for one in some),
            sum(proposed.get(one.pk, 0) for one in some),
            sum(introduced.get(one.pk, 0) for one in some),
            sum(one.pk not in shown for one in some),
        )

    got = [proposed.get(one.pk, 0) for one in everybody]
    groups = [(title, [spread(label, some) for label, some in parts]) for title, parts in _groups(everybody, today)]
    ranked = sorted((one for one in everybody if one.pk in proposed), key=lambda one: (-proposed[one.pk], one.pk))[:10]
    return Fairness(
        spread(_("All creatives"), everybody),
        round(gini([shown.get(one.pk, 0) for one in everybody]), 2),
        round(gini(got), 2),
        round(100 * rules.share_of_few(got)),
        _own_language(pairs, everybody),
        groups,
        [(one, shown.get(one.pk, 0), proposed[one.pk]) for one in ranked],
        _warnings(everybody, proposed, today),
    )


def warnings(space_id: int, today: date) -> list[str]:
    """Return what should be looked at, for whoever passes by; 2 queries, 1 while there are too few proposals to tell."""
    proposed = _by_profile(Proposal.objects.filter(dossier__space=space_id))
    if sum(proposed.values()) < rules.ENOUGH_TO_TELL:
        return []
    return _warnings([one for one in creatives(space_id) if is_offered(one)], proposed, today)


def is_newcomer(profile: Profile, today: date) -> bool:
    """Tell whether somebody is new in the field; who does not say is not counted as new."""
    return bool(profile.newcomer_since) and today.year - int(profile.newcomer_since[:4]) <= NEW_YEARS


def _own_language(pairs: Sequence[tuple[int, int]], everybody: Sequence[Profile]) -> tuple[int, int] | None:
    """Return the percentage of creatives who write in the challenge's language, in opened lists and among all."""
    written = {one.pk: {*one.summary, *one.offers} - {UNSTATED} for one in everybody}
    asked = {
        one.pk: set(title_of(one)) - {UNSTATED}
        for one in Dossier.objects.filter(pk__in={dossier for dossier, _profile in pairs})
    }
    known = [(dossier, profile) for dossier, profile in pairs if asked[dossier] and written.get(profile)]
    if not known:
        return None
    others = [languages for languages in written.values() if languages]
    own = sum(bool(asked[dossier] & written[profile]) for dossier, profile in known)
    usual = sum(
        times * sum(bool(asked[dossier] & other) for other in others)
        for dossier, times in Counter(dossier for dossier, _profile in known).items()
    )
    return round(100 * own / len(known)), round(100 * usual / len(known) / len(others))


def _by_profile(proposals: "QuerySet[Proposal]") -> dict[int, int]:
    return dict(proposals.order_by("profile").values_list("profile").annotate(n=Count("pk")))


def _groups(everybody: Sequence[Profile], today: date) -> list[tuple[Label, list[tuple[Label, list[Profile]]]]]:
    names = dict(Submarket.choices)
    submarkets = _by(everybody, lambda one: names.get(one.submarkets[0], "") if one.submarkets else "")
    towns = _by(everybody, lambda one: one.town)
    new = [one for one in everybody if is_newcomer(one, today)]
    rest = [one for one in everybody if not is_newcomer(one, today)]
    return [
        (gettext_lazy("By submarket"), submarkets),
        (gettext_lazy("By town"), towns[:MOST_TOWNS]),
        (gettext_lazy("Newcomers"), [(gettext_lazy("In the field for three years at most"), new), (gettext_lazy("Others"), rest)]),
    ]  # fmt: skip


def _by(everybody: Sequence[Profile], key: Callable[[Profile], Label]) -> list[tuple[Label, list[Profile]]]:
    found: dict[str, tuple[Label, list[Profile]]] = {}
    for one in everybody:
        label = key(one)
        found.setdefault(str(label), (label or gettext_lazy("not stated"), []))[1].append(one)
    return sorted(found.values(), key=lambda pair: (-len(pair[1]), str(pair[0])))


def _warnings(everybody: Sequence[Profile], proposed: Mapping[int, int], today: date) -> list[str]:
    def given(some: Iterable[Profile]) -> int:
        return sum(proposed.get(one.pk, 0) for one in some)

    said = []
    got = [proposed.get(one.pk, 0) for one in everybody]
    if rules.is_concentrated(got):
        said.append(_("A tenth of the creatives got %(share)d %% of all proposals. Look at those who were never proposed.") % {"share": round(100 * rules.share_of_few(got))})  # fmt: skip
    if sum(got) < rules.ENOUGH_TO_TELL:
        return said
    submarkets, towns, newcomers = (parts for _title, parts in _groups(everybody, today))
    said += [
        _("Nobody of “%(group)s” was proposed, though there are %(number)d.") % {"group": label, "number": len(some)}
        for label, some in (*submarkets, *towns)
        if len(some) >= ENOUGH_TO_MISS and not given(some)
    ]
    (_new, new), (_others, rest) = newcomers
    if new and rest and 2 * given(new) * len(rest) < given(rest) * len(new):
        said.append(_("Newcomers are proposed less than half as often as others."))
    return said
