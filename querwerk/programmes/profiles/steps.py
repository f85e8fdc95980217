"""What the owner of a profile is invited to add, step by step, and what each step is worth."""

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from querwerk.core.spec import Choice, Choices, Field, Label, Links, Number, Texts, UrlList, Words
from querwerk.core.templatetags.ui import language_name
from querwerk.core.terms import term
from querwerk.core.text import UNSTATED, Text
from querwerk.people.models import Contact, Profile
from querwerk.people.regions import regions
from querwerk.people.states import Audience

TEXT_LIMIT = 5_000
SHORT = 300


@dataclass(frozen=True, slots=True)
class Step:
    """One page of the profile's form."""

    key: str
    title: Label
    worth: Label
    fields: tuple[str, ...]
    """Keys of the profile's declaration."""
    is_done: Callable[[Profile, bool], bool]
    """Takes the profile and whether it has a picture."""


STEPS: tuple[Step, ...] = (
    Step(
        "about", gettext_lazy("Who you are"), gettext_lazy("The sentence that everybody reads first."),
        ("name", "kind", "side", "summary", "belongs_to"), lambda profile, _picture: bool(profile.name and profile.summary and profile.side),
    ),
    Step(
        "offers", gettext_lazy("What you offer"),
        gettext_lazy("The text from which the matching works: two or three examples bring more than a list of keywords."),
        ("offers",), lambda profile, _picture: bool(profile.offers),
    ),
    Step(
        "seeks", gettext_lazy("What you look for"),
        gettext_lazy("Others see at once whether they are the ones you look for."),
        ("seeks",), lambda profile, _picture: bool(profile.seeks),
    ),
    Step(
        "field", gettext_lazy("Your field"),
        gettext_lazy("With submarket or branch and skills you are found by everybody who filters, in every language."),
        ("submarkets", "division", "skills"), lambda profile, _picture: bool(profile.submarkets or profile.division),
    ),
    Step(
        "picture", gettext_lazy("A picture of your work"),
        gettext_lazy("With a picture of your work people remember you; without one your profile has a woven pattern."),
        (), lambda _profile, has_picture: has_picture,
    ),
    Step(
        "place", gettext_lazy("Where you are"), gettext_lazy("With a place you stand on the map, and those nearby find you."),
        ("town", "region", "lat", "lon", "remote", "languages"), lambda profile, _picture: bool(profile.town or profile.region),
    ),
    Step(
        "time", gettext_lazy("When you have time"),
        gettext_lazy("With your time stated nobody asks in vain, and “available now” finds you."),
        ("availability", "capacity", "open_places", "available_from", "available_until"),
        lambda profile, _picture: bool(profile.availability or profile.capacity is not None or profile.available_from),
    ),
    Step(
        "links", gettext_lazy("Website and films"), gettext_lazy("With links others see what you have done already."),
        ("url", "links", "films"), lambda profile, _picture: bool(profile.url or profile.links or profile.films),
    ),
)  # fmt: skip
BY_KEY = {step.key: step for step in STEPS}
LABELS: dict[str, Label] = {
    "kind": gettext_lazy("You are"),
    "summary": gettext_lazy("In one sentence"),
    "belongs_to": gettext_lazy("Organisations for which you work, one a line"),
    "offers": gettext_lazy("What you offer"),
    "seeks": gettext_lazy("What you look for"),
    "languages": gettext_lazy("Languages in which you work"),
    "remote": gettext_lazy("Working together"),
    "films": gettext_lazy("Films, one address a line"),
    "links": gettext_lazy("Further addresses, one a line"),
    "capacity": gettext_lazy("Projects that you can take on in a year"),
    "available_from": gettext_lazy("You have time from"),
    "available_until": gettext_lazy("You have time until"),
    "region": gettext_lazy("Region"),
}
HINTS: dict[str, Label] = {
    "offers": gettext_lazy("For example: “We turn measured data into light. For a foundry we built a lamp that shows how hot the furnace is.”"),
    "seeks": gettext_lazy("For example: “A company that dares to show its production hall to strangers.”"),
    "belongs_to": gettext_lazy("For persons: the names as they stand in the directory. There may be several."),
    "available_from": gettext_lazy("2027, 2027-03 or 2027-03-15"),
    "lat": gettext_lazy("Only if you want the pin at a certain place; otherwise it stands in the middle of the region."),
}  # fmt: skip


def stated_languages(profile: Profile, step: Step) -> list[str]:
    """Return the languages in which the step's texts say something."""
    found: list[str] = []
    for key in step.fields:
        declared = Profile.SPEC.field(key)
        if isinstance(declared, Texts) and key != "name":  # a name is the same in all languages
            found += [code for code, words in getattr(profile, declared.column or key).items() if words]
    return list(dict.fromkeys(found))


def base_of(raw: Mapping[str, Any], step: Step) -> str:
    """Return a sum of what is saved in a step: it is another one when somebody has changed that."""
    names: list[str] = []
    for key in step.fields:
        declared = Profile.SPEC.field(key)
        names += (
            [declared.name(code) for code in declared.languages(raw)] if isinstance(declared, Texts) else [declared.key]
        )
    said = json.dumps({name: raw[name] for name in sorted(names) if name in raw}, sort_keys=True)
    return hashlib.sha256(said.encode()).hexdigest()


class StepForm(forms.Form):
    """The fields of a step, made from the declaration of profiles; texts stand once for each language."""

    def __init__(
        self,
        data: Any = None,
        *,
        step: Step,
        raw: Mapping[str, Any],
        languages: list[str],
        organisations: Callable[[], Mapping[str, str]] = dict,
    ) -> None:
        """Offer what the step asks for, filled with what the profile says; ``organisations`` gives key and name of those to be seen."""
        super().__init__(data)
        self.organisations = organisations
        self.step = step
        self.newer: int | None = None
        """The version that somebody else made meanwhile."""
        self.languages = languages
        for key in step.fields:
            declared = Profile.SPEC.field(key)
            if isinstance(declared, Texts):
                self.add_texts(declared, raw)
            else:
                self.add(declared, raw)

    def add_texts(self, declared: Texts, raw: Mapping[str, Any]) -> None:
        """Offer a text in each language; a name is the same in all."""
        label = str(LABELS.get(declared.key, declared.label))
        codes = declared.languages(raw) or [UNSTATED] if declared.key == "name" else self.languages
        for number, code in enumerate(codes):
            is_named = len(codes) > 1 and code != UNSTATED
            attributes = {"lang": code} if code != UNSTATED else {}
            widget = forms.Textarea({"rows": 7, **attributes}) if declared.is_long else forms.TextInput(attributes)
            self.fields[declared.name(code)] = forms.CharField(
                label=f"{label} ({language_name(code)})" if is_named else label, widget=widget,
                required=declared.is_required and number == 0, max_length=TEXT_LIMIT if declared.is_long else SHORT,
                initial=raw.get(declared.name(code)) or "", help_text=str(HINTS.get(declared.key, "")) if number == 0 else "",
            )  # fmt: skip

    def add(self, declared: Field, raw: Mapping[str, Any]) -> None:
        """Offer another field by its type."""
        label, hint = LABELS.get(declared.key, declared.label), HINTS.get(declared.key, declared.hint)
        value = raw.get(declared.key)
        options: dict[str, Any] = {"label": label, "help_text": hint, "required": False, "initial": value}
        made: forms.Field
        if declared.key == "region":
            made = forms.ChoiceField(choices=region_choices(value or ""), **(options | {"help_text": ""}))
        elif isinstance(declared, Choices):
            made = forms.MultipleChoiceField(
                choices=sorted_choices(declared),
                widget=forms.CheckboxSelectMultiple(attrs={"class": "ticks"}),
                **options,
            )
        elif isinstance(declared, Choice):
            made = forms.ChoiceField(choices=[("", "–"), *declared.choices], **options)
        elif isinstance(declared, Links):
            known = self.organisations() if value else {}
            options["initial"] = "\n".join(known.get(key, key) for key in value or [])
            made = forms.CharField(widget=forms.Textarea({"rows": 2}), max_length=TEXT_LIMIT, **options)
        elif isinstance(declared, UrlList):
            options["initial"] = "\n".join(value or [])
            made = forms.CharField(
                widget=forms.Textarea({"rows": 4, "inputmode": "url"}), max_length=TEXT_LIMIT, **options
            )
        elif isinstance(declared, Number):
            made = forms.IntegerField(**options) if declared.is_whole else forms.FloatField(**options)
        else:
            limit = declared.limit if isinstance(declared, Words) else SHORT
            made = forms.CharField(max_length=limit, **options)
        self.fields[declared.key] = made

    def fill(self, typed: Mapping[str, list[str]]) -> None:
        """Show what somebody typed earlier, right or wrong, in the place of what is saved."""
        for name, field in self.fields.items():
            if name in typed:
                values = typed[name]
                is_list = isinstance(field, forms.MultipleChoiceField)
                field.initial = values if is_list else "".join(values[:1])

    def typed(self) -> dict[str, list[str]]:
        """Return what stands in the fields, right or wrong, and in which languages there are some."""
        sent = {
            name: [value.replace("\r\n", "\n") for value in self.data.getlist(name)]  # type: ignore[attr-defined]
            for name in self.fields
        }
        return {**sent, "added": self.languages}

    def says_what_is_saved(self) -> bool:
        """Tell whether nothing was typed that is not saved already."""
        typed = self.typed()
        return not any(
            field.has_changed(
                _one_line_ends(field.initial),
                typed[name] if isinstance(field, forms.MultipleChoiceField) else "".join(typed[name][:1]),
            )
            for name, field in self.fields.items()
        )

    def clean_belongs_to(self) -> list[str]:
        """Return the keys of the organisations that are named."""
        lines = [" ".join(line.split()) for line in self.cleaned_data["belongs_to"].splitlines() if line.strip()]
        if not lines:
            return []
        keys: dict[str, str] = {}
        for key, name in self.organisations().items():
            keys |= {key.casefold(): key, name.casefold(): key}
        for line in lines:
            if line.casefold() not in keys:
                raise forms.ValidationError(
                    _("No organisation in the directory is called “%(name)s”.") % {"name": line[:80]}
                )
        return list(dict.fromkeys(keys[line.casefold()] for line in lines))

    def changes(self) -> dict[str, Any]:
        """Return the keys of the bundle form that the step writes; empty ones are taken away."""
        found = dict(self.cleaned_data)
        for key in ("links", "films"):
            if key in found:
                found[key] = [line.strip() for line in found[key].splitlines() if line.strip()]
        if "region" in found:
            found["country"] = found["region"][:2] if found["region"] else None
        return found

    def refuse(self, path: tuple[str | int, ...], message: str) -> None:
        """Show what storing found, at its field."""
        name = str(path[0]) if path else None
        self.add_error(name if name in self.fields else None, message)


def _one_line_ends(value: Any) -> Any:
    return value.replace("\r\n", "\n") if isinstance(value, str) else value


def sorted_choices(declared: Choices) -> list[tuple[str, str]]:
    """Return choices in the reader's order, but for the submarkets, which have their own."""
    choices = [(code, str(label)) for code, label in declared.choices]
    return choices if declared.key == "submarkets" else sorted(choices, key=lambda pair: pair[1].casefold())


def region_choices(chosen: str) -> list[Any]:
    """Return the regions by country; a district that was chosen elsewhere stays."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for region in regions().values():
        groups.setdefault(str(term(region.code[:2])), []).append((region.code, region.name))
    listed = sorted(groups.items(), key=lambda item: item[0].casefold())
    own = [(chosen, chosen)] if chosen and chosen not in regions() else []
    return [("", "–"), *own, *listed]


class AudienceForm(forms.Form):
    """Who may see the profile, and each way of reaching somebody."""

    audience = forms.ChoiceField(
        label=gettext_lazy("Who may see your profile"), choices=Audience.choices, widget=forms.RadioSelect
    )
    person = forms.CharField(label=gettext_lazy("Contact person"), max_length=200, required=False)
    person_audience = forms.ChoiceField(label=gettext_lazy("Who may see the contact person"), choices=Audience.choices)
    email = forms.EmailField(label=gettext_lazy("E-mail"), max_length=254, required=False)
    email_audience = forms.ChoiceField(label=gettext_lazy("Who may see the e-mail address"), choices=Audience.choices)
    phone = forms.CharField(label=gettext_lazy("Phone"), max_length=60, required=False)
    phone_audience = forms.ChoiceField(label=gettext_lazy("Who may see the phone number"), choices=Audience.choices)

    @staticmethod
    def filled_from(profile: Profile, contact: Contact | None) -> dict[str, str]:
        """Return what is on file."""
        kept = contact or Contact()
        names = [name for name in AudienceForm.base_fields if name != "audience"]
        return {"audience": profile.audience or Audience.MEMBERS, **{name: getattr(kept, name) for name in names}}


class EntryForm(forms.Form):
    """Three fields, and who may see them."""

    name = forms.CharField(
        label=gettext_lazy("Name of your organisation, or your own"),
        max_length=200,
        widget=forms.TextInput({"autocomplete": "organization"}),
    )
    side = forms.ChoiceField(label=gettext_lazy("On which side you stand"))
    summary = forms.CharField(
        label=gettext_lazy("What you do, in one sentence"), max_length=SHORT, widget=forms.Textarea({"rows": 2})
    )
    audience = forms.ChoiceField(
        label=gettext_lazy("Who may see this"), choices=Audience.choices, initial=Audience.PUBLIC
    )
    token = forms.CharField(max_length=64, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **options: Any) -> None:
        """Offer the sides in words that people use of themselves."""
        super().__init__(*args, **options)
        self.fields["side"].choices = [  # type: ignore[attr-defined]
            ("", "–"),
            ("creative", _("Creative: design, film, music, architecture, games …")),
            ("industry", _("Company: industry, trades, services")),
            ("science", _("Science: university, institute")),
            ("administration", _("Administration")),
            ("intermediary", _("Intermediary: association, chamber, agency")),
        ]


class EmailForm(forms.Form):
    """The address to which a code goes."""

    email = forms.EmailField(
        label=gettext_lazy("Your e-mail address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )


class SecondForm(EmailForm):
    """The address of somebody else."""

    email = forms.EmailField(label=gettext_lazy("E-mail address of the second person"), max_length=254)


class CodeForm(forms.Form):
    """The code that came by mail."""

    code = forms.CharField(
        label=gettext_lazy("Code"), max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "autocapitalize": "characters", "spellcheck": "false"}),
    )  # fmt: skip


class PictureForm(forms.Form):
    """A picture with what must be said about it."""

    file = forms.FileField(
        label=gettext_lazy("Picture"),
        widget=forms.FileInput({"accept": "image/*"}),
        help_text=gettext_lazy("JPEG, PNG, WebP, AVIF, HEIC or SVG; place and camera are taken out of it."),
    )
    alt = forms.CharField(
        label=gettext_lazy("What is to be seen"),
        max_length=1000,
        help_text=gettext_lazy("For those who cannot see it."),
    )
    credit = forms.CharField(
        label=gettext_lazy("Credit"), max_length=500, help_text=gettext_lazy("For example: Photo: Jo Muster")
    )
    basis = forms.ChoiceField(
        label=gettext_lazy("People in the picture"),
        choices=[
            ("nobody", gettext_lazy("Nobody can be recognised")),
            ("gathering", gettext_lazy("A public gathering; nobody is singled out")),
        ],
        widget=forms.RadioSelect,
        initial="nobody",
    )


def picture_facts(profile: Profile, form: PictureForm, language: str) -> dict[str, Any]:
    """Return a picture's bundle keys from what was typed."""
    typed = form.cleaned_data
    return {
        f"alt_{language}": typed["alt"], "credit": typed["credit"], "basis": typed["basis"],
        "title": _("Portfolio of %(name)s") % {"name": Text(profile.name).best(language).words},
    }  # fmt: skip


class AskForm(forms.Form):
    """Why a profile is one's own."""

    words = forms.CharField(
        label=gettext_lazy("Who you are, and why the profile is yours"), max_length=2000,
        widget=forms.Textarea({"rows": 4}),
    )  # fmt: skip


def inquiry_consent(programme: str) -> str:
    """Return the words beside the box."""
    return _("The organisers of %(programme)s may keep my message and my address to answer me.") % {
        "programme": programme
    }


class InquiryForm(forms.Form):
    """A message to the organisers; the box is never ticked beforehand."""

    name = forms.CharField(
        label=gettext_lazy("Your name"), max_length=200, widget=forms.TextInput({"autocomplete": "name"})
    )
    email = forms.EmailField(
        label=gettext_lazy("Your e-mail address"), max_length=254, widget=forms.EmailInput({"autocomplete": "email"})
    )
    words = forms.CharField(
        label=gettext_lazy("Your question"), max_length=5000, widget=forms.Textarea({"rows": 7}),
        help_text=gettext_lazy("What you do, what you would like to try, and what holds you back."),
    )  # fmt: skip
    consent = forms.BooleanField(
        error_messages={"required": gettext_lazy("Without your consent we may not keep your message.")}
    )
    token = forms.CharField(max_length=64, widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, programme: str, **options: Any) -> None:
        """Put the words beside the box."""
        super().__init__(data, **options)
        self.fields["consent"].label = inquiry_consent(programme)
        self.fields["consent"].help_text = _("They are deleted a year after the answer, or earlier if you ask for it.")
