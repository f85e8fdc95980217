"""Writes of challenges. The file holds the challenge; where everybody may read it, the same content is a record as well."""

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from querwerk.core.actions import Actor, InvalidRecords, delete_record, save_record, set_visibility
from querwerk.core.models import Space
from querwerk.core.queries import snapshot
from querwerk.core.spec import Problem, Problems
from querwerk.core.states import Visibility
from querwerk.matching.models import Challenge, Confidant, Dossier, Guest, Happening, Match, Proposal
from querwerk.matching.signals import challenge_saved
from querwerk.matching.states import CHALLENGE_MOVES, SHOWN, SOUGHT, ChallengeState, Confidentiality, Step
from querwerk.people.models import Organisation, Profile

LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"
NEEDED = ("title", "problem", "success")
"""What a challenge says before others read it."""
IN_FILE = frozenset({"id", "visibility", "state"})
"""What the file holds in columns of its own."""


class UnableToMove(Exception):
    """The challenge cannot go into that state; the message says why."""


class UnableToOverwriteChallenge(Exception):
    """Somebody else changed the challenge since it was read."""


@dataclass(frozen=True, slots=True)
class Contact:
    """Who can be asked for the whole time."""

    name: str = ""
    email: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Audience:
    """Who may read a challenge; ``chosen`` are ids of accounts and count only where chosen people alone may."""

    confidentiality: str
    chosen: frozenset[int] = frozenset()


def new_key() -> str:
    """Return a key that says nothing about what it names and that nobody guesses."""
    return "h-" + "".join(secrets.choice(LETTERS) for _place in range(12))


@transaction.atomic
def create_challenge(
    *,
    space: Space,
    by: Actor,
    language: str,
    confidentiality: str = Confidentiality.MEMBERS,
    contact: Contact | None = None,
) -> Dossier:
    """Begin a draft, which its author and the organisers see; one for chosen people only its author."""
    contact = contact or Contact()
    dossier = Dossier.objects.create(
        space=space,
        key=new_key(),
        author_id=by.id,
        language=language,
        confidentiality=confidentiality,
        contact_name=contact.name,
        contact_email=contact.email,
        contact_phone=contact.phone,
    )
    note(dossier, Step.WRITTEN, by=by)
    return dossier


@transaction.atomic
def save_challenge(
    *, dossier: Dossier, content: Mapping[str, Any], contact: Contact, by: Actor, audience: Audience | None = None,
    expected_version: int | None = None,
) -> Dossier:  # fmt: skip
    """Store what was written and for whom it is; nothing where nothing changed.

    Raises :class:`InvalidRecords` with a path for each problem and :class:`UnableToOverwriteChallenge` for a concurrent edit.
    """
    dossier = _locked(dossier)
    if expected_version is not None and dossier.version != expected_version:
        raise UnableToOverwriteChallenge(_("Somebody else has changed this challenge in the meantime."))
    kept = {key: value for key, value in content.items() if key not in IN_FILE}
    _check(dossier, kept)
    before = (dossier.content, Contact(dossier.contact_name, dossier.contact_email, dossier.contact_phone))
    is_same = before == (kept, contact)
    for_others = _set_audience(dossier, audience) if audience is not None else ""
    if is_same and not for_others:
        return dossier
    dossier.content = kept
    dossier.organisation, dossier.profile = _organisation(dossier.space, kept), _profile(dossier.space, kept)
    dossier.contact_name, dossier.contact_email, dossier.contact_phone = contact.name, contact.email, contact.phone
    _store(dossier, by=by)
    if not is_same:
        _note_change(dossier, by=by)
        _tell_edge(dossier)
    if for_others:
        note(dossier, Step.OPENED_TO, by=by, words=for_others)
    return dossier


@transaction.atomic
def move_challenge(*, dossier: Dossier, to: str, by: Actor, why: str = "") -> Dossier:
    """Bring a challenge into another state; where it is already there, nothing happens."""
    dossier = _locked(dossier)
    if dossier.state == to:
        return dossier
    if to not in CHALLENGE_MOVES[ChallengeState(dossier.state)]:
        raise UnableToMove(
            _("A challenge that is “%(now)s” cannot become “%(then)s”.")
            % {"now": dossier.get_state_display(), "then": ChallengeState(to).label}
        )
    if to == ChallengeState.OPEN and dossier.state == ChallengeState.DRAFT:
        _check_complete(dossier)
    was_sought = dossier.state in SOUGHT
    dossier.state = to
    _store(dossier, by=by, why=why)
    if not was_sought:
        _tell_edge(dossier)
    note(dossier, Step.MOVED, by=by, words=f"{ChallengeState(to).label}{': ' + why if why else ''}")
    return dossier


def missing_in(content: Mapping[str, Any], contact: Contact) -> list[str]:
    """Return what a challenge still needs before others can read it: keys of fields, in their order."""
    said = [key for key in NEEDED if not any(words for name, words in content.items() if name.split("_")[0] == key)]
    return [*said, *(["contact_name"] if not contact.name else []), *(["contact_email"] if not contact.email else [])]


def note(
    dossier: Dossier, step: Step, *, by: Actor | None, words: str = "", proposal: Proposal | None = None
) -> Happening:
    """Write down a step with its date."""
    name = by.name[:200] if by is not None else ""
    return Happening.objects.create(dossier=dossier, proposal=proposal, step=step, by_name=name, note=words[:1000])


def keep_with_records(node_ids: Iterable[int]) -> None:
    """Bring the files up to date with challenges that were written elsewhere: imported, or edited or restored at the desk.

    A record must not make public what a file holds for some people only: such a write is refused.
    """
    for record in Challenge.objects.filter(node__in=list(node_ids)).select_related(
        "space", "organisation", "profile", "node"
    ):
        content = {key: value for key, value in snapshot(record).items() if key not in IN_FILE}
        dossier = Dossier.objects.filter(space=record.space, key=record.key).first()
        if dossier is not None and dossier.confidentiality != Confidentiality.PUBLIC:
            raise InvalidRecords([Problem(("id",), _("The id “%(key)s” is taken.") % {"key": record.key})])
        is_shown = record.visibility == Visibility.PUBLISHED
        if dossier is None:
            dossier = Dossier(space=record.space, key=record.key, language=_language(content))
            dossier.confidentiality = Confidentiality.PUBLIC
            dossier.state = ChallengeState.OPEN if is_shown else ChallengeState.DRAFT
        if is_shown:
            fallback = dossier.state if dossier.state in SHOWN else ChallengeState.OPEN
            dossier.state = record.state or fallback
        elif dossier.state in SHOWN:
            is_draft = record.visibility == Visibility.DRAFT
            dossier.state = ChallengeState.DRAFT if is_draft else ChallengeState.WITHDRAWN
        dossier.content, dossier.record = content, record
        dossier.organisation, dossier.profile = record.organisation, record.profile
        dossier.version += 1
        dossier.save()
        _tell_edge(dossier)


# --- inside ----------------------------------------------------------------------------------------------------------


def _locked(dossier: Dossier) -> Dossier:
    """Return the file as it is now; who else wants to change it waits."""
    found = Dossier.objects.select_for_update(of=("self",)).select_related(
        "space", "organisation", "profile", "record__node"
    )
    return found.get(pk=dossier.pk)


def _tell_edge(dossier: Dossier) -> None:
    """Say that there is something to be read by the encoder."""
    if dossier.state in SOUGHT:
        challenge_saved.send(Dossier, dossier_id=dossier.pk)


def _set_audience(dossier: Dossier, audience: Audience) -> str:
    """Take over who may read it, not yet saved; return what changed in words. Who is not chosen any more reads it no longer."""
    is_chosen = audience.confidentiality == Confidentiality.CHOSEN
    partners = Guest.objects.filter(dossier=dossier, is_partner=True, user__isnull=False).values_list("user", flat=True)
    wanted = (audience.chosen if is_chosen else frozenset()) | frozenset(partners)
    there = frozenset(dossier.confidants.values_list("user", flat=True))
    if (dossier.confidentiality, there) == (audience.confidentiality, wanted):
        return ""
    Confidant.objects.filter(dossier=dossier, user__in=there - wanted).delete()
    Confidant.objects.bulk_create([Confidant(dossier=dossier, user_id=user) for user in sorted(wanted - there)])
    dossier.confidentiality = audience.confidentiality
    label = str(Confidentiality(audience.confidentiality).label)
    return f"{label} ({len(wanted)})" if is_chosen else label


def _note_change(dossier: Dossier, *, by: Actor) -> None:
    """A draft that saves itself changes a hundred times; that is told once, until somebody else does something."""
    last = Happening.objects.filter(dossier=dossier).order_by("-pk").first()
    if last is None or last.step not in (Step.CHANGED, Step.WRITTEN) or last.by_name != by.name[:200]:
        note(dossier, Step.CHANGED, by=by)


def _store(dossier: Dossier, *, by: Actor, why: str = "") -> None:
    """Save the file, then its public face; a face that is nobody's business any more goes first."""
    dossier.version += 1
    if dossier.record is not None and dossier.confidentiality != Confidentiality.PUBLIC:
        face, dossier.record = dossier.record, None
        for match in Match.objects.filter(challenge=face).select_related("space"):
            delete_record(record=match, by=by)
        delete_record(record=face, by=by)
    dossier.save()
    if dossier.confidentiality != Confidentiality.PUBLIC:
        return
    if dossier.state in SHOWN:
        raw = {"id": dossier.key, **dossier.content, "state": str(dossier.state)}
        # Whoever wrote it for a company is named in the journal, but not with the thread that everybody reads.
        unnamed = replace(by, is_public=False)
        record = save_record(spec=Challenge.SPEC, raw=raw, space=dossier.space, by=unnamed, why=why)
        assert isinstance(record, Challenge)
        Dossier.objects.filter(pk=dossier.pk).update(record=record)
        dossier.record = record
    elif dossier.record is not None:
        hidden = Visibility.DRAFT if dossier.state == ChallengeState.DRAFT else Visibility.RETIRED
        if dossier.record.visibility != hidden:
            set_visibility(record=dossier.record, visibility=hidden, by=by, why=why)


def _check(dossier: Dossier, content: Mapping[str, Any]) -> None:
    """Refuse what could not be stored as a record either; a draft may still lack its title."""
    problems = Problems()
    has_title = any(name.split("_")[0] == "title" and words for name, words in content.items())
    raw = {"id": dossier.key, **content}
    Challenge.SPEC.parse(
        raw if has_title or dossier.state != ChallengeState.DRAFT else {**raw, "title": "…"}, (), problems
    )
    if content.get("org") and _organisation(dossier.space, content) is None:
        problems.add(("org",), _("This organisation does not exist."))
    if content.get("profile") and _profile(dossier.space, content) is None:
        problems.add(("profile",), _("This profile does not exist."))
    if problems.found:
        raise InvalidRecords(problems.found)


def _check_complete(dossier: Dossier) -> None:
    contact = Contact(dossier.contact_name, dossier.contact_email, dossier.contact_phone)
    missing = missing_in(dossier.content, contact)
    if missing:
        raise InvalidRecords([Problem((key,), _("Please fill this in before others read it.")) for key in missing])


def _organisation(space: Space, content: Mapping[str, Any]) -> Organisation | None:
    key = content.get("org")
    return Organisation.objects.filter(space=space, key=key).first() if isinstance(key, str) and key else None


def _profile(space: Space, content: Mapping[str, Any]) -> Profile | None:
    key = content.get("profile")
    return Profile.objects.filter(space=space, key=key).first() if isinstance(key, str) and key else None


def _language(content: Mapping[str, Any]) -> str:
    """Return in which of the site's languages it was written."""
    return "en" if "title_en" in content and "title_de" not in content else "de"
