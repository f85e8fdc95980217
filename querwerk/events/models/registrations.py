"""Registrations: the terms of an event, its contingents of places, who wants one, own questions and consents."""

import secrets
from typing import ClassVar

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q

from querwerk.core.codes import new_code
from querwerk.core.fields import TextColumn
from querwerk.events.models.events import Event
from querwerk.events.states import (
    ENDED,
    NUMBERED,
    RUNNING,
    Attendance,
    Audience,
    Group,
    Mode,
    Occasion,
    QuestionSort,
    RegistrationState,
    Way,
)

TICKET_LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Without 0, O, 1, I and L, which people mistake for each other when they read a code out."""


def new_ticket() -> str:
    """Return a code short enough to be typed at a door: eight letters, 39 bits."""
    return "".join(secrets.choice(TICKET_LETTERS) for _place in range(8))


class Terms(models.Model):
    """How one registers for an event; an event without them takes no registrations."""

    event = models.OneToOneField(Event, models.CASCADE, related_name="terms")
    mode = models.CharField(max_length=10, choices=Mode, default=Mode.OPEN)
    audience = models.CharField(max_length=10, choices=Audience, default=Audience.PUBLIC)
    opens_at = models.DateTimeField(null=True, blank=True)
    closes_at = models.DateTimeField(null=True, blank=True)
    accept_hours = models.PositiveIntegerField(default=48)
    """How long a place that became free is kept for who is next; 0 gives it without asking."""
    remind_days = models.PositiveIntegerField(default=2)
    """Before the event, or the time of a visit; 0 for no reminder."""
    keep_days = models.PositiveIntegerField(default=90)
    """After the event, until names and addresses are deleted."""
    asks_networking = models.BooleanField(default=False)
    asks_needs = models.BooleanField(default=True)
    asks_photo = models.BooleanField(default=False)
    note = TextColumn()
    """Stands above the form."""
    online_note = TextColumn()
    """Where the online part is: stands on tickets for it, nowhere else."""
    told = models.JSONField(default=dict, blank=True)
    """What participants were last told of time, place and agenda; what differs from it is announced."""
    statistics = models.JSONField(default=dict, blank=True)
    """What stays of the answers when the personal data are gone: question → option → number."""
    forgotten_at = models.DateTimeField(null=True, blank=True)
    """When the personal data were deleted."""
    version = models.PositiveIntegerField(default=1)

    class Meta:
        """It closes after it opens."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(opens_at__isnull=True) | Q(closes_at__isnull=True) | Q(opens_at__lt=F("closes_at")),
                name="terms_close_after_opening",
            ),
        ]

    def __str__(self) -> str:
        """Return the event's number."""
        return str(self.event_id)


class Contingent(models.Model):
    """Places of one form of attendance, or of one time of a visit.

    ``taken`` counts who is confirmed or has an offer. Whoever changes it holds the row's lock, and the database refuses
    one place too many whatever the code does.
    """

    terms = models.ForeignKey(Terms, models.CASCADE, related_name="contingents")
    attendance = models.CharField(max_length=10, choices=Attendance, default=Attendance.ONSITE)
    begins_at = models.DateTimeField(null=True, blank=True)
    """Of a timed visit; the event's own time otherwise."""
    ends_at = models.DateTimeField(null=True, blank=True)
    capacity = models.PositiveIntegerField(null=True, blank=True)
    """None: as many as want to come."""
    taken = models.PositiveIntegerField(default=0)
    last_number = models.PositiveIntegerField(default=0)
    """The last place in the order that was given; numbers are never given twice."""
    is_closed = models.BooleanField(default=False)

    class Meta:
        """Never more places than there are; one contingent for each form, or for each form and time."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(capacity__isnull=True) | Q(taken__lte=F("capacity")), name="contingent_not_overbooked"
            ),
            models.CheckConstraint(
                condition=Q(begins_at__isnull=True, ends_at__isnull=True)
                | Q(begins_at__isnull=False, ends_at__isnull=False, begins_at__lt=F("ends_at")),
                name="contingent_begins_and_ends",
            ),
            models.UniqueConstraint(
                fields=["terms", "attendance"], condition=Q(begins_at__isnull=True), name="contingent_of_form_once"
            ),
            models.UniqueConstraint(
                fields=["terms", "attendance", "begins_at"],
                condition=Q(begins_at__isnull=False),
                name="contingent_of_time_once",
            ),
        ]

    def __str__(self) -> str:
        """Return event and number."""
        return f"{self.terms_id}: {self.pk}"

    @property
    def free(self) -> int | None:
        """Return how many places are left; nothing where there is no limit."""
        return None if self.capacity is None else self.capacity - self.taken

    @property
    def is_full(self) -> bool:
        """Tell whether no place is left."""
        return self.capacity is not None and self.taken >= self.capacity


class Registration(models.Model):
    """Somebody who wants to come, or came. After the organiser's period only what is nobody's own stays."""

    terms = models.ForeignKey(Terms, models.CASCADE, related_name="registrations")
    contingent = models.ForeignKey(Contingent, models.RESTRICT, related_name="registrations")
    state = models.CharField(max_length=12, choices=RegistrationState, default=RegistrationState.UNCONFIRMED)
    way = models.CharField(max_length=10, choices=Way, default=Way.FORM)
    name = models.CharField(max_length=200, blank=True)
    email = models.EmailField(max_length=254, blank=True)
    address_hash = models.CharField(max_length=64, blank=True)
    """What stays of an address beside a consent to photographs: HMAC-SHA256 under the installation's secret."""
    organisation = models.CharField(max_length=200, blank=True)
    language = models.CharField(max_length=5)
    group = models.CharField(max_length=15, choices=Group, blank=True)
    wants_networking = models.BooleanField(default=False)
    number = models.PositiveIntegerField(null=True, blank=True)
    """The place in the order of the contingent, given when the address was confirmed."""
    code = models.CharField(max_length=40, unique=True, default=new_code)
    """Stands in the links of this person's mails."""
    client_id = models.UUIDField(null=True, blank=True, unique=True)
    """Given by a door that entered somebody who came without registration, so that this is done once."""
    ticket = models.CharField(max_length=8, unique=True, default=new_ticket)
    """Is read, or typed, at the door."""
    mailed_at = models.DateTimeField(null=True, blank=True)
    """When the last mail went out that anybody could have caused who knows the address."""
    tries = models.PositiveIntegerField(default=0)
    """Wrong codes typed in since then."""
    invitation = models.ForeignKey("Invitation", models.SET_NULL, related_name="registrations", null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    """When the address was confirmed."""
    offered_until = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    forgotten_at = models.DateTimeField(null=True, blank=True)
    why = models.CharField(max_length=500, blank=True)
    """What the organiser said when they decided; stands in the mail."""
    version = models.PositiveIntegerField(default=1)
    """Goes up with each change of state; letters are named after it, so that each is written once."""

    class Meta:
        """One running registration for an address; a place in the order for all who wait or sit, and only one for each."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["terms", "email"], condition=Q(state__in=RUNNING) & ~Q(email=""), name="registration_once"
            ),
            models.UniqueConstraint(fields=["contingent", "number"], name="registration_number_once"),
            models.CheckConstraint(
                condition=~Q(state__in=NUMBERED) | Q(number__isnull=False), name="registration_in_order"
            ),
            models.CheckConstraint(
                condition=Q(state=RegistrationState.OFFERED, offered_until__isnull=False)
                | (~Q(state=RegistrationState.OFFERED) & Q(offered_until__isnull=True)),
                name="registration_offer_has_end",
            ),
            models.CheckConstraint(
                condition=Q(state__in=ENDED, ended_at__isnull=False) | (~Q(state__in=ENDED) & Q(ended_at__isnull=True)),
                name="registration_has_ended",
            ),
            models.CheckConstraint(
                condition=Q(forgotten_at__isnull=True) | Q(name="", email="", organisation=""),
                name="registration_forgotten",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["contingent", "state", "number"], name="registration_queue"),
            models.Index(fields=["terms", "state"], name="registration_by_state"),
        ]

    def __str__(self) -> str:
        """Return the number; never name or address, which would end up in logs."""
        return str(self.pk)

    @property
    def ticket_shown(self) -> str:
        """Return the ticket's code as people read it."""
        return f"{self.ticket[:4]}-{self.ticket[4:]}"


class Needs(models.Model):
    """What somebody needs in order to take part: may tell of health or belief, so it stands apart and is deleted first."""

    registration = models.OneToOneField(Registration, models.CASCADE, related_name="needs")
    access = models.CharField(max_length=500, blank=True)
    diet = models.CharField(max_length=500, blank=True)
    childcare = models.CharField(max_length=500, blank=True)

    def __str__(self) -> str:
        """Return the registration."""
        return str(self.registration_id)


class Question(models.Model):
    """A question of the organiser's own, in the form of the registration or in that for feedback."""

    terms = models.ForeignKey(Terms, models.CASCADE, related_name="questions")
    occasion = models.CharField(max_length=12, choices=Occasion, default=Occasion.REGISTRATION)
    position = models.PositiveIntegerField(default=0)
    sort = models.CharField(max_length=10, choices=QuestionSort, default=QuestionSort.TEXT)
    label = TextColumn()
    hint = TextColumn()
    is_required = models.BooleanField(default=False)
    options = models.JSONField(default=list, blank=True)
    """Of a choice: ``[{"key": "a", "label": {"de": …, "en": …}}]``; keys never change."""
    least = models.IntegerField(null=True, blank=True)
    most = models.IntegerField(null=True, blank=True)
    depends_on = models.ForeignKey("self", models.SET_NULL, related_name="dependents", null=True, blank=True)
    depends_value = models.CharField(max_length=200, blank=True)
    """It is asked only where the other question was answered like this: an option's key, “yes” or “no”."""
    is_answered = models.BooleanField(default=False)
    """Somebody has answered it without their name: it cannot be deleted any more."""

    class Meta:
        """No question depends on itself."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(depends_on__isnull=True) | ~Q(depends_on=F("id")), name="question_not_on_itself"
            ),
        ]

    def __str__(self) -> str:
        """Return event and number."""
        return f"{self.terms_id}: {self.pk}"

    @property
    def field_name(self) -> str:
        """Return how the form calls it."""
        return f"q{self.pk}"


class Answer(models.Model):
    """What somebody answered."""

    registration = models.ForeignKey(Registration, models.CASCADE, related_name="answers")
    question = models.ForeignKey(Question, models.CASCADE, related_name="answers")
    value = models.JSONField()
    """A text, a number, true or false, a day as ISO text, an option's key or a list of such keys."""

    class Meta:
        """One answer to each question."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["registration", "question"], name="answer_once"),
        ]

    def __str__(self) -> str:
        """Return registration and question."""
        return f"{self.registration_id}: {self.question_id}"


class Consent(models.Model):
    """What somebody said about photographs, when, and to which words. It is never changed, only followed by another one."""

    registration = models.ForeignKey(Registration, models.CASCADE, related_name="consents")
    at = models.DateTimeField(auto_now_add=True)
    is_given = models.BooleanField()
    language = models.CharField(max_length=5)
    words = models.TextField()

    def __str__(self) -> str:
        """Return the registration and the number."""
        return f"{self.registration_id}: {self.pk}"


class Invitation(models.Model):
    """A code that admits whoever has it, as often as it says."""

    terms = models.ForeignKey(Terms, models.CASCADE, related_name="invitations")
    code = models.CharField(max_length=12, unique=True, default=new_ticket)
    email = models.EmailField(max_length=254, blank=True)
    language = models.CharField(max_length=5, blank=True)
    note = models.CharField(max_length=200, blank=True)
    """For the organisers: for whom it is."""
    uses = models.PositiveIntegerField(default=1, validators=[MinValueValidator(1)])
    used = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        """Never used more often than it says; an address is invited once."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=Q(used__lte=F("uses")), name="invitation_not_overused"),
            models.UniqueConstraint(fields=["terms", "email"], condition=~Q(email=""), name="invitation_once"),
        ]

    def __str__(self) -> str:
        """Return the number."""
        return str(self.pk)
