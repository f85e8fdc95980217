"""Events, their agenda, what was said there and what documents them."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from querwerk.core.fields import PartialDateColumn, TextColumn
from querwerk.core.models import Record
from querwerk.core.pictures.fields import gallery, lead_picture
from querwerk.core.spec import Date, Facts, Links, Parts, Source, Spec, Term, Texts, Words
from querwerk.core.states import LinkKind


class Event(Record):
    """A meeting, conference, opening or presentation."""

    title = TextColumn()
    sort = models.CharField(max_length=500, blank=True)
    date = PartialDateColumn()
    end = PartialDateColumn()
    time = models.CharField(max_length=500, blank=True)
    date_note = TextColumn()
    place = TextColumn()
    venue = TextColumn()
    country = models.CharField(max_length=500, blank=True)
    format = models.CharField(max_length=500, blank=True)
    fee = models.CharField(max_length=500, blank=True)
    languages = TextColumn()
    summary = TextColumn()
    participants = models.JSONField(default=dict, blank=True)
    co_host_source = models.TextField(blank=True)
    photo_caption = TextColumn()
    note = TextColumn()

    SPEC = Spec(
        kind="event",
        section="events",
        label=_("Event"),
        label_plural=_("Events"),
        dated="date",
        fields=(
            Texts("title", _("Title"), is_required=True, column="title"),
            Term("kind", _("Sort"), column="sort"),
            Date("date", _("Date"), column="date"),
            Date("end", _("Last day"), column="end"),
            Words("time", _("Time"), _("For example 14:30-15:00, in the time of the place."), column="time"),
            Texts("date_note", _("Note on the date"), column="date_note"),
            Texts("place", _("Place"), column="place"),
            Texts("venue", _("Venue"), column="venue"),
            Words("country", _("Country"), _("Two letters, for example DE."), column="country"),
            Term("format", _("Held as"), column="format"),
            Texts("summary", _("What it was about"), column="summary", is_long=True),
            Links(
                "host",
                _("Host"),
                kinds=("organisation",),
                link_kind=LinkKind.TOOK_PART,
                is_owner_earlier=False,
                is_many=False,
            ),
            Links(
                "co_host", _("Co-hosts"), kinds=("organisation",), link_kind=LinkKind.TOOK_PART, is_owner_earlier=False
            ),
            Source("co_host_source", _("Source for the co-hosts"), column="co_host_source"),
            Term("fee", _("Fee"), column="fee"),
            Texts("languages", _("Languages"), column="languages"),
            Facts("participants", _("Participants"), column="participants"),
            Links(
                "guiding_questions",
                _("Guiding questions"),
                kinds=("question",),
                link_kind=LinkKind.DISCUSSED_AT,
                is_owner_earlier=False,
                inline_kind="question",
            ),
            Parts("agenda", _("Agenda"), kind="agenda_item", plain_key="item"),
            Parts("contributions", _("What was said"), kind="contribution"),
            Links(
                "people_on_photo",
                _("People on the photo, from left to right"),
                kinds=("person",),
                link_kind=LinkKind.TOOK_PART,
                is_owner_earlier=False,
            ),
            Texts("photo_caption", _("Caption of the photo"), column="photo_caption"),
            lead_picture(),
            gallery(),
            Links("video", _("Film"), kinds=("film",), link_kind=LinkKind.DOCUMENTED_BY, is_many=False),
            Texts("extra", _("Note"), column="note"),
        ),
    )


class AgendaItem(Record):
    """A point of an event's agenda."""

    event = models.ForeignKey(Event, models.CASCADE, related_name="agenda")
    day = PartialDateColumn()
    """The event's first day where nothing is said."""
    time = models.CharField(max_length=500, blank=True)
    item = TextColumn()
    text = TextColumn()
    track = TextColumn()
    room = TextColumn()
    format = models.CharField(max_length=500, blank=True)
    languages = TextColumn()
    interpretation = TextColumn()
    minutes = TextColumn()
    """What was said and agreed."""

    SPEC = Spec(
        kind="agenda_item",
        label=_("Agenda item"),
        label_plural=_("Agenda"),
        title="item",
        parent="event",
        parent_kind="event",
        fields=(
            Date("day", _("Day"), _("Only of an event of several days."), column="day"),
            Words("time", _("Time"), _("For example 14:30-15:00, in the time of the place."), column="time"),
            Texts("item", _("What"), is_required=True, column="item"),
            Texts("text", _("What it is about"), column="text", is_long=True),
            Texts("track", _("Track"), column="track"),
            Texts("room", _("Room"), column="room"),
            Term(
                "format",
                _("Held as"),
                _("“on site”, “online” or “hybrid”, where it differs from the event."),
                column="format",
            ),
            Texts("languages", _("Languages"), column="languages"),
            Texts("interpretation", _("Interpretation"), column="interpretation"),
            Links(
                "speakers",
                _("Speakers"),
                kinds=("person",),
                link_kind=LinkKind.TOOK_PART,
                is_owner_earlier=False,
            ),
            Links(
                "moderators",
                _("Moderators"),
                kinds=("person",),
                link_kind=LinkKind.TOOK_PART,
                is_owner_earlier=False,
            ),
            Links(
                "pilots",
                _("Pilots presented"),
                kinds=("pilot",),
                link_kind=LinkKind.PRESENTED_AT,
                is_owner_earlier=False,
            ),
            Links(
                "strategy",
                _("Paper discussed"),
                kinds=("paper",),
                link_kind=LinkKind.DISCUSSED_AT,
                is_owner_earlier=False,
                is_many=False,
            ),
            Texts("minutes", _("Minutes"), column="minutes", is_long=True),
            Links("slides", _("Slides"), kinds=("file",), link_kind=LinkKind.DOCUMENTED_BY),
        ),
    )


class Contribution(Record):
    """What somebody said at an event that is worth keeping: a question from the floor with its answer, or a remark."""

    event = models.ForeignKey(Event, models.CASCADE, related_name="contributions")
    words = TextColumn()
    answer = TextColumn()
    name = models.CharField(max_length=500, blank=True)
    """Only of who agreed to stand here by name."""

    SPEC = Spec(
        kind="contribution",
        label=_("Contribution"),
        label_plural=_("What was said"),
        title="words",
        parent="event",
        parent_kind="event",
        fields=(
            Texts("said", _("Question or remark"), is_required=True, column="words", is_long=True),
            Texts("answer", _("Answer"), column="answer", is_long=True),
            Words("by", _("Who said it"), _("Only with the consent of this person."), column="name"),
            Links(
                "item",
                _("At which point of the agenda"),
                kinds=("agenda_item",),
                link_kind=LinkKind.TOOK_PART,
                is_many=False,
            ),
            Links(
                "people",
                _("Who answered"),
                kinds=("person",),
                link_kind=LinkKind.TOOK_PART,
                is_owner_earlier=False,
            ),
            Links(
                "guiding_questions",
                _("Answers the guiding questions"),
                kinds=("question",),
                link_kind=LinkKind.ANSWERED_BY,
                is_owner_earlier=False,
            ),
        ),
    )
