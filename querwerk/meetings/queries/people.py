"""Reads of those who take part, and of their wishes."""

from collections.abc import Collection, Iterable

from django.db.models import Count, F, Q, QuerySet

from querwerk.core.models import Node
from querwerk.core.states import Visibility
from querwerk.core.text import Text
from querwerk.events.models import Registration, Terms
from querwerk.events.states import RegistrationState
from querwerk.meetings.models import Block, Networking, OtherRole, Participant, Wish
from querwerk.meetings.states import STANDING, WishState
from querwerk.people.models import Organisation, Profile
from querwerk.people.states import Audience


def networking_of(terms_id: int) -> Networking | None:
    """Return the networking of an event; 1 query."""
    return Networking.objects.filter(terms=terms_id).select_related("terms__event__space").first()


def networkings_of(terms: Iterable[Terms]) -> dict[int, Networking]:
    """Return the networking of each of some events that has one, by its terms; 1 query."""
    return {one.terms_id: one for one in Networking.objects.filter(terms__in=[row.pk for row in terms])}


def without_participant(networking: Networking) -> list[int]:
    """Return the registrations of those who want to meet others and are no participants yet; 1 query."""
    wanted = Registration.objects.filter(
        terms=networking.terms_id, state=RegistrationState.CONFIRMED, wants_networking=True, forgotten_at__isnull=True
    )
    known = Participant.objects.filter(networking=networking).values("registration")
    return list(wanted.exclude(pk__in=known).order_by("pk").values_list("pk", flat=True))


def active(networking_id: int) -> QuerySet[Participant]:
    """Return those who take part now, by name; 1 query."""
    found = Participant.objects.filter(
        networking=networking_id,
        registration__state=RegistrationState.CONFIRMED,
        registration__wants_networking=True,
        registration__forgotten_at__isnull=True,
    )
    return found.select_related("registration", "team").order_by("registration__name", "pk")


def is_active(participant: Participant) -> bool:
    """Tell whether somebody still has a place and wants to meet others; their registration is loaded."""
    registration = participant.registration
    return registration.state == RegistrationState.CONFIRMED and registration.wants_networking


def others_of(participant: Participant, words: str = "") -> QuerySet[Participant]:
    """Return whom somebody sees: everybody who takes part, but themselves and whom they have blocked; 1 query."""
    found = active(participant.networking_id).exclude(pk=participant.pk)
    found = found.exclude(pk__in=Block.objects.filter(participant=participant).values("other"))
    for word in words.split()[:5]:
        found = found.filter(
            Q(registration__name__icontains=word)
            | Q(registration__organisation__icontains=word)
            | Q(sentence__icontains=word)
            | Q(
                pk__in=OtherRole.objects.filter(Q(title__icontains=word) | Q(sentence__icontains=word)).values(
                    "participant"
                )
            )
        )
    return found


def roles_of(people: Iterable[Participant]) -> dict[int, list[OtherRole]]:
    """Return in which further roles people are here; 1 query."""
    found: dict[int, list[OtherRole]] = {}
    for role in OtherRole.objects.filter(participant__in=[one.pk for one in people]).order_by("pk"):
        found.setdefault(role.participant_id, []).append(role)
    return found


def roles_between(networking_id: int, among: Collection[int] | None = None) -> dict[tuple[int, int], str]:
    """Return as what somebody meets somebody, where that is not as who they registered: (person, other) → role; 1 query."""
    wishes = Wish.objects.filter(sender__networking=networking_id, state__in=STANDING)
    wishes = wishes.filter(Q(sender_role__isnull=False) | Q(receiver_role__isnull=False))
    if among is not None:
        wishes = wishes.filter(Q(sender__in=among) | Q(receiver__in=among))
    found: dict[tuple[int, int], str] = {}
    rows = wishes.order_by("pk").values_list("sender", "receiver", "sender_role__title", "receiver_role__title")
    for sender, receiver, sender_role, receiver_role in rows:
        if sender_role:
            found[sender, receiver] = sender_role
        if receiver_role:
            found.setdefault((receiver, sender), receiver_role)
    return found


def strangers(participant: Participant) -> list[Participant]:
    """Return whom somebody sees, has no wish about and has not been asked by; 1 query."""
    asked = Wish.objects.filter(sender=participant).exclude(state=WishState.WITHDRAWN).values("receiver")
    asking = Wish.objects.filter(receiver=participant).exclude(state=WishState.WITHDRAWN).values("sender")
    found = others_of(participant).exclude(pk__in=asked).exclude(pk__in=asking)
    if participant.team_id is not None:
        found = found.exclude(team=participant.team_id)
    return list(found)


def wishes_of(participant: Participant) -> QuerySet[Wish]:
    """Return somebody's wishes in their order; 1 query."""
    found = Wish.objects.filter(sender=participant).exclude(state=WishState.WITHDRAWN)
    return found.select_related("receiver__registration", "receiver__team", "sender_role", "receiver_role").order_by(
        "rank", "pk"
    )


def asked_of(participant: Participant) -> QuerySet[Wish]:
    """Return who wants to meet somebody, without those whom they have blocked; 1 query."""
    blocked = Block.objects.filter(participant=participant).values("other")
    found = Wish.objects.filter(receiver=participant).exclude(state=WishState.WITHDRAWN).exclude(sender__in=blocked)
    return found.select_related("sender__registration", "sender__team", "sender_role", "receiver_role").order_by(
        "created_at", "pk"
    )


def blocked_by(participant: Participant) -> list[Participant]:
    """Return whom somebody does not want to meet; 1 query."""
    rows = Block.objects.filter(participant=participant).select_related("other__registration")
    return [row.other for row in rows.order_by("other__registration__name", "pk")]


def for_desk(networking: Networking, words: str = "") -> QuerySet[Participant]:
    """Return everybody with the number of their wishes; 1 query."""
    found = Participant.objects.filter(networking=networking, registration__forgotten_at__isnull=True)
    found = found.select_related("registration", "team")
    for word in words.split()[:5]:
        found = found.filter(Q(registration__name__icontains=word) | Q(registration__organisation__icontains=word))
    standing = Q(sent__state__in=STANDING)
    asked = Q(received__state__in=STANDING)
    return found.annotate(
        wishes=Count("sent", filter=standing, distinct=True), asked=Count("received", filter=asked, distinct=True)
    ).order_by("registration__name", "pk")


def names_of(ids: Collection[int]) -> dict[int, str]:
    """Return names by number, of those who are not forgotten; 1 query."""
    rows = Participant.objects.filter(pk__in=ids).values_list("pk", "registration__name")
    return dict(rows)


def figures(networking: Networking) -> dict[str, int]:
    """Return how many take part, wish and were answered; 2 queries."""
    states = Wish.objects.filter(sender__networking=networking).values_list("state").annotate(number=Count("pk"))
    counts = dict(states.order_by())
    return {
        "people": active(networking.pk).count(),
        "wishes": sum(counts.get(state, 0) for state in STANDING),
        "accepted": counts.get(WishState.ACCEPTED, 0),
        "declined": counts.get(WishState.DECLINED, 0),
    }


def received_by(participant: Participant) -> QuerySet[Wish]:
    """Return all wishes to meet somebody, as the organisers see them; 1 query."""
    found = Wish.objects.filter(receiver=participant).exclude(state=WishState.WITHDRAWN)
    return found.select_related("sender__registration").order_by("created_at", "pk")


def profiles_for(registrations: Collection[Registration], space_id: int) -> dict[int, list[Profile]]:
    """Return the profiles for which people speak, by registration: they registered with the address of their account; 1 query.

    A profile that is for nobody is none. Profiles of persons come first.
    """
    by_email = {one.email.lower(): one.pk for one in registrations if one.email}
    spoken = Profile.objects.filter(
        space=space_id, spokespersons__user__email__in=by_email, spokespersons__user__is_active=True
    )
    rows = spoken.exclude(audience=Audience.PRIVATE).annotate(address=F("spokespersons__user__email"))
    found: dict[int, list[Profile]] = {}
    for profile in rows.select_related("node", "organisation__node").order_by("pk"):
        if profile.shown_to is not None:
            found.setdefault(by_email[profile.address.lower()], []).append(profile)
    return {pk: sorted(rows, key=lambda one: not one.is_person) for pk, rows in found.items()}


def _is_called(name: Text, words: str) -> bool:
    return bool(words) and words.casefold() in {one.casefold() for one in name.values() if one}


def known_as(registration: Registration) -> list[Node]:
    """Return the records by which the house knows somebody who registered: a profile, and an organisation; 2 queries.

    Terms, event and space are loaded.
    """
    space_id = registration.terms.event.space_id
    profiles = profiles_for([registration], space_id).get(registration.pk, [])
    named = registration.organisation
    fitting = [one for one in profiles if _is_called(one.name, named)]
    profile = next(iter(fitting or profiles), None)
    organisation = profile.organisation if profile is not None else None
    if organisation is None and named:
        rows = Organisation.objects.filter(space=space_id, visibility=Visibility.PUBLISHED).select_related("node")
        organisation = next((one for one in rows if _is_called(one.name, named)), None)
    return [one.node for one in (profile, organisation) if one is not None]
