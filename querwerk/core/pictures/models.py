"""Stored files, pictures, the consent of those shown, and documents to fetch."""

import secrets
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.functional import lazy
from django.utils.translation import get_language_info, gettext_lazy
from django.utils.translation import gettext as _

from querwerk.core.fields import PartialDateColumn, TextColumn
from querwerk.core.models import Node, Record, Space
from querwerk.core.pictures.states import LICENCE_URLS, Basis, FileKind, How, Licence, Withheld
from querwerk.core.spec import Choice, Date, Links, Number, Parsed, Problems, Spec, Texts, Words
from querwerk.core.states import LinkKind, Visibility
from querwerk.core.text import LANGUAGES

LETTERS = "abcdefghijklmnopqrstuvwxyz234567"
MIDDLE = 50


def new_id() -> str:
    """Return a public id: twelve letters and digits that nobody can guess."""
    return "".join(secrets.choice(LETTERS) for _place in range(12))


class StoredFile(models.Model):
    """A file as it was taken in: clean, under the SHA-256 of what is in it. A space holds each content once."""

    space = models.ForeignKey(Space, models.CASCADE, related_name="+")
    key = models.CharField(max_length=12, unique=True, default=new_id)
    """The public id."""
    sha256 = models.CharField(max_length=64)
    came_as = models.CharField(max_length=64, blank=True)
    """SHA-256 of what was uploaded, before anything was taken out of it: tells a repeated upload."""
    suffix = models.CharField(max_length=5)
    kind = models.CharField(max_length=10, choices=FileKind)
    media_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField()
    """Bytes."""
    width = models.PositiveIntegerField(default=0)
    height = models.PositiveIntegerField(default=0)
    has_alpha = models.BooleanField(default=False)
    name = models.CharField(max_length=200, blank=True)
    """What it was called where it came from."""
    by_id = models.BigIntegerField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        """Each content once in a space."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["space", "sha256", "kind"], name="file_once_in_space"),
        ]
        indexes: ClassVar[list[models.Index]] = [models.Index(fields=["sha256"], name="file_by_content")]

    def __str__(self) -> str:
        """Return the file's name on disk."""
        return self.file_name

    @property
    def file_name(self) -> str:
        """Return the name by which a bundle refers to the content."""
        return f"{self.sha256}.{self.suffix}"


def check_publishable(parsed: Parsed, problems: Problems) -> None:
    """A published picture says what is to be seen, who made it, and why those shown may be seen."""
    columns = parsed.columns
    if columns.get("visibility", Visibility.PUBLISHED) != Visibility.PUBLISHED:
        return
    if not columns.get("alt") and columns.get("decorative") != "yes":
        problems.add(
            (*parsed.path, "alt_de"),
            _("Describe what is to be seen, for those who cannot see it, or say that the picture only decorates."),
        )
    if not columns.get("credit"):
        problems.add((*parsed.path, "credit"), _("Name who made the picture: nobody may publish it without."))
    if not columns.get("basis"):
        problems.add(
            (*parsed.path, "basis"), _("Say why the people in it may be shown, or that nobody can be recognised.")
        )


def people_shown() -> Links:
    """Declare who is to be seen, in order."""
    return Links(
        "people",
        gettext_lazy("People shown, from left to right"),
        gettext_lazy("A person of the directory, or a name."),
        kinds=("person",),
        link_kind=LinkKind.PICTURED_IN,
        is_owner_earlier=False,
        may_be_words=True,
    )


def why_shown() -> Choice:
    """Declare why those to be seen may be shown."""
    return Choice("basis", gettext_lazy("Why they may be shown"), column="basis", choices=tuple(Basis.choices))


class ShowsPeople(Record):
    """A record in which people can be recognised: nobody sees it once one of them has taken consent back."""

    basis = models.CharField(max_length=12, choices=Basis, blank=True)
    # What follows is no statement about the record, so no import and no earlier version brings it back.
    withheld = models.CharField(max_length=10, choices=Withheld, default=Withheld.NOT, blank=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta(Record.Meta):
        """What pictures and films share."""

        abstract = True

    @property
    def is_shown(self) -> bool:
        """Tell whether everybody may see it."""
        return self.visibility == Visibility.PUBLISHED and not self.withheld


class Picture(ShowsPeople):
    """A picture with all that must be said about it."""

    title = TextColumn()
    file = models.CharField(max_length=80)
    """Name of the stored content: SHA-256 and ending."""
    alt = TextColumn()
    decorative = models.CharField(max_length=3, blank=True)
    caption = TextColumn()
    credit = models.CharField(max_length=500, blank=True)
    licence = models.CharField(max_length=20, choices=Licence, blank=True)
    taken = PartialDateColumn()
    focus_x = models.PositiveSmallIntegerField(null=True)
    focus_y = models.PositiveSmallIntegerField(null=True)
    stored = models.ForeignKey(StoredFile, models.SET_NULL, null=True, related_name="pictures")
    withheld = models.CharField(max_length=10, choices=Withheld, default=Withheld.NO_FILE, blank=True)

    SPEC = Spec(
        kind="picture",
        section="pictures",
        label=gettext_lazy("Picture"),
        label_plural=gettext_lazy("Pictures"),
        dated="taken",
        check=check_publishable,
        fields=(
            Texts("title", gettext_lazy("Name in the library"), is_required=True, column="title"),
            Words("file", gettext_lazy("File"), is_required=True, column="file", limit=80),
            Texts(
                "alt",
                gettext_lazy("Description for those who cannot see it"),
                gettext_lazy("What is to be seen and why it is here, in a sentence or two."),
                column="alt",
                is_long=True,
            ),
            Choice(
                "decorative",
                gettext_lazy("Decoration"),
                gettext_lazy("Only where the page says the same without the picture."),
                column="decorative",
                choices=(("yes", gettext_lazy("It only decorates; screen readers pass it by")),),
            ),
            Texts("caption", gettext_lazy("Caption"), column="caption"),
            people_shown(),
            why_shown(),
            Words(
                "credit", gettext_lazy("Credit"), gettext_lazy("As it is printed: Photo: Jo Muster"), column="credit"
            ),
            Choice("licence", gettext_lazy("Licence"), column="licence", choices=tuple(Licence.choices)),
            Date("taken", gettext_lazy("Taken on"), column="taken"),
            Number(
                "focus_x", gettext_lazy("Focus, percent from the left"), column="focus_x", is_whole=True, maximum=100
            ),
            Number(
                "focus_y", gettext_lazy("Focus, percent from the top"), column="focus_y", is_whole=True, maximum=100
            ),
            Links(
                "owner",
                gettext_lazy("Belongs to"),
                kinds=("organisation",),
                link_kind=LinkKind.TOOK_PART,
                is_owner_earlier=False,
                is_many=False,
            ),
        ),
    )

    class Meta(ShowsPeople.Meta):
        """Found by content too: the same upload leads to the picture that is there."""

        abstract = False

    @property
    def focus(self) -> tuple[int, int]:
        """Return the point that every cut keeps, in percent from the left and from the top."""
        return (
            MIDDLE if self.focus_x is None else self.focus_x,
            MIDDLE if self.focus_y is None else self.focus_y,
        )

    @property
    def is_decorative(self) -> bool:
        """Tell whether it was chosen to say nothing."""
        return self.decorative == "yes"

    @property
    def licence_url(self) -> str:
        """Return where the licence can be read."""
        return LICENCE_URLS.get(self.licence, "")


class Consent(models.Model):
    """That a person shown agreed: who, when, how and what for; and when they took it back."""

    shown_in = models.ForeignKey(Node, models.CASCADE, related_name="+")
    """The picture or film."""
    person = models.ForeignKey(Node, models.SET_NULL, null=True, related_name="+")
    """The person's record, where there is one."""
    name = models.CharField(max_length=200)
    given_on = models.DateField()
    how = models.CharField(max_length=10, choices=How)
    uses = models.JSONField(default=list)
    note = models.CharField(max_length=500, blank=True)
    """Where the proof lies, for example."""
    recorded_at = models.DateTimeField(auto_now_add=True)
    recorded_by_id = models.BigIntegerField(null=True)
    recorded_by = models.CharField(max_length=200)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.CharField(max_length=200, blank=True)

    class Meta:
        """A person agrees once until they take it back."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["shown_in", "name"], condition=Q(withdrawn_at=None), name="consent_once_until_withdrawn"
            ),
        ]

    def __str__(self) -> str:
        """Return where the person is shown, and a number; no name goes into a log."""
        return f"{self.shown_in_id}: {self.pk}"


def _language_name(code: str) -> str:
    try:
        return str(get_language_info(code)["name_translated"])
    except KeyError:
        return code


LANGUAGE_NAMES = tuple((code, lazy(_language_name, str)(code)) for code in LANGUAGES)


def check_language(parsed: Parsed, problems: Problems) -> None:
    """A published file says in which language it is: nobody fetches megabytes to find out."""
    columns = parsed.columns
    if columns.get("visibility", Visibility.PUBLISHED) == Visibility.PUBLISHED and not columns.get("language"):
        problems.add((*parsed.path, "language"), _("Say in which language the file is."))


class Download(Record):
    """A document that readers can fetch, with what must be known before they do."""

    title = TextColumn()
    file = models.CharField(max_length=80)
    """Name of the stored content: SHA-256 and ending."""
    language = models.CharField(max_length=8, blank=True)
    stored = models.ForeignKey(StoredFile, models.SET_NULL, null=True, related_name="downloads")

    SPEC = Spec(
        kind="file",
        section="files",
        label=gettext_lazy("File"),
        label_plural=gettext_lazy("Files"),
        check=check_language,
        fields=(
            Texts("title", gettext_lazy("Title"), is_required=True, column="title"),
            Words("file", gettext_lazy("File"), is_required=True, column="file", limit=80),
            Choice("language", gettext_lazy("Language of the file"), column="language", choices=LANGUAGE_NAMES),
            Links(
                "owner",
                gettext_lazy("Belongs to"),
                kinds=("organisation",),
                link_kind=LinkKind.TOOK_PART,
                is_owner_earlier=False,
                is_many=False,
            ),
        ),
    )

    class Meta(Record.Meta):
        """Keys are unique in a space."""

        abstract = False

    @property
    def is_shown(self) -> bool:
        """Tell whether everybody may fetch it."""
        return self.visibility == Visibility.PUBLISHED and self.stored is not None
