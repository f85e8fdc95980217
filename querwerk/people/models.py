"""Accounts, organisations and persons."""

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from querwerk.core.fields import TextColumn
from querwerk.core.models import Record
from querwerk.core.pictures.fields import lead_picture
from querwerk.core.spec import Choice, Number, Reference, Spec, Texts, Url, Words
from querwerk.people.states import Side


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
