"""What visitors of the directory can choose from, in words, with how many there are."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from querwerk.core.spec import Label
from querwerk.core.text import LANGUAGES
from querwerk.people.directory import FACETS, Found, Wish
from querwerk.people.regions import region_name
from querwerk.people.states import DIVISION_CHOICES, ProfileSort, Section, Side, Submarket, language_label

MOST_OPTIONS = 60
"""Towns in a list; the others are found by words."""
LONGEST = 120

DIVISION_LABELS = dict(DIVISION_CHOICES)


@dataclass(frozen=True, slots=True)
class Option:
    """One value of a facet."""

    value: str
    label: str
    count: int
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Facet:
    """One drop-down list."""

    name: str
    label: Label
    options: list[Option]
    everything: Label


def by_table(table: Mapping[str, Label]) -> Callable[[str], str]:
    """Return what gives a code its label; a code that is not listed stands for itself."""
    return lambda code: str(table.get(code, code))


LISTED: tuple[tuple[str, Label, Label, Callable[[str], str]], ...] = (
    ("side", gettext_lazy("Side"), gettext_lazy("All sides"), by_table(dict(Side.choices))),
    ("submarket", gettext_lazy("Submarket"), gettext_lazy("All submarkets"), by_table(dict(Submarket.choices))),
    (
        "section", gettext_lazy("Branch"), gettext_lazy("All branches"),
        by_table({**DIVISION_LABELS, **dict(Section.choices)}),
    ),
    ("region", gettext_lazy("Region"), gettext_lazy("All regions"), region_name),
    ("town", gettext_lazy("Town"), gettext_lazy("All towns"), str),
    ("language", gettext_lazy("Language"), gettext_lazy("All languages"), lambda code: str(language_label(code))),
    ("kind", gettext_lazy("Who"), gettext_lazy("Organisations and persons"), by_table(dict(ProfileSort.choices))),
)  # fmt: skip
BY_LABEL = frozenset({"region", "town", "language"})
"""Facets whose values have no order of their own."""


def read_wish(query: QueryDict) -> Wish:
    """Return what an address asks for; unknown parameters and empty values ask for nothing."""
    chosen = {name: value for name in FACETS if (value := (query.get(name) or "").strip()[:LONGEST])}
    if chosen.get("available") not in (None, "1"):
        del chosen["available"]
    return Wish((query.get("q") or "").strip()[:300], chosen)


def facets(wish: Wish, found: Found) -> list[Facet]:
    """Return the lists to choose from, each value with how many profiles it would leave."""
    made = []
    for name, label, everything, say in LISTED:
        counts = dict(found.counts[name])
        chosen = wish.chosen.get(name, "")
        if name == "town" and len(counts) > MOST_OPTIONS:
            counts = dict(sorted(counts.items(), key=lambda item: -item[1])[:MOST_OPTIONS])
        if chosen:
            counts.setdefault(chosen, 0)
        options = [Option(value, say(value), count, value == chosen) for value, count in counts.items()]
        if name in BY_LABEL:
            options.sort(key=lambda option: option.label.casefold())
        if options:
            made.append(Facet(name, label, options, everything))
    return made


def words_of(wish: Wish) -> list[tuple[str, str]]:
    """Return what is chosen as parameter and words, for taking it away one by one."""
    labels = {name: say for name, _label, _everything, say in LISTED}
    said = [("q", f"“{wish.words}”")] if wish.words else []
    for name, value in wish.chosen.items():
        if name == "available":
            said.append((name, _("available now")))
        elif name == "cell":
            said.append((name, _("this place on the map")))
        else:
            said.append((name, labels[name](value)))
    return said


def languages() -> list[tuple[str, str]]:
    """Return every language that a profile can name, in the reader's order."""
    return sorted(((code, str(language_label(code))) for code in LANGUAGES), key=lambda pair: pair[1].casefold())
