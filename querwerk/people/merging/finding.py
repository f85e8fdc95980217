"""Two profiles of the same: found by name, address and meaning, or told apart."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import combinations
from urllib.parse import urlsplit

from django.db import transaction

from querwerk.core.actions import Actor
from querwerk.core.states import Verb
from querwerk.engine.matching.folding import fold
from querwerk.people.actions import note
from querwerk.people.meaning import likeness
from querwerk.people.models import Apart, Profile
from querwerk.people.queries import contact_of

ALIKE = 0.86
"""Likeness of two folded names (Ratcliff and Obershelp) from which on they may be the same."""
SAME_MEANING = 0.85
COMMON = 30
"""A word that more names hold than this tells nothing."""
MOST_PAIRS = 100
FILLER = frozenset(
    {
        "gmbh",
        "ag",
        "ev",
        "e",
        "v",
        "ug",
        "kg",
        "gbr",
        "ohg",
        "mbh",
        "co",
        "ltd",
        "sro",
        "s",
        "r",
        "o",
        "zoo",
        "und",
        "the",
    }
)


@dataclass(frozen=True, slots=True)
class Pair:
    """Two profiles that may be the same, and what says so."""

    one: Profile
    other: Profile
    reasons: tuple[str, ...]
    weight: float


def duplicates(space_id: int) -> list[Pair]:
    """Return pairs of profiles that may be the same, likeliest first, without those that somebody told apart; 3 queries."""
    profiles = {
        profile.pk: profile for profile in Profile.objects.filter(space=space_id).select_related("node", "contact")
    }
    apart = set(Apart.objects.filter(first__space=space_id).values_list("first", "second"))
    found: dict[tuple[int, int], dict[str, float]] = defaultdict(dict)
    for keys, reason, weight in (
        (_addresses(profiles.values()), "email", 1.0),
        (_sites(profiles.values()), "url", 0.9),
    ):
        for group in keys:
            for pair in combinations(sorted(group), 2):
                found[pair][reason] = weight
    for pair, ratio in _names(profiles.values()).items():
        found[pair]["name"] = ratio
    pairs = []
    for (first, second), reasons in found.items():
        if (first, second) in apart:
            continue
        one, other = profiles[first], profiles[second]
        alike = likeness(space_id, one.node_id, other.node_id)
        if alike >= SAME_MEANING:
            reasons["meaning"] = alike
        weight = sum(reasons.values()) + 0.3 * (bool(one.town) and one.town == other.town)
        pairs.append(Pair(one, other, tuple(reasons), weight))
    return sorted(pairs, key=lambda pair: (-pair.weight, pair.one.pk, pair.other.pk))[:MOST_PAIRS]


def _groups(keyed: Iterable[tuple[str, int]]) -> list[set[int]]:
    groups: dict[str, set[int]] = defaultdict(set)
    for key, pk in keyed:
        if key:
            groups[key].add(pk)
    return [group for group in groups.values() if 1 < len(group) <= COMMON]


def _addresses(profiles: Iterable[Profile]) -> list[set[int]]:
    contacts = ((profile.pk, contact_of(profile)) for profile in profiles)
    return _groups((contact.email.lower(), pk) for pk, contact in contacts if contact is not None)


def _sites(profiles: Iterable[Profile]) -> list[set[int]]:
    def site(url: str) -> str:
        parts = urlsplit(url)
        return f"{parts.netloc.lower().removeprefix('www.')}{parts.path.rstrip('/')}" if url else ""

    return _groups((site(profile.url), profile.pk) for profile in profiles)


def _names(profiles: Iterable[Profile]) -> dict[tuple[int, int], float]:
    """Return pairs whose names are alike: only those are compared that share a telling word or begin alike."""
    plain: dict[int, str] = {}
    keyed = []
    for profile in profiles:
        words = [word for word in (fold(word) for word in str(profile.name).split()) if word not in FILLER]
        plain[profile.pk] = " ".join(words)
        keyed += [(key, profile.pk) for key in {*words, plain[profile.pk][:5]} if len(key) > 2]
    pairs = {pair for group in _groups(keyed) for pair in combinations(sorted(group), 2)}
    ratios = {pair: _ratio(plain[pair[0]], plain[pair[1]]) for pair in pairs}
    return {pair: ratio for pair, ratio in ratios.items() if ratio >= ALIKE}


def _ratio(one: str, other: str) -> float:
    """Return how alike two folded names are; the same words in another order are the same."""
    if not _same_numbers(one, other):
        return 0.0
    if sorted(one.split()) == sorted(other.split()):
        return 1.0
    return SequenceMatcher(None, one, other, autojunk=False).ratio()


def _same_numbers(one: str, other: str) -> bool:
    """“Halle 14” and “Halle 15” differ by one sign and are not the same."""
    return [word for word in one.split() if word.isdigit()] == [word for word in other.split() if word.isdigit()]


@transaction.atomic
def tell_apart(*, one: Profile, other: Profile, by: Actor) -> None:
    """Note that two profiles are not the same, so that nobody is asked again."""
    first, second = sorted((one.pk, other.pk))
    _apart, is_new = Apart.objects.get_or_create(first_id=first, second_id=second)
    if is_new:
        note(profile=one, kind="profile_merge", verb=Verb.CHANGED, by=by, after={"told_apart_from": other.key})
