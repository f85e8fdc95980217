"""Taking apart what was made one: the other profile comes back as it was, with every tie that moved and is still there."""

import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.core import serializers
from django.db import models, transaction
from django.db.models import Q
from django.db.models.deletion import Collector
from django.utils.translation import gettext as _

from querwerk.core.actions import Actor, raise_edition
from querwerk.core.models import Link, Node, Space
from querwerk.core.queries import snapshot
from querwerk.core.signals import records_written
from querwerk.core.states import Verb
from querwerk.people.actions import edit_profile, note
from querwerk.people.models import Apart, Contact, Merger, Profile, ProfileAlias, ProfileDraft, Spokesperson, User
from querwerk.people.queries import contact_of
from querwerk.people.signals import profiles_parted

VALID = timedelta(days=90)
"""How long a merge can be undone; until then what is needed for that is kept."""
WAYS = ("person", "email", "phone", "person_audience", "email_audience", "phone_audience")


class UnableToPart(Exception):
    """The profiles cannot be taken apart; the message says why."""


def stored(rows: Iterable[models.Model]) -> list[Any]:
    """Return rows with all their columns, fit for JSON, from which they can be made again under their old numbers."""
    found: list[Any] = json.loads(serializers.serialize("json", rows))
    return found


def with_all_below(row: models.Model) -> list[Any]:
    """Return a row with everything that would go with it."""
    collector = Collector(using="default")
    collector.collect([row])
    kept = [one for instances in collector.data.values() for one in instances]
    kept += [one for found in collector.fast_deletes for one in found]
    return stored(kept)


def tying_models() -> list[tuple[type[models.Model], str]]:
    """Return the models of all rooms that point at profiles, each with the field; those of this room are moved by hand."""
    own = {Contact, Spokesperson, ProfileAlias, Apart, ProfileDraft}
    found = []
    for relation in Profile._meta.get_fields(include_hidden=True):
        model = relation.related_model
        if relation.auto_created and not relation.concrete and isinstance(model, type) and model not in own:
            found.append((model, relation.field.name))  # type: ignore[union-attr]
    return found


def photograph(keep: Profile, gone: Profile) -> dict[str, Any]:
    """Return what stands before a merge, as far as it changes by it."""
    own, other = contact_of(keep), contact_of(gone)
    touching = Q(owner=gone.node_id) | Q(earlier=gone.node_id) | Q(later=gone.node_id)
    beside = Q(earlier=keep.node_id) | Q(later=keep.node_id)
    return {
        "records": stored([gone.node, gone]),
        "links": stored(Link.objects.filter(touching).order_by("pk")),
        "beside": stored(Link.objects.filter(beside).exclude(touching).exclude(owner=keep.node_id).order_by("pk")),
        "speakers": list(Spokesperson.objects.filter(profile=gone).values_list("user", flat=True)),
        "also": list(Spokesperson.objects.filter(profile=keep).values_list("user", flat=True)),
        "aliases": list(ProfileAlias.objects.filter(profile=gone).values_list("pk", flat=True)),
        "contact": stored([other]) if other is not None else [],
        "ways": {name: getattr(own, name) for name in WAYS} if own is not None else None,
        "rows": [],
        "lost": [],
    }


@transaction.atomic
def part_profiles(*, merger: Merger, by: Actor) -> Profile:
    """Undo a merge: what was written since stays where it was written, everything else goes back."""
    keep, seen = merger.profile, merger.photograph
    space = Space.objects.select_for_update().get(pk=keep.space_id)
    # It may be undone already, or forgotten with an address that was in it.
    if not Merger.objects.select_for_update().filter(pk=merger.pk).exists():
        raise UnableToPart(_("What is needed to take them apart is gone."))
    if Node.objects.filter(space=space, kind="profile", key=merger.gone_key).exists():
        raise UnableToPart(_("There is another profile “%(key)s” by now.") % {"key": merger.gone_key})
    ProfileAlias.objects.filter(space=space, key=merger.gone_key, profile=keep).delete()
    _make_again(seen["records"])
    back = Profile.objects.select_related("node", "space").get(space=space, key=merger.gone_key)
    _give_rows_back(keep, back, seen)
    _give_people_back(keep, back, seen)
    _give_links_back(seen)
    _take_fields_off(keep, seen, by=by)
    why = _("taken apart from “%(key)s” again") % {"key": keep.key}
    note(profile=back, kind="profile", verb=Verb.CREATED, by=by, why=why, after=snapshot(back))
    merger.delete()
    profiles_parted.send(Profile, keep=keep, back=back)
    raise_edition()
    records_written.send(Profile, node_ids=[keep.node_id, back.node_id], space_id=space.pk)
    return back


def _make_again(rows: list[Any]) -> None:
    for made in serializers.deserialize("python", rows, ignorenonexistent=True):
        made.save()


def _give_rows_back(keep: Profile, back: Profile, seen: dict[str, Any]) -> None:
    """Let rows point at the profile again that still point at the kept one; those that had no place there are made again."""
    tied = {model._meta.label: model for model, _name in tying_models()}
    for label, name, pk in seen["rows"]:
        there = tied[label]._default_manager.filter(pk=pk)
        there.filter(Q(**{name: keep}) | Q(**{f"{name}__isnull": True})).update(**{name: back})
    for made in serializers.deserialize("python", seen["lost"], ignorenonexistent=True):
        if not type(made.object)._default_manager.filter(pk=made.object.pk).exists():
            made.save()


def _give_people_back(keep: Profile, back: Profile, seen: dict[str, Any]) -> None:
    moved = set(seen["speakers"]) - set(seen["also"])
    Spokesperson.objects.filter(profile=keep, user__in=moved).update(profile=back)
    both = User.objects.filter(pk__in=set(seen["speakers"]) & set(seen["also"]))
    for user in both:
        Spokesperson.objects.get_or_create(profile=back, user=user)
    ProfileAlias.objects.filter(pk__in=seen["aliases"], profile=keep).update(profile=back)
    if not seen["contact"]:
        return
    there = Contact.objects.filter(profile=keep)
    if seen["ways"] is None:
        there.update(profile=back)
        return
    other = seen["contact"][0]["fields"]
    for name in ("person", "email", "phone"):
        if not seen["ways"][name] and other[name]:  # it was taken over
            was = {name: "", f"{name}_audience": seen["ways"][f"{name}_audience"]}
            there.filter(**{name: other[name]}).update(**was)
    _make_again(seen["contact"])


def _give_links_back(seen: dict[str, Any]) -> None:
    """Let links lead where they led; one that a merge took away as a double is made again where both its ends are there."""
    for row in (*seen["links"], *seen["beside"]):
        fields = row["fields"]
        ends = {name: fields[name] for name in ("owner", "earlier", "later")}
        wanted = {pk for pk in ends.values() if pk is not None}
        if Node.objects.filter(pk__in=wanted).count() != len(wanted):
            continue
        there = Link.objects.filter(pk=row["pk"])
        if there.exists():
            there.update(**{f"{name}_id": pk for name, pk in ends.items()})
        elif row in seen["links"] or row["pk"] in seen["doubles"]:
            _make_again([row])


def _take_fields_off(keep: Profile, seen: dict[str, Any], *, by: Actor) -> None:
    """Take off the kept profile what it took over, unless somebody has changed it since."""
    now = snapshot(keep)
    changes = {key: seen["before"].get(key) for key, value in seen["changes"].items() if now.get(key) == value}
    if changes:
        keep.refresh_from_db()
        edit_profile(profile=keep, changes=changes, by=by, why=_("taken apart again"))


def mergers_in(space_id: int) -> models.QuerySet[Merger]:
    """Return the merges that can be undone, newest first; 1 query."""
    return (
        Merger.objects.filter(profile__space=space_id).select_related("profile__node", "profile__space").order_by("-pk")
    )


def forget_mergers(now: datetime) -> int:
    """Forget what is needed to undo merges that are long ago; return how many."""
    return Merger.objects.filter(made_at__lt=now - VALID).delete()[0]
