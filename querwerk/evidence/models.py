"""Uptake: what came of a programme, and the programmes that carried it on."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from querwerk.core.fields import PartialDateColumn, TextColumn
from querwerk.core.models import Record
from querwerk.core.spec import Choice, Date, Links, Spec, TextList, Texts, Url
from querwerk.core.states import LinkKind
from querwerk.evidence.states import Grade


class FollowUp(Record):
    """A programme, academy or exhibition that carries something on."""

    name = TextColumn()
    summary = TextColumn()
    strands = models.JSONField(default=list, blank=True)
    url = models.CharField(max_length=2000, blank=True)
    start = PartialDateColumn()
    end = PartialDateColumn()

    SPEC = Spec(
        kind="follow_up",
        section="follow_up_programmes",
        label=_("Follow-up programme"),
        label_plural=_("Follow-up programmes"),
        title="name",
        dated="start",
        fields=(
            Texts("name", _("Name"), is_required=True, column="name"),
            Texts("summary", _("What it is"), column="summary", is_long=True),
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
                "programme_of",
                _("Programme of"),
                kinds=("organisation",),
                link_kind=LinkKind.TOOK_PART,
                is_owner_earlier=False,
                is_many=False,
            ),
            TextList("strands", _("Strands"), column="strands"),
            Url("url", _("Website"), column="url"),
            Date("start", _("Start"), column="start"),
            Date("end", _("End"), column="end"),
        ),
    )


ORIGINS = (
    "pilot",
    "finding",
    "paper",
    "proposal",
    "measure",
    "decision",
    "event",
    "follow_up",
    "programme",
    "organisation",
    "question",
)


class Uptake(Record):
    """Somebody took something up; the grade says how well that is proved."""

    statement = TextColumn()
    grade = models.CharField(max_length=16, choices=Grade)
    date = PartialDateColumn()

    SPEC = Spec(
        kind="uptake",
        section="uptake",
        label=_("Uptake"),
        label_plural=_("Uptake"),
        title="statement",
        dated="date",
        fields=(
            Links(
                "from",
                _("What was taken up"),
                kinds=ORIGINS,
                link_kind=LinkKind.TAKEN_UP_BY,
                is_owner_earlier=False,
                is_many=False,
                is_required=True,
            ),
            Links(
                "to",
                _("By what"),
                kinds=("follow_up", "organisation", "pilot", "event", "paper"),
                link_kind=LinkKind.LED_TO,
                is_many=False,
                may_be_words=True,
                is_required=True,
            ),
            Choice("grade", _("Grade"), column="grade", choices=tuple(Grade.choices), is_required=True),
            Date("date", _("Date"), column="date"),
            Texts("", _("What happened"), column="statement"),
        ),
    )
