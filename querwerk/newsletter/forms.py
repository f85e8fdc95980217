"""What is typed into the newsletter's forms."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from querwerk.core.templatetags.ui import language_name
from querwerk.core.text import Text
from querwerk.newsletter.actions import Choice
from querwerk.newsletter.models import Issue, Topic
from querwerk.newsletter.queries import chosen_newsflashes, newsflashes_to_choose, topics
from querwerk.programmes.pages import page_language
from querwerk.publishing.models import Newsflash

WORDS = 20_000


def languages() -> list[tuple[str, str]]:
    """Return the languages of the site, named in the reader's."""
    return [(code, language_name(code)) for code, _name in settings.LANGUAGES]


def consent_label(programme: str) -> str:
    """Return the words beside the box, in the page's language."""
    return _("Yes, I would like to get the newsletter of %(programme)s by e-mail") % {"programme": programme}


def consent_note() -> str:
    """Return the words below the box."""
    return _(
        "Your address is used for nothing else. You can unsubscribe at any time with a link in every mail; then it is deleted."
    )


def consent_words(programme: str) -> str:
    """Return all words that somebody agrees to; they are kept as proof."""
    return f"{consent_label(programme)}. {consent_note()}"


class PreferencesForm(forms.Form):
    """Language and topics."""

    language = forms.ChoiceField(label=gettext_lazy("Language"), widget=forms.RadioSelect)
    topics = forms.ModelMultipleChoiceField(
        Topic.objects.none(), label=gettext_lazy("Topics"), required=False, widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("If you choose none, you get everything."),
    )  # fmt: skip

    def __init__(self, data: Any = None, *, space_id: int, **options: Any) -> None:
        """Offer the programme's topics."""
        super().__init__(data, **options)
        self.fields["language"].choices = languages()  # type: ignore[attr-defined]
        offered = topics(space_id)
        field: Any = self.fields["topics"]
        field.queryset = offered
        field.label_from_instance = lambda topic: topic.label.best(page_language()).words
        if not offered:
            del self.fields["topics"]


class SubscribeForm(PreferencesForm):
    """The wish for a newsletter; the box is never ticked beforehand."""

    email = forms.EmailField(
        label=gettext_lazy("Your e-mail address"), max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={"required": gettext_lazy("Please enter your e-mail address.")},
    )  # fmt: skip
    consent = forms.BooleanField(
        error_messages={"required": gettext_lazy("Without your consent we may not write to you.")}
    )
    field_order = ("email", "language", "topics", "consent")

    def __init__(self, data: Any = None, *, space_id: int, programme: str, **options: Any) -> None:
        """Put the words beside the box."""
        super().__init__(data, space_id=space_id, **options)
        self.fields["consent"].label = consent_label(programme)
        self.fields["consent"].help_text = consent_note()


class TopicsForm(forms.Form):
    """All topics, one row each, and two empty rows for new ones; who empties a row deletes the topic."""

    EMPTY_ROWS = 2

    def __init__(self, data: Any = None, *, space_id: int, **options: Any) -> None:
        """Make a field for each language of each topic."""
        super().__init__(data, **options)
        self.known = list(topics(space_id))
        self.names = [str(topic.pk) for topic in self.known] + [f"new{number}" for number in range(self.EMPTY_ROWS)]
        for number, name in enumerate(self.names, start=1):
            topic = self.known[number - 1] if number <= len(self.known) else None
            for code, language in languages():
                self.fields[f"{name}-{code}"] = forms.CharField(
                    label=_("Topic %(number)s, %(language)s") % {"number": number, "language": language},
                    max_length=80, required=False, initial=topic.label.get(code) or "" if topic else "",
                    widget=forms.TextInput(attrs={"lang": code}),
                )  # fmt: skip

    def rows(self) -> list[list[forms.BoundField]]:
        """Return the fields row by row."""
        return [[self[f"{name}-{code}"] for code, _language in settings.LANGUAGES] for name in self.names]

    def clean(self) -> dict[str, Any]:
        """Ask for a topic's name in all languages, or in none."""
        cleaned = super().clean() or {}
        for name in self.names:
            said = {code: cleaned.get(f"{name}-{code}") for code, _language in settings.LANGUAGES}
            if any(said.values()):
                for code in (code for code, words in said.items() if not words):
                    self.add_error(f"{name}-{code}", _("Please name the topic in this language too."))
        return cleaned

    def labels(self) -> list[tuple[int | None, Text]]:
        """Return the topics that are to stay or to be made, in order."""
        found = []
        for name in self.names:
            label = Text({code: self.cleaned_data[f"{name}-{code}"] for code, _language in settings.LANGUAGES})
            if label:
                found.append((int(name) if name.isdecimal() else None, label))
        return found


class IssueForm(forms.Form):
    """Subject and greeting in each language; a box, a place and the topics of each newsflash."""

    def __init__(self, data: Any = None, *, issue: Issue, **options: Any) -> None:
        """Make the fields of each language and each newsflash."""
        super().__init__(data, **options)
        self.issue = issue
        for code, language in languages():
            self.fields[f"subject_{code}"] = forms.CharField(
                label=_("Subject (%(language)s)") % {"language": language}, max_length=150, required=False,
                initial=issue.subject.get(code) or "", widget=forms.TextInput(attrs={"lang": code}),
            )  # fmt: skip
            self.fields[f"intro_{code}"] = forms.CharField(
                label=_("Greeting and introduction (%(language)s)") % {"language": language}, max_length=WORDS,
                required=False, widget=forms.Textarea(attrs={"rows": 6, "lang": code}), initial=issue.intro.get(code) or "",
                help_text=_("An empty line begins a new paragraph."),
            )  # fmt: skip
        self.topics = list(topics(issue.space_id))
        self.newsflashes = newsflashes_to_choose(issue.space_id)
        self.chosen = chosen_newsflashes(issue)
        for newsflash in self.newsflashes:
            self._add_newsflash(newsflash)

    def _add_newsflash(self, newsflash: Newsflash) -> None:
        item, pk = self.chosen.get(newsflash.pk), newsflash.pk
        self.fields[f"take-{pk}"] = forms.BooleanField(required=False, initial=item is not None)
        self.fields[f"place-{pk}"] = forms.IntegerField(
            label=_("Position"), required=False, min_value=1, max_value=99, initial=item.position + 1 if item else None,
            widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
        )  # fmt: skip
        if self.topics:
            self.fields[f"topics-{pk}"] = forms.MultipleChoiceField(
                label=_("Topics"), required=False, widget=forms.CheckboxSelectMultiple,
                choices=[(str(topic.pk), topic.label.best(page_language()).words) for topic in self.topics],
                initial=[str(topic.pk) for topic in item.topics.all()] if item else [],
            )  # fmt: skip

    def text_rows(self) -> list[tuple[str, forms.BoundField, forms.BoundField]]:
        """Return the fields of each language."""
        return [(name, self[f"subject_{code}"], self[f"intro_{code}"]) for code, name in languages()]

    def rows(self) -> list[dict[str, Any]]:
        """Return each newsflash with its fields: what is chosen first, in its order."""
        order = {pk: place for place, pk in enumerate(self.chosen)}
        listed = sorted(self.newsflashes, key=lambda newsflash: order.get(newsflash.pk, len(order)))
        return [
            {
                "newsflash": newsflash,
                "take": self[f"take-{newsflash.pk}"],
                "place": self[f"place-{newsflash.pk}"],
                "topics": self[f"topics-{newsflash.pk}"] if self.topics else None,
            }
            for newsflash in listed
        ]

    def subject(self) -> Text:
        """Return the subject in the languages in which there is one."""
        return self._text("subject")

    def intro(self) -> Text:
        """Return the greeting in the languages in which there is one."""
        return self._text("intro")

    def _text(self, name: str) -> Text:
        said = {code: self.cleaned_data[f"{name}_{code}"].strip() for code, _language in settings.LANGUAGES}
        return Text({code: words.replace("\r\n", "\n") for code, words in said.items() if words})

    def choices(self) -> list[Choice]:
        """Return the chosen newsflashes by place; without one they follow, newest first."""
        data = self.cleaned_data
        taken = [newsflash.pk for newsflash in self.newsflashes if data[f"take-{newsflash.pk}"]]
        taken.sort(key=lambda pk: data[f"place-{pk}"] or len(self.newsflashes) + 100)
        return [Choice(pk, tuple(int(topic) for topic in data.get(f"topics-{pk}", ()))) for pk in taken]
