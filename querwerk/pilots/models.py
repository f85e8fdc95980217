"""Pilots: what was tried, by whom, and what it taught."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from querwerk.core.fields import PartialDateColumn, TextColumn
from querwerk.core.models import Record
from querwerk.core.pictures.fields import gallery, lead_picture
from querwerk.core.spec import Date, Facts, Links, Number, Parts, Reference, Spec, Term, TextList, Texts
from querwerk.core.states import LinkKind
from querwerk.programmes.models import Partner


class Pilot(Record):
    """A tested cooperation."""

    title = TextColumn()
    sort = models.CharField(max_length=500, blank=True)
    start = PartialDateColumn()
    end = PartialDateColumn()
    reported = PartialDateColumn()
    place = TextColumn()
    places = models.JSONField(default=list, blank=True)
    funded_by = TextColumn()
    summary = TextColumn()
    call = models.JSONField(default=dict, blank=True)
    participants = models.JSONField(default=dict, blank=True)
    sections = models.JSONField(default=list, blank=True)
    opening = models.JSONField(default=dict, blank=True)
    side_series = TextColumn()

    SPEC = Spec(
        kind="pilot",
        section="pilots",
        label=_("Pilot"),
        label_plural=_("Pilots"),
        dated="start",
        fields=(
            Texts("title", _("Title"), is_required=True, column="title"),
            Term("kind", _("Sort"), column="sort"),
            Date("start", _("Start"), column="start"),
            Date("end", _("End"), column="end"),
            Date("reported", _("Reported"), column="reported"),
            Texts("summary", _("What was tested"), column="summary", is_long=True),
            Texts("place", _("Place"), column="place"),
            TextList("places", _("Places"), column="places"),
            Links(
                "host",
                _("Host"),
                kinds=("organisation",),
                link_kind=LinkKind.TOOK_PART,
                is_owner_earlier=False,
                is_many=False,
            ),
            Links(
                "co_hosts", _("Co-hosts"), kinds=("organisation",), link_kind=LinkKind.TOOK_PART, is_owner_earlier=False
            ),
            Links(
                "partner_orgs", _("With"), kinds=("organisation",), link_kind=LinkKind.TOOK_PART, is_owner_earlier=False
            ),
            Links(
                "cooperation",
                _("In cooperation with"),
                kinds=("organisation",),
                link_kind=LinkKind.TOOK_PART,
                is_owner_earlier=False,
            ),
            Links(
                "venue_of_result",
                _("Result shown by"),
                kinds=("organisation",),
                link_kind=LinkKind.TOOK_PART,
                is_owner_earlier=False,
                is_many=False,
            ),
            Texts("funded_by", _("Funded by"), column="funded_by"),
            Facts("call", _("Open call"), column="call"),
            Facts("participants", _("Figures"), column="participants"),
            TextList("sections", _("Sections"), column="sections"),
            Facts("opening", _("Opening hours"), column="opening"),
            Texts("side_series", _("Side events"), column="side_series"),
            Parts("workshops", _("Workshops"), kind="workshop"),
            Parts("findings", _("Findings"), kind="finding"),
            Links("presented_at", _("Presented at"), kinds=("event",), link_kind=LinkKind.PRESENTED_AT),
            lead_picture(),
            gallery(),
            Links(
                "follow_up",
                _("What followed"),
                kinds=("follow_up", "pilot", "event"),
                link_kind=LinkKind.TAKEN_UP_BY,
                is_many=False,
                may_be_words=True,
            ),
        ),
    )


class Workshop(Record):
    """A workshop of a pilot."""

    pilot = models.ForeignKey(Pilot, models.CASCADE, related_name="workshops")
    title = TextColumn()
    start = PartialDateColumn()
    end = PartialDateColumn()
    duration_days = models.IntegerField(null=True, blank=True)
    mode = models.CharField(max_length=500, blank=True)
    topic = TextColumn()

    SPEC = Spec(
        kind="workshop",
        label=_("Workshop"),
        label_plural=_("Workshops"),
        dated="start",
        parent="pilot",
        parent_kind="pilot",
        fields=(
            Texts("title", _("Title"), column="title"),
            Date("start", _("Start"), column="start"),
            Date("end", _("End"), column="end"),
            Number("duration_days", _("Duration in days"), column="duration_days", is_whole=True),
            Term("mode", _("Held as"), column="mode"),
            Links("partner", _("With"), kinds=("organisation",), link_kind=LinkKind.TOOK_PART, is_owner_earlier=False),
            Texts("topic", _("Topic"), column="topic"),
        ),
    )


class Finding(Record):
    """What a pilot taught, with the evidence for it."""

    pilot = models.ForeignKey(Pilot, models.CASCADE, related_name="findings")
    statement = TextColumn()
    evidence = models.CharField(max_length=500, blank=True)

    SPEC = Spec(
        kind="finding",
        label=_("Finding"),
        label_plural=_("Findings"),
        title="statement",
        parent="pilot",
        parent_kind="pilot",
        fields=(
            Texts("", _("Finding"), is_required=True, column="statement"),
            Term("evidence", _("Evidence"), column="evidence"),
            Links("supports", _("Supports"), kinds=("proposal", "measure", "paper"), link_kind=LinkKind.SUPPORTS),
        ),
    )


class PilotGap(Record):
    """A partner of whom no pilot was found: the search is a fact too."""

    partner = models.ForeignKey(Partner, models.CASCADE, related_name="+")
    note = TextColumn()

    SPEC = Spec(
        kind="pilot_gap",
        section="pilots_not_found",
        label=_("Pilot not found"),
        label_plural=_("Pilots not found"),
        title="note",
        key_from="partner",
        fields=(
            Reference("partner", _("Partner"), is_required=True, column="partner", kind="partner"),
            Texts("note", _("Note"), column="note"),
        ),
    )
