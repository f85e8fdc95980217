"""Challenges, the file that the room keeps of each, proposals and what became of them.

What everybody may read is a record like any other (:class:`Challenge`, :class:`Match`). What is for some people only is no
record: it lies in :class:`Dossier` alone, where no list, search, thread, journal or bundle of the house looks (decision 0018).
"""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from querwerk.core.codes import new_code
from querwerk.core.fields import PartialDateColumn, TextColumn
from querwerk.core.models import Record, Space
from querwerk.core.spec import Choice, Choices, Date, Links, Number, Parsed, Problems, Reference, Spec, Texts, Words
from querwerk.core.states import LinkKind
from querwerk.core.text import LANGUAGES
from querwerk.matching.states import (
    Answer,
    ChallengeState,
    Confidentiality,
    Ground,
    Mark,
    Moment,
    Outcome,
    Party,
    Presence,
    ProposalState,
    Ripeness,
    RoundState,
    Says,
    Step,
)
from querwerk.people.models import Organisation, Profile
from querwerk.people.states import SKILL_CHOICES, Submarket, language_label

PUBLIC_STATES = tuple((state, ChallengeState(state).label) for state in ("open", "in-matching", "matched", "closed"))


class Challenge(Record):
    """What a company or an institute wants solved, as far as everybody may read it."""

    title = TextColumn()
    problem = TextColumn()
    tried = TextColumn()
    success = TextColumn()
    sayable = TextColumn()
    ripeness = models.CharField(max_length=12, choices=Ripeness, blank=True)
    organisation = models.ForeignKey(Organisation, models.SET_NULL, related_name="+", null=True, blank=True)
    profile = models.ForeignKey(Profile, models.SET_NULL, related_name="+", null=True, blank=True)
    submarkets = models.JSONField(default=list, blank=True)
    skills = models.JSONField(default=list, blank=True)
    wanted = models.IntegerField(null=True, blank=True)
    place = models.CharField(max_length=500, blank=True)
    region = models.CharField(max_length=500, blank=True)
    presence = models.CharField(max_length=12, choices=Presence, blank=True)
    languages = models.JSONField(default=list, blank=True)
    begins = PartialDateColumn()
    ends = PartialDateColumn()
    state = models.CharField(max_length=12, choices=PUBLIC_STATES, blank=True)

    SPEC = Spec(
        kind="challenge",
        section="challenges",
        label=_("Challenge"),
        label_plural=_("Challenges"),
        fields=(
            Texts("title", _("Title"), is_required=True, column="title"),
            Texts("problem", _("The problem"), column="problem", is_long=True),
            Texts("tried", _("What was tried"), column="tried", is_long=True),
            Texts("success", _("What success would look like"), column="success", is_long=True),
            Choice("ripeness", _("How far it is"), column="ripeness", choices=tuple(Ripeness.choices)),
            Texts("sayable", _("What may be said in public"), column="sayable", is_long=True),
            Reference("org", _("Organisation"), column="organisation", kind="organisation"),
            Reference(
                "profile", _("Profile"), _("Whose challenge it is, in the directory."), column="profile", kind="profile"
            ),
            Choices("submarkets", _("Wanted submarkets"), column="submarkets", choices=tuple(Submarket.choices)),
            Choices("skills", _("Wanted skills"), column="skills", choices=SKILL_CHOICES),
            Number("wanted", _("Number of creatives"), column="wanted", is_whole=True, minimum=1),
            Words("place", _("Place"), column="place"),
            Words("region", _("Region (NUTS)"), _("For example DED4 for Chemnitz."), column="region", limit=5),
            Choice("presence", _("Where the work is done"), column="presence", choices=tuple(Presence.choices)),
            Choices(
                "languages",
                _("Languages"),
                _("In which the people work."),
                column="languages",
                choices=tuple((code, language_label(code)) for code in LANGUAGES),
            ),
            Date("begins", _("Begins"), column="begins"),
            Date("ends", _("Ends"), column="ends"),
            Choice("state", _("State"), column="state", choices=PUBLIC_STATES),
            Links(
                "questions",
                _("Guiding questions"),
                kinds=("question",),
                link_kind=LinkKind.LED_TO,
                is_owner_earlier=False,
            ),
        ),
    )


def check_match(parsed: Parsed, problems: Problems) -> None:
    """A match has an origin: a challenge, or an event at which two met."""
    follows = parsed.links.get("follows")
    if not parsed.references.get("challenge") and (follows is None or not follows.targets):
        problems.add((*parsed.path, "challenge"), gettext("A match follows from a challenge, or from an event at which two met."))  # fmt: skip


class Match(Record):
    """An introduction that both sides wanted, as far as everybody may read of it: over a challenge, or after a meeting."""

    title = TextColumn()
    challenge = models.ForeignKey(Challenge, models.CASCADE, related_name="matches", null=True, blank=True)
    profile = models.ForeignKey(Profile, models.SET_NULL, related_name="+", null=True, blank=True)
    organisation = models.ForeignKey(Organisation, models.SET_NULL, related_name="+", null=True, blank=True)
    introduced = PartialDateColumn()
    outcome = TextColumn()

    SPEC = Spec(
        kind="match",
        section="matches",
        label=_("Match"),
        label_plural=_("Matches"),
        dated="introduced",
        check=check_match,
        fields=(
            Texts("title", _("Title"), is_required=True, column="title"),
            Reference("challenge", _("Challenge"), column="challenge", kind="challenge"),
            Reference("profile", _("Creative"), column="profile", kind="profile"),
            Reference("org", _("Organisation"), column="organisation", kind="organisation"),
            Date("introduced", _("Introduced"), column="introduced"),
            Texts("outcome", _("What became of it"), column="outcome", is_long=True),
            Links(
                "follows",
                _("Follows from"),
                kinds=("challenge", "event"),
                link_kind=LinkKind.LED_TO,
                is_owner_earlier=False,
                is_many=False,
            ),
            Links(
                "parties",
                _("Who met"),
                kinds=("organisation", "profile"),
                link_kind=LinkKind.TOOK_PART,
                is_owner_earlier=False,
            ),
            Links("pilots", _("Pilots"), kinds=("pilot",), link_kind=LinkKind.LED_TO),
        ),
    )


class Dossier(models.Model):
    """Everything the room keeps of one challenge, for whomever it is.

    ``content`` is the challenge in its bundle form, without id, visibility and state; ``record`` is its public face.
    """

    space = models.ForeignKey(Space, models.CASCADE, related_name="+")
    key = models.CharField(max_length=120)
    content = models.JSONField(default=dict)
    state = models.CharField(max_length=12, choices=ChallengeState, default=ChallengeState.DRAFT)
    confidentiality = models.CharField(max_length=10, choices=Confidentiality, default=Confidentiality.MEMBERS)
    record = models.OneToOneField(Challenge, models.SET_NULL, related_name="dossier", null=True, blank=True)
    organisation = models.ForeignKey(Organisation, models.SET_NULL, related_name="+", null=True, blank=True)
    profile = models.ForeignKey(Profile, models.SET_NULL, related_name="+", null=True, blank=True)
    partner = models.ForeignKey(Profile, models.SET_NULL, related_name="+", null=True, blank=True)
    """With whom whoever brought it wants to try it."""
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True, blank=True)
    contact_name = models.CharField(max_length=200, blank=True)
    contact_email = models.EmailField(max_length=254, blank=True)
    contact_phone = models.CharField(max_length=60, blank=True)
    language = models.CharField(max_length=5, default="de")
    """In which the challenge was written, and in which we write to the contact."""
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        """Keys are unique in a space; only what everybody may read has a public face."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["space", "key"], name="dossier_key_unique"),
            models.CheckConstraint(
                condition=Q(record__isnull=True) | Q(confidentiality=Confidentiality.PUBLIC),
                name="dossier_face_only_if_public",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["space", "state"], name="dossier_by_state")]

    def __str__(self) -> str:
        """Return the key; never the title, which would end up in logs."""
        return self.key


class Confidant(models.Model):
    """Somebody who was chosen to read a challenge."""

    dossier = models.ForeignKey(Dossier, models.CASCADE, related_name="confidants")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")

    class Meta:
        """Chosen once."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["dossier", "user"], name="confidant_once"),
        ]

    def __str__(self) -> str:
        """Return both numbers."""
        return f"{self.dossier_id}: {self.user_id}"


class Guest(models.Model):
    """Somebody who is asked by mail to read a challenge, or to be the partner for it. The code in the mail is the key."""

    dossier = models.ForeignKey(Dossier, models.CASCADE, related_name="guests")
    email = models.EmailField(max_length=254)
    code = models.CharField(max_length=40, unique=True, default=new_code)
    language = models.CharField(max_length=5)
    by_name = models.CharField(max_length=200)
    is_partner = models.BooleanField(default=False)
    """Named as the partner with whom the idea is to be tried; reads the challenge whoever else may."""
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, related_name="+", null=True, blank=True)
    """Who came."""
    invited_at = models.DateTimeField(auto_now_add=True)
    accepted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """An address is asked once for each challenge."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint("dossier", Lower("email"), name="guest_once"),
        ]

    def __str__(self) -> str:
        """Return the number; never the address."""
        return str(self.pk)


class Judgement(models.Model):
    """A pair that an organiser pinned, or excluded for a reason."""

    dossier = models.ForeignKey(Dossier, models.CASCADE, related_name="judgements")
    profile = models.ForeignKey(Profile, models.CASCADE, related_name="+")
    mark = models.CharField(max_length=10, choices=Mark)
    why = models.CharField(max_length=500, blank=True)
    by_name = models.CharField(max_length=200)
    at = models.DateTimeField(auto_now=True)

    class Meta:
        """One judgement for a pair; an exclusion has a reason."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["dossier", "profile"], name="judgement_once"),
            models.CheckConstraint(
                condition=~Q(mark=Mark.EXCLUDED) | ~Q(why=""), name="judgement_exclusion_has_reason"
            ),
        ]

    def __str__(self) -> str:
        """Return the pair and what was decided."""
        return f"{self.dossier_id}: {self.mark} {self.profile_id}"


class Proposal(models.Model):
    """A pair that an organiser put to both sides."""

    dossier = models.ForeignKey(Dossier, models.CASCADE, related_name="proposals")
    profile = models.ForeignKey(Profile, models.CASCADE, related_name="+")
    state = models.CharField(max_length=12, choices=ProposalState, default=ProposalState.PROPOSED)
    why = models.TextField()
    """The organiser's words, which both sides read."""
    score = models.FloatField(null=True, blank=True)
    calibration = models.CharField(max_length=80, blank=True)
    """With which the score can be computed again."""
    by_id = models.BigIntegerField(null=True)
    by_name = models.CharField(max_length=200)
    proposed_at = models.DateTimeField(auto_now_add=True)
    heard_at = models.DateTimeField()
    """When somebody of either side, or an organiser about them, was last heard of."""
    introduced_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    record = models.OneToOneField(Match, models.SET_NULL, related_name="proposal", null=True, blank=True)

    class Meta:
        """A pair is proposed once at a time; the dates agree with the state."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["dossier", "profile"],
                condition=Q(state__in=[ProposalState.PROPOSED, ProposalState.INTRODUCED]),
                name="proposal_once_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(state=ProposalState.INTRODUCED, introduced_at__isnull=False)
                | (~Q(state=ProposalState.INTRODUCED) & Q(introduced_at__isnull=True)),
                name="proposal_introduced_has_date",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["state", "heard_at"], name="proposal_by_state")]

    def __str__(self) -> str:
        """Return the pair."""
        return f"{self.dossier_id}: {self.profile_id}"


class Side(models.Model):
    """One side of a proposal: to whom we wrote, and what they said. The code stands in their mails and is their key."""

    proposal = models.ForeignKey(Proposal, models.CASCADE, related_name="sides")
    party = models.CharField(max_length=10, choices=Party)
    name = models.CharField(max_length=200, blank=True)
    email = models.EmailField(max_length=254)
    phone = models.CharField(max_length=60, blank=True)
    language = models.CharField(max_length=5)
    code = models.CharField(max_length=40, unique=True, default=new_code)
    answer = models.CharField(max_length=5, choices=Answer, default=Answer.OPEN)
    answered_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=1000, blank=True)
    ground = models.CharField(max_length=5, choices=Ground, blank=True)
    reminders = models.PositiveSmallIntegerField(default=0)
    reminded_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """Two sides; an answer has its date, a refusal its reason."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["proposal", "party"], name="side_once"),
            models.CheckConstraint(
                condition=Q(answer=Answer.OPEN, answered_at__isnull=True)
                | (~Q(answer=Answer.OPEN) & Q(answered_at__isnull=False)),
                name="side_answer_has_date",
            ),
            models.CheckConstraint(
                condition=~Q(answer=Answer.NO) | ~Q(reason="") | ~Q(ground__in=["", Ground.OTHER]),
                name="side_refusal_has_reason",
            ),
        ]

    def __str__(self) -> str:
        """Return proposal and party; never the address."""
        return f"{self.proposal_id}: {self.party}"


class Happening(models.Model):
    """One dated step of a challenge or of a match, in words fit to be shown to those who may read the challenge."""

    dossier = models.ForeignKey(Dossier, models.CASCADE, related_name="happenings")
    proposal = models.ForeignKey(Proposal, models.CASCADE, related_name="happenings", null=True, blank=True)
    at = models.DateTimeField(auto_now_add=True)
    by_name = models.CharField(max_length=200, blank=True)
    step = models.CharField(max_length=12, choices=Step)
    note = models.CharField(max_length=1000, blank=True)

    class Meta:
        """Read by challenge, newest first."""

        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["dossier", "-id"], name="happening_by_dossier")]

    def __str__(self) -> str:
        """Return number and step."""
        return f"{self.dossier_id}: {self.step}"


class Calibrated(models.Model):
    """What ranking learned from the texts of a programme: with it a shown score can be computed again."""

    space = models.ForeignKey(Space, models.CASCADE, related_name="+")
    version = models.CharField(max_length=40)
    encoder = models.CharField(max_length=80)
    """Which encoder and which rules: with others its scores cannot be computed again."""
    entries = models.PositiveIntegerField()
    """From how many challenges and profiles it was learned."""
    data = models.BinaryField()
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        """A version is kept once."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["space", "version"], name="calibrated_once"),
        ]

    def __str__(self) -> str:
        """Return the version."""
        return self.version


class FollowUp(models.Model):
    """One side is asked how it went: at the end, and half a year and a year later. What nobody answered is seen as such."""

    side = models.ForeignKey(Side, models.CASCADE, related_name="follow_ups")
    moment = models.CharField(max_length=6, choices=Moment)
    due_on = models.DateField()
    code = models.CharField(max_length=40, unique=True, default=new_code)
    asked_at = models.DateTimeField(null=True, blank=True)
    asked_again_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=12, choices=Outcome, blank=True)
    words = models.TextField(blank=True)

    class Meta:
        """Each side is asked once for each moment; an answer has its date."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["side", "moment"], name="follow_up_once"),
            models.CheckConstraint(
                condition=Q(outcome="", answered_at__isnull=True) | (~Q(outcome="") & Q(answered_at__isnull=False)),
                name="follow_up_answer_has_date",
            ),
        ]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["asked_at", "due_on"], name="follow_up_due")]

    def __str__(self) -> str:
        """Return side and moment."""
        return f"{self.side_id}: {self.moment}"


class Round(models.Model):
    """A plan for all challenges at once: worked out by a job, shown to organisers, never carried out by itself."""

    space = models.ForeignKey(Space, models.CASCADE, related_name="+")
    state = models.CharField(max_length=8, choices=RoundState, default=RoundState.QUEUED)
    wishes = models.JSONField(default=dict)
    """``per_creative``: most challenges of one creative, ``is_mixed``: whether a challenge's creatives are of different submarkets."""
    dossiers = models.JSONField(default=list)
    """Ids of the challenges that whoever asked may read."""
    progress = models.CharField(max_length=200, blank=True)
    result = models.JSONField(default=dict, blank=True)
    by_name = models.CharField(max_length=200)
    asked_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        """Return the number."""
        return str(self.pk)


class Wish(models.Model):
    """What one side of a pair says to a suggestion; the next ranking heeds it."""

    dossier = models.ForeignKey(Dossier, models.CASCADE, related_name="wishes")
    profile = models.ForeignKey(Profile, models.CASCADE, related_name="+")
    party = models.CharField(max_length=10, choices=Party, default=Party.OFFER)
    """Who says it: the creative to a challenge, or the company to a creative."""
    says = models.CharField(max_length=12, choices=Says)
    ground = models.CharField(max_length=5, choices=Ground, blank=True)
    why = models.CharField(max_length=500, blank=True)
    at = models.DateTimeField(auto_now=True)

    class Meta:
        """One word of each side on a pair; a “not for me” has its reason."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["dossier", "profile", "party"], name="wish_for_challenge_once"),
            models.CheckConstraint(
                condition=~Q(says=Says.NOT_FOR_ME) | ~Q(why="") | ~Q(ground__in=["", Ground.OTHER]),
                name="wish_for_challenge_refusal_has_reason",
            ),
        ]

    def __str__(self) -> str:
        """Return the pair and what was said."""
        return f"{self.dossier_id}: {self.says} {self.profile_id}"


class Shown(models.Model):
    """A creative stood in the list of a challenge when an organiser opened it: what fairness is measured by, beside proposals."""

    dossier = models.ForeignKey(Dossier, models.CASCADE, related_name="+")
    profile = models.ForeignKey(Profile, models.CASCADE, related_name="+")

    class Meta:
        """A pair counts once, however often the list is opened."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["dossier", "profile"], name="shown_once"),
        ]

    def __str__(self) -> str:
        """Return the pair."""
        return f"{self.dossier_id}: {self.profile_id}"
