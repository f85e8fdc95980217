"""The programme, its partners, its funder, what it asks, and who may work on it."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from querwerk.core.fields import PartialDateColumn, TextColumn
from querwerk.core.models import Record
from querwerk.core.spec import (
    Choice,
    Date,
    Links,
    Number,
    Parts,
    Reference,
    Source,
    Spec,
    Term,
    TextList,
    Texts,
    Url,
    Words,
)
from querwerk.core.states import LinkKind
from querwerk.core.text import Text
from querwerk.people.models import Organisation
from querwerk.programmes.publicity import RULE_SETS
from querwerk.programmes.states import MenuPlace, RoleName


class Programme(Record):
    """The funded frame."""

    acronym = models.CharField(max_length=500, blank=True)
    title = TextColumn()
    tagline = TextColumn()
    summary = TextColumn()
    project_number = models.CharField(max_length=500, blank=True)
    start = PartialDateColumn()
    end_planned = PartialDateColumn()
    end_actual = PartialDateColumn()
    end_note = TextColumn()
    total_budget_eur = models.FloatField(null=True, blank=True)
    erdf_eur = models.FloatField(null=True, blank=True)
    eu_cofinancing_rate_percent = models.FloatField(null=True, blank=True)
    partner_count = models.IntegerField(null=True, blank=True)
    country_count = models.IntegerField(null=True, blank=True)
    associated_partners = models.IntegerField(null=True, blank=True)
    predecessor = models.CharField(max_length=500, blank=True)
    website = models.CharField(max_length=2000, blank=True)
    sources = models.JSONField(default=list, blank=True)
    meta = models.JSONField(default=None, null=True, blank=True)
    """What the bundle says about itself, and the names of its sources."""

    SPEC = Spec(
        kind="programme",
        section="programme",
        is_single=True,
        label=_("Programme"),
        label_plural=_("Programmes"),
        dated="start",
        fields=(
            Words("acronym", _("Short name"), column="acronym"),
            Texts("title", _("Title"), is_required=True, column="title"),
            Texts("tagline", _("One sentence"), _("What a visitor should remember."), column="tagline"),
            Texts("summary", _("What it is"), column="summary", is_long=True),
            Words("project_number", _("Project number"), column="project_number"),
            Date("start", _("Start"), column="start"),
            Date("end_planned", _("Planned end"), column="end_planned"),
            Date("end_actual", _("Actual end"), column="end_actual"),
            Texts("end_note", _("Note on the end"), column="end_note"),
            Number("total_budget_eur", _("Total budget in euros"), column="total_budget_eur"),
            Number("erdf_eur", _("Of which ERDF, in euros"), column="erdf_eur"),
            Number(
                "eu_cofinancing_rate_percent",
                _("EU co-financing rate in per cent"),
                column="eu_cofinancing_rate_percent",
                maximum=100,
            ),
            Number("partner_count", _("Number of partners"), column="partner_count", is_whole=True),
            Number("country_count", _("Number of countries"), column="country_count", is_whole=True),
            Number("associated_partners", _("Associated partners"), column="associated_partners", is_whole=True),
            Words("predecessor", _("Predecessor"), column="predecessor"),
            Url("website", _("Website"), column="website"),
            Parts("work_packages", _("Work packages"), kind="work_package"),
            Parts("outputs", _("Outputs"), kind="output"),
            Parts("trainings", _("Trainings"), kind="training"),
            TextList("sources", _("Further sources"), column="sources"),
        ),
    )

    @property
    def name(self) -> str:
        """Return the short name, else the key."""
        return self.acronym or self.key


class WorkPackage(Record):
    """A work package of the programme."""

    programme = models.ForeignKey(Programme, models.CASCADE, related_name="work_packages")
    title = TextColumn()
    outputs = models.JSONField(default=list, blank=True)
    summary = TextColumn()
    lead_source = models.TextField(blank=True)

    SPEC = Spec(
        kind="work_package",
        label=_("Work package"),
        label_plural=_("Work packages"),
        parent="programme",
        parent_kind="programme",
        fields=(
            Texts("title", _("Title"), is_required=True, column="title"),
            TextList("outputs", _("Outputs"), column="outputs"),
            Texts("summary", _("Summary"), column="summary", is_long=True),
            Links(
                "lead",
                _("Lead"),
                kinds=("organisation",),
                link_kind=LinkKind.TOOK_PART,
                is_owner_earlier=False,
                is_many=False,
            ),
            Source("lead_source", _("Source for the lead"), column="lead_source"),
        ),
    )


class Output(Record):
    """Something the programme promised to produce."""

    programme = models.ForeignKey(Programme, models.CASCADE, related_name="outputs")
    sort = models.CharField(max_length=500, blank=True)
    title = TextColumn()
    count = models.IntegerField(null=True, blank=True)
    status = TextColumn()

    SPEC = Spec(
        kind="output",
        label=_("Output"),
        label_plural=_("Outputs"),
        parent="programme",
        parent_kind="programme",
        fields=(
            Term("kind", _("Sort"), column="sort"),
            Texts("title", _("Title"), column="title"),
            Number("count", _("Number"), column="count", is_whole=True),
            Texts("status", _("Status"), column="status"),
        ),
    )


class Training(Record):
    """A training, for example for public administration."""

    programme = models.ForeignKey(Programme, models.CASCADE, related_name="trainings")
    title = TextColumn()
    target = TextColumn()
    planned = PartialDateColumn()
    held = TextColumn()

    SPEC = Spec(
        kind="training",
        label=_("Training"),
        label_plural=_("Trainings"),
        parent="programme",
        parent_kind="programme",
        dated="planned",
        fields=(
            Texts("title", _("Title"), column="title"),
            Links(
                "host",
                _("Host"),
                kinds=("organisation",),
                link_kind=LinkKind.TOOK_PART,
                is_owner_earlier=False,
                is_many=False,
            ),
            Texts("target", _("For whom"), column="target"),
            Date("planned", _("Planned for"), column="planned"),
            Texts("held", _("Held"), column="held"),
        ),
    )


class Funder(Record):
    """Who pays, and which publicity rules follow from it."""

    name = models.CharField(max_length=500)
    period = models.CharField(max_length=500, blank=True)
    fund = TextColumn()
    statement = TextColumn()
    publicity = models.CharField(max_length=60, blank=True)
    publicity_in_seed = TextColumn()
    url = models.CharField(max_length=2000, blank=True)

    SPEC = Spec(
        kind="funder",
        section="funder",
        is_single=True,
        label=_("Funder"),
        label_plural=_("Funders"),
        title="name",
        fields=(
            Words("name", _("Name"), is_required=True, column="name"),
            Words("period", _("Funding period"), column="period"),
            Texts("fund", _("Fund"), column="fund"),
            Texts(
                "statement", _("Funding statement"), _("Stands beside the emblem on every page."), column="statement"
            ),
            Choice(
                "publicity",
                _("Publicity rules"),
                column="publicity",
                choices=tuple((key, rules.name) for key, rules in RULE_SETS.items()),
            ),
            Texts("publicity_in_seed", _("Publicity in the original text"), column="publicity_in_seed"),
            Url("url", _("Website"), column="url"),
        ),
    )


class Partner(Record):
    """An organisation that carries the programme."""

    organisation = models.ForeignKey(Organisation, models.RESTRICT, related_name="+")
    role = TextColumn()
    country = models.CharField(max_length=500, blank=True)
    budget_eur = models.FloatField(null=True, blank=True)

    SPEC = Spec(
        kind="partner",
        section="partners",
        label=_("Partner"),
        label_plural=_("Partners"),
        title="",
        fields=(
            Reference("org", _("Organisation"), is_required=True, column="organisation", kind="organisation"),
            Texts("role", _("Role"), column="role"),
            Words("country", _("Country"), _("Two letters, for example DE."), column="country"),
            Number("budget_eur", _("Budget in euros"), column="budget_eur"),
        ),
    )


class GuidingQuestion(Record):
    """What the programme wants answered."""

    question = TextColumn()

    SPEC = Spec(
        kind="question",
        section="questions",
        label=_("Guiding question"),
        label_plural=_("Guiding questions"),
        title="question",
        fields=(Texts("", _("Question"), is_required=True, column="question"),),
    )


class WebLink(Record):
    """A link to a page elsewhere."""

    label = TextColumn()
    url = models.CharField(max_length=2000, blank=True)

    SPEC = Spec(
        kind="web_link",
        section="links",
        label=_("Link"),
        label_plural=_("Links"),
        title="label",
        fields=(
            Texts("label", _("Label"), is_required=True, column="label"),
            Url("url", _("Address"), column="url"),
            Links(
                "about",
                _("Belongs to"),
                kinds=("event", "pilot", "paper"),
                link_kind=LinkKind.DOCUMENTED_BY,
                is_owner_earlier=False,
            ),
        ),
    )


class OperatorPage(Record):
    """A page that the operator fills in: about, contact, imprint, privacy, accessibility statement."""

    title = TextColumn()
    body = TextColumn()
    menu = models.CharField(max_length=10, choices=MenuPlace, blank=True)
    """Where it is linked; nothing stated means in the foot."""
    menu_title = TextColumn()
    menu_place = models.IntegerField(null=True, blank=True)

    SPEC = Spec(
        kind="page",
        section="pages",
        label=_("Page of the operator"),
        label_plural=_("Pages of the operator"),
        fields=(
            Texts("title", _("Title"), is_required=True, column="title"),
            Texts("body", _("Text"), column="body", is_long=True),
            Choice("menu", _("Linked"), column="menu", choices=tuple(MenuPlace.choices)),
            Texts("menu_title", _("Short title for the menu"), column="menu_title"),
            Number("menu_place", _("Place in the menu"), column="menu_place", is_whole=True),
        ),
    )

    @property
    def menu_words(self) -> Text:
        """Return what stands in the menu."""
        return self.menu_title or self.title

    @property
    def menu_order(self) -> tuple[bool, int, int, int]:
        """Return where it stands in its menu: by the stated place, then by the order of entry."""
        return self.menu_place is None, self.menu_place or 0, self.position, self.pk


class Role(models.Model):
    """What an account may do in a programme; an editor works for one organisation."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    programme = models.ForeignKey(Programme, models.CASCADE, related_name="roles")
    name = models.CharField(max_length=12, choices=RoleName)
    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="+", null=True, blank=True)

    class Meta:
        """One role of a kind per account and programme; an editor has an organisation, others have none."""

        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["user", "programme", "organisation"], name="role_unique_per_organisation"),
            models.UniqueConstraint(
                fields=["user", "programme"], condition=Q(organisation__isnull=True), name="role_unique"
            ),
            models.CheckConstraint(
                condition=Q(name=RoleName.EDITOR, organisation__isnull=False)
                | (~Q(name=RoleName.EDITOR) & Q(organisation__isnull=True)),
                name="role_editor_has_organisation",
            ),
        ]

    def __str__(self) -> str:
        """Return account, role and programme."""
        return f"{self.user} {self.name} {self.programme.key}"
