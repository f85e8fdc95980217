"""Reads of the registrations."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, F, Q, QuerySet

from querwerk.core.prepared import prepared
from querwerk.events.models import Contingent, Event, Invitation, Letter, Question, Registration, Terms
from querwerk.events.states import ENDED, RUNNING, LetterState, Occasion, RegistrationState


@prepared
def terms_of(event_id: int) -> QuerySet[Terms]:
    """Return the terms of an event; 1 query."""
    return Terms.objects.filter(event=event_id).select_related("event")


def contingents(terms: Terms) -> list[Contingent]:
    """Return the contingents that the form offers: the forms of attendance, then times of visits; 1 query."""
    found = terms.contingents.filter(is_closed=False)
    return sorted(found, key=lambda row: (row.begins_at is not None, row.begins_at or 0, row.attendance != "onsite"))


def slots(terms: Terms) -> QuerySet[Contingent]:
    """Return the times of visits, closed ones too; 1 query."""
    return terms.contingents.filter(begins_at__isnull=False).order_by("begins_at", "pk")


def questions(terms: Terms, occasion: Occasion = Occasion.REGISTRATION) -> list[Question]:
    """Return the organiser's own questions of one form in order; 1 query."""
    return list(terms.questions.filter(occasion=occasion).order_by("position", "pk"))


def answered_questions(terms: Terms) -> set[int]:
    """Return the numbers of the questions that somebody has answered; 1 query."""
    return set(terms.questions.filter(Q(answers__isnull=False) | Q(is_answered=True)).values_list("pk", flat=True))


def registration_by_code(event_id: int, code: str) -> Registration | None:
    """Return whom the link in a mail belongs to; 1 query."""
    found = Registration.objects.filter(terms__event=event_id, code=code, forgotten_at__isnull=True)
    return found.select_related("terms__event__space", "contingent", "needs").first()


def registration_by_number(event_id: int, number: int) -> Registration | None:
    """Return one registration; 1 query."""
    found = Registration.objects.filter(terms__event=event_id, pk=number)
    return found.select_related("terms__event__space", "contingent", "needs").first()


def place_in_line(registration: Registration) -> int:
    """Return how many stand before somebody on the waiting list, and they themselves; 1 query."""
    before = Registration.objects.filter(contingent=registration.contingent_id, state=RegistrationState.WAITING)
    return before.filter(number__lt=registration.number).count() + 1


def answers_of(registration: Registration) -> dict[int, Any]:
    """Return the answers of one registration by question; 1 query."""
    return dict(registration.answers.values_list("question", "value"))


def agreed_to_photo(registration: Registration) -> bool | None:
    """Return what somebody last said about photographs; nothing where nobody asked; 1 query."""
    last = registration.consents.order_by("-pk").first()
    return last.is_given if last is not None else None


def invitation_by_code(terms: Terms, code: str) -> Invitation | None:
    """Return an invitation that can still be used, by what somebody typed; 1 query."""
    typed = "".join(letter for letter in code.upper() if letter.isalnum())[:12]
    found = Invitation.objects.filter(terms=terms, code=typed).first() if typed else None
    return found if found is not None and found.used < found.uses else None


# --- For organisers ----------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Chosen:
    """The filters of the list of registrations."""

    words: str = ""
    state: str = ""
    group: str = ""
    contingent: int | None = None
    networking: bool = False
    """Only who wants networking."""

    def as_json(self) -> dict[str, Any]:
        """Return what was chosen, without what was not."""
        said = {"words": self.words, "state": self.state, "group": self.group, "contingent": self.contingent}
        return {name: value for name, value in said.items() if value} | (
            {"networking": True} if self.networking else {}
        )


def registrations(terms: Terms, chosen: Chosen) -> QuerySet[Registration]:
    """Return registrations: who has a place first, then who waits, in order, then the rest; 2 queries with the needs."""
    found = Registration.objects.filter(terms=terms)
    if chosen.state == "running":
        found = found.filter(state__in=RUNNING)
    elif chosen.state:
        found = found.filter(state=chosen.state)
    else:
        found = found.exclude(state__in=ENDED)
    if chosen.group:
        found = found.filter(group=chosen.group)
    if chosen.contingent:
        found = found.filter(contingent=chosen.contingent)
    if chosen.networking:
        found = found.filter(wants_networking=True)
    for word in chosen.words.split()[:5]:
        found = found.filter(
            Q(name__icontains=word)
            | Q(email__icontains=word)
            | Q(organisation__icontains=word)
            | Q(ticket__icontains=word.replace("-", ""))
        )
    return found.select_related("contingent", "needs").order_by("contingent", F("number").asc(nulls_last=True), "pk")


@dataclass(slots=True)
class Figures:
    """Numbers of an event: by state, by group of who has a place, and of each contingent."""

    states: Counter[str] = field(default_factory=Counter)
    groups: Counter[str] = field(default_factory=Counter)
    by_contingent: dict[int, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    networking: int = 0


def figures(terms: Terms) -> Figures:
    """Count the registrations; 1 query."""
    found = Figures()
    rows = Registration.objects.filter(terms=terms).values_list("contingent", "state", "group", "wants_networking")
    for contingent, state, group, networking, number in rows.annotate(number=Count("pk")).order_by():
        found.states[state] += number
        found.by_contingent[contingent][state] += number
        if state == RegistrationState.CONFIRMED:
            found.groups[group] += number
            found.networking += number if networking else 0
    return found


def events_with_terms(space_id: int) -> QuerySet[Terms]:
    """Return the terms of a programme's events, latest event first; 1 query."""
    return Terms.objects.filter(event__space=space_id).select_related("event__node").order_by("-event__date", "-pk")


def events_without_terms(space_id: int, today: str) -> QuerySet[Event]:
    """Return coming events that take no registrations yet; 1 query."""
    coming = Event.objects.filter(space=space_id, date__gte=today, terms__isnull=True).exclude(visibility="retired")
    return coming.order_by("date", "pk")


def invitations(terms: Terms) -> QuerySet[Invitation]:
    """Return the invitations, newest first; 1 query."""
    return Invitation.objects.filter(terms=terms).order_by("-pk")


def letters_in_trouble(terms: Terms) -> QuerySet[Letter]:
    """Return the letters that did not arrive, or of which nobody knows; 1 query."""
    of_event = Q(registration__terms=terms) | Q(invitation__terms=terms)
    found = Letter.objects.filter(of_event, state__in=(LetterState.REFUSED, LetterState.HANDED))
    return found.select_related("registration", "invitation").order_by("pk")


def counts_of(terms: Sequence[Terms]) -> dict[int, Counter[str]]:
    """Return how many registrations of each state some events have; 1 query."""
    found: dict[int, Counter[str]] = {row.pk: Counter() for row in terms}
    rows = Registration.objects.filter(terms__in=found).values_list("terms", "state").annotate(number=Count("pk"))
    for pk, state, number in rows.order_by():
        found[pk][state] = number
    return found
