"""Newsflashes, films, and the entries of the search."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from querwerk.core.fields import PartialDateColumn, TextColumn
from querwerk.core.models import Node, Record
from querwerk.core.pictures.fields import lead_picture
from querwerk.core.pictures.limits import UnusableFile
from querwerk.core.pictures.models import ShowsPeople, people_shown, why_shown
from querwerk.core.pictures.subtitles import read_subtitles
from querwerk.core.spec import Date, Links, Parsed, Problems, Spec, Term, TextList, Texts, Url, Urls, Words
from querwerk.core.states import LinkKind
from querwerk.core.text import UNSTATED


class Newsflash(Record):
    """Numbered news of the programme."""

    title = TextColumn()
    date = PartialDateColumn()
    title_basis = models.CharField(max_length=500, blank=True)
    language = models.CharField(max_length=500, blank=True)
    summary = TextColumn()
    address = TextColumn()
    """The original's address, by language."""
    topics = models.JSONField(default=list, blank=True)

    SPEC = Spec(
        kind="newsflash",
        section="newsflashes",
        label=_("Newsflash"),
        label_plural=_("Newsflashes"),
        dated="date",
        key_field="no",
        fields=(
            Texts("title", _("Title"), is_required=True, column="title"),
            Date("date", _("Date"), column="date"),
            Links(
                "author",
                _("Author"),
                _("A person of the directory, or a name. It is published with the newsflash."),
                kinds=("person",),
                link_kind=LinkKind.TOOK_PART,
                is_owner_earlier=False,
                is_many=False,
                may_be_words=True,
            ),
            Term("title_basis", _("Where the title comes from"), column="title_basis"),
            Words("language", _("Language of the original"), column="language"),
            Texts("summary", _("Summary"), column="summary", is_long=True),
            Urls("url", _("Address of the original"), column="address"),
            TextList("topics", _("Topics"), column="topics"),
            lead_picture(),
            Links(
                "about",
                _("About"),
                kinds=("event", "pilot", "paper", "uptake", "follow_up", "output"),
                link_kind=LinkKind.DOCUMENTED_BY,
                is_owner_earlier=False,
            ),
        ),
    )

    @property
    def number(self) -> int:
        """Return the number in the series."""
        return int(self.key)


def check_film(parsed: Parsed, problems: Problems) -> None:
    """Subtitles can be read by a browser."""
    subtitles = parsed.columns.get("subtitles") or {}
    for language, words in subtitles.items():
        if words:
            try:
                read_subtitles(words)
            except UnusableFile as error:
                name = "subtitles" if language == UNSTATED else f"subtitles_{language}"
                problems.add((*parsed.path, name), str(error))


class Film(ShowsPeople):
    """A film or recording."""

    title = TextColumn()
    url = models.CharField(max_length=2000, blank=True)
    file = models.CharField(max_length=80, blank=True)
    """Name of our own file: SHA-256 and ending."""
    subtitles = TextColumn()
    """WebVTT or SRT, by language."""
    transcript = TextColumn()

    SPEC = Spec(
        kind="film",
        check=check_film,
        section="videos",
        label=_("Film"),
        label_plural=_("Films"),
        fields=(
            Texts("title", _("Title"), is_required=True, column="title"),
            Url("url", _("Address"), _("At YouTube, Vimeo, a PeerTube or elsewhere."), column="url"),
            Words("file", _("Own file"), column="file", limit=80),
            lead_picture(),
            Texts(
                "subtitles",
                _("Subtitles"),
                _("WebVTT or SRT: times and words. Files can be uploaded on the film's own page."),
                column="subtitles",
                is_long=True,
            ),
            Texts(
                "transcript",
                _("Transcript"),
                _("All that is said and all that must be seen to follow, for those who cannot watch or listen."),
                column="transcript",
                is_long=True,
            ),
            people_shown(),
            why_shown(),
            Links(
                "event",
                _("Event"),
                kinds=("event",),
                link_kind=LinkKind.DOCUMENTED_BY,
                is_owner_earlier=False,
                is_many=False,
            ),
            Links(
                "pilot",
                _("Pilot"),
                kinds=("pilot",),
                link_kind=LinkKind.DOCUMENTED_BY,
                is_owner_earlier=False,
                is_many=False,
            ),
        ),
    )


class SearchEntry(models.Model):
    """What the search knows of a node: its texts for excerpts, and their stems, from which the database makes its index."""

    node = models.OneToOneField(Node, models.CASCADE, primary_key=True, related_name="+")
    texts = models.JSONField(default=dict)
    """Everything but the title, by language."""
    title_de = models.TextField(blank=True)
    body_de = models.TextField(blank=True)
    title_en = models.TextField(blank=True)
    body_en = models.TextField(blank=True)

    def __str__(self) -> str:
        """Return the node's number."""
        return str(self.node_id)


class SearchWord(models.Model):
    """A stem that stands somewhere, and a word that has it. Words that no record holds any more do no harm and stay."""

    stem = models.CharField(max_length=240, unique=True)
    word = models.CharField(max_length=60)

    def __str__(self) -> str:
        """Return the stem, which is unique."""
        return self.stem
