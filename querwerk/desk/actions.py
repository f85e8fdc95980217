"""What the desk writes: records from forms, versions brought back, links by hand, roles."""

import copy
import secrets
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.urls import resolve
from django.utils.text import slugify
from django.utils.translation import gettext as _

from querwerk.core.actions import Actor, InvalidRecords, raise_edition, restore_record, save_record, write_journal
from querwerk.core.models import Edition, JournalEntry, Record, Space, record_models
from querwerk.core.queries import find_record, snapshot
from querwerk.core.registry import node_url
from querwerk.core.spec import KEY_LENGTH, Links, Problem, Spec, spec_of
from querwerk.core.states import Verb, Visibility
from querwerk.core.text import Text
from querwerk.desk.queries import organisers_left, owners
from querwerk.people.models import Organisation, User
from querwerk.programmes.models import Programme, Role
from querwerk.programmes.rules import Viewer, may_edit
from querwerk.programmes.states import RoleName

GERMAN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"})


class UnableToRemoveRole(Exception):
    """The role cannot be taken; the message says why."""


class UnableToPreview(Exception):
    """The kind has no page of its own on which it could be shown."""


def new_key(spec: Spec, raw: Mapping[str, Any], space_id: int) -> str | int:
    """Return a key for a new record: the next number, or its title as an address, with a number where it is taken."""
    model = record_models()[spec.kind]
    taken = set(model._default_manager.filter(space=space_id).values_list("key", flat=True))
    if spec.key_field == "no":
        return max((int(key) for key in taken if key.isdecimal()), default=0) + 1
    if spec.is_single:
        return spec.kind
    if spec.kind == "partner":
        words = str(raw.get("org") or "")
    else:
        words = next((str(raw[key]) for key in _title_keys(spec) if raw.get(key)), spec.kind)
    stem = slugify(words.translate(GERMAN))[: min(60, KEY_LENGTH)].strip("-_").replace("_", "-") or spec.kind.replace(
        "_", "-"
    )
    number, key = 1, stem
    while key in taken:
        number += 1
        key = f"{stem}-{number}"
    return key


def _title_keys(spec: Spec) -> list[str]:
    stems = [declared.key for declared in spec.fields if getattr(declared, "column", "") == spec.title]
    return [name for stem in stems for name in ((stem, f"{stem}_de", f"{stem}_en") if stem else ("de", "en"))]


@transaction.atomic
def save_form(
    *,
    spec: Spec,
    raw: dict[str, Any],
    space: Space,
    viewer: Viewer,
    by: Actor,
    expected_version: int,
    why: str = "",
    fallback_key: str = "",
) -> Record:
    """Store what was typed; an editor's record must belong to the editor's organisation afterwards too."""
    keep_inline(spec=spec, raw=raw, space=space, by=by)
    record = save_record(
        spec=spec, raw=raw, space=space, by=by, why=why, expected_version=expected_version, fallback_key=fallback_key
    )
    if not may_edit(viewer, kind=spec.kind, owners=owners(record)):
        raise InvalidRecords(
            [
                Problem(
                    (),
                    _(
                        "Name your own organisation in this record, for example as host. Otherwise you could not edit it any more."
                    ),
                )
            ]
        )
    return record


def keep_inline(*, spec: Spec, raw: dict[str, Any], space: Space, by: Actor) -> None:
    """Give records written on the spot an entry of their own before their place, which is their name, changes."""
    current = find_record(spec, space.pk, str(raw.get(spec.key_field, "")))
    if current is None:
        return
    for declared in spec.fields:
        if isinstance(declared, Links) and declared.inline_kind and isinstance(raw.get(declared.key), list):
            stored = snapshot(current).get(declared.key) or []
            for number, item in enumerate(stored):
                if (
                    isinstance(item, dict)
                    and raw[declared.key][number : number + 1] != [item]
                    and item in raw[declared.key]
                ):
                    key = f"{current.key}-{declared.inline_kind}-{number + 1}"
                    # It must not become public before the record in which it stood.
                    own = {"id": key, **with_visibility(item, item.get("visibility", current.visibility))}
                    save_record(spec=spec_of(declared.inline_kind), raw=own, space=space, by=by)
                    raw[declared.key][raw[declared.key].index(item)] = key


@transaction.atomic
def restore_version(
    *, entry: JournalEntry, is_before: bool, viewer: Viewer, by: Actor, expected_version: int, why: str = ""
) -> Record:
    """Bring a record back to how it was before or after a journal entry; an editor's must be the editor's then, too."""
    record = restore_record(entry=entry, by=by, why=why, expected_version=expected_version, is_before=is_before)
    if not may_edit(viewer, kind=entry.kind, owners=owners(record)):
        raise InvalidRecords([Problem((), _("In this version the record did not belong to your organisation."))])
    return record


def preview(
    *,
    request: HttpRequest,
    spec: Spec,
    raw: dict[str, Any],
    space: Space,
    by: Actor,
    programme_key: str,
    fallback_key: str = "",
) -> HttpResponse:
    """Return the public page as it would be with this record; nothing is kept.

    The record is stored, its real page made, and all of it undone. Meanwhile the edition is a number that no write ever
    reaches, so that nothing kept in memory by edition can hold what was only tried.
    """
    with transaction.atomic():
        shown = {key: value for key, value in raw.items() if key != "visibility"}
        record = save_record(spec=spec, raw=shown, space=space, by=by, fallback_key=fallback_key)
        raise_edition()
        Edition.objects.filter(pk=1).update(number=-secrets.randbits(62))
        try:
            return render_public(request, record, programme_key)
        finally:
            transaction.set_rollback(True)


def render_public(request: HttpRequest, record: Record, programme_key: str) -> HttpResponse:
    """Return the record's public page for this visitor."""
    url = node_url(record.node, programme_key)
    if not url:
        raise UnableToPreview
    inner = copy.copy(request)
    inner.method = "GET"
    inner.path = inner.path_info = url.partition("#")[0]
    inner.GET, inner.POST = QueryDict(), QueryDict()
    inner.resolver_match = resolve(inner.path_info)
    view, args, kwargs = inner.resolver_match
    try:
        response = view(inner, *args, **kwargs)
    except Http404:
        raise UnableToPreview from None
    if hasattr(response, "render") and not getattr(response, "is_rendered", True):
        response.render()
    assert isinstance(response, HttpResponse)
    return response


@transaction.atomic
def give_role(
    *, programme: Programme, email: str, name: str, role: RoleName, organisation: Organisation | None, by: Actor
) -> tuple[User, bool, bool]:
    """Give an account a role, made if it is new; return account, whether it is new, whether the role is."""
    Space.objects.select_for_update().get(pk=programme.space_id)
    user = User.objects.filter(email__iexact=email).first()
    is_new = user is None
    if user is None:
        user = User.objects.create_user(email, name)
    held = Role.objects.filter(user=user, programme=programme, organisation=organisation).first()
    if held is not None and held.name == role:
        return user, is_new, False
    if held is not None:
        # Reader and organiser exclude each other: the new role takes the place of the old one.
        take_role(role=held, by=by)
    given = Role.objects.create(user=user, programme=programme, name=role, organisation=organisation)
    _journal_role(given, by=by, verb=Verb.LINKED)
    return user, is_new, True


@transaction.atomic
def take_role(*, role: Role, by: Actor) -> None:
    """Take a role away; a programme keeps at least one organiser."""
    # Two organisers who remove each other at once must not both succeed.
    Space.objects.select_for_update().get(pk=role.programme.space_id)
    if role.name == RoleName.ORGANISER and not organisers_left(role.programme_id, without=role.pk):
        raise UnableToRemoveRole(_("This is the last organiser. Give somebody else the role first."))
    _journal_role(role, by=by, verb=Verb.UNLINKED)
    role.delete()


def _journal_role(role: Role, *, by: Actor, verb: Verb) -> None:
    of = {"organisation": role.organisation.key} if role.organisation is not None else {}
    about = {"account": role.user.email, "role": str(role.name), **of}
    write_journal(
        by=by,
        verb=verb,
        space_key=role.programme.space.key,
        kind="role",
        key=str(role.name),
        title=Text(f"{role.user.display_name}: {RoleName(role.name).label}"),
        before=about if verb == Verb.UNLINKED else None,
        after=about if verb == Verb.LINKED else None,
    )


def with_visibility(raw: Mapping[str, Any], visibility: str) -> dict[str, Any]:
    """Return a record's bundle form with another visibility."""
    rest = {key: value for key, value in raw.items() if key != "visibility"}
    return rest if visibility == Visibility.PUBLISHED else {**rest, "visibility": str(visibility)}
