"""Accounts, organisations, persons, and the profiles of the directory."""

import re
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from querwerk.core.codes import new_code
from querwerk.core.fields import PartialDateColumn, TextColumn
from querwerk.core.models import Record, Space
from querwerk.core.pictures.fields import gallery, lead_picture
from querwerk.core.spec import (
    HIDDEN_WITH_OWNER,
    Choice,
    Choices,
    Date,
    Links,
    Number,
    Parsed,
    Problems,
    Reference,
    Spec,
    Texts,
    Url,
    UrlList,
    Words,
)
from querwerk.core.states import LinkKind, Visibility
from querwerk.core.text import LANGUAGES
from querwerk.people.states import (
    DIVISION_CHOICES,
    SECTION_OF,
    SKILL_CHOICES,
    Audience,
    Availability,
    ClaimState,
    Origin,
    ProfileSort,
    Remote,
    Section,
    Side,
    Submarket,
    Switch,
    language_label,
)

NUTS = re.compile(r"[A-Z]{2}[0-9A-Z]{0,3}")
HIDDEN_BY: dict[str, Visibility] = {Audience.MEMBERS: Visibility.DRAFT, Audience.PRIVATE: Visibility.RETIRED}
"""What a profile's audience makes of its visibility, so that no public page, search, file or count ever shows it."""


class UserManager(BaseUserManager["User"]):
    """Makes accounts that have no password."""

    def create_user(self, email: str, name: str = "", **fields: Any) -> "User":
        """Create an account that signs in by e-mail code or passkey."""
        user = self.model(email=self.normalize_email(email).lower(), name=name, **fields)
        user.set_unusable_password()
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    """An account. The e-mail address is the login; there are no passwords."""

    email = models.EmailField(_("e-mail address"), unique=True)
    name = models.CharField(_("name"), max_length=200, blank=True)
    is_active = models.BooleanField(default=True)
    joined_at = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "email"
    objects: ClassVar[UserManager] = UserManager()

    class Meta:
        """One account per address, whatever its case."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(Lower("email"), name="user_email_unique_any_case"),
        ]

    def __str__(self) -> str:
        """Return the address, which is unique."""
        return self.email

    @property
    def display_name(self) -> str:
        """Return the name, else the address."""
        return self.name or self.email


class Organisation(Record):
    """A company, institute, association, authority or agency."""

    name = TextColumn()
    side = models.CharField(max_length=20, choices=Side, blank=True)
    sector = TextColumn()
    summary = TextColumn()
    city = models.CharField(max_length=500, blank=True)
    region = TextColumn()
    country = models.CharField(max_length=500, blank=True)
    latitude = models.FloatField(null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)
    url = models.CharField(max_length=2000, blank=True)

    SPEC = Spec(
        kind="organisation",
        section="organisations",
        label=_("Organisation"),
        label_plural=_("Organisations"),
        title="name",
        fields=(
            Texts("name", _("Name"), is_required=True, column="name"),
            Choice("kind", _("Side"), column="side", choices=tuple(Side.choices)),
            Texts("sector", _("Sector"), column="sector"),
            Texts("summary", _("What it does"), column="summary", is_long=True),
            lead_picture(),
            Words("city", _("City"), column="city"),
            Texts("region", _("Region"), column="region"),
            Words("country", _("Country"), _("Two letters, for example DE."), column="country"),
            Number(
                "lat",
                _("Latitude"),
                _("In degrees; places the pin on the map."),
                column="latitude",
                minimum=-90,
                maximum=90,
            ),
            Number("lon", _("Longitude"), _("In degrees."), column="longitude", minimum=-180, maximum=180),
            Url("url", _("Website"), column="url"),
        ),
    )


class Person(Record):
    """Somebody who took part, as far as a public source names them."""

    name = TextColumn()
    affiliation = models.CharField(max_length=500, blank=True)
    organisation = models.ForeignKey(Organisation, models.SET_NULL, related_name="people", null=True, blank=True)
    role = TextColumn()
    context = TextColumn()

    SPEC = Spec(
        kind="person",
        section="people",
        label=_("Person"),
        label_plural=_("Persons"),
        title="name",
        fields=(
            Texts("name", _("Name"), is_required=True, column="name"),
            Words("affiliation_as_stated", _("Affiliation as the source states it"), column="affiliation"),
            Reference("org", _("Organisation"), column="organisation", kind="organisation"),
            Texts("role", _("Role"), column="role"),
            Texts("context", _("Where the person is named"), column="context"),
        ),
    )


def check_profile(parsed: Parsed, problems: Problems) -> None:
    """A profile that is not for everybody is hidden as drafts are; its region is a NUTS code; until comes after from."""
    columns = parsed.columns
    hidden = HIDDEN_BY.get(columns.get("audience") or Audience.MEMBERS)
    if hidden is not None and columns.get("visibility") == Visibility.PUBLISHED:
        columns["visibility"] = hidden
        parsed.gaps[HIDDEN_WITH_OWNER] = "audience"
    region = columns.get("region", "")
    if region and not NUTS.fullmatch(region):
        problems.add(
            (*parsed.path, "region"), gettext("“%(value)s” is not a NUTS code such as DED4.") % {"value": region[:20]}
        )
    begins, ends = columns.get("available_from", ""), columns.get("available_until", "")
    if begins and ends and ends < begins[: len(ends)]:
        problems.add((*parsed.path, "available_until"), gettext("This is before the day from which on there is time."))


class Profile(Record):
    """How an organisation or a person introduces itself in the directory: what it offers, looks for, and has time for.

    Apart from :class:`Organisation` and :class:`Person`, which hold what public sources say. Ways of reaching somebody
    are no part of it (:class:`Contact`): they are in no bundle, no journal and no search.
    """

    name = TextColumn()
    sort = models.CharField(max_length=20, choices=ProfileSort, blank=True)
    side = models.CharField(max_length=20, choices=Side, blank=True)
    organisation = models.ForeignKey(Organisation, models.SET_NULL, related_name="profiles", null=True, blank=True)
    summary = TextColumn()
    offers = TextColumn()
    seeks = TextColumn()
    submarkets = models.JSONField(default=list, blank=True)
    division = models.CharField(max_length=2, blank=True)
    skills = models.JSONField(default=list, blank=True)
    not_skills = models.JSONField(default=list, blank=True)
    region = models.CharField(max_length=5, blank=True)
    town = models.CharField(max_length=120, blank=True)
    country = models.CharField(max_length=2, blank=True)
    latitude = models.FloatField(null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)
    remote = models.CharField(max_length=5, choices=Remote, blank=True)
    languages = models.JSONField(default=list, blank=True)
    url = models.CharField(max_length=2000, blank=True)
    links = models.JSONField(default=list, blank=True)
    films = models.JSONField(default=list, blank=True)
    capacity = models.IntegerField(null=True, blank=True)
    open_places = models.IntegerField(null=True, blank=True)
    availability = models.CharField(max_length=10, choices=Availability, blank=True)
    available_from = PartialDateColumn()
    available_until = PartialDateColumn()
    matching = models.CharField(max_length=5, choices=Switch, blank=True)
    audience = models.CharField(max_length=10, choices=Audience, blank=True)
    newcomer_since = PartialDateColumn()
    origin = models.CharField(max_length=10, choices=Origin, blank=True)

    SPEC = Spec(
        kind="profile",
        section="profiles",
        label=_("Profile"),
        label_plural=_("Profiles"),
        title="name",
        check=check_profile,
        fields=(
            Texts("name", _("Name"), is_required=True, column="name"),
            Choice("kind", _("Who it is"), column="sort", choices=tuple(ProfileSort.choices)),
            Choice("side", _("Side"), column="side", choices=tuple(Side.choices)),
            Reference(
                "org",
                _("Organisation"),
                _("The same organisation as the programme knows it, if it does."),
                column="organisation",
                kind="organisation",
            ),
            Links(
                "belongs_to",
                _("Belongs to"),
                _("Profiles of the organisations for which the person works."),
                kinds=("profile",),
                link_kind=LinkKind.TOOK_PART,
                is_owner_earlier=False,
            ),
            Texts("summary", _("In one sentence"), column="summary"),
            Texts("offers", _("What they offer"), column="offers", is_long=True),
            Texts("seeks", _("What they look for"), column="seeks", is_long=True),
            Choices("submarkets", _("Submarkets"), column="submarkets", choices=tuple(Submarket.choices)),
            Choice("division", _("Branch (NACE)"), column="division", choices=DIVISION_CHOICES),
            Choices("skills", _("Skills"), column="skills", choices=SKILL_CHOICES),
            Choices(
                "not_skills",
                _("Skills that the texts name but they do not offer"),
                column="not_skills",
                choices=SKILL_CHOICES,
            ),
            lead_picture(),
            gallery(),
            UrlList("films", _("Films"), _("Addresses at YouTube, Vimeo, a PeerTube or elsewhere."), column="films"),
            Words("town", _("Town"), column="town", limit=120),
            Words("region", _("Region (NUTS)"), _("For example DED4 for Chemnitz."), column="region", limit=5),
            Words("country", _("Country"), _("Two letters, for example DE."), column="country", limit=2),
            Number(
                "lat",
                _("Latitude"),
                _("In degrees; places the pin on the map."),
                column="latitude",
                minimum=-90,
                maximum=90,
            ),
            Number("lon", _("Longitude"), _("In degrees."), column="longitude", minimum=-180, maximum=180),
            Choice("remote", _("Works from afar"), column="remote", choices=tuple(Remote.choices)),
            Choices(
                "languages",
                _("Languages"),
                _("In which they work."),
                column="languages",
                choices=tuple((code, language_label(code)) for code in LANGUAGES),
            ),
            Url("url", _("Website"), column="url"),
            UrlList("links", _("Further addresses"), column="links"),
            Number(
                "capacity",
                _("Projects in a year"),
                _("How many they can take on."),
                column="capacity",
                is_whole=True,
                maximum=99,
            ),
            Number(
                "open_places",
                _("Of which still open"),
                _("0 if there is no time left."),
                column="open_places",
                is_whole=True,
                maximum=99,
            ),
            Choice("availability", _("Availability"), column="availability", choices=tuple(Availability.choices)),
            Date("available_from", _("Has time from"), column="available_from"),
            Date("available_until", _("Has time until"), column="available_until"),
            Choice(
                "matching",
                _("Suggestions of the matching"),
                _("Off: the matching neither proposes nor ranks this profile."),
                column="matching",
                choices=tuple(Switch.choices),
            ),
            Choice("audience", _("Who may see it"), column="audience", choices=tuple(Audience.choices)),
            Date("newcomer_since", _("New in the field since"), column="newcomer_since"),
            Choice("origin", _("How it came here"), column="origin", choices=tuple(Origin.choices)),
        ),
    )

    @property
    def shown_to(self) -> Audience | None:
        """Return who sees it in the directory; nobody but the desk where it was set back or retired there."""
        stated = Audience(self.audience or Audience.MEMBERS)
        is_by_audience = self.gaps.get(HIDDEN_WITH_OWNER) == "audience"
        return stated if self.visibility == Visibility.PUBLISHED or is_by_audience else None

    @property
    def is_person(self) -> bool:
        """Tell whether somebody introduces themselves, not an organisation."""
        return self.sort == ProfileSort.PERSON

    @property
    def section(self) -> Section | None:
        """Return the section of the branch."""
        return SECTION_OF.get(self.division)

    @property
    def sector(self) -> str:
        """Return the branch as the taxonomy's concept: the first submarket, else the NACE division."""
        if self.submarkets:
            return f"submarket:{self.submarkets[0]}"
        return f"nace:{self.division}" if self.division else ""

    @property
    def is_matched(self) -> bool:
        """Tell whether the matching may propose and rank it."""
        return self.matching != Switch.OFF and self.availability != Availability.PAUSED

    @property
    def places_left(self) -> int | None:
        """Return how many projects can still be taken on, as far as is known."""
        return self.open_places if self.open_places is not None else self.capacity


class Contact(models.Model):
    """How somebody with a profile is reached. Each way has its own audience, and none is public unless its owner says so."""

    profile = models.OneToOneField(Profile, models.CASCADE, related_name="contact")
    person = models.CharField(max_length=200, blank=True)
    email = models.EmailField(max_length=254, blank=True)
    phone = models.CharField(max_length=60, blank=True)
    person_audience = models.CharField(max_length=10, choices=Audience, default=Audience.PRIVATE)
    email_audience = models.CharField(max_length=10, choices=Audience, default=Audience.PRIVATE)
    phone_audience = models.CharField(max_length=10, choices=Audience, default=Audience.PRIVATE)
    language = models.CharField(max_length=5, blank=True)
    """Of mails."""
    invited_at = models.DateTimeField(null=True, blank=True)
    """When its owner was asked to take an imported profile over; asked once."""

    class Meta:
        """A profile is found by the address that is on file, whatever its case."""

        indexes: ClassVar[list[models.Index]] = [models.Index(Lower("email"), name="contact_by_address")]

    def __str__(self) -> str:
        """Return the profile; never the address, which would end up in logs."""
        return str(self.profile_id)


class Spokesperson(models.Model):
    """An account that speaks for a profile: it edits the profile, answers for it, and sees what members see."""

    profile = models.ForeignKey(Profile, models.CASCADE, related_name="spokespersons")
    user = models.ForeignKey(User, models.CASCADE, related_name="spoken_for")
    since = models.DateTimeField(auto_now_add=True)

    class Meta:
        """An account speaks for a profile once."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["profile", "user"], name="spokesperson_once"),
        ]

    def __str__(self) -> str:
        """Return profile and account by number."""
        return f"{self.profile_id}: {self.user_id}"


class SpeakerInvitation(models.Model):
    """Somebody is asked by mail to speak for a profile, too. The code in the mail is the key; it is gone once it was used."""

    profile = models.ForeignKey(Profile, models.CASCADE, related_name="invitations")
    email = models.EmailField(max_length=254)
    code = models.CharField(max_length=40, unique=True, default=new_code)
    language = models.CharField(max_length=5)
    by_name = models.CharField(max_length=200)
    invited_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        """An address is asked once."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint("profile", Lower("email"), name="speaker_invitation_once"),
        ]

    def __str__(self) -> str:
        """Return the number; never the address."""
        return str(self.pk)


class DirectoryCount(models.Model):
    """How many times the profiles of a space were written: a process compares with what it holds in memory."""

    space = models.OneToOneField(Space, models.CASCADE, related_name="+", primary_key=True)
    number = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        """Return space and number."""
        return f"{self.space_id}: {self.number}"


class DirectoryChange(models.Model):
    """When a profile was last written or deleted, in the count of its space. Outlives the profile."""

    space = models.ForeignKey(Space, models.CASCADE, related_name="+")
    node = models.BigIntegerField()
    """No foreign key: what is gone must be told, too."""
    number = models.BigIntegerField()

    class Meta:
        """The last change of each profile."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["space", "node"], name="directory_change_once"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["space", "number"], name="directory_change_by_number"),
        ]

    def __str__(self) -> str:
        """Return the node and when it changed."""
        return f"{self.node}: {self.number}"


class Claim(models.Model):
    """Somebody says that an imported profile is theirs and cannot prove it by its address: the organisers decide."""

    profile = models.ForeignKey(Profile, models.CASCADE, related_name="claims")
    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    words = models.TextField(blank=True)
    state = models.CharField(max_length=10, choices=ClaimState, default=ClaimState.OPEN)
    created_at = models.DateTimeField(auto_now_add=True)
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        """One open claim of an account to a profile."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["profile", "user"], condition=models.Q(state="open"), name="claim_open_once"
            ),
        ]

    def __str__(self) -> str:
        """Return profile and account by number."""
        return f"{self.profile_id}: {self.user_id}"


class ProfileAlias(models.Model):
    """A key that a profile had before it was merged into another one, so that its address still leads somewhere."""

    space = models.ForeignKey(Space, models.CASCADE, related_name="+")
    key = models.CharField(max_length=160)
    profile = models.ForeignKey(Profile, models.CASCADE, related_name="aliases")

    class Meta:
        """A key leads to one profile."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["space", "key"], name="profile_alias_once"),
        ]

    def __str__(self) -> str:
        """Return the old key."""
        return self.key


class Merger(models.Model):
    """Two profiles were made one: what is needed to take them apart again, for some time."""

    profile = models.ForeignKey(Profile, models.CASCADE, related_name="mergers")
    """Which stayed."""
    gone_key = models.CharField(max_length=160)
    gone_name = models.CharField(max_length=300)
    by_name = models.CharField(max_length=200)
    photograph = models.JSONField()
    made_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        """Return both keys."""
        return f"{self.profile_id}: {self.gone_key}"


class Apart(models.Model):
    """Two profiles that look like one and are not: somebody has said so."""

    first = models.ForeignKey(Profile, models.CASCADE, related_name="+")
    second = models.ForeignKey(Profile, models.CASCADE, related_name="+")

    class Meta:
        """Said once for each pair."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["first", "second"], name="apart_once"),
        ]

    def __str__(self) -> str:
        """Return both by number."""
        return f"{self.first_id}: {self.second_id}"


class ProfileDraft(models.Model):
    """What somebody has typed into one form of a profile and not saved: theirs alone, no part of the profile, and gone after some time."""

    profile = models.ForeignKey(Profile, models.CASCADE, related_name="+")
    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    form = models.CharField(max_length=20)
    """The key of the step."""
    typed = models.JSONField()
    """``{field: [value, …]}``, right or wrong, as it stood in the form."""
    base = models.CharField(max_length=64, blank=True)
    """A sum of what was saved when the form was opened: tells whether somebody has changed that since."""
    window = models.CharField(max_length=64)
    """The open page in which it was typed: of two windows of one person none writes over the other."""
    typed_at = models.DateTimeField()

    class Meta:
        """One for each person and form."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["profile", "user", "form"], name="profile_draft_once"),
        ]

    def __str__(self) -> str:
        """Return profile and account by number."""
        return f"{self.profile_id}: {self.user_id}"


class Inquiry(models.Model):
    """A message to the organisers of somebody who wants advice. Forgotten a year after it was answered."""

    space = models.ForeignKey(Space, models.CASCADE, related_name="+")
    name = models.CharField(max_length=200)
    email = models.EmailField(max_length=254)
    words = models.TextField()
    language = models.CharField(max_length=5)
    consent = models.TextField()
    """The words beside the box that was ticked."""
    answer = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.CharField(max_length=200, blank=True)

    def __str__(self) -> str:
        """Return the number; never name or address, which would end up in logs."""
        return str(self.pk)
