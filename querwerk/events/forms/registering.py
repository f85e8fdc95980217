"""The form of a registration: what every event asks, beside the organiser's own questions."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from querwerk.events.actions.registering import Wish
from querwerk.events.forms.asking import NO, YES, AskingForm
from querwerk.events.models import Contingent, Question, Registration, Terms
from querwerk.events.queries.registrations import agreed_to_photo, answers_of
from querwerk.events.states import Attendance, Group

NEEDS = ("access", "diet", "childcare")


def photo_words() -> str:
    """Return the words beside the choice about photographs; they are kept as proof."""
    return _(
        "Photographs are taken at the event. May pictures on which you can be recognised be published to report on the programme, on its website and in its publications? You can change your mind at any time; nothing else depends on it."
    )


def places_left(contingent: Contingent) -> str:
    """Say how many places a contingent has left."""
    if contingent.free is None:
        return ""
    if contingent.free <= 0:
        return _("waiting list")
    return ngettext("%(number)s place left", "%(number)s places left", contingent.free) % {"number": contingent.free}


def contingent_name(contingent: Contingent) -> str:
    """Return a form of attendance, or the time of a visit."""
    if contingent.begins_at and contingent.ends_at:
        start, end = localtime(contingent.begins_at), localtime(contingent.ends_at)
        return f"{date_format(start, 'SHORT_DATE_FORMAT')} {start:%H:%M}–{end:%H:%M}"
    return str(Attendance(contingent.attendance).label)


def _choice(contingent: Contingent) -> tuple[str, str]:
    left = places_left(contingent)
    name = contingent_name(contingent)
    return str(contingent.pk), f"{name} ({left})" if left else name


class RegistrationForm(AskingForm):
    """What somebody says who wants to come."""

    about = gettext_lazy("About you")
    what_you_need = gettext_lazy(
        "So that you can take part well. Only if you like: only the organisers see it, nobody else, and it is deleted two days after the event, before everything else."
    )

    contingent = forms.ChoiceField(label=gettext_lazy("How do you take part?"), widget=forms.RadioSelect)
    name = forms.CharField(
        label=gettext_lazy("Your name"), max_length=200, widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": gettext_lazy("Please enter your name.")},
    )  # fmt: skip
    email = forms.EmailField(
        label=gettext_lazy("Your e-mail address"), max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        help_text=gettext_lazy("We send a code there, and your ticket. It is used for this event only."),
        error_messages={"required": gettext_lazy("Please enter your e-mail address.")},
    )  # fmt: skip
    organisation = forms.CharField(
        label=gettext_lazy("Organisation"), max_length=200, required=False,
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )  # fmt: skip
    group = forms.ChoiceField(
        label=gettext_lazy("Which field do you come from?"), choices=Group.choices, widget=forms.RadioSelect,
        help_text=gettext_lazy("The funder asks how many people came from which field; your name is not passed on."),
        error_messages={"required": gettext_lazy("Please choose a field; “another field” is fine.")},
    )  # fmt: skip
    networking = forms.BooleanField(
        label=gettext_lazy("I would like to meet others in short conversations"), required=False,
        help_text=gettext_lazy(
            "Then we ask you before the event whom you would like to meet. Others who want to meet people see your name, organisation and field."
        ),
    )  # fmt: skip
    access = forms.CharField(
        label=gettext_lazy("Access"), max_length=500, required=False,
        help_text=gettext_lazy("For example a place for a wheelchair, sign language, a seat in front."),
    )  # fmt: skip
    diet = forms.CharField(
        label=gettext_lazy("Food"),
        max_length=500,
        required=False,
        help_text=gettext_lazy("For example vegan, no nuts."),
    )
    childcare = forms.CharField(
        label=gettext_lazy("Childcare"), max_length=500, required=False,
        help_text=gettext_lazy("How many children, of which age, and when."),
    )  # fmt: skip
    photo = forms.ChoiceField(
        label=gettext_lazy("Pictures of you"), widget=forms.RadioSelect,
        choices=[(YES, gettext_lazy("Yes, that is fine")), (NO, gettext_lazy("No, please not"))],
        error_messages={"required": gettext_lazy("Please choose yes or no; both are fine.")},
    )  # fmt: skip

    def __init__(
        self,
        data: Any = None,
        *,
        terms: Terms,
        contingents: Sequence[Contingent],
        questions: Sequence[Question],
        registration: Registration | None = None,
        **options: Any,
    ) -> None:
        """Ask what the terms ask; show what a registration says already."""
        initial = said_by(registration) if registration is not None else {}
        super().__init__(data, initial={**initial, **(options.pop("initial", None) or {})}, **options)
        self.terms, self.contingents, self.registration = terms, contingents, registration
        if registration is not None:
            del self.fields["email"]
        self._offer_contingents()
        for name in self._left_out():
            del self.fields[name]
        if "photo" in self.fields:
            self.fields["photo"].help_text = photo_words()
        self.ask(questions)

    def _offer_contingents(self) -> None:
        field: Any = self.fields["contingent"]
        field.choices = [_choice(contingent) for contingent in self.contingents]
        field.error_messages["required"] = _("Please choose one.")
        if any(contingent.begins_at for contingent in self.contingents):
            field.label = _("When do you come?")
            if len(self.contingents) > 6:
                field.widget = forms.Select()
                field.choices = [("", "–"), *field.choices]
        if len(self.contingents) == 1:
            field.widget, field.required = forms.HiddenInput(), False

    def _left_out(self) -> list[str]:
        asked = {"networking": self.terms.asks_networking, "photo": self.terms.asks_photo}
        asked |= dict.fromkeys(NEEDS, self.terms.asks_needs)
        return [name for name, is_wanted in asked.items() if not is_wanted]

    # --- Shown ---------------------------------------------------------------

    def needs(self) -> list[forms.BoundField]:
        """Return the fields about what somebody needs."""
        return [self[name] for name in NEEDS if name in self.fields]

    # --- Read ----------------------------------------------------------------

    def clean_contingent(self) -> int:
        """Take the only contingent where there is no choice."""
        if len(self.contingents) == 1:
            return self.contingents[0].pk
        return int(self.cleaned_data["contingent"])

    def wish(self, language: str, invitation: str = "") -> Wish:
        """Return what was said."""
        typed = self.cleaned_data
        photo = typed.get("photo")
        email = typed["email"] if "email" in self.fields else self.registration.email if self.registration else ""
        return Wish(
            contingent_id=typed["contingent"],
            name=" ".join(typed["name"].split()),
            email=email,
            language=language,
            organisation=" ".join(typed["organisation"].split()),
            group=typed["group"],
            wants_networking=bool(typed.get("networking")),
            needs={name: typed.get(name, "").strip() for name in NEEDS if name in self.fields},
            answers=self.answers,
            photo=None if photo is None else photo == YES,
            photo_words=photo_words() if photo else "",
            invitation=invitation,
        )


def said_by(registration: Registration) -> dict[str, Any]:
    """Return what a registration says, as the form shows it."""
    needs = getattr(registration, "needs", None)
    photo = agreed_to_photo(registration)
    said = {f"q{pk}": _typed(value) for pk, value in answers_of(registration).items()}
    return said | {
        "contingent": str(registration.contingent_id),
        "name": registration.name,
        "organisation": registration.organisation,
        "group": registration.group,
        "networking": registration.wants_networking,
        "photo": "" if photo is None else YES if photo else NO,
        **{name: getattr(needs, name, "") for name in NEEDS},
    }


def _typed(value: Any) -> Any:
    return (YES if value else NO) if isinstance(value, bool) else value


class DigitsForm(forms.Form):
    """The six digits of a mail."""

    digits = forms.CharField(
        label=gettext_lazy("Six digits from the mail"), max_length=12,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code"}),
        error_messages={"required": gettext_lazy("Please enter the six digits.")},
    )  # fmt: skip

    def clean_digits(self) -> str:
        """Take the digits however they were grouped."""
        return "".join(letter for letter in self.cleaned_data["digits"] if letter.isdecimal())
