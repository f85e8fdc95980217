"""What could not be taken over from a Word file, said so that its author knows where to look."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

LONGEST_SAMPLE = 80
MOST_SAMPLES = 5

type Sentence = Callable[[int], str]

LOST: dict[str, Sentence] = {
    "picture-format": lambda n: ngettext(
        "%(n)d picture has a format that we cannot show (EMF, WMF). Please save it as PNG and insert it again.",
        "%(n)d pictures have a format that we cannot show (EMF, WMF). Please save them as PNG and insert them again.",
        n,
    ),
    "picture-refused": lambda n: ngettext("%(n)d picture was refused.", "%(n)d pictures were refused.", n),
    "picture-elsewhere": lambda n: ngettext(
        "%(n)d picture is only linked and does not lie in the file; it was not fetched.",
        "%(n)d pictures are only linked and do not lie in the file; they were not fetched.",
        n,
    ),
    "drawing": lambda n: ngettext(
        "%(n)d drawing or diagram made in Word is missing. Please insert it as a picture.",
        "%(n)d drawings or diagrams made in Word are missing. Please insert them as pictures.",
        n,
    ),
    "embedded": lambda n: ngettext(
        "%(n)d embedded file is missing.", "%(n)d embedded files are missing.", n
    ),
    "header-footer": lambda _n: _("Headers and footers of the pages were left out."),
    "hidden": lambda n: ngettext(
        "%(n)d hidden stretch of text was left out.", "%(n)d hidden stretches of text were left out.", n
    ),
    "symbol": lambda n: ngettext(
        "%(n)d character of a symbol font could not be read.", "%(n)d characters of a symbol font could not be read.", n
    ),
    "link-refused": lambda n: ngettext(
        "%(n)d link leads to a place that is not on the web; its words were kept.",
        "%(n)d links lead to places that are not on the web; their words were kept.",
        n,
    ),
    "macros": lambda _n: _("The file holds macros. They were left out and not run."),
}  # fmt: skip
"""What is missing in the text now."""

CHANGED: dict[str, Sentence] = {
    "tracked": lambda n: ngettext(
        "%(n)d tracked change was accepted.", "%(n)d tracked changes were accepted.", n
    ),
    "text-box": lambda n: ngettext(
        "The words of %(n)d text box stand after the paragraph that it hung on.",
        "The words of %(n)d text boxes stand after the paragraphs that they hung on.",
        n,
    ),
    "contents": lambda _n: _("The table of contents was left out; it is made anew from the headings."),
    "heading-number": lambda n: ngettext(
        "%(n)d heading is numbered by Word; the number is not part of the text and was left out.",
        "%(n)d headings are numbered by Word; the numbers are not part of the text and were left out.",
        n,
    ),
    "heading-deep": lambda n: ngettext(
        "%(n)d heading lay deeper than five levels and is now on the fifth.",
        "%(n)d headings lay deeper than five levels and are now on the fifth.",
        n,
    ),
    "list-restart": lambda n: ngettext(
        "%(n)d numbered list went on after other text; it begins with 1 again.",
        "%(n)d numbered lists went on after other text; they begin with 1 again.",
        n,
    ),
    "endnote": lambda n: ngettext(
        "%(n)d endnote became a footnote.", "%(n)d endnotes became footnotes.", n
    ),
    "nested-table": lambda n: ngettext(
        "%(n)d table inside another became lines of text in its cell.",
        "%(n)d tables inside others became lines of text in their cells.",
        n,
    ),
    "picture-in-table": lambda n: ngettext(
        "%(n)d picture stood inside a table; it follows the table now.",
        "%(n)d pictures stood inside tables; they follow their tables now.",
        n,
    ),
    "equation": lambda n: ngettext(
        "%(n)d equation became plain text. Please check it.", "%(n)d equations became plain text. Please check them.", n
    ),
    "cropped": lambda n: ngettext(
        "%(n)d picture was cropped in Word; only the part that was visible was taken.",
        "%(n)d pictures were cropped in Word; only the parts that were visible were taken.",
        n,
    ),
}  # fmt: skip
"""What is there in another form."""

TO_DO: dict[str, Sentence] = {
    "no-alt": lambda n: ngettext(
        "%(n)d picture has no alternative text. It needs one before the text is published.",
        "%(n)d pictures have no alternative text. They need one before the text is published.",
        n,
    ),
    "comment": lambda n: ngettext(
        "%(n)d comment was kept as a note; the public does not see it.",
        "%(n)d comments were kept as notes; the public does not see them.",
        n,
    ),
    "bold-paragraph": lambda n: ngettext(
        "%(n)d short bold paragraph looks like a heading but is none. Please make it one if it is meant so.",
        "%(n)d short bold paragraphs look like headings but are none. Please make them headings if they are meant so.",
        n,
    ),
}
"""What the author should look at."""


@dataclass(frozen=True, slots=True)
class Remark:
    """A sentence with words of the places that it is about."""

    sentence: str
    samples: tuple[str, ...] = ()


@dataclass
class Report:
    """Counts what happened while a file was read."""

    counts: Counter[str] = field(default_factory=Counter)
    samples: dict[str, list[str]] = field(default_factory=dict)

    def note(self, code: str, sample: str = "", number: int = 1) -> None:
        """Count something; ``sample`` helps the author to find the place."""
        self.counts[code] += number
        words = " ".join(sample.split())
        kept = self.samples.setdefault(code, [])
        if words and len(kept) < MOST_SAMPLES:
            kept.append(words if len(words) <= LONGEST_SAMPLE else f"{words[: LONGEST_SAMPLE - 1]}…")

    @property
    def lost(self) -> list[Remark]:
        """Return what is missing, in the reader's language."""
        return self._remarks(LOST)

    @property
    def changed(self) -> list[Remark]:
        """Return what is there in another form."""
        return self._remarks(CHANGED)

    @property
    def to_do(self) -> list[Remark]:
        """Return what the author should look at."""
        return self._remarks(TO_DO)

    def _remarks(self, sentences: dict[str, Sentence]) -> list[Remark]:
        return [
            Remark(sentence(self.counts[code]) % {"n": self.counts[code]}, tuple(self.samples.get(code, ())))
            for code, sentence in sentences.items()
            if self.counts[code]
        ]
