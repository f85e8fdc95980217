"""What is typed into the forms about meetings."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from querwerk.core.templatetags.ui import language_name
from querwerk.events.states import Group
from querwerk.meetings.models import Networking, Participant, Plan, Session, Table, Team
from querwerk.meetings.queries import people
from querwerk.meetings.rules import Hours
from querwerk.meetings.states import Method, PlanState

SPOKEN = ("de", "en", "cs", "pl", "it", "sl", "hu", "sk", "fr", "nl", "uk")
"""Languages that can be ticked; those of the site come first."""


def languages() -> list[tuple[str, str]]:
    """Return the languages in which people can talk, named in the reader's."""
    codes = dict.fromkeys([*(code for code, _name in settings.LANGUAGES), *SPOKEN])
    return [(code, language_name(code)) for code in codes]


class SettingsForm(forms.Form):
    """Limits, and who may wish."""

    use_required_attribute = False
    most = forms.IntegerField(
        label=gettext_lazy("At most so many meetings for each person"), min_value=1, max_value=100
    )
    least = forms.IntegerField(
        label=gettext_lazy("Guaranteed meetings for each person"), min_value=0, max_value=100,
        help_text=gettext_lazy("Of those who want so many. A guaranteed meeting counts more than any wish."),
    )  # fmt: skip
    most_wishes = forms.IntegerField(
        label=gettext_lazy("At most so many wishes for each person"), min_value=1, max_value=200
    )
    may_wish = forms.BooleanField(
        label=gettext_lazy("Participants wish for themselves"), required=False,
        help_text=gettext_lazy("Otherwise you alone say who meets whom."),
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """Guarantee nobody more than they may have."""
        typed = super().clean() or {}
        if (typed.get("least") or 0) > (typed.get("most") or 100):
            self.add_error("least", _("More meetings are guaranteed than one person may have."))
        return typed

    @classmethod
    def of(cls, networking: Networking, data: Any = None) -> "SettingsForm":
        """Return the form of an event."""
        return cls(data, initial={name: getattr(networking, name) for name in cls.base_fields})


def _time(label: Any, *, required: bool = True) -> forms.TimeField:
    widget = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    return forms.TimeField(label=label, required=required, widget=widget)


class SessionForm(forms.Form):
    """Hours in which people meet."""

    use_required_attribute = False
    day = forms.DateField(label=gettext_lazy("Day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    begins = _time(gettext_lazy("Begins"))
    ends = _time(gettext_lazy("Ends"))
    minutes = forms.IntegerField(label=gettext_lazy("Minutes of a meeting"), min_value=5, max_value=240, initial=20)
    pause = forms.IntegerField(
        label=gettext_lazy("Minutes between two meetings"), min_value=0, max_value=120, initial=5,
        help_text=gettext_lazy("To change the table, and to breathe."),
    )  # fmt: skip
    break_from = _time(gettext_lazy("Break from"), required=False)
    break_to = _time(gettext_lazy("Break to"), required=False)

    def clean(self) -> dict[str, Any]:
        """Let session and break end after they begin."""
        typed = super().clean() or {}
        begins, ends = typed.get("begins"), typed.get("ends")
        if begins and ends and begins >= ends:
            self.add_error("ends", _("It has to end after it begins."))
        first, last = typed.get("break_from"), typed.get("break_to")
        if bool(first) != bool(last):
            self.add_error("break_to" if first else "break_from", _("A break has a beginning and an end."))
        elif first and last and first >= last:
            self.add_error("break_to", _("It has to end after it begins."))
        return typed

    def hours(self) -> Hours:
        """Return what was typed."""
        typed = self.cleaned_data
        return Hours(**{name: typed[name] for name in ("day", "begins", "ends", "minutes", "break_from", "break_to")}, pause=typed["pause"])  # fmt: skip

    @classmethod
    def of(cls, session: Session | None, data: Any = None, day: Any = None) -> "SessionForm":
        """Return the form of a session, or of a new one on a day."""
        said = {name: getattr(session, name) for name in cls.base_fields} if session is not None else {"day": day}
        return cls(data, initial=said)


class TablesForm(forms.Form):
    """Several tables at once, called by numbers."""

    use_required_attribute = False
    first = forms.IntegerField(label=gettext_lazy("From number"), min_value=1, max_value=9999, initial=1)
    last = forms.IntegerField(label=gettext_lazy("To number"), min_value=1, max_value=9999)
    room = forms.CharField(label=gettext_lazy("Room"), max_length=100, required=False)
    is_accessible = forms.BooleanField(label=gettext_lazy("Accessible without steps"), required=False)

    def clean(self) -> dict[str, Any]:
        """Count upward."""
        typed = super().clean() or {}
        if typed.get("first") and typed.get("last") and typed["last"] < typed["first"]:
            self.add_error("last", _("The last number is smaller than the first."))
        return typed


class TableForm(forms.Form):
    """One table."""

    use_required_attribute = False
    name = forms.CharField(label=gettext_lazy("Number or name"), max_length=40)
    room = forms.CharField(label=gettext_lazy("Room"), max_length=100, required=False)
    is_accessible = forms.BooleanField(label=gettext_lazy("Accessible without steps"), required=False)
    languages = forms.MultipleChoiceField(
        label=gettext_lazy("Somebody interprets here between"), required=False, widget=forms.CheckboxSelectMultiple
    )
    stand_of = forms.ModelChoiceField(
        Team.objects.none(), label=gettext_lazy("Stand of"), required=False, empty_label=gettext_lazy("nobody"),
        help_text=gettext_lazy("The team stays here: all of its meetings are at this table, and nobody else's."),
    )  # fmt: skip
    is_closed = forms.BooleanField(label=gettext_lazy("Cannot be used any more"), required=False)

    def __init__(self, data: Any = None, *, networking: Networking, table: Table | None) -> None:
        """Offer the teams of the event."""
        said = {name: getattr(table, name) for name in self.base_fields} if table is not None else {}
        super().__init__(data, initial=said)
        self.fields["languages"].choices = languages()  # type: ignore[attr-defined]
        self.fields["stand_of"].queryset = networking.teams.order_by("name", "pk")  # type: ignore[attr-defined]
        if table is None:
            del self.fields["is_closed"]


class PersonChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    """One of those who take part, by name and organisation."""

    def label_from_instance(self, obj: Any) -> str:
        """Return name and organisation."""
        return ", ".join(filter(None, (obj.registration.name, obj.registration.organisation)))


class PeopleChoice(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    """Several of those who take part."""

    def label_from_instance(self, obj: Any) -> str:
        """Return name and organisation."""
        return ", ".join(filter(None, (obj.registration.name, obj.registration.organisation)))


class TeamForm(forms.Form):
    """A team and its members."""

    use_required_attribute = False
    name = forms.CharField(label=gettext_lazy("Name"), max_length=200)
    members = PeopleChoice(
        Participant.objects.none(), label=gettext_lazy("Members"), required=False, widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("They share their meetings."),
    )  # fmt: skip
    comes_together = forms.BooleanField(
        label=gettext_lazy("They always come together"), required=False,
        help_text=gettext_lazy("For that a time has to suit all of them. Otherwise whoever of them is free comes."),
    )  # fmt: skip

    def __init__(self, data: Any = None, *, networking: Networking, team: Team | None) -> None:
        """Offer those who take part."""
        said = {"name": team.name, "members": list(team.members.values_list("pk", flat=True)), "comes_together": team.comes_together} if team else {}  # fmt: skip
        super().__init__(data, initial=said)
        self.fields["members"].queryset = people.active(networking.pk)  # type: ignore[attr-defined]


class PairForm(forms.Form):
    """Two people."""

    use_required_attribute = False
    first = PersonChoice(
        Participant.objects.none(), label=gettext_lazy("One person"), empty_label=gettext_lazy("please choose")
    )
    second = PersonChoice(
        Participant.objects.none(), label=gettext_lazy("The other person"), empty_label=gettext_lazy("please choose")
    )
    sort = forms.ChoiceField(
        label=gettext_lazy("These two"), widget=forms.RadioSelect,
        choices=[("must", gettext_lazy("have to meet")), ("never", gettext_lazy("must not meet")), ("wish", gettext_lazy("would like to meet (the first asked for it)"))],
    )  # fmt: skip

    def __init__(self, data: Any = None, *, networking: Networking) -> None:
        """Offer those who take part."""
        super().__init__(data)
        for name in ("first", "second"):
            self.fields[name].queryset = people.active(networking.pk)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Nobody meets themselves."""
        typed = super().clean() or {}
        if typed.get("first") and typed.get("first") == typed.get("second"):
            self.add_error("second", _("Please choose two different people."))
        return typed


class ComputeForm(forms.Form):
    """How to make a version of the timetable."""

    use_required_attribute = False
    method = forms.ChoiceField(label=gettext_lazy("How"), widget=forms.RadioSelect, choices=Method.choices)
    seconds = forms.IntegerField(
        label=gettext_lazy("Longest time in seconds"), min_value=5, max_value=600, initial=30,
        help_text=gettext_lazy("It ends earlier when nothing better is possible, and you can stop it at any time."),
    )  # fmt: skip


class PersonForm(forms.Form):
    """What the organisers say about one person."""

    use_required_attribute = False
    is_absent = forms.BooleanField(label=gettext_lazy("Did not come"), required=False)
    open_slots = forms.MultipleChoiceField(
        label=gettext_lazy("Can come at"), required=False, widget=forms.CheckboxSelectMultiple
    )
    least = forms.IntegerField(label=gettext_lazy("Guaranteed meetings, if different"), min_value=0, max_value=100, required=False)  # fmt: skip
    most = forms.IntegerField(label=gettext_lazy("Most meetings, if different"), min_value=0, max_value=100, required=False)  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """Guarantee nobody more than they may have."""
        typed = super().clean() or {}
        least, most = typed.get("least"), typed.get("most")
        if least is not None and most is not None and least > most:
            self.add_error("least", _("More meetings are guaranteed than one person may have."))
        return typed


class IntroductionForm(forms.Form):
    """What somebody says about themselves to the others."""

    use_required_attribute = False
    sentence = forms.CharField(
        label=gettext_lazy("What do you do, or look for?"), max_length=300, required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("One sentence that the others see. We suggest people whose sentence has to do with it."),
    )  # fmt: skip
    languages = forms.MultipleChoiceField(
        label=gettext_lazy("In which languages can you talk?"), required=False, widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("If you choose none, any will do."),
    )  # fmt: skip
    needs_accessible = forms.BooleanField(
        label=gettext_lazy("I need a table that is accessible without steps"), required=False,
        help_text=gettext_lazy("Only the organisers see this."),
    )  # fmt: skip
    open_slots = forms.MultipleChoiceField(
        label=gettext_lazy("When can you meet people?"), required=False, widget=forms.CheckboxSelectMultiple
    )


class RoleForm(forms.Form):
    """As what else somebody is here."""

    use_required_attribute = False
    title = forms.CharField(
        label=gettext_lazy("As what are you here, too?"), max_length=120,
        help_text=gettext_lazy("For example “stage designer of my own” beside the company for which you registered."),
    )  # fmt: skip
    group = forms.ChoiceField(
        label=gettext_lazy("Field"), required=False,
        choices=[("", gettext_lazy("the same as in my registration")), *Group.choices],
    )  # fmt: skip
    sentence = forms.CharField(
        label=gettext_lazy("What do you do in this role, or look for?"), max_length=300, required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip


# --- What is printed -----------------------------------------------------------


class PaperForm(forms.Form):
    """What is printed, in which language; the field without a choice takes the first."""

    use_required_attribute = False
    first_language: Any = None
    """What stands first among the languages, instead of each one's own."""
    language = forms.ChoiceField(label=gettext_lazy("Language"), required=False)

    def __init__(self, data: Any = None, *, groups: Sequence[str], versions: Sequence[Plan], prefix_id: str) -> None:
        """Offer what there is of this event."""
        super().__init__(data, auto_id=f"{prefix_id}-%s")
        sites = [(code, language_name(code)) for code, _name in settings.LANGUAGES]
        own = [] if self.first_language is None else [("", self.first_language)]
        self.fields["language"].choices = own + sites  # type: ignore[attr-defined]
        if "who" in self.fields:
            named = [(group, Group(group).label) for group in groups]
            self.fields["who"].choices = [("", _("Everybody")), *named]  # type: ignore[attr-defined]
        if "version" in self.fields:
            self.fields["version"].choices = [(plan.number, _version_name(plan)) for plan in versions]  # type: ignore[attr-defined]
            if len(versions) < 2:
                self.fields["version"].widget = forms.HiddenInput()

    def clean_version(self) -> int:
        """Return the number of the version; 0 for the one that counts."""
        return int(self.cleaned_data["version"] or 0)


def _version_name(plan: Plan) -> str:
    return _("Version %(number)s, %(state)s") % {"number": plan.number, "state": PlanState(plan.state).label}


class BadgesForm(PaperForm):
    """Badges."""

    first_language = gettext_lazy("each person's own")
    who = forms.ChoiceField(label=gettext_lazy("For whom"), required=False)
    person = forms.IntegerField(required=False, widget=forms.HiddenInput, min_value=1, max_value=2**31)
    size = forms.ChoiceField(
        label=gettext_lazy("Size"), required=False,
        choices=[("90x55", gettext_lazy("90 × 55 mm, ten on a sheet")), ("74x105", gettext_lazy("74 × 105 mm (A7 upright), four on a sheet")), ("148x105", gettext_lazy("148 × 105 mm (A6), two on a sheet"))],
    )  # fmt: skip
    field_order = ("who", "size", "language")

    def clean_size(self) -> str:
        """Return the size, the smallest where none was said."""
        return self.cleaned_data["size"] or "90x55"


class PlansForm(PaperForm):
    """Personal plans."""

    first_language = gettext_lazy("each person's own")
    who = forms.ChoiceField(label=gettext_lazy("For whom"), required=False)
    person = forms.IntegerField(required=False, widget=forms.HiddenInput, min_value=1, max_value=2**31)
    per_sheet = forms.TypedChoiceField(
        label=gettext_lazy("On a sheet of A4"), required=False, coerce=int,
        choices=[(1, gettext_lazy("one person")), (2, gettext_lazy("two people, to cut"))],
    )  # fmt: skip
    version = forms.ChoiceField(label=gettext_lazy("Version of the timetable"), required=False)
    field_order = ("who", "per_sheet", "version", "language")

    def clean_per_sheet(self) -> int:
        """Return how many stand on a sheet, one where nothing was said."""
        return self.cleaned_data["per_sheet"] or 1


class SignsForm(PaperForm):
    """Signs for tables."""

    version = forms.ChoiceField(label=gettext_lazy("Version of the timetable"), required=False)
    field_order = ("version", "language")
