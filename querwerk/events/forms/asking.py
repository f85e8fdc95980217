"""The organiser's own questions in a form, with their conditions: of a registration, or of feedback after an event."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from querwerk.core.markup import conditional_escape
from querwerk.core.numbers import MOST
from querwerk.core.spec import UNSTORABLE
from querwerk.core.templatetags.ui import plain
from querwerk.events.models import Question
from querwerk.events.rules import is_asked
from querwerk.events.states import QuestionSort

LONG = 4000
YES, NO = "yes", "no"
type Field = forms.Field


class AskingForm(forms.Form):
    """A form that asks an organiser's own questions; what nobody was asked is neither missing nor wrong."""

    use_required_attribute = False
    own: Sequence[Question] = ()
    answers: Mapping[int, Any]
    """Question → answer, only of questions that were asked and answered."""

    def ask(self, questions: Sequence[Question]) -> None:
        """Add a field for each question."""
        self.own = list(questions)
        for question in self.own:
            self.fields[question.field_name] = field_for(question)

    def questions(self) -> list[dict[str, Any]]:
        """Return the organiser's questions with what they depend on."""
        by_id = {question.pk: question for question in self.own}
        rows = []
        for question in self.own:
            other = by_id.get(question.depends_on_id or 0)
            rows.append(
                {
                    "bound": self[question.field_name],
                    "other": other.field_name if other else "",
                    "value": question.depends_value,
                    "when": _condition(other, question.depends_value) if other else "",
                }
            )
        return rows

    def clean(self) -> dict[str, Any]:
        """Ask for an answer to what is required, but only where the question is asked at all."""
        cleaned = super().clean() or {}
        for name, value in cleaned.items():
            if isinstance(value, str):
                cleaned[name] = UNSTORABLE.sub("", value)
        by_id = {question.pk: question for question in self.own}
        said = {question.pk: _answer(question, cleaned.get(question.field_name)) for question in self.own}
        answers: dict[int, Any] = {}
        for question in self.own:
            if not is_asked(question, by_id, said):
                # What was typed before another answer hid the question does not count, nor does what is wrong in it.
                self.errors.pop(question.field_name, None)
            elif said[question.pk] is not None:
                answers[question.pk] = said[question.pk]
        self.answers = answers
        return cleaned


def field_for(question: Question) -> Field:
    """Return the field of a question. That an answer is missing counts only where the question is asked: see ``clean``."""
    common: dict[str, Any] = {
        "label": plain(question.label),
        "required": question.is_required,
        "help_text": conditional_escape(plain(question.hint)),
        "error_messages": {"required": _("Please answer this question.")},
    }
    options = [(str(option["key"]), plain(option["label"])) for option in question.options]
    field: Field
    match question.sort:
        case QuestionSort.LONG_TEXT:
            field = forms.CharField(max_length=LONG, widget=forms.Textarea(attrs={"rows": 4}), **common)
        case QuestionSort.CHOICE:
            field = forms.ChoiceField(choices=options, widget=forms.RadioSelect, **common)
        case QuestionSort.SEVERAL:
            field = forms.MultipleChoiceField(choices=options, widget=forms.CheckboxSelectMultiple, **common)
        case QuestionSort.NUMBER:
            least = -MOST if question.least is None else question.least
            field = forms.IntegerField(
                min_value=least, max_value=MOST if question.most is None else question.most, **common
            )
        case QuestionSort.YES_NO:
            field = forms.ChoiceField(choices=[(YES, _("yes")), (NO, _("no"))], widget=forms.RadioSelect, **common)
        case QuestionSort.DATE:
            field = forms.DateField(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **common)
        case _:
            field = forms.CharField(max_length=300, **common)
    return field


def _answer(question: Question, value: Any) -> Any:
    """Return an answer fit for JSON; nothing where there is none."""
    if value in (None, "", []):
        return None
    if question.sort == QuestionSort.YES_NO:
        return value == YES
    if question.sort == QuestionSort.DATE:
        return value.isoformat()
    return value.strip() if isinstance(value, str) else value


def _condition(other: Question, value: str) -> str:
    """Say in words when a question is asked, for whoever sees all of them."""
    names = {YES: _("yes"), NO: _("no")} | {str(option["key"]): plain(option["label"]) for option in other.options}
    return _("Only if you answered “%(answer)s” to “%(question)s”") % {
        "answer": names.get(value, value), "question": plain(other.label),
    }  # fmt: skip
