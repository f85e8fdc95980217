"""Reads of challenges, each as far as the viewer may read it."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from django.db.models import Q, QuerySet

from querwerk.core.models import Node
from querwerk.core.queries import visible
from querwerk.core.spec import Problems
from querwerk.core.states import Visibility
from querwerk.core.text import Text
from querwerk.matching.models import Challenge, Confidant, Dossier, Guest, Happening, Match
from querwerk.matching.rules import Reading
from querwerk.matching.states import SHOWN, Confidentiality
from querwerk.people import queries as people
from querwerk.people.models import Organisation, Profile
from querwerk.people.rules import Reader, may_see_profile
from querwerk.programmes.models import Role
from querwerk.programmes.rules import Viewer


def reader_of(viewer: Viewer, space_id: int) -> Reader:
    """Return what somebody is in the directory; members of it read what is for members; 1 query, none for strangers."""
    return people.reader_of(viewer.user_id, space_id, is_organiser=viewer.is_organiser, has_role=viewer.has_role)


def seen_by(viewer: Viewer, space_id: int, *, is_member: bool) -> QuerySet[Dossier]:
    """Return the challenges that the viewer may read, newest first; says the same as the rule, in the database's words."""
    near = Q(author=viewer.user_id) | Q(pk__in=Confidant.objects.filter(user=viewer.user_id).values("dossier"))
    everybodys = Q(confidentiality=Confidentiality.PUBLIC)
    if is_member or viewer.is_organiser:
        everybodys |= Q(confidentiality=Confidentiality.MEMBERS)
    if not viewer.is_organiser:
        everybodys &= Q(state__in=SHOWN)
    shown = everybodys if viewer.user_id is None else everybodys | near
    return (
        Dossier.objects.filter(shown, space=space_id)
        .select_related("organisation__node", "profile__node")
        .order_by("-pk")
    )


def own_of(found: QuerySet[Dossier], user_id: int, profiles: QuerySet[Profile]) -> QuerySet[Dossier]:
    """Keep the challenges that an account wrote, or that stand in the name of one of these profiles."""
    return found.filter(Q(author=user_id) | Q(profile__in=profiles.order_by().values("pk")))


def dossier_of(space_id: int, key: str) -> Dossier | None:
    """Return one challenge's file, for whomever it is: ask the rule before showing it; 1 query."""
    return (
        Dossier.objects.filter(space=space_id, key=key)
        .select_related("organisation__node", "profile__node", "partner__node", "space")
        .first()
    )


def reading_of(dossier: Dossier) -> Reading:
    """Return what decides who reads it; 1 query."""
    return Reading(
        dossier.state,
        dossier.confidentiality,
        dossier.author_id,
        frozenset(dossier.confidants.values_list("user", flat=True)),
    )


def as_challenge(dossier: Dossier) -> Challenge:
    """Return the challenge with its fields, not stored: what pages show and what is matched; no query."""
    parsed = Challenge.SPEC.parse({"id": dossier.key, **dossier.content}, (), Problems())
    names = {column.name for column in Challenge._meta.concrete_fields}
    columns = {name: value for name, value in parsed.columns.items() if name in names and name != "visibility"}
    challenge = Challenge(key=dossier.key, state=dossier.state, gaps=parsed.gaps, extra=parsed.extra, **columns)
    challenge.organisation, challenge.profile = dossier.organisation, dossier.profile
    return challenge


def title_of(dossier: Dossier) -> Text:
    """Return the title, in whatever languages it has; empty for a draft without one."""
    return text_in(dossier.content, "title")


def owner_of(dossier: Dossier, reader: Reader) -> Text:
    """Return whose challenge it is, as far as the reader may know."""
    return name_for(dossier.profile, dossier.organisation, reader)


def owner_for_match(dossier: Dossier) -> Text:
    """Return whose challenge it is for somebody to whom it is proposed: then the company has agreed to be named."""
    owner = dossier.organisation or dossier.profile
    return owner.name if owner is not None else Text()


def name_for(profile: Profile | None, organisation: Organisation | None, reader: Reader) -> Text:
    """Return the name of an organisation, else of a profile that the reader may see, else nothing."""
    if organisation is not None:
        return organisation.name
    if profile is None or not may_see_profile(reader, profile_id=profile.pk, shown_to=profile.shown_to):
        return Text()
    return profile.name


def match(space_id: int, key: str, *, with_drafts: bool) -> Match | None:
    """Return one match with what it ties; 1 query."""
    found = visible(Match.objects.filter(space=space_id, key=key), with_drafts=with_drafts)
    return found.select_related("node", "space", "challenge__node", "profile", "organisation__node").first()


def text_in(content: Mapping[str, Any], key: str) -> Text:
    """Return a text out of a challenge in its bundle form."""
    found = {name.removeprefix(f"{key}_"): words for name, words in content.items() if name.startswith(f"{key}_")}
    if content.get(key):
        return Text(content[key])
    return Text(found)


def happenings_of(dossier: Dossier, most: int = 60) -> QuerySet[Happening]:
    """Return the latest steps, newest first; 1 query."""
    return Happening.objects.filter(dossier=dossier).order_by("-pk")[:most]


def confidants_of(dossier: Dossier) -> list[Any]:
    """Return the accounts that were chosen, by name; 1 query."""
    found = Confidant.objects.filter(dossier=dossier).select_related("user").order_by("user__name", "user__email")
    return [one.user for one in found]


def guests_of(dossier: Dossier) -> list[Guest]:
    """Return those who were asked by mail and have not come yet, in the order in which they were asked; 1 query."""
    return list(Guest.objects.filter(dossier=dossier, user=None).order_by("pk")) if dossier.pk else []


def partner_asked(dossier: Dossier) -> str:
    """Return the address of whoever was asked last to be the partner, come or not; 1 query."""
    found = Guest.objects.filter(dossier=dossier, is_partner=True).order_by("-pk").first() if dossier.pk else None
    return found.email if found is not None else ""


def guest_by_code(space_id: int, code: str) -> Guest | None:
    """Return whom a link in a mail belongs to; 1 query."""
    found = Guest.objects.filter(code=code, dossier__space=space_id)
    return found.select_related("dossier__space", "dossier__partner").first()


def team_of(programme_id: int) -> list[Any]:
    """Return the accounts with a role in the programme, each once, by name; 1 query."""
    roles = Role.objects.filter(programme=programme_id, user__is_active=True).select_related("user")
    return list({role.user_id: role.user for role in roles.order_by("user__name", "user__email")}.values())


def dossiers_by_id(ids: Iterable[int]) -> Mapping[int, Dossier]:
    """Return files by id; 1 query."""
    found = Dossier.objects.filter(pk__in=list(ids)).select_related("organisation__node", "profile__node", "space")
    return {dossier.pk: dossier for dossier in found}


def counts_by_state(found: QuerySet[Dossier]) -> dict[str, int]:
    """Return how many challenges there are in each state; 1 query."""
    counts: dict[str, int] = {}
    for state in found.order_by().values_list("state", flat=True):
        counts[state] = counts.get(state, 0) + 1
    return counts


def in_states(found: QuerySet[Dossier], states: Collection[str]) -> QuerySet[Dossier]:
    """Keep the challenges in some states."""
    return found.filter(state__in=states)


def questions_of(space_id: int) -> list[tuple[str, Text]]:
    """Return key and words of the guiding questions, oldest first; 1 query."""
    found = Node.objects.filter(space=space_id, kind="question", visibility=Visibility.PUBLISHED).order_by("pk")
    return list(found.values_list("key", "title"))
