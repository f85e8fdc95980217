"""Two profiles of the same: found by name, address and meaning, and made one without losing what hangs on either."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import combinations
from typing import Any
from urllib.parse import urlsplit

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from querwerk.core.actions import Actor, raise_edition
from querwerk.core.models import Link, Space
from querwerk.core.queries import snapshot
from querwerk.core.signals import records_deleted, records_written
from querwerk.core.states import Verb
from querwerk.engine.matching.folding import fold
from querwerk.people.actions import edit_profile, note
from querwerk.people.meaning import likeness
from querwerk.people.models import Apart, Contact, Profile, ProfileAlias, Spokesperson
from querwerk.people.queries import contact_of
from querwerk.people.signals import profiles_merged

ALIKE = 0.86
"""Likeness of two folded names (Ratcliff and Obershelp) from which on they may be the same."""
SAME_MEANING = 0.85
COMMON = 30
"""A word that more names hold than this tells nothing."""
MOST_PAIRS = 100
APPENDED = ("pictures", "links", "films", "belongs_to")
"""Lists to which the other's entries are added; every other field is filled only where it was empty."""
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


class UnableToMerge(Exception):
    """The profiles cannot be merged; the message says why."""


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


def tell_apart(*, one: Profile, other: Profile, by: Actor) -> None:
    """Note that two profiles are not the same, so that nobody is asked again."""
    first, second = sorted((one.pk, other.pk))
    _apart, is_new = Apart.objects.get_or_create(first_id=first, second_id=second)
    if is_new:
        note(profile=one, kind="profile_merge", verb=Verb.CHANGED, by=by, after={"told_apart_from": other.key})


@transaction.atomic
def merge_profiles(*, keep: Profile, gone: Profile, by: Actor) -> Profile:
    """Make two profiles one: what the kept one does not say is taken from the other, and everything tied to the other moves.

    The old address leads to the kept profile. The journal holds the other as it was, from which the desk can restore it
    (without its ties, which stay where they moved).
    """
    if keep.pk == gone.pk or keep.space_id != gone.space_id:
        raise UnableToMerge(_("These are not two profiles of one programme."))
    Space.objects.select_for_update().get(pk=keep.space_id)
    was = snapshot(gone)
    changes = filled(snapshot(keep), was, keep.key)
    _move_links(keep, gone)
    _move_people(keep, gone)
    _move_rows(keep, gone)
    profiles_merged.send(Profile, keep=keep, gone=gone, by=by)
    note(
        profile=gone,
        kind="profile",
        verb=Verb.DELETED,
        by=by,
        why=_("merged with “%(key)s”") % {"key": keep.key},
        before=was,
    )
    records_deleted.send(Profile, node_ids=[gone.node_id], space_id=keep.space_id)
    ProfileAlias.objects.create(space_id=keep.space_id, key=gone.key, profile=keep)
    gone.node.delete()
    keep.refresh_from_db()
    saved = edit_profile(profile=keep, changes=changes, by=by, why=_("merged with “%(key)s”") % {"key": was["id"]})
    raise_edition()
    records_written.send(Profile, node_ids=[saved.node_id], space_id=saved.space_id)
    return saved


def filled(kept: dict[str, Any], other: dict[str, Any], own_key: str) -> dict[str, Any]:
    """Return what the kept profile takes over: what it does not say itself, and the other's entries of its lists."""
    changes: dict[str, Any] = {}
    skipped = {"id", "visibility", "audience", "origin", "newcomer_since"}
    for key, value in other.items():
        if key in APPENDED and isinstance(value, list):
            mine = kept.get(key) or []
            more = [item for item in value if item not in mine and item != own_key]
            if more:
                changes[key] = [*mine, *more]
        elif key not in kept and key not in skipped and value not in (None, "", [], {}):
            changes[key] = value
    picture = other.get("picture")
    if picture and kept.get("picture") not in (None, "", picture):
        changes["pictures"] = list(dict.fromkeys([*(changes.get("pictures") or kept.get("pictures") or []), picture]))
    return changes


def _move_links(keep: Profile, gone: Profile) -> None:
    """Let every link that leads to the other lead to the kept one; what would tie it to itself, or stand there twice, goes."""
    between = Q(earlier=gone.node_id, later=keep.node_id) | Q(earlier=keep.node_id, later=gone.node_id)
    Link.objects.filter(between).delete()
    Link.objects.filter(owner=gone.node_id).exclude(
        field="thread"
    ).delete()  # its own statements come over as its fields
    Link.objects.filter(owner=gone.node_id, field="thread").update(owner=keep.node_id)
    Link.objects.filter(earlier=gone.node_id).update(earlier=keep.node_id)
    Link.objects.filter(later=gone.node_id).update(later=keep.node_id)
    seen: set[tuple[Any, ...]] = set()
    touching = Link.objects.filter(Q(earlier=keep.node_id) | Q(later=keep.node_id), words="").order_by("pk")
    for link in touching.exclude(owner=keep.node_id, field__in=("picture", "pictures", "belongs_to")):
        ends = (link.owner_id, link.field, link.kind, link.earlier_id, link.later_id)
        if ends in seen:
            link.delete()
        seen.add(ends)


def _move_people(keep: Profile, gone: Profile) -> None:
    known = Spokesperson.objects.filter(profile=keep).values("user")
    Spokesperson.objects.filter(profile=gone).exclude(user__in=known).update(profile=keep)
    ProfileAlias.objects.filter(profile=gone).update(profile=keep)
    other, own = contact_of(gone), contact_of(keep)
    if other is None:
        return
    if own is None:
        Contact.objects.filter(pk=other.pk).update(profile=keep)
        return
    for name in ("person", "email", "phone"):
        if not getattr(own, name) and getattr(other, name):
            setattr(own, name, getattr(other, name))
            setattr(own, f"{name}_audience", getattr(other, f"{name}_audience"))
    own.save()


def _move_rows(keep: Profile, gone: Profile) -> None:
    """Move the rows of other rooms that point at the other profile; one that the kept profile has already goes with it."""
    own = {Contact, Spokesperson, ProfileAlias, Apart}
    for relation in Profile._meta.get_fields(include_hidden=True):
        model = relation.related_model
        if not relation.auto_created or relation.concrete or model in own or not isinstance(model, type):
            continue
        name = relation.field.name  # type: ignore[union-attr]
        for row in model._default_manager.filter(**{name: gone}):
            try:
                with transaction.atomic():
                    model._default_manager.filter(pk=row.pk).update(**{name: keep})
            except IntegrityError:
                continue
