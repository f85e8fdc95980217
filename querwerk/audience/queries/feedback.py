"""What the sheets in a box say, counted and in words."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from querwerk.audience.models import FeedbackBox
from querwerk.core.templatetags.ui import plain
from querwerk.events.models import Question, Terms
from querwerk.events.queries.registrations import questions
from querwerk.events.states import Occasion, QuestionSort

WORDED = (QuestionSort.TEXT, QuestionSort.LONG_TEXT)


def box_of(terms: Terms) -> FeedbackBox | None:
    """Return the box of an event; 1 query."""
    return FeedbackBox.objects.filter(terms=terms).first()


def asked_in(terms: Terms) -> list[Question]:
    """Return the questions of the form for feedback in order; 1 query."""
    return questions(terms, Occasion.FEEDBACK)


@dataclass(slots=True)
class Bar:
    """How often an answer was given."""

    label: str
    number: int
    percent: int


@dataclass(slots=True)
class Result:
    """What was answered to one question."""

    question: Question
    number: int
    bars: list[Bar] = field(default_factory=list)
    quotations: list[str] = field(default_factory=list)
    mean: str = ""


def results(asked: list[Question], sheets: list[dict[str, Any]]) -> list[Result]:
    """Count the answers to each question; no query."""
    return [
        _result(question, [sheet[key] for sheet in sheets if (key := str(question.pk)) in sheet]) for question in asked
    ]


def _result(question: Question, given: list[Any]) -> Result:
    found = Result(question, len(given))
    if question.sort in WORDED:
        found.quotations = sorted((str(words) for words in given), key=lambda words: (len(words), words))
    elif question.sort == QuestionSort.NUMBER:
        found.mean = number_format(sum(given) / len(given), 1) if given else ""
        found.bars = _bars(Counter(str(one) for one in sorted(given)), {}, len(given))
    elif question.sort == QuestionSort.DATE:
        found.bars = _bars(Counter(sorted(map(str, given))), {}, len(given))
    else:
        counter: Counter[str] = Counter()
        for value in given:
            counter.update(_keys(value))
        names = names_of(question)
        found.bars = _bars(Counter({key: counter[key] for key in [*names, *counter]}), names, len(given))
    return found


def _keys(value: Any) -> list[str]:
    if isinstance(value, bool):
        return ["yes" if value else "no"]
    return [str(one) for one in value] if isinstance(value, list) else [str(value)]


def names_of(question: Question) -> dict[str, str]:
    """Return what the answers to choose from are called, in their order."""
    if question.sort == QuestionSort.YES_NO:
        return {"yes": _("yes"), "no": _("no")}
    return {str(option["key"]): plain(option["label"]) for option in question.options}


def _bars(counter: Counter[str], names: dict[str, str], number: int) -> list[Bar]:
    return [
        Bar(names.get(key, key), times, round(100 * times / number) if number else 0) for key, times in counter.items()
    ]


def table(asked: list[Question], sheets: list[dict[str, Any]]) -> tuple[list[str], list[list[str]]]:
    """Return the sheets as a table; they lie in no order."""
    rows = [[_in_words(question, sheet.get(str(question.pk))) for question in asked] for sheet in sheets]
    return [plain(question.label) for question in asked], rows


def _in_words(question: Question, value: Any) -> str:
    if value is None:
        return ""
    names = names_of(question) if question.sort not in WORDED else {}
    return ", ".join(names.get(key, key) for key in _keys(value))
