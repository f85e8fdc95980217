"""What is typed about a challenge, with examples beside each question."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.conf import settings
from django.core.validators import validate_email
from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from querwerk.core.fields import check_partial_date
from querwerk.core.spec import UNSTORABLE
from querwerk.core.templatetags.ui import language_name, plain
from querwerk.matching.actions.challenges import Audience, Contact
from querwerk.matching.actions.proposals import Reached
from querwerk.matching.models import Dossier, Guest, Side
from querwerk.matching.states import (
    CONFIDENTIALITY_MEANING,
    GROUND_MEANING,
    OUTCOME_MEANING,
    PRESENCE_MEANING,
    RIPENESS_MEANING,
    Answer,
    Confidentiality,
    Ground,
    Outcome,
    Presence,
    Ripeness,
)
from querwerk.people.models import Organisation, Profile
from querwerk.people.states import SKILL_CHOICES, Submarket
from querwerk.programmes.profiles.steps import region_choices

LONG = 6000
WORK_LANGUAGES = ("de", "en", "cs", "pl", "it", "sl", "nl", "fr", "hu", "sk")
TEXTS = ("title", "problem", "tried", "success", "sayable")
PLAIN = (
    "org",
    "profile",
    "ripeness",
    "submarkets",
    "skills",
    "wanted",
    "place",
    "region",
    "presence",
    "languages",
    "begins",
    "ends",
    "questions",
)

FOLDED = ("skills",)
"""Questions with so many answers that they open on demand."""

type Words = str | Promise

EXAMPLES: dict[str, tuple[tuple[Words, ...], tuple[Words, ...]]] = {
    "title": (
        (gettext_lazy("How do apprentices find their way to a foundry that nobody sees from the road?"),),
        (gettext_lazy("Digitalisation"), gettext_lazy("Cooperation with creatives")),
    ),
    "problem": (
        (
            gettext_lazy("Our samples go to 40 buyers a year. They take one look, and 30 of them never call back. We do not know what they saw."),
            gettext_lazy("In the last two years nobody under 25 applied. The work is clean and well paid, but the word “foundry” frightens them."),
        ),
        (gettext_lazy("We must become more innovative."), gettext_lazy("Our marketing is outdated.")),
    ),
    "tried": (
        (gettext_lazy("A film in 2023: 900 views, no application. A stand at the fair: good talks, but with teachers, not with pupils."),),
        (gettext_lazy("A lot, nothing worked."),),
    ),
    "success": (
        (gettext_lazy("Five pupils spend a day with us in spring, and two of them come back for an internship."),),
        (gettext_lazy("More visibility."), gettext_lazy("A modern appearance.")),
    ),
    "sayable": (
        (gettext_lazy("That we look for young people, with our name. Not the number of applications."),),
        (gettext_lazy("Ask us each time."),),
    ),
}  # fmt: skip
"""For each question: what helps a creative to judge whether they can help, and what does not."""


def scale(choices: Iterable[tuple[str, Words]], meaning: Mapping[str, Words]) -> list[tuple[str, Words]]:
    """Return choices whose labels say what each step means."""
    return [
        (value, format_html('<span><b>{}</b><br><span class="muted small">{}</span></span>', label, meaning[value]))
        for value, label in choices
    ]


def check_date(value: str) -> None:
    """Refuse what is no year, month or day."""
    if value:
        check_partial_date(value)


class LongText(forms.CharField):
    """A text of some paragraphs."""

    widget = forms.Textarea(attrs={"rows": 4})

    def __init__(self, **options: Any) -> None:
        """Need not be filled in: a draft is saved as it stands."""
        super().__init__(**{"required": False, "max_length": LONG, **options})


class ChallengeForm(forms.Form):
    """One page, one question after the other; a draft is saved with any of them open."""

    title = forms.CharField(
        label=gettext_lazy("Your problem as one question"), max_length=200, required=False,
        help_text=gettext_lazy("Not the solution that you have in mind: creatives often find a better one."),
    )  # fmt: skip
    problem = LongText(
        label=gettext_lazy("What is the problem?"),
        help_text=gettext_lazy("What happens, to whom, how often? Figures help, but need not be exact."),
    )
    ripeness = forms.ChoiceField(
        label=gettext_lazy("How far have you come with it?"), required=False, widget=forms.RadioSelect,
        help_text=gettext_lazy("No step is better than another. It tells us what a first conversation should be about."),
    )  # fmt: skip
    tried = LongText(
        label=gettext_lazy("What have you tried?"),
        help_text=gettext_lazy("And why was it not enough? “Nothing yet” is an answer too."),
    )
    success = LongText(
        label=gettext_lazy("What would success look like?"),
        help_text=gettext_lazy("What could you see, count or hear in half a year if it has worked?"),
    )
    org = forms.CharField(
        label=gettext_lazy("Your organisation"), max_length=300, required=False,
        help_text=gettext_lazy("As it stands in the directory. Leave it empty if it is not there yet."),
    )  # fmt: skip
    profile = forms.ChoiceField(
        label=gettext_lazy("In whose name?"), required=False, widget=forms.RadioSelect,
        help_text=gettext_lazy("Profiles in the directory for which you speak."),
    )  # fmt: skip
    contact_name = forms.CharField(
        label=gettext_lazy("Who can be asked, for the whole time?"), max_length=200, required=False,
        help_text=gettext_lazy("One person who knows the problem and may decide. Most cooperations end when that person changes."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )  # fmt: skip
    contact_email = forms.EmailField(
        label=gettext_lazy("E-mail address of this person"), max_length=254, required=False,
        help_text=gettext_lazy("Creatives get it only after both sides have said yes."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )  # fmt: skip
    contact_phone = forms.CharField(
        label=gettext_lazy("Telephone"),
        max_length=60,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "tel"}),
    )
    sayable = LongText(
        label=gettext_lazy("What may be said in public?"),
        help_text=gettext_lazy(
            "In the newsletter, at an event, to the press. What you do not name here we ask you about first."
        ),
    )
    confidentiality = forms.ChoiceField(
        label=gettext_lazy("Who may read this?"), widget=forms.RadioSelect,
        help_text=gettext_lazy("You can change this at any time."),
    )  # fmt: skip
    chosen = forms.TypedMultipleChoiceField(
        label=gettext_lazy("The people I choose"), required=False, coerce=int, widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Only for “Only the people I choose”. Without an organiser among them nobody can propose creatives to you."),
    )  # fmt: skip
    guests = forms.MultipleChoiceField(
        label=gettext_lazy("Asked by mail, not come yet"), required=False, widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Untick an address, and its link leads nowhere any more."),
    )  # fmt: skip
    invited = forms.CharField(
        label=gettext_lazy("Ask others by mail"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("One address a line. The mail says nothing of the challenge; its link works for that person alone and goes out when you save, not before."),
    )  # fmt: skip
    partner = forms.CharField(
        label=gettext_lazy("Your partner in the directory"), max_length=300, required=False,
        help_text=gettext_lazy("If you have one already: the name as it stands in the directory. Organisers then introduce you two to each other first."),
    )  # fmt: skip
    partner_email = forms.EmailField(
        label=gettext_lazy("Or your partner's e-mail address"), max_length=254, required=False,
        help_text=gettext_lazy("If your partner is not there yet: a mail with a link goes out when you save. Behind it your partner reads this and enters the directory."),
    )  # fmt: skip
    submarkets = forms.MultipleChoiceField(
        label=gettext_lazy("Whom do you imagine?"), required=False, widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("If you do not know, tick nothing: your text is compared with everybody's."),
    )  # fmt: skip
    skills = forms.MultipleChoiceField(
        label=gettext_lazy("Which skills do you think are needed?"), required=False,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "ticks"}),
        help_text=gettext_lazy("Only what you are sure of. Creatives who name the same skill stand higher for it."),
    )  # fmt: skip
    wanted = forms.IntegerField(
        label=gettext_lazy("How many creatives should work on it?"), min_value=1, max_value=9, required=False,
        help_text=gettext_lazy("Two from different fields are a good number."),
    )  # fmt: skip
    place = forms.CharField(label=gettext_lazy("Where?"), max_length=200, required=False)
    region = forms.ChoiceField(
        label=gettext_lazy("Region"), required=False,
        help_text=gettext_lazy("Where people must be there, creatives from farther away are marked. Regions of the EU statistics (NUTS)."),
    )  # fmt: skip
    presence = forms.ChoiceField(label=gettext_lazy("Must people be there?"), required=False, widget=forms.RadioSelect)
    languages = forms.MultipleChoiceField(
        label=gettext_lazy("In which languages can you work?"), required=False, widget=forms.CheckboxSelectMultiple
    )
    begins = forms.CharField(
        label=pgettext_lazy("challenge", "From when"), max_length=10, required=False, validators=[check_date],
        help_text=gettext_lazy("A year, a month or a day: 2027, 2027-03 or 2027-03-15."),
    )  # fmt: skip
    ends = forms.CharField(
        label=pgettext_lazy("challenge", "Until when"), max_length=10, required=False, validators=[check_date]
    )
    questions = forms.MultipleChoiceField(
        label=gettext_lazy("Which guiding question does it belong to?"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(
        self,
        data: Any = None,
        *,
        dossier: Dossier,
        team: list[Any],
        questions: list[tuple[str, str]],
        own: list[Profile],
        seen: QuerySet[Profile],
        guests: list[Guest],
        partner_asked: str,
    ) -> None:
        """Show what is there.

        ``team`` are the accounts that may be chosen, ``own`` the profiles in whose name it may be, ``seen`` those among which
        the partner is, ``guests`` those who were asked by mail and have not come, ``partner_asked`` the address of the partner who was.
        """
        self.dossier, self.seen = dossier, seen
        self.waiting = [guest.email for guest in guests if not guest.is_partner]
        self.partner_asked = partner_asked
        super().__init__(data, initial=self._initial(dossier))
        fields: dict[str, Any] = self.fields
        fields["ripeness"].choices = scale(Ripeness.choices, RIPENESS_MEANING)
        fields["confidentiality"].choices = scale(Confidentiality.choices, CONFIDENTIALITY_MEANING)
        fields["chosen"].choices = [(user.pk, user.display_name) for user in team]
        fields["guests"].choices = [(email, email) for email in self.waiting]
        fields["submarkets"].choices = Submarket.choices
        fields["skills"].choices = sorted(
            ((code, str(label)) for code, label in SKILL_CHOICES), key=lambda pair: pair[1].casefold()
        )
        fields["region"].choices = region_choices(str(dossier.content.get("region") or ""))
        fields["presence"].choices = scale(Presence.choices, PRESENCE_MEANING)
        fields["languages"].choices = [(code, language_name(code)) for code in WORK_LANGUAGES]
        fields["questions"].choices = questions
        fields["profile"].choices = [(one.key, plain(one.name)) for one in own]
        for name, is_needed in (
            ("chosen", team),
            ("guests", self.waiting),
            ("questions", questions),
            ("profile", own),
        ):
            if not is_needed:
                del self.fields[name]
        for name in TEXTS:
            self.fields[name].widget.attrs["lang"] = dossier.language

    def _initial(self, dossier: Dossier) -> dict[str, Any]:
        content, language = dossier.content, dossier.language
        texts = {name: content.get(f"{name}_{language}") or content.get(name) or "" for name in TEXTS}
        return {
            **{name: content.get(name) for name in PLAIN},
            **texts,
            "org": plain(dossier.organisation.name) if dossier.organisation is not None else "",
            "contact_name": dossier.contact_name,
            "contact_email": dossier.contact_email,
            "contact_phone": dossier.contact_phone,
            "partner": plain(dossier.partner.name) if dossier.partner is not None else "",
            "partner_email": self.partner_asked if dossier.partner is None else "",
            "guests": self.waiting,
            "confidentiality": dossier.confidentiality,
            "chosen": list(dossier.confidants.values_list("user", flat=True)) if dossier.pk else [],
        }

    def clean(self) -> dict[str, Any]:
        """Take out what a database refuses, and look that the end is not before the beginning."""
        cleaned = super().clean() or {}
        for name, value in cleaned.items():
            if isinstance(value, str):
                cleaned[name] = UNSTORABLE.sub("", value).strip()
        begins, ends = cleaned.get("begins", ""), cleaned.get("ends", "")
        if begins and ends and ends < begins[: len(ends)]:
            self.add_error("ends", _("The end is before the beginning."))
        return cleaned

    def clean_invited(self) -> list[str]:
        """Return the addresses, each once."""
        typed = str(self.cleaned_data["invited"]).replace(",", " ").replace(";", " ").split()
        for email in typed:
            try:
                validate_email(email)
            except forms.ValidationError:
                raise forms.ValidationError(_("“%(typed)s” is not an e-mail address.") % {"typed": email}) from None
        if typed and self.data.get("confidentiality") != Confidentiality.CHOSEN:
            raise forms.ValidationError(
                _("Only “Only the people I choose” needs this. Choose it above, or leave this empty.")
            )
        return list(dict.fromkeys(email.lower() for email in typed))

    def clean_partner(self) -> Profile | None:
        """Return the profile that is called so, among those that the viewer may see."""
        typed = " ".join(str(self.cleaned_data["partner"]).split())
        if not typed:
            return None
        # A draft saves itself every few seconds, and a directory holds thousands: their texts are not read for that.
        for pk, key, name in self.seen.values_list("pk", "key", "name"):
            if typed == key or typed.casefold() in {str(one).casefold() for one in name.values()}:
                return self.seen.get(pk=pk)
        raise forms.ValidationError(
            _(
                "Nobody in the directory whom you may see has this name. Write it as it stands there, or give an address."
            )
        )

    def clean_org(self) -> str:
        """Return the key of the organisation that is called so."""
        typed = " ".join(str(self.cleaned_data["org"]).split())
        if not typed:
            return ""
        names = Organisation.objects.filter(space=self.dossier.space_id, visibility="published").values_list(
            "key", "name"
        )
        found = [
            key
            for key, name in names
            if typed == key or typed.casefold() in {str(one).casefold() for one in name.values()}
        ]
        if not found:
            raise forms.ValidationError(
                _("No organisation in the directory has this name. Write it as it stands there, or leave this empty.")
            )
        return str(found[0])

    def content(self) -> dict[str, Any]:
        """Return the challenge in its bundle form; texts in other languages and what the form does not show stay."""
        language, typed, before = self.dossier.language, self.cleaned_data, self.dossier.content
        stated: dict[str, Any] = {}
        for name in TEXTS:
            is_unstated = bool(before.get(name)) and f"{name}_{language}" not in before
            stated[name if is_unstated else f"{name}_{language}"] = typed[name]
        stated |= {name: typed[name] for name in PLAIN if name in typed}
        kept = {key: value for key, value in before.items() if key not in stated}
        # What a source states to be unknown or none stays so until somebody knows better.
        gaps = {key: before[key] for key, value in stated.items() if not value and key in before and not before[key]}
        return kept | gaps | {key: value for key, value in stated.items() if value}

    def contact(self) -> Contact:
        """Return who can be asked."""
        typed = self.cleaned_data
        return Contact(typed["contact_name"], typed["contact_email"], typed["contact_phone"])

    def audience(self) -> Audience:
        """Return who may read it; who came in since the page was opened was not there to be unticked, and stays."""
        ticked = frozenset(self.cleaned_data.get("chosen", ()))
        sent: Any = self.data
        offered = {int(pk) for pk in sent.getlist("offered") if pk.isdecimal()} if "offered" in sent else None
        came = frozenset(self.initial["chosen"]) - offered if offered is not None else frozenset()
        return Audience(self.cleaned_data["confidentiality"], ticked | came)

    def guests_wanted(self) -> list[str]:
        """Return the addresses that are to be asked, or were and still are."""
        return [*self.cleaned_data.get("guests", ()), *self.cleaned_data["invited"]]


def examples(form: ChallengeForm, *, has_partner: bool = False) -> list[dict[str, Any]]:
    """Return the questions of the form in titled steps, each with its examples; who comes with a partner names them first."""
    partner: tuple[str, Words, tuple[str, ...]] = (
        "partner",
        gettext_lazy("Your partner"),
        ("partner", "partner_email"),
    )
    steps: tuple[tuple[str, Words, tuple[str, ...]], ...] = (
        *([partner] if has_partner else []),
        ("problem", gettext_lazy("The problem"), ("title", "problem", "ripeness", "tried")),
        ("success", gettext_lazy("Success"), ("success",)),
        ("people", gettext_lazy("Who you are"), ("profile", "org", "contact_name", "contact_email", "contact_phone")),
        ("public", gettext_lazy("What others learn"), ("confidentiality", "chosen", "guests", "invited", "sayable")),
        ("wanted", gettext_lazy("Whom you look for"), ("submarkets", "skills", "wanted", "place", "region", "presence", "languages", "begins", "ends", "questions")),
        *([] if has_partner else [partner]),
    )  # fmt: skip
    return [
        {
            "id": f"step-{key}",
            "title": title,
            "rows": [
                {"field": form[name], "good": good, "vague": vague, "is_folded": name in FOLDED}
                for name in names
                if name in form.fields
                for good, vague in [EXAMPLES.get(name, ((), ()))]
            ],
        }
        for key, title, names in steps
    ]


def languages() -> list[tuple[str, str]]:
    """Return the languages in which a challenge may be written, named in the reader's."""
    return [(code, language_name(code)) for code, _name in settings.LANGUAGES]


class NotForMeForm(forms.Form):
    """Why a suggestion is not wanted: a ground that the next ranking heeds, and own words."""

    ground = forms.ChoiceField(
        label=gettext_lazy("What is it above all?"), widget=forms.RadioSelect, required=False,
    )  # fmt: skip
    why = forms.CharField(
        label=gettext_lazy("In your own words"), max_length=500, required=False,
        help_text=gettext_lazy("The organisers read it; the other side does not."),
    )  # fmt: skip

    def __init__(self, data: Any = None) -> None:
        """Describe what each ground changes."""
        super().__init__(data)
        field: Any = self.fields["ground"]
        field.choices = scale(Ground.choices, GROUND_MEANING)

    def clean_why(self) -> str:
        """Take out what a database refuses."""
        return UNSTORABLE.sub("", str(self.cleaned_data["why"])).strip()


class AnswerForm(forms.Form):
    """Yes or no, with a reason for a no, and what the other side may use after two yeses."""

    answer = forms.ChoiceField(
        label=gettext_lazy("Would you like to get to know each other?"), widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Please choose yes or no.")},
    )  # fmt: skip
    ground = forms.ChoiceField(
        label=gettext_lazy("If no: what is it above all?"), widget=forms.RadioSelect, required=False,
    )  # fmt: skip
    reason = LongText(
        label=gettext_lazy("Why?"), max_length=1000,
        help_text=gettext_lazy("For a “no”: the organisers read it and propose better next time. The other side does not read it."),
    )  # fmt: skip
    name = forms.CharField(
        label=gettext_lazy("Your name"), max_length=200, required=False,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )  # fmt: skip
    email = forms.EmailField(
        label=gettext_lazy("Your e-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    phone = forms.CharField(
        label=gettext_lazy("Telephone"),
        max_length=60,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "tel"}),
    )

    def __init__(self, data: Any = None, *, side: Side) -> None:
        """Fill in how the side is reached."""
        super().__init__(data, initial={"name": side.name, "email": side.email, "phone": side.phone})
        field: Any = self.fields["answer"]
        field.choices = [
            (Answer.YES, gettext_lazy("Yes, we would like to get to know each other")),
            (Answer.NO, gettext_lazy("No, not this one")),
        ]
        grounds: Any = self.fields["ground"]
        grounds.choices = Ground.choices

    def clean(self) -> dict[str, Any]:
        """Ask for a reason where the answer is no."""
        cleaned = super().clean() or {}
        cleaned["reason"] = UNSTORABLE.sub("", cleaned.get("reason") or "").strip()
        is_told = cleaned["reason"] or cleaned.get("ground") not in ("", Ground.OTHER)
        if cleaned.get("answer") == Answer.NO and not is_told and not {"reason", "ground"} & set(self.errors):
            self.add_error("reason", _("Please give a reason in a few words. “No time this year” is enough."))
        return cleaned

    def reached(self) -> Reached:
        """Return how the side wants to be reached."""
        typed = self.cleaned_data
        return Reached(typed["name"], typed["email"], typed["phone"])


class FollowUpForm(forms.Form):
    """One question on a scale whose steps are described, and room for a sentence."""

    outcome = forms.ChoiceField(
        label=gettext_lazy("What became of it?"), widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Please choose the answer that comes nearest.")},
    )  # fmt: skip
    words = LongText(
        label=gettext_lazy("In a sentence"), max_length=2000,
        help_text=gettext_lazy("What was made, what you learned, what you would do otherwise. The organisers read it; they ask you before they quote it."),
    )  # fmt: skip

    def __init__(self, data: Any = None, **options: Any) -> None:
        """Describe each step of the scale."""
        super().__init__(data, **options)
        field: Any = self.fields["outcome"]
        field.choices = scale(Outcome.choices, OUTCOME_MEANING)

    def clean_words(self) -> str:
        """Take out what a database refuses."""
        return UNSTORABLE.sub("", str(self.cleaned_data["words"])).strip()
