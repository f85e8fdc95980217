"""What organisers type in about registrations: terms, questions, times, invitations, messages."""

import re
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from querwerk.core.templatetags.ui import language_name, plain
from querwerk.core.text import Text
from querwerk.events.actions.organising import Guest
from querwerk.events.actions.terms import Places, Slot
from querwerk.events.forms.registering import RegistrationForm
from querwerk.events.models import Contingent, Question, Terms
from querwerk.events.queries.registrations import Chosen
from querwerk.events.states import Attendance, Audience, Group, Mode, QuestionSort, RegistrationState

LONG = 5000
MOST_SLOTS = 500
MOST_GUESTS = 1000
LOCAL = "%Y-%m-%dT%H:%M"


def languages() -> list[tuple[str, str]]:
    """Return the languages of the site, named in the reader's."""
    return [(code, language_name(code)) for code, _name in settings.LANGUAGES]


def _moment(label: Any, hint: Any = "") -> forms.DateTimeField:
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format=LOCAL)
    return forms.DateTimeField(label=label, help_text=hint, required=False, widget=widget, input_formats=[LOCAL])


def _number(
    label: Any, hint: Any = "", *, most: int = 100_000, least: int = 0, required: bool = True
) -> forms.IntegerField:
    return forms.IntegerField(
        label=label, help_text=hint, min_value=least, max_value=most, required=required,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )  # fmt: skip


class WordedForm(forms.Form):
    """A form with texts in each language of the site."""

    use_required_attribute = False

    def add_text(self, name: str, label: str, said: Text, *, is_long: bool = False, most: int = 300) -> None:
        """Add a field for each language."""
        for code, language in languages():
            widget = forms.Textarea(attrs={"rows": 4}) if is_long else forms.TextInput()
            self.fields[f"{name}_{code}"] = forms.CharField(
                label=f"{label} ({language})", max_length=LONG if is_long else most, required=False,
                initial=said.get(code) or "", widget=widget,
            )  # fmt: skip

    def text(self, name: str) -> Text:
        """Return a text in the languages in which there is one."""
        said = {code: self.cleaned_data[f"{name}_{code}"].strip() for code, _language in settings.LANGUAGES}
        return Text({code: words.replace("\r\n", "\n") for code, words in said.items() if words})

    def require_text(self, name: str, message: str) -> None:
        """Ask for a text in at least one language."""
        if not any(self.cleaned_data.get(f"{name}_{code}", "").strip() for code, _language in settings.LANGUAGES):
            self.add_error(f"{name}_{settings.LANGUAGES[0][0]}", message)


class TermsForm(WordedForm):
    """How one registers for an event."""

    mode = forms.ChoiceField(label=gettext_lazy("Who gets a place"), choices=Mode.choices, widget=forms.RadioSelect)
    audience = forms.ChoiceField(
        label=gettext_lazy("For whom the event is"), choices=Audience.choices, widget=forms.RadioSelect,
        help_text=gettext_lazy("Decides what the funder counts: a public event as one, an expert event by the people in its list."),
    )  # fmt: skip
    opens_at = _moment(gettext_lazy("Registration opens"), gettext_lazy("Empty: it is open already."))
    closes_at = _moment(gettext_lazy("Registration closes"), gettext_lazy("Empty: until the event is over."))
    has_onsite = forms.BooleanField(label=gettext_lazy("People come to the place"), required=False)
    onsite = _number(gettext_lazy("Places on site"), gettext_lazy("Empty: as many as want to come."), required=False)
    has_online = forms.BooleanField(label=gettext_lazy("People take part online"), required=False)
    online = _number(gettext_lazy("Places online"), gettext_lazy("Empty: as many as want to come."), required=False)
    accept_hours = _number(
        gettext_lazy("Hours to accept a place"),
        gettext_lazy("When a place becomes free, whoever is next has this long to take it. 0: it is theirs at once."),
        most=24 * 30,
    )
    remind_days = _number(
        gettext_lazy("Days before the event to remind"), gettext_lazy("0: no reminder is sent."), most=60
    )
    keep_days = _number(
        gettext_lazy("Days after the event until data are deleted"),
        gettext_lazy("Names, addresses and answers are deleted by themselves; numbers stay. Needs go after two days."),
        most=3650, least=1,
    )  # fmt: skip
    asks_networking = forms.BooleanField(label=gettext_lazy("Ask who wants to meet others"), required=False)
    asks_needs = forms.BooleanField(label=gettext_lazy("Ask about access, food and childcare"), required=False)
    asks_photo = forms.BooleanField(label=gettext_lazy("Ask for consent to photographs"), required=False)

    def __init__(self, data: Any = None, *, terms: Terms | None) -> None:
        """Show how it stands."""
        super().__init__(data, initial=_terms_initial(terms))
        told = terms or Terms()
        self.add_text("note", _("Above the form"), told.note, is_long=True)
        self.add_text("online_note", _("How to take part online"), told.online_note, is_long=True)
        for code, _language in languages():
            self.fields[f"online_note_{code}"].help_text = _(
                "Stands in the mails to those who take part online, nowhere else."
            )

    def clean(self) -> dict[str, Any]:
        """Check what belongs together."""
        cleaned = super().clean() or {}
        opens, closes = cleaned.get("opens_at"), cleaned.get("closes_at")
        if opens and closes and opens >= closes:
            self.add_error("closes_at", _("Registration must close after it opens."))
        return cleaned

    def places(self) -> list[Places]:
        """Return the forms of attendance that are offered."""
        data = self.cleaned_data
        kinds = ((Attendance.ONSITE, "onsite"), (Attendance.ONLINE, "online"))
        return [Places(attendance, data[name]) for attendance, name in kinds if data[f"has_{name}"]]

    def values(self) -> dict[str, Any]:
        """Return the columns of the terms."""
        names = (
            "mode", "audience", "opens_at", "closes_at", "accept_hours", "remind_days", "keep_days", "asks_networking", "asks_needs",
            "asks_photo",
        )  # fmt: skip
        texts = {"note": self.text("note"), "online_note": self.text("online_note")}
        return {name: self.cleaned_data[name] for name in names} | texts


def _terms_initial(terms: Terms | None) -> dict[str, Any]:
    if terms is None:
        return {
            "mode": Mode.OPEN, "audience": Audience.PUBLIC, "has_onsite": True, "accept_hours": 48, "remind_days": 2, "keep_days": 90, "asks_needs": True,
        }  # fmt: skip
    names = (
        "mode",
        "audience",
        "accept_hours",
        "remind_days",
        "keep_days",
        "asks_networking",
        "asks_needs",
        "asks_photo",
    )
    said: dict[str, Any] = {name: getattr(terms, name) for name in names}
    said |= {
        name: timezone.localtime(at) if (at := getattr(terms, name)) else None for name in ("opens_at", "closes_at")
    }
    for row in terms.contingents.filter(begins_at__isnull=True, is_closed=False):
        said |= {f"has_{row.attendance}": True, row.attendance: row.capacity}
    return said


class QuestionForm(WordedForm):
    """One question of the organiser's own."""

    sort = forms.ChoiceField(label=gettext_lazy("What the answer looks like"), choices=QuestionSort.choices)
    is_required = forms.BooleanField(label=gettext_lazy("Must be answered"), required=False)
    least = _number(gettext_lazy("At least"), gettext_lazy("Of a whole number."), least=-1_000_000, required=False)
    most = _number(gettext_lazy("At most"), gettext_lazy("Of a whole number."), least=-1_000_000, required=False)
    depends_on = forms.ChoiceField(
        label=gettext_lazy("Asked only where another question"), required=False,
    )  # fmt: skip
    depends_value = forms.CharField(
        label=gettext_lazy("was answered like this"), max_length=200, required=False,
        help_text=gettext_lazy("Exactly as it stands in that question; “yes” or “no”, a number."),
    )  # fmt: skip

    def __init__(
        self, data: Any = None, *, question: Question | None, others: Sequence[Question], has_answers: bool = False
    ) -> None:
        """Show how it stands; it may depend on those before it. What answers look like does not change any more once there are some."""
        said = question or Question()
        names = ("sort", "is_required", "least", "most")
        initial: dict[str, Any] = {name: getattr(said, name) for name in names}
        initial |= {"depends_on": str(said.depends_on_id or ""), "depends_value": _shown_value(said, others)}
        super().__init__(data, initial=initial)
        self.fields["sort"].disabled = has_answers
        self.question, self.others = question, {str(other.pk): other for other in others}
        self.add_text("label", _("Question"), said.label)
        self.add_text("hint", _("Explanation"), said.hint, most=500)
        for code, language in languages():
            lines = "\n".join(str(option["label"].get(code) or "") for option in said.options)
            self.fields[f"options_{code}"] = forms.CharField(
                label=_("Answers to choose from (%(language)s)") % {"language": language}, max_length=LONG, required=False,
                initial=lines, widget=forms.Textarea(attrs={"rows": 4}), help_text=_("One in each line."),
            )  # fmt: skip
        field: Any = self.fields["depends_on"]
        field.choices = [("", _("(always asked)")), *((pk, plain(other.label)) for pk, other in self.others.items())]

    def clean(self) -> dict[str, Any]:
        """Check the question, its options in all languages, and what it depends on."""
        cleaned = super().clean() or {}
        self.require_text("label", _("Please write the question in at least one language."))
        self.options = self._options(cleaned)
        if cleaned.get("sort") in (QuestionSort.CHOICE, QuestionSort.SEVERAL) and len(self.options) < 2:
            self.add_error(f"options_{settings.LANGUAGES[0][0]}", _("Please give at least two answers to choose from."))
        if cleaned.get("least") is not None and cleaned.get("most") is not None and cleaned["least"] > cleaned["most"]:
            self.add_error("most", _("This must not be less than the least."))
        other = self.others.get(cleaned.get("depends_on", ""))
        self.value = _value_of(other, cleaned.get("depends_value", "")) if other else ""
        if other and not self.value:
            self.add_error("depends_value", _("This is none of the answers to that question."))
        return cleaned

    def _options(self, cleaned: dict[str, Any]) -> list[dict[str, Any]]:
        lines = {
            code: [line.strip() for line in cleaned.get(f"options_{code}", "").splitlines() if line.strip()]
            for code, _language in settings.LANGUAGES
        }
        longest = max(lines.values(), key=len)
        for code, rows in lines.items():
            if rows and len(rows) != len(longest):
                self.add_error(f"options_{code}", _("Please give as many answers in each language, in the same order."))
        known = (
            {plain_words(option["label"]): option["key"] for option in self.question.options} if self.question else {}
        )
        labels = [
            {code: rows[number] for code, rows in lines.items() if number < len(rows)} for number in range(len(longest))
        ]
        return _with_keys(labels, known)

    def values(self) -> dict[str, Any]:
        """Return the columns of the question."""
        data = self.cleaned_data
        is_choice = data["sort"] in (QuestionSort.CHOICE, QuestionSort.SEVERAL)
        is_number = data["sort"] == QuestionSort.NUMBER
        return {
            "sort": data["sort"],
            "label": self.text("label"),
            "hint": self.text("hint"),
            "is_required": data["is_required"],
            "options": self.options if is_choice else [],
            "least": data["least"] if is_number else None,
            "most": data["most"] if is_number else None,
            "depends_on": self.others.get(data["depends_on"]),
            "depends_value": self.value,
        }


def plain_words(label: dict[str, str]) -> frozenset[str]:
    """Return an option's words in all languages."""
    return frozenset(label.values())


def _with_keys(labels: list[dict[str, str]], known: dict[frozenset[str], str]) -> list[dict[str, Any]]:
    """Give each option a key; one whose words stayed in a language keeps its own, or answers would lose their meaning."""
    options: list[dict[str, Any]] = []
    taken: set[str] = set()
    for label in labels:
        key = next((key for words, key in known.items() if words & plain_words(label) and key not in taken), "")
        stem = key or slugify(next(iter(label.values())))[:40] or "option"
        key, number = stem, 1
        while key in taken:
            number += 1
            key = f"{stem}-{number}"
        taken.add(key)
        options.append({"key": key, "label": label})
    return options


def _value_of(other: Question, typed: str) -> str:
    """Return the stored form of an answer that somebody names in words; nothing where it is no possible answer."""
    words = typed.strip()
    if other.sort == QuestionSort.YES_NO:
        return {"yes": "yes", "no": "no", _("yes"): "yes", _("no"): "no"}.get(words.lower(), "")
    if other.options:
        found = (
            option["key"] for option in other.options if words == option["key"] or words in option["label"].values()
        )
        return str(next(found, ""))
    return words


def _shown_value(question: Question, others: Sequence[Question]) -> str:
    other = next((other for other in others if other.pk == question.depends_on_id), None)
    if other is None:
        return ""
    names = {"yes": _("yes"), "no": _("no")} | {str(option["key"]): plain(option["label"]) for option in other.options}
    return names.get(question.depends_value, question.depends_value)


class SlotsForm(forms.Form):
    """Times of visits: on which days, from when to when, how long each, for how many."""

    first = forms.DateField(
        label=gettext_lazy("First day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    last = forms.DateField(
        label=gettext_lazy("Last day"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=gettext_lazy("Empty: only the first day."),
    )  # fmt: skip
    weekdays = forms.MultipleChoiceField(
        label=gettext_lazy("On which days of the week"), required=False, widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("None chosen: on all."),
    )  # fmt: skip
    begins = forms.TimeField(label=gettext_lazy("From"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    ends = forms.TimeField(label=gettext_lazy("To"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    minutes = _number(gettext_lazy("Length in minutes"), most=24 * 60, least=5)
    capacity = _number(gettext_lazy("Places at each time"), least=1)

    def __init__(self, data: Any = None, *, day: str) -> None:
        """Begin with the day of the event."""
        super().__init__(
            data, initial={"first": day, "begins": "10:00", "ends": "18:00", "minutes": 60, "capacity": 20}
        )
        names = (date(2024, 1, 1 + number) for number in range(7))  # a Monday
        field: Any = self.fields["weekdays"]
        field.choices = [(str(number), date_format(day_, "l")) for number, day_ in enumerate(names)]

    def clean(self) -> dict[str, Any]:
        """Make the times, so that what is wrong is said before anything is stored."""
        cleaned = super().clean() or {}
        self.slots: list[Slot] = []
        if self.errors:
            return cleaned
        if cleaned.get("last") and cleaned["last"] < cleaned["first"]:
            self.add_error("last", _("The last day must not be before the first."))
        elif cleaned["ends"] <= cleaned["begins"]:
            self.add_error("ends", _("The end must be after the beginning."))
        else:
            self.slots = list(_slots(cleaned))
            if not 0 < len(self.slots) <= MOST_SLOTS:
                self.add_error(
                    "minutes",
                    _("This makes %(number)s times; between 1 and %(most)s are possible.")
                    % {"number": len(self.slots), "most": MOST_SLOTS},
                )
        return cleaned


def _slots(cleaned: dict[str, Any]) -> Iterator[Slot]:
    zone = ZoneInfo(settings.TIME_ZONE)
    length, last = timedelta(minutes=cleaned["minutes"]), cleaned.get("last") or cleaned["first"]
    day = cleaned["first"]
    while day <= last and (day - cleaned["first"]).days < 400:
        if not cleaned["weekdays"] or str(day.weekday()) in cleaned["weekdays"]:
            start = datetime.combine(day, cleaned["begins"])
            closing = datetime.combine(day, cleaned["ends"])
            while start + length <= closing:
                yield Slot(start.replace(tzinfo=zone), (start + length).replace(tzinfo=zone))
                start += length
        day += timedelta(days=1)


class GuestsForm(forms.Form):
    """Whom to invite by mail."""

    guests = forms.CharField(
        label=gettext_lazy("Addresses, one in each line"), max_length=100_000,
        widget=forms.Textarea(attrs={"rows": 8, "autocomplete": "off"}),
        help_text=gettext_lazy("Behind a comma, if you like, a note for yourselves: frieda@example.org, weaving mill"),
    )  # fmt: skip
    language = forms.ChoiceField(label=gettext_lazy("Language of the mail"))

    def __init__(self, data: Any = None) -> None:
        """Offer the site's languages."""
        super().__init__(data)
        field: Any = self.fields["language"]
        field.choices = languages()

    def clean_guests(self) -> list[Guest]:
        """Read the lines; each wrong one is named."""
        guests, wrong = [], []
        for line in self.cleaned_data["guests"].splitlines():
            email, *notes = (part.strip() for part in re.split(r"[,;\t]", line, maxsplit=1))
            if not email:
                continue
            try:
                validate_email(email)
            except ValidationError:
                wrong.append(email)
            else:
                guests.append(Guest(email, *notes))
        if wrong:
            raise ValidationError(_("These are no e-mail addresses: %(lines)s") % {"lines": ", ".join(wrong[:10])})
        if len(guests) > MOST_GUESTS:
            raise ValidationError(_("At most %(most)s at once.") % {"most": MOST_GUESTS})
        return guests


class CodesForm(forms.Form):
    """Codes to hand out."""

    number = _number(gettext_lazy("How many codes"), most=500, least=1)
    uses = _number(gettext_lazy("How often each can be used"), most=10_000, least=1)
    note = forms.CharField(label=gettext_lazy("For whom"), max_length=200, required=False)

    def __init__(self, data: Any = None) -> None:
        """Begin with one code for one person."""
        super().__init__(data, initial={"number": 1, "uses": 1})


class MessageForm(WordedForm):
    """A message to those who are chosen in the list."""

    def __init__(self, data: Any = None) -> None:
        """Ask for subject and text in each language."""
        super().__init__(data)
        self.add_text("subject", _("Subject"), Text(), most=150)
        self.add_text("body", _("Text"), Text(), is_long=True)

    def clean(self) -> dict[str, Any]:
        """Ask for both in at least one language."""
        cleaned = super().clean() or {}
        self.require_text("subject", _("Please write a subject."))
        self.require_text("body", _("Please write a text."))
        return cleaned


class ChosenForm(forms.Form):
    """The filters of the list."""

    q = forms.CharField(max_length=200, required=False)
    state = forms.ChoiceField(required=False)
    group = forms.ChoiceField(required=False, choices=[("", ""), *Group.choices])
    place = forms.IntegerField(required=False)
    networking = forms.BooleanField(required=False)

    def __init__(self, data: Any) -> None:
        """Take the filters from an address; what makes no sense counts as not chosen."""
        super().__init__(data)
        field: Any = self.fields["state"]
        field.choices = [("", ""), ("running", ""), *RegistrationState.choices]

    def chosen(self) -> Chosen:
        """Return the filters."""
        self.is_valid()
        data = self.cleaned_data
        return Chosen(
            data.get("q", ""),
            data.get("state", ""),
            data.get("group", ""),
            data.get("place"),
            bool(data.get("networking")),
        )


class EntryForm(RegistrationForm):
    """A registration that an organiser enters: the person may have no address, and photographs are asked of themselves."""

    about = gettext_lazy("About the person")
    what_you_need = gettext_lazy(
        "Only what the person told you: only the organisers see it, nobody else, and it is deleted two days after the event, before everything else."
    )

    language = forms.ChoiceField(label=gettext_lazy("Language of the mails"))

    def __init__(
        self, data: Any = None, *, terms: Terms, contingents: Sequence[Contingent], questions: Sequence[Question]
    ) -> None:
        """Ask for no more than the person would be asked."""
        super().__init__(data, terms=terms, contingents=contingents, questions=questions)
        self.fields.pop("photo", None)
        self.fields["email"].required = False
        self.fields["email"].help_text = _("Without an address the person gets no mail and no ticket.")
        self._speak_of_somebody_else()
        for question in questions:
            self.fields[question.field_name].required = False
        field: Any = self.fields["language"]
        field.choices = languages()

    def _speak_of_somebody_else(self) -> None:
        """The organiser reads it, and their own name and address have no place here."""
        fields = self.fields
        fields["name"].label, fields["email"].label = _("Name"), _("E-mail address")
        fields["name"].error_messages["required"] = _("Please enter a name.")
        for name in ("name", "email", "organisation"):
            fields[name].widget.attrs["autocomplete"] = "off"
        fields["group"].label = _("Which field does the person come from?")
        if not any(one.begins_at for one in self.contingents):
            fields["contingent"].label = _("How does the person take part?")
        if "networking" in fields:
            fields["networking"].label = _("Would like to meet others in short conversations")
            fields["networking"].help_text = _(
                "Only if the person wishes it: others who want to meet people see name, organisation and field."
            )
