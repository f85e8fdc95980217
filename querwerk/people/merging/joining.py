"""Two profiles are made one, without losing what hangs on either."""

from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from querwerk.core.actions import Actor, raise_edition
from querwerk.core.models import Link, Space
from querwerk.core.queries import snapshot
from querwerk.core.signals import records_deleted, records_written
from querwerk.core.states import Verb
from querwerk.people.actions import edit_profile, note
from querwerk.people.drafts import move_drafts
from querwerk.people.merging.parting import photograph, tying_models, with_all_below
from querwerk.people.models import Contact, Merger, Profile, ProfileAlias, Spokesperson
from querwerk.people.queries import contact_of
from querwerk.people.signals import profiles_merged

APPENDED = ("pictures", "links", "films", "belongs_to")
"""Lists to which the other's entries are added; every other field is filled only where it was empty."""


class UnableToMerge(Exception):
    """The profiles cannot be merged; the message says why."""


@transaction.atomic
def merge_profiles(*, keep: Profile, gone: Profile, by: Actor) -> Profile:
    """Make two profiles one: what the kept one does not say is taken from the other, and everything tied to the other moves.

    The old address leads to the kept profile. For some time the two can be taken apart again (:mod:`parting`).
    """
    if keep.pk == gone.pk or keep.space_id != gone.space_id:
        raise UnableToMerge(_("These are not two profiles of one programme."))
    Space.objects.select_for_update().get(pk=keep.space_id)
    if Profile.objects.filter(pk__in=(keep.pk, gone.pk)).count() < 2:
        raise UnableToMerge(_("One of the two is gone already."))
    was = snapshot(gone)
    mine = snapshot(keep)
    changes = filled(mine, was, keep.key)
    seen = photograph(keep, gone)
    _move_links(keep, gone)
    left = set(Link.objects.filter(pk__in=[row["pk"] for row in seen["beside"]]).values_list("pk", flat=True))
    seen["doubles"] = [row["pk"] for row in seen["beside"] if row["pk"] not in left]
    _move_people(keep, gone)
    _move_rows(keep, gone, seen)
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
    Merger.objects.create(
        profile=keep, gone_key=was["id"], gone_name=str(was.get("name") or was["id"])[:300], by_name=by.name[:200],
        photograph={**seen, "changes": changes, "before": {key: mine.get(key) for key in changes}},
    )  # fmt: skip
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
    move_drafts(keep, gone)
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


def _move_rows(keep: Profile, gone: Profile, seen: dict[str, Any]) -> None:
    """Move the rows of other rooms that point at the other profile; one that the kept profile has already goes with it."""
    for model, name in tying_models():
        for row in model._default_manager.filter(**{name: gone}):
            seen["rows"].append([model._meta.label, name, row.pk])
            try:
                with transaction.atomic():
                    model._default_manager.filter(pk=row.pk).update(**{name: keep})
            except IntegrityError:
                seen["lost"] += with_all_below(row)
