"""The funders' publicity rules as data, and a check that names violations.

Sources: Regulation (EU) 1303/2013 Annex XII and Regulation (EU) 821/2014 for 2014–2020 (emblem, name of the Union and of
the fund, on websites visible without scrolling, not smaller than the biggest other logo); Regulation (EU) 2021/1060
Annex IX for 2021–2027 ("Co-funded by the European Union" in full beside the emblem).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy


@dataclass(frozen=True, slots=True)
class PublicityRules:
    """What a funding period demands of a page. ``wording`` gives the words that must stand beside the emblem."""

    name: str | Promise
    legal_basis: str
    wording: Mapping[str, tuple[str, ...]]
    is_above_fold_on_home: bool
    has_emblem_on_every_page: bool = True


RULE_SETS: dict[str, PublicityRules] = {
    "interreg-2014-2020": PublicityRules(
        name=gettext_lazy("Interreg 2014–2020"),
        legal_basis="Regulation (EU) 1303/2013 Annex XII; Regulation (EU) 821/2014",
        wording={
            "de": ("Europäische Union", "Europäischer Fonds für regionale Entwicklung"),
            "en": ("European Union", "European Regional Development Fund"),
        },
        is_above_fold_on_home=True,
    ),
    "interreg-2021-2027": PublicityRules(
        name=gettext_lazy("Interreg 2021–2027"),
        legal_basis="Regulation (EU) 2021/1059 Art. 36; Regulation (EU) 2021/1060 Annex IX",
        wording={"de": ("Kofinanziert von der Europäischen Union",), "en": ("Co-funded by the European Union",)},
        is_above_fold_on_home=True,
    ),
}


@dataclass(frozen=True, slots=True)
class Box:
    """Where a picture stands on a page, in CSS pixels."""

    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class PageFacts:
    """What was seen on a rendered page: the emblem, other logos, the words beside the emblem, the window's height."""

    language: str
    is_home: bool
    emblem: Box | None
    other_logos: Sequence[Box]
    statement: str
    window_height: float


def violations(rules: PublicityRules, page: PageFacts) -> list[str]:
    """Return what breaks the rules, each as a sentence in the reader's language; empty where all is well."""
    if page.emblem is None or page.emblem.width <= 0 or page.emblem.height <= 0:
        return [_("The emblem of the Union is missing.")] if rules.has_emblem_on_every_page else []
    found = []
    tallest = max((logo.height for logo in page.other_logos), default=0)
    widest = max((logo.width for logo in page.other_logos), default=0)
    if page.emblem.height < tallest and page.emblem.width < widest:
        found.append(_("The emblem is smaller than another logo, in height and in width."))
    found += [
        _("“%(words)s” is not spelled out beside the emblem.") % {"words": words}
        for words in missing_wording(rules, page.language, page.statement)
    ]
    bottom = page.emblem.top + page.emblem.height
    if page.is_home and rules.is_above_fold_on_home and bottom > page.window_height:
        found.append(_("On the programme's home the emblem is not visible without scrolling."))
    return found


def missing_wording(rules: PublicityRules, language: str, statement: str) -> list[str]:
    """Return the demanded words that the statement beside the emblem does not spell out."""
    return [words for words in rules.wording.get(language, rules.wording["en"]) if words not in statement]
