"""Reads of organisations, persons and profiles."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Count, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from querwerk.core.pictures.models import Picture
from querwerk.core.pictures.queries import pictures_by_key
from querwerk.core.prepared import prepared
from querwerk.core.queries import counted, snapshot, visible
from querwerk.core.spec import HIDDEN_WITH_OWNER
from querwerk.core.states import Visibility
from querwerk.core.text import UNSTATED
from querwerk.people.drafts import drafts_data
from querwerk.people.models import (
    Claim,
    Contact,
    DirectoryChange,
    DirectoryCount,
    Inquiry,
    Organisation,
    Person,
    Profile,
    ProfileAlias,
    SpeakerInvitation,
    Spokesperson,
    User,
)
from querwerk.people.rules import STRANGER, Reader
from querwerk.people.states import Audience, ClaimState, Origin, ProfileSort, Remote

if TYPE_CHECKING:
    from querwerk.engine.matching.model import Offer
    from querwerk.engine.matching.model import Text as EngineText


def organisations(
    space_id: int, side: str | None = None, country: str | None = None, *, with_drafts: bool
) -> QuerySet[Organisation]:
    """Return the organisations of a side and a country, in order of entry; 1 query."""
    found = visible(Organisation.objects.filter(space=space_id), with_drafts=with_drafts)
    if side is not None:
        found = found.filter(side=side)
    return found if country is None else found.filter(country=country)


@prepared
def stretch_of_organisations(
    space_id: int, side: str | None, country: str | None, *, with_drafts: bool, start: int, stop: int
) -> QuerySet[Organisation]:
    """Return some of the organisations with their nodes; 1 query."""
    return organisations(space_id, side, country, with_drafts=with_drafts).select_related("node")[start:stop]


@prepared
def number_of_organisations(
    space_id: int, side: str | None, country: str | None, *, with_drafts: bool
) -> QuerySet[Organisation, int]:
    """Return how many organisations there are, nothing for none; 1 query."""
    return counted(organisations(space_id, side, country, with_drafts=with_drafts))


@prepared
def organisation(space_id: int, key: str, *, with_drafts: bool) -> QuerySet[Organisation]:
    """Return one organisation with its node; 1 query."""
    return organisations(space_id, with_drafts=with_drafts).filter(key=key).select_related("node")


@prepared
def countries(space_id: int, *, with_drafts: bool) -> QuerySet[Organisation, str]:
    """Return the countries in which organisations sit, sorted by code; 1 query."""
    known = visible(Organisation.objects.filter(space=space_id), with_drafts=with_drafts).exclude(country="")
    return known.order_by("country").values_list("country", flat=True).distinct()


@prepared
def persons_of(organisation_id: int, *, with_drafts: bool) -> QuerySet[Person]:
    """Return whom a public source names with an organisation; 1 query."""
    people = Person.objects.filter(organisation=organisation_id)
    return visible(people, with_drafts=with_drafts).select_related("node")


@prepared
def persons_by_node(node_ids: Sequence[int]) -> QuerySet[Person]:
    """Return published persons with their nodes and organisations; 1 query."""
    people = visible(Person.objects.filter(node__in=node_ids), with_drafts=False)
    return people.select_related("node", "organisation__node")


def reader_of(user_id: int | None, space_id: int, *, is_organiser: bool = False, has_role: bool = False) -> Reader:
    """Return what an account is in a programme's directory; 1 query, none for strangers."""
    if user_id is None:
        return STRANGER
    spoken = Spokesperson.objects.filter(user=user_id, profile__space=space_id).values_list("profile", flat=True)
    return Reader(user_id, is_organiser, has_role or is_organiser, frozenset(spoken))


def profiles_seen(space_id: int, reader: Reader) -> QuerySet[Profile]:
    """Return the profiles that a reader may see (:func:`rules.may_see_profile` as a condition), in the order of entry."""
    found = Profile.objects.filter(space=space_id).order_by("position", "pk")
    if reader.is_organiser:
        return found
    shown = Q(visibility=Visibility.PUBLISHED) | Q(pk__in=reader.speaks_for)
    if reader.is_member:
        shown |= Q(audience__in=["", Audience.MEMBERS], gaps__has_key=HIDDEN_WITH_OWNER)
    return found.filter(shown)


def organisation_names(profile: Profile, reader: Reader) -> dict[str, str]:
    """Return key and name of the organisations whose profiles a reader may see, but for one's own; 1 query."""
    found = profiles_seen(profile.space_id, reader).exclude(pk=profile.pk).exclude(sort=ProfileSort.PERSON)
    return {key: str(next(iter(name.values()), key)) for key, name in found.values_list("key", "name")}


def find_profile(space_id: int, key: str) -> Profile | None:
    """Return a profile with its node, organisation and contact, whoever may see it; 1 query."""
    found = Profile.objects.filter(space=space_id, key=key)
    return found.select_related("node", "space", "organisation__node", "contact").first()


def profiles_by_node(node_ids: Sequence[int]) -> list[Profile]:
    """Return profiles with their nodes, in the order of the ids; 1 query, none for no ids."""
    if not node_ids:
        return []
    found = {profile.node_id: profile for profile in Profile.objects.filter(node__in=node_ids).select_related("node")}
    return [found[node] for node in node_ids if node in found]


def account_of(email: str) -> User | None:
    """Return the account of an address, closed ones too; 1 query."""
    return User.objects.filter(email__iexact=email).first()


def profiles_of(user_id: int, space_id: int | None = None) -> QuerySet[Profile]:
    """Return the profiles for which an account speaks, with their programmes' spaces, oldest first."""
    found = Profile.objects.filter(spokespersons__user=user_id).select_related("node", "space").order_by("pk")
    return found if space_id is None else found.filter(space=space_id)


def speakers_of(profile_ids: Iterable[int]) -> dict[int, list[User]]:
    """Return the accounts that speak for each profile, longest first; 1 query."""
    found: dict[int, list[User]] = {pk: [] for pk in profile_ids}
    spoken = Spokesperson.objects.filter(profile__in=found, user__is_active=True)
    for one in spoken.select_related("user").order_by("since", "pk"):
        found[one.profile_id].append(one.user)
    return found


def contact_of(profile: Profile) -> Contact | None:
    """Return how somebody is reached, if anything is on file; 1 query where it was not loaded with the profile."""
    try:
        return profile.contact
    except Contact.DoesNotExist:
        return None


def version_of(profile_id: int) -> int:
    """Return the present version of a profile; 1 query."""
    return Profile.objects.values_list("version", flat=True).get(pk=profile_id)


def pictures_of(profile: Profile, raw: dict[str, Any]) -> list[Picture]:
    """Return the pictures that a profile names in its bundle form, the first one first; 1 query."""
    keys = [key for key in [raw.get("picture"), *(raw.get("pictures") or [])] if isinstance(key, str)]
    found = pictures_by_key(profile.space_id, keys, with_drafts=True) if keys else {}
    return [found[key] for key in keys if key in found]


def data_about(email: str) -> list[dict[str, object]]:
    """Return all that the directory holds under an address, fit for JSON; nothing where it holds nothing."""
    by_account = Q(spokespersons__user__email__iexact=email)
    found = Profile.objects.filter(by_account | Q(contact__email__iexact=email)).distinct().order_by("pk")
    held = [profile_data(profile) for profile in found.select_related("space", "node", "contact")]
    asked = Inquiry.objects.filter(email__iexact=email).select_related("space").order_by("pk")
    held += [
        {
            "programme": one.space.key, "name": one.name, "question": one.words, "consent": one.consent,
            "answer": one.answer,
        }
        for one in asked
    ]  # fmt: skip
    invited = SpeakerInvitation.objects.filter(email__iexact=email).select_related("profile__space").order_by("pk")
    held += [
        {"programme": one.profile.space.key, "invited to speak for": one.profile.key, "at": one.invited_at.isoformat()}
        for one in invited
    ]
    author = account_of(email)
    return held + (drafts_data(author) if author is not None else [])


def profile_data(profile: Profile) -> dict[str, object]:
    """Return a profile with its ways of contact, fit for JSON."""
    contact = contact_of(profile)
    names = ("person", "email", "phone", "person_audience", "email_audience", "phone_audience", "language")
    return {
        "programme": profile.space.key,
        "profile": snapshot(profile),
        "contact": {name: getattr(contact, name) for name in names} if contact else None,
        "entered_at": profile.created_at.isoformat(),
        "changed_at": profile.changed_at.isoformat(),
    }


def uninvited(space_id: int) -> QuerySet[Profile]:
    """Return imported profiles with an address, without an owner, whose owner got no invitation."""
    found = Profile.objects.filter(
        space=space_id, origin=Origin.IMPORTED, spokespersons__isnull=True, contact__invited_at__isnull=True
    )
    return found.exclude(contact__email="").filter(contact__isnull=False).select_related("contact").order_by("pk")


def invited(space_id: int) -> int:
    """Return how many owners were invited and have not come; 1 query."""
    return Profile.objects.filter(
        space=space_id, spokespersons__isnull=True, contact__invited_at__isnull=False
    ).count()  # fmt: skip


def open_claims(space_id: int) -> QuerySet[Claim]:
    """Return the claims that wait for the organisers, oldest first."""
    found = Claim.objects.filter(profile__space=space_id, state=ClaimState.OPEN).order_by("created_at", "pk")
    return found.select_related("profile", "user")


def open_inquiries(space_id: int) -> QuerySet[Inquiry]:
    """Return the messages that nobody has answered, oldest first."""
    return Inquiry.objects.filter(space=space_id, answered_at__isnull=True).order_by("created_at", "pk")


def directory_numbers(space_id: int) -> list[tuple[str | Promise, int]]:
    """Return how many profiles there are, by what an organiser wants to know; 1 query."""
    found = Profile.objects.filter(space=space_id).aggregate(
        all=Count("pk", distinct=True),
        public=Count("pk", distinct=True, filter=Q(visibility=Visibility.PUBLISHED)),
        owned=Count("pk", distinct=True, filter=Q(spokespersons__isnull=False)),
        imported=Count("pk", distinct=True, filter=Q(origin=Origin.IMPORTED)),
    )
    labels = {
        "all": _("Profiles"), "public": _("of these for everybody"), "owned": _("of these with somebody who speaks for them"),
        "imported": _("of these imported and not taken over"),
    }  # fmt: skip
    return [(label, found[name]) for name, label in labels.items()]


def alias_of(space_id: int, key: str) -> str:
    """Return the key of the profile into which one with this key was merged, or an empty text; 1 query."""
    found = ProfileAlias.objects.filter(space=space_id, key=key).values_list("profile__key", flat=True).first()
    return found or ""


TEXT_FIELDS = ("summary", "offers", "seeks")
"""The texts of a profile, by which its passages are named."""


def texts_of(profile: Profile, parts: Sequence[str] = TEXT_FIELDS) -> "tuple[EngineText, ...]":
    """Return the texts of a profile for the engine: words, language (empty: unknown) and which field they are."""
    from querwerk.engine.matching.model import Text as EngineText  # noqa: PLC0415  (loads NumPy)

    return tuple(
        EngineText(words, "" if language == UNSTATED else language, part)
        for part in parts
        for language, words in getattr(profile, part).items()
        if words
    )


def offer_of(profile: Profile) -> "Offer":
    """Return a profile as the engine ranks it: what it offers, not what it looks for. Its id is the profile's key."""
    from querwerk.engine.matching.model import Offer  # noqa: PLC0415

    return Offer(
        id=profile.key,
        texts=texts_of(profile, ("summary", "offers")),
        tags=frozenset(f"skill:{code}" for code in profile.skills),
        untagged=frozenset(f"skill:{code}" for code in profile.not_skills),
        sector=profile.sector,
        organisation=str(profile.organisation_id or ""),
        languages=frozenset(profile.languages),
        region=profile.region,
        is_remote=None if not profile.remote else profile.remote == Remote.YES,
        begins=first_day(profile.available_from),
        ends=last_day(profile.available_until),
        capacity=profile.places_left,
    )


def first_day(partial: str) -> date | None:
    """Return the first day of a year, a month or a day."""
    if not partial:
        return None
    year, month, day = (int(part) for part in f"{partial}-01-01".split("-")[:3])
    return date(year, month, day)


def last_day(partial: str) -> date | None:
    """Return the last day of a year, a month or a day."""
    begin = first_day(partial)
    if begin is None or len(partial) == len("2021-06-22"):
        return begin
    months = 12 if len(partial) == len("2021") else 1
    year, month = begin.year + (begin.month + months > 12), (begin.month + months - 1) % 12 + 1
    return date(year, month, 1) - timedelta(days=1)


def change_number(space_id: int) -> int:
    """Return how often the profiles of a programme were written; 1 query."""
    return _change_number.first(space_id) or 0


@prepared
def _change_number(space_id: int) -> QuerySet[DirectoryCount, int]:
    return DirectoryCount.objects.filter(space=space_id).values_list("number", flat=True)


def changed_since(space_id: int, number: int) -> list[int]:
    """Return the nodes of the profiles that were written or deleted after a number; 1 query."""
    changes = DirectoryChange.objects.filter(space=space_id, number__gt=number).order_by("number", "pk")
    return list(changes.values_list("node", flat=True))
