"""Strategy papers: how they came about, what they propose, and what was decided."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from querwerk.core.fields import PartialDateColumn, TextColumn
from querwerk.core.models import Record
from querwerk.core.spec import Choice, Date, Links, Number, Parts, Spec, Texts, Url, Words
from querwerk.core.states import LinkKind
from querwerk.strategy.states import Outcome, PaperState


class Paper(Record):
    """A strategy paper, addressed to those who decide."""

    title = TextColumn()
    summary = TextColumn()
    region = TextColumn()
    addressee = TextColumn()
    state = models.CharField(max_length=12, choices=PaperState, blank=True)
    status = TextColumn()
    published = PartialDateColumn()
    submission_planned = TextColumn()
    submitted = PartialDateColumn()
    adopted = PartialDateColumn()
    adoption_note = TextColumn()
    recommendations_count = models.IntegerField(null=True, blank=True)
    proposals_note = TextColumn()
    url = models.CharField(max_length=2000, blank=True)

    SPEC = Spec(
        kind="paper",
        section="strategy",
        label=_("Strategy paper"),
        label_plural=_("Strategy papers"),
        dated="published",
        fields=(
            Texts("title", _("Title"), is_required=True, column="title"),
            Texts("summary", _("Summary"), column="summary", is_long=True),
            Links(
                "author",
                _("Author"),
                kinds=("organisation",),
                link_kind=LinkKind.TOOK_PART,
                is_owner_earlier=False,
                is_many=False,
            ),
            Texts("region", _("Region"), column="region"),
            Texts("addressee", _("Addressee"), column="addressee"),
            Choice("state", _("State"), column="state", choices=tuple(PaperState.choices)),
            Texts("status", _("Status in words"), column="status"),
            Date("published", _("Published"), column="published"),
            Texts("submission_planned", _("Submission planned for"), column="submission_planned"),
            Date("submitted", _("Submitted on"), column="submitted"),
            Date("adopted", _("Adopted on"), column="adopted"),
            Texts("adoption_note", _("Note on the decision"), column="adoption_note"),
            Parts("process", _("How it came about"), kind="process_step"),
            Number(
                "recommendations_count", _("Number of recommendations"), column="recommendations_count", is_whole=True
            ),
            Parts("measures", _("Measures"), kind="measure"),
            Parts("proposals", _("Proposals"), kind="proposal"),
            Texts("proposals_note", _("Note on the proposals"), column="proposals_note"),
            Url("url", _("The paper itself"), column="url"),
        ),
    )


class ProcessStep(Record):
    """A step on the way to the paper."""

    paper = models.ForeignKey(Paper, models.CASCADE, related_name="process")
    step = TextColumn()
    date = PartialDateColumn()

    SPEC = Spec(
        kind="process_step",
        label=_("Step"),
        label_plural=_("Steps"),
        title="step",
        dated="date",
        parent="paper",
        parent_kind="paper",
        fields=(
            Texts("step", _("Step"), is_required=True, column="step"),
            Date("date", _("Date"), column="date"),
            Links("event", _("Event"), kinds=("event",), link_kind=LinkKind.DISCUSSED_AT, is_many=False),
        ),
    )


class Measure(Record):
    """Something that the paper wants done."""

    paper = models.ForeignKey(Paper, models.CASCADE, related_name="measures")
    number = models.IntegerField(null=True, blank=True)
    title = TextColumn()

    SPEC = Spec(
        kind="measure",
        label=_("Measure"),
        label_plural=_("Measures"),
        parent="paper",
        parent_kind="paper",
        fields=(
            Number("no", _("Number"), column="number", is_whole=True),
            Texts("", _("Measure"), is_required=True, column="title"),
        ),
    )


class Proposal(Record):
    """A proposal of the paper: a numbered paragraph that asks for something."""

    paper = models.ForeignKey(Paper, models.CASCADE, related_name="proposals")
    reference = models.CharField(max_length=500, blank=True)
    title = TextColumn()

    SPEC = Spec(
        kind="proposal",
        label=_("Proposal"),
        label_plural=_("Proposals"),
        parent="paper",
        parent_kind="paper",
        fields=(
            Words("ref", _("Paragraph"), column="reference"),
            Texts("", _("Proposal"), is_required=True, column="title"),
        ),
    )


class Decision(Record):
    """What a body decided about a paper; an unknown outcome is stated as such."""

    title = TextColumn()
    body = TextColumn()
    date = PartialDateColumn()
    outcome = models.CharField(max_length=12, choices=Outcome, blank=True)
    note = TextColumn()

    SPEC = Spec(
        kind="decision",
        section="decisions",
        label=_("Decision"),
        label_plural=_("Decisions"),
        dated="date",
        fields=(
            Texts("title", _("Title"), is_required=True, column="title"),
            Links(
                "paper",
                _("Paper"),
                kinds=("paper",),
                link_kind=LinkKind.DECIDED_BY,
                is_owner_earlier=False,
                is_many=False,
            ),
            Texts("body", _("Who decides"), column="body"),
            Date("date", _("Date"), column="date"),
            Choice("outcome", _("Outcome"), column="outcome", choices=tuple(Outcome.choices)),
            Texts("note", _("Note"), column="note"),
        ),
    )
