"""What people type on the floor and afterwards, and what organisers write to them."""

import uuid
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from querwerk.audience.models import Thanks
from querwerk.audience.queries.floor import Point
from querwerk.audience.rules import MOST_LETTERS, may_ask
from querwerk.core.spec import UNSTORABLE
from querwerk.core.templatetags.ui import plain
from querwerk.desk.registration_forms import WordedForm
from querwerk.events.forms.asking import AskingForm
from querwerk.events.models import Question


class CodeForm(forms.Form):
    """The code that stands on the screen."""

    use_required_attribute = False
    code = forms.CharField(
        label=gettext_lazy("Code from the screen"), max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
        error_messages={"required": gettext_lazy("Please enter the code that stands on the screen.")},
    )  # fmt: skip


class AskForm(forms.Form):
    """A question from the floor."""

    use_required_attribute = False
    point = forms.ChoiceField(label=gettext_lazy("About what?"), widget=forms.RadioSelect)
    words = forms.CharField(
        label=gettext_lazy("Your question"), max_length=MOST_LETTERS, widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": gettext_lazy("Please write a question.")},
    )  # fmt: skip
    name = forms.CharField(
        label=gettext_lazy("Your name, if you like"), max_length=100, required=False,
        help_text=gettext_lazy("It shows with the question in the room."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )  # fmt: skip
    may_name = forms.BooleanField(
        label=gettext_lazy("My name may also stand with it in the public documentation"), required=False,
    )  # fmt: skip
    client = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def __init__(self, data: Any = None, *, points: Sequence[Point]) -> None:
        """Offer the points that take questions; where there is one, nobody is asked, unless they wrote about another one."""
        self.points = {str(point.number): point for point in points}
        only = next(iter(self.points)) if len(self.points) == 1 else ""
        super().__init__(data, initial={"client": uuid.uuid4(), "point": only})
        field: Any = self.fields["point"]
        field.error_messages["invalid_choice"] = str(may_ask(is_open=False).why)
        field.choices = [
            (number, plain(point.title) or _("The event as a whole")) for number, point in self.points.items()
        ]
        field.error_messages["required"] = _("Please choose one.")
        is_settled = data is None or data.get("point", "") in ("", only)
        if not self.points or (only and is_settled):
            field.widget, field.required = forms.HiddenInput(), False

    def clean_words(self) -> str:
        """Leave out what a database refuses; where nothing else was typed there is no question."""
        said = UNSTORABLE.sub("", self.cleaned_data["words"]).strip()
        if not said:
            raise forms.ValidationError(self.fields["words"].error_messages["required"])
        return said

    def clean_name(self) -> str:
        """Leave out what a database refuses."""
        return UNSTORABLE.sub("", self.cleaned_data["name"]).strip()

    def clean(self) -> dict[str, Any]:
        """Say that nothing takes questions any more, beside what was written."""
        cleaned = super().clean() or {}
        if not self.points:
            self.errors.pop("point", None)
            self.add_error(None, str(may_ask(is_open=False).why))
        return cleaned

    def chosen(self) -> Point:
        """Return the point that the question is about."""
        number = self.cleaned_data.get("point") or next(iter(self.points))
        return self.points[number]


class FeedbackForm(AskingForm):
    """The questions of the organiser after the event; none of them has to be answered."""

    def __init__(self, data: Any = None, *, questions: Sequence[Question]) -> None:
        """Ask them."""
        super().__init__(data)
        self.ask(questions)

    def clean(self) -> dict[str, Any]:
        """Ask for at least one answer: an empty sheet says nothing."""
        cleaned = super().clean()
        if not self.answers and not self.errors:
            self.add_error(None, _("Please answer at least one question."))
        return cleaned


class ThanksForm(WordedForm):
    """The mails to those who came and to those who missed it."""

    def __init__(self, data: Any = None, *, thanks: Thanks) -> None:
        """Show how they stand."""
        super().__init__(data)
        self.add_text("came_subject", _("Subject"), thanks.came_subject, most=150)
        self.add_text("came_body", _("Text"), thanks.came_body, is_long=True)
        self.add_text("missed_subject", _("Subject"), thanks.missed_subject, most=150)
        self.add_text("missed_body", _("Text"), thanks.missed_body, is_long=True)

    def group(self, name: str) -> list[forms.BoundField]:
        """Return the fields of one of the two mails."""
        return [self[field] for field in self.fields if field.startswith(name)]

    def clean(self) -> dict[str, Any]:
        """Ask for subject and text in at least one language each."""
        cleaned = super().clean() or {}
        for name in ("came_subject", "missed_subject"):
            self.require_text(name, _("Please write a subject."))
        for name in ("came_body", "missed_body"):
            self.require_text(name, _("Please write a text."))
        return cleaned
