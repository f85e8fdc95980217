"""Says what the engine found in the reader's language: what is proved, why something is impossible, what would help.

The engine speaks English in fixed sentences; each is known here by its form. One that is not known is shown as it is.
"""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from querwerk.engine.timetable import Promise, Status
from querwerk.meetings.models import Plan
from querwerk.meetings.planning import NOBODY
from querwerk.meetings.queries.people import names_of
from querwerk.meetings.states import Method

NUMBER = re.compile(r"#(\d+)")
NEEDS = {"accessible": gettext_lazy("accessible")}


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence, and its language where it is not the reader's."""

    words: str
    language: str = ""


type Say = Callable[..., str]

FORMS: tuple[tuple[re.Pattern[str], Say], ...] = tuple(
    (re.compile(form), say)
    for form, say in (
        (r"one more table", lambda: _("one more table")),
        (r"one more table that offers “(.+)”", lambda what: _("one more table (%(what)s)") % {"what": _need(what)}),
        (r"one more slot at the end", lambda: _("one more meeting's time at the end")),
        (r"(.+) may have one meeting more", lambda who: _("%(who)s may have one meeting more") % {"who": who}),
        (r"(.+) comes in (.+) as well", lambda who, slot: _("%(who)s comes at %(slot)s as well") % {"who": who, "slot": slot}),
        (r"meeting \d+ of (.+) has to be", lambda who: _("%(who)s have to meet") % {"who": _and(who)}),
        (r"meeting \d+ of (.+) is fixed to (.+)", lambda who, slot: _("%(who)s are locked to %(slot)s") % {"who": _and(who), "slot": slot}),
        (r"(.+) cannot come in (.+)", lambda who, slots: _("%(who)s cannot come at %(slots)s") % {"who": who, "slots": slots}),
        (r"(.+) may have at most (\d+) meetings", lambda who, number: ngettext("%(who)s may have at most %(number)s meeting", "%(who)s may have at most %(number)s meetings", int(number)) % {"who": who, "number": number}),
        (r"(.+) and (.+) must never meet", lambda one, other: _("%(one)s and %(other)s must not meet") % {"one": one, "other": other}),
        (r"(.+) has (\d+) tables", lambda slot, number: ngettext("at %(slot)s there is %(number)s table", "at %(slot)s there are %(number)s tables", int(number)) % {"slot": slot, "number": number}),
        (r"(.+) stays at (.+)", lambda who, table: _("%(who)s stays at the stand %(table)s") % {"who": who, "table": table}),
    )
)  # fmt: skip
"""The engine's sentences by their form, and how to say each."""


def _need(what: str) -> str:
    if what == NOBODY:
        return _("with somebody who interprets between those who have no language in common")
    if what in NEEDS:
        return str(NEEDS[what])
    return _("with an interpreter for %(languages)s") % {"languages": what.replace("+", " – ")}


def _and(who: str) -> str:
    return who.replace(" and ", f" {_('and')} ").replace(" or ", f" {_('or')} ")


def said(words: str, names: Mapping[int, str]) -> Sentence:
    """Return a sentence of the engine in the reader's language, with names for numbers."""
    for form, say in FORMS:
        match = form.fullmatch(words)
        if match is not None:
            return Sentence(_named(say(*match.groups()), names))
    return Sentence(_named(words, names), "en")


def _named(words: str, names: Mapping[int, str]) -> str:
    return NUMBER.sub(lambda match: names.get(int(match[1]), "") or _("somebody"), words)


def _numbers_in(sentences: Iterable[str]) -> Collection[int]:
    return {int(number) for words in sentences for number in NUMBER.findall(words)}


def conflict_of(plan: Plan) -> list[Sentence]:
    """Return the demands that cannot be met together; 1 query."""
    lines = plan.certificate.get("conflict", [])
    names = names_of(_numbers_in(lines))
    return [said(line, names) for line in lines]


def helps_of(plan: Plan) -> list[dict[str, Any]]:
    """Return what would let more wishes come true, the best first; 1 query."""
    helps = plan.certificate.get("help", [])
    names = names_of(_numbers_in(one["words"] for one in helps))
    return [{"sentence": said(one["words"], names), "meetings": one["meetings"]} for one in helps]


def proofs_of(plan: Plan) -> list[str]:
    """Return what is proved about a version, in words."""
    told = plan.certificate
    if not told or told.get("status") not in (Status.OPTIMAL, Status.FEASIBLE):
        return []
    if told.get("changed") is not None:
        return [_changes_proof(told, plan.method)]
    return [*_shortfall_proof(told), _value_proof(told), _idle_proof(told)]


def _changes_proof(told: Mapping[str, Any], method: str) -> str:
    number, bound = told["changed"], told["changed_bound"]
    if not number:
        return _("Nothing is different, and nobody has to be told.")
    different = ngettext("%(number)s meeting is different", "%(number)s meetings are different", number) % {"number": number}  # fmt: skip
    if number == bound:
        why = _("it is proved that fewer are impossible")
    elif method == Method.REFILLED:
        why = _("%(bound)s had to be, %(more)s new in places that were free") % {"bound": bound, "more": number - bound}
    else:
        why = _("at least %(bound)s had to be") % {"bound": bound}
    people = ngettext("%(number)s person has to be told.", "%(number)s people have to be told.", told["told"]) % {"number": told["told"]}  # fmt: skip
    return f"{different}: {why}. {people}"


def _shortfall_proof(told: Mapping[str, Any]) -> list[str]:
    if not told["shortfall"]:
        return []
    numbers = {"missing": told["shortfall"], "bound": told["shortfall_bound"]}
    if told["shortfall"] == told["shortfall_bound"]:
        return [_("%(missing)s guaranteed meetings are missing, and it is proved that fewer are impossible.") % numbers]
    return [_("%(missing)s guaranteed meetings are missing; in every timetable it is at least %(bound)s.") % numbers]


def _value_proof(told: Mapping[str, Any]) -> str:
    if told["met"] == told["wanted"]:
        return _("All wishes are fulfilled.")
    bound = told["value_bound"]
    if bound is not None and told["value"] == bound:
        return _("It is proved that no timetable fulfils the wishes better.")
    gap = 100 * (bound - told["value"]) / bound if bound else 0
    return _("No timetable can fulfil the wishes better by more than %(gap)s %%.") % {"gap": f"{gap:.1f}"}


def _idle_proof(told: Mapping[str, Any]) -> str:
    numbers = {"number": told["breaks"], "bound": told["breaks_bound"]}
    if not told["breaks"]:
        return _("Nobody has to wait between two meetings.")
    if not told["breaks_bound"]:
        return ngettext("There is %(number)s waiting time between meetings; whether one is needed is not proved.", "There are %(number)s waiting times between meetings; whether any are needed is not proved.", told["breaks"]) % numbers  # fmt: skip
    if told["breaks"] == told["breaks_bound"]:
        return ngettext("It is proved that no timetable of the same worth does without the %(number)s waiting time.", "It is proved that no timetable of the same worth has fewer waiting times than these %(number)s.", told["breaks"]) % numbers  # fmt: skip
    return _("There are %(number)s waiting times between meetings; it is proved that at least %(bound)s cannot be avoided.") % numbers  # fmt: skip


THEOREMS = ("König", "Vizing", "Galvin", "Borodin, Kostochka and Woodall")


def promise_of(found: Promise) -> list[str]:
    """Return what can be promised before anybody has wished, with its reason."""
    if not found.meetings:
        return [_("Nothing can be promised yet: there are too few people, times or tables.")]
    numbers = {"number": found.meetings, "people": found.people}
    promised = ngettext(
        "Each of these %(people)s people can always have %(number)s meeting, whoever they wish for.",
        "Each of these %(people)s people can always have %(number)s meetings, whoever they wish for.",
        found.meetings,
    ) % numbers  # fmt: skip
    theorem = next((name for name in THEOREMS if name in found.why), "")
    why = (
        _("That follows from a theorem about timetables (%(theorem)s).") % {"theorem": theorem}
        if theorem
        else _("Whoever comes last still finds a time and a table.")
    )
    more = _("One more is impossible for some wishes.") if found.is_best else _("Whether one more is always possible is not known.")  # fmt: skip
    return [promised, why, more]
