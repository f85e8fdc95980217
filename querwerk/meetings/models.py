"""Networking at an event: when and where, who takes part, who wants to meet whom, and the versions of the timetable."""

from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.timezone import localtime

from querwerk.events.models import Registration, Terms
from querwerk.events.states import Group
from querwerk.matching.models import Match
from querwerk.meetings.states import Cause, Method, PairSort, Phase, PlanState, WishState


class Networking(models.Model):
    """That people can meet at an event, and under which conditions."""

    terms = models.OneToOneField(Terms, models.CASCADE, related_name="+")
    phase = models.CharField(max_length=10, choices=Phase, default=Phase.PREPARING)
    least = models.PositiveIntegerField(default=0)
    """So many meetings are guaranteed to everybody who has so many wishes."""
    most = models.PositiveIntegerField(default=8, validators=[MinValueValidator(1)])
    """More meetings than so many are too many for one person."""
    most_wishes = models.PositiveIntegerField(default=15, validators=[MinValueValidator(1)])
    may_wish = models.BooleanField(default=True)
    """Otherwise the organisers alone say who meets."""
    version = models.PositiveIntegerField(default=1)

    class Meta:
        """Nobody is guaranteed more than they may have."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=Q(least__lte=F("most"), most__gte=1), name="networking_least_and_most"),
        ]

    def __str__(self) -> str:
        """Return the number of the terms."""
        return str(self.terms_id)


class Session(models.Model):
    """Hours in which people meet."""

    networking = models.ForeignKey(Networking, models.CASCADE, related_name="sessions")
    day = models.DateField()
    begins = models.TimeField()
    ends = models.TimeField()
    minutes = models.PositiveIntegerField(default=20, validators=[MinValueValidator(5), MaxValueValidator(240)])
    pause = models.PositiveIntegerField(default=5, validators=[MaxValueValidator(120)])
    break_from = models.TimeField(null=True, blank=True)
    break_to = models.TimeField(null=True, blank=True)

    class Meta:
        """It ends after it begins, and so does its break, within it."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=Q(begins__lt=F("ends")), name="session_begins_and_ends"),
            models.CheckConstraint(
                condition=Q(break_from__isnull=True, break_to__isnull=True)
                | Q(break_from__isnull=False, break_to__isnull=False, break_from__lt=F("break_to")),
                name="session_break_begins_and_ends",
            ),
        ]

    def __str__(self) -> str:
        """Return the number."""
        return str(self.pk)


class Slot(models.Model):
    """The time of one meeting."""

    networking = models.ForeignKey(Networking, models.CASCADE, related_name="slots")
    session = models.ForeignKey(Session, models.CASCADE, related_name="slots")
    begins_at = models.DateTimeField()
    ends_at = models.DateTimeField()

    class Meta:
        """At each instant one begins at most."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["networking", "begins_at"], name="slot_once"),
            models.CheckConstraint(condition=Q(begins_at__lt=F("ends_at")), name="slot_begins_and_ends"),
        ]

    def __str__(self) -> str:
        """Return when it is."""
        return f"{localtime(self.begins_at):%H:%M}–{localtime(self.ends_at):%H:%M}"


class Team(models.Model):
    """People of one organisation who share their meetings."""

    networking = models.ForeignKey(Networking, models.CASCADE, related_name="teams")
    name = models.CharField(max_length=200)
    comes_together = models.BooleanField(default=False)
    """All of them who are there sit in each of their meetings; otherwise whoever is free comes."""

    class Meta:
        """One of each name."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["networking", "name"], name="team_once"),
        ]

    def __str__(self) -> str:
        """Return the name."""
        return self.name


class Table(models.Model):
    """Where two people sit."""

    networking = models.ForeignKey(Networking, models.CASCADE, related_name="tables")
    name = models.CharField(max_length=40)
    room = models.CharField(max_length=100, blank=True)
    languages = models.JSONField(default=list, blank=True)
    """Codes of languages between which somebody interprets here."""
    is_accessible = models.BooleanField(default=False)
    stand_of = models.ForeignKey(Team, models.SET_NULL, related_name="stands", null=True, blank=True)
    """It is the stand of a team, which stays put: all of its meetings are here, and nobody else's."""
    is_closed = models.BooleanField(default=False)
    """It cannot be used any more; meetings that were there remember it."""

    class Meta:
        """One of each name."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["networking", "name"], name="table_once"),
        ]

    def __str__(self) -> str:
        """Return the name."""
        return self.name


class Participant(models.Model):
    """Somebody who has a place, said yes to networking and is shown to the others."""

    networking = models.ForeignKey(Networking, models.CASCADE, related_name="participants")
    registration = models.OneToOneField(Registration, models.CASCADE, related_name="+")
    sentence = models.CharField(max_length=300, blank=True)
    """What they say about themselves to the others."""
    languages = models.JSONField(default=list, blank=True)
    """Codes of the languages they can talk in; empty: any."""
    needs_accessible = models.BooleanField(default=False)
    """Only at tables that are accessible. Told to nobody but the organisers."""
    least = models.PositiveIntegerField(null=True, blank=True)
    """Instead of what applies to all; the organisers say so."""
    most = models.PositiveIntegerField(null=True, blank=True)
    team = models.ForeignKey(Team, models.SET_NULL, related_name="members", null=True, blank=True)
    is_absent = models.BooleanField(default=False)
    """Did not come: the organisers say so on the day."""

    class Meta:
        """Nobody is guaranteed more than they may have."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(least__isnull=True) | Q(most__isnull=True) | Q(least__lte=F("most")),
                name="participant_least_and_most",
            ),
        ]

    def __str__(self) -> str:
        """Return the number; never the name, which would end up in logs."""
        return str(self.pk)

    @property
    def party_name(self) -> str:
        """Return the name, with those of all who always come along; registration, team and its members are loaded."""
        if self.team is None or not self.team.comes_together:
            return self.registration.name
        along = [one for one in self.team.members.all() if one.pk != self.pk and not one.is_absent]
        return " & ".join(one.registration.name for one in (self, *sorted(along, key=lambda one: one.pk)))


class OtherRole(models.Model):
    """As what else somebody is here: the company's representative is a stage designer, too. They are still one person at a time."""

    participant = models.ForeignKey(Participant, models.CASCADE, related_name="roles")
    title = models.CharField(max_length=120)
    group = models.CharField(max_length=15, choices=Group, blank=True)
    sentence = models.CharField(max_length=300, blank=True)

    class Meta:
        """Each role once."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["participant", "title"], name="other_role_once"),
        ]

    def __str__(self) -> str:
        """Return the number."""
        return str(self.pk)


class Unavailable(models.Model):
    """A slot in which somebody cannot come."""

    participant = models.ForeignKey(Participant, models.CASCADE, related_name="unavailable")
    slot = models.ForeignKey(Slot, models.CASCADE, related_name="unavailable")
    is_by_organiser = models.BooleanField(default=False)
    """Entered at the desk, for example because of a late train."""

    class Meta:
        """Said once."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["participant", "slot"], name="unavailable_once"),
        ]

    def __str__(self) -> str:
        """Return person and slot."""
        return f"{self.participant_id}: {self.slot_id}"


class Block(models.Model):
    """Somebody does not want to meet somebody. Nobody learns of it but who said it; the timetable keeps to it."""

    participant = models.ForeignKey(Participant, models.CASCADE, related_name="blocks")
    other = models.ForeignKey(Participant, models.CASCADE, related_name="blocked_by")

    class Meta:
        """Said once, and not about oneself."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["participant", "other"], name="block_once"),
            models.CheckConstraint(condition=~Q(participant=F("other")), name="block_somebody_else"),
        ]

    def __str__(self) -> str:
        """Return the number."""
        return str(self.pk)


class Wish(models.Model):
    """Somebody wants to meet somebody, at a place in the list of their wishes."""

    sender = models.ForeignKey(Participant, models.CASCADE, related_name="sent")
    receiver = models.ForeignKey(Participant, models.CASCADE, related_name="received")
    sender_role = models.ForeignKey(OtherRole, models.SET_NULL, related_name="+", null=True, blank=True)
    """As what the sender comes, and as what the receiver is wished for; nothing: as who they registered."""
    receiver_role = models.ForeignKey(OtherRole, models.SET_NULL, related_name="+", null=True, blank=True)
    rank = models.PositiveIntegerField()
    """Smaller ones come first; not without gaps."""
    state = models.CharField(max_length=10, choices=WishState, default=WishState.SENT)
    reason = models.CharField(max_length=300, blank=True)
    """Why it was declined, if somebody wanted to say."""
    is_surprise = models.BooleanField(default=False)
    is_noted = models.BooleanField(default=False)
    """Noted at the desk because two asked for it on the spot: even the fewest changes take it in."""
    created_at = models.DateTimeField(auto_now_add=True)
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """One wish of one for another."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["sender", "receiver"], name="wish_once"),
            models.CheckConstraint(condition=~Q(sender=F("receiver")), name="wish_for_somebody_else"),
        ]

    def __str__(self) -> str:
        """Return the number."""
        return str(self.pk)


class Pair(models.Model):
    """Two people of whom the organisers say that they have to meet, or must not."""

    networking = models.ForeignKey(Networking, models.CASCADE, related_name="pairs")
    first = models.ForeignKey(Participant, models.CASCADE, related_name="+")
    second = models.ForeignKey(Participant, models.CASCADE, related_name="+")
    sort = models.CharField(max_length=6, choices=PairSort)

    class Meta:
        """One word about two people."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["first", "second"], name="pair_once"),
            models.CheckConstraint(condition=Q(first__lt=F("second")), name="pair_in_order"),
        ]

    def __str__(self) -> str:
        """Return the number."""
        return str(self.pk)


class Plan(models.Model):
    """One version of the timetable. It is never changed after it was computed, only followed by another one."""

    networking = models.ForeignKey(Networking, models.CASCADE, related_name="plans")
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=PlanState, default=PlanState.WAITING)
    method = models.CharField(max_length=10, choices=Method, default=Method.ANEW)
    based_on = models.ForeignKey("self", models.SET_NULL, related_name="+", null=True, blank=True)
    """The version that was mended, or whose locked meetings stay."""
    seconds = models.PositiveIntegerField(default=30)
    """The longest time to compute."""
    is_stop_asked = models.BooleanField(default=False)
    progress = models.JSONField(default=dict, blank=True)
    """While it is computed: ``value``, ``value_bound``, ``seconds``."""
    certificate = models.JSONField(default=dict, blank=True)
    """What is proved about it; see :class:`querwerk.meetings.planning.Certificate`."""
    by_name = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    computed_at = models.DateTimeField(null=True, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """Numbered for each event, one published, one being computed."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["networking", "number"], name="plan_number_once"),
            models.UniqueConstraint(
                fields=["networking"], condition=Q(state=PlanState.PUBLISHED), name="plan_one_published"
            ),
            models.UniqueConstraint(
                fields=["networking"],
                condition=Q(state__in=[PlanState.WAITING, PlanState.RUNNING]),
                name="plan_one_computing",
            ),
        ]

    def __str__(self) -> str:
        """Return the number."""
        return f"{self.networking_id}: {self.number}"


class Meeting(models.Model):
    """Two people at a table in a slot, in one version of the timetable."""

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="meetings")
    slot = models.ForeignKey(Slot, models.RESTRICT, related_name="meetings")
    table = models.ForeignKey(Table, models.RESTRICT, related_name="meetings")
    is_locked = models.BooleanField(default=False)
    """It stays in its slot when the timetable is computed anew."""

    class Meta:
        """One at a table at a time."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["plan", "slot", "table"], name="meeting_table_once"),
        ]

    def __str__(self) -> str:
        """Return the number."""
        return str(self.pk)


class Seat(models.Model):
    """One person's part in a meeting. Nobody sits twice at a time, which the database sees to.

    Of a team that always comes together each has a seat, and the first of them is the ``other`` for whoever they meet.
    """

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="seats")
    plan = models.ForeignKey(Plan, models.CASCADE, related_name="seats")
    slot = models.ForeignKey(Slot, models.RESTRICT, related_name="seats")
    participant = models.ForeignKey(Participant, models.CASCADE, related_name="seats")
    other = models.ForeignKey(Participant, models.CASCADE, related_name="+")

    class Meta:
        """One meeting of a person at a time, and each two people meet once."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["plan", "slot", "participant"], name="seat_once"),
            models.UniqueConstraint(fields=["plan", "participant", "other"], name="seat_pair_once"),
        ]

    def __str__(self) -> str:
        """Return the number."""
        return str(self.pk)


class Unmet(models.Model):
    """Two people who wanted to meet and do not in this version, and why."""

    plan = models.ForeignKey(Plan, models.CASCADE, related_name="unmet")
    first = models.ForeignKey(Participant, models.CASCADE, related_name="+")
    second = models.ForeignKey(Participant, models.CASCADE, related_name="+")
    cause = models.CharField(max_length=30, choices=Cause)

    class Meta:
        """Said once."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["plan", "first", "second"], name="unmet_once"),
        ]

    def __str__(self) -> str:
        """Return the number."""
        return str(self.pk)


class Feedback(models.Model):
    """What somebody said after a meeting: whether it took place, and whether it shall go on."""

    participant = models.ForeignKey(Participant, models.CASCADE, related_name="feedback")
    other = models.ForeignKey(Participant, models.CASCADE, related_name="+")
    took_place = models.BooleanField()
    goes_on = models.BooleanField(null=True, blank=True)
    """None: not asked, because it did not take place, or not answered yet."""
    at = models.DateTimeField(auto_now=True)

    class Meta:
        """One word of each about each."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["participant", "other"], name="feedback_once"),
            models.CheckConstraint(condition=Q(took_place=True) | ~Q(goes_on=True), name="feedback_goes_on_after_all"),
        ]

    def __str__(self) -> str:
        """Return the number."""
        return str(self.pk)


class GoingOn(models.Model):
    """Two people who both said that they want to go on, and the match that was made of it. It says nothing after they are forgotten.

    Where a team sat on a side, they are the first of each side who said so; a meeting becomes one match, whoever else says so later.
    """

    networking = models.ForeignKey(Networking, models.CASCADE, related_name="going_on")
    first = models.ForeignKey(Participant, models.CASCADE, related_name="+")
    second = models.ForeignKey(Participant, models.CASCADE, related_name="+")
    also = models.ManyToManyField(Participant, related_name="+")
    """Others of their teams who said the same."""
    record = models.OneToOneField(Match, models.SET_NULL, related_name="+", null=True, blank=True)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        """One match of two people at an event."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["first", "second"], name="going_on_once"),
            models.CheckConstraint(condition=Q(first__lt=F("second")), name="going_on_in_order"),
        ]

    def __str__(self) -> str:
        """Return the number."""
        return str(self.pk)
