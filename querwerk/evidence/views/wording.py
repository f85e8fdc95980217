"""How records and ties of the thread are called for the reader."""

from collections.abc import Mapping
from urllib.parse import quote

from django.urls import reverse
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from querwerk.core.registry import node_url
from querwerk.core.spec import Label, spec_of
from querwerk.core.templatetags.ui import plain
from querwerk.evidence.queries.selection import FOLDED
from querwerk.evidence.queries.web import Knot
from querwerk.evidence.states import MISSING, WORDS, Grade
from querwerk.strategy.states import Outcome, PaperState

TONES: Mapping[str, str] = {Grade.EXPLICIT: "good", Grade.ORGANISATIONAL: "note", Grade.THEMATIC: "plain"}


OPEN_ENDS: Mapping[str, Label] = {
    "question": gettext_lazy("not answered yet"),
    "pilot": gettext_lazy("nothing recorded that came of it"),
    "finding": gettext_lazy("no proposal rests on it"),
    "paper": gettext_lazy("nothing recorded that came of it"),
    "decision": gettext_lazy("nothing recorded that came of it"),
    "measure": gettext_lazy("no uptake recorded"),
}
"""What it means that nothing follows on a record of a kind."""


def kind_name(kind: str) -> str:
    """Return what a kind is called."""
    if kind == WORDS:
        return _("Outside this programme")
    if kind == MISSING:
        return str(spec_of("decision").label)
    return str(spec_of(kind).label)


def kind_names(kind: str) -> str:
    """Return what several records of a kind are called."""
    if kind == WORDS:
        return _("Outside this programme")
    if kind == MISSING:
        return _("Missing decisions")
    return str(spec_of(kind).label_plural)


def knot_title(knot: Knot) -> str:
    """Return a knot's title in the reader's language."""
    if knot.kind == MISSING:
        return decision_words(knot.state)
    if knot.state == FOLDED:
        return folded_words(knot.kind, int(str(knot.title)))
    return plain(knot.title) or kind_name(knot.kind)


def knot_kind(knot: Knot) -> str:
    """Return what a knot is, with the paper of a missing decision."""
    if knot.kind == MISSING:
        return _("Decision on “%(paper)s”") % {"paper": plain(knot.title)}
    return kind_name(knot.kind)


def decision_words(state: str) -> str:
    """Say how a decision of which there is no record ended, as far as its paper knows."""
    if state == "unknown":
        return _("Decision unknown")
    if state == "none":
        return _("No decision recorded")
    return str(PaperState(state).label)


def folded_words(kind: str, count: int) -> str:
    """Name several like parts that are drawn as one."""
    if kind == "finding":
        return ngettext("%(count)d finding", "%(count)d findings", count) % {"count": count}
    if kind == "proposal":
        return ngettext("%(count)d proposal", "%(count)d proposals", count) % {"count": count}
    return ngettext("%(count)d measure", "%(count)d measures", count) % {"count": count}


def state_words(knot: Knot) -> str:
    """Return an uptake's grade or a decision's outcome."""
    if knot.kind == "uptake" and knot.state:
        return str(Grade(knot.state).label)
    if knot.kind == "decision":
        return str(Outcome(knot.state).label) if knot.state else _("outcome unknown")
    return ""


def open_end(knot: Knot, *, has_after: bool, has_before: bool) -> str:
    """Say that the thread breaks off at a knot, or nothing."""
    if knot.state == FOLDED or has_after:
        return _("rests on no finding") if knot.kind == "measure" and not has_before else ""
    return str(OPEN_ENDS.get(knot.kind, ""))


def knot_url(knot: Knot, programme_key: str) -> str:
    """Return a knot's page; the paper's for a missing decision; nothing for words."""
    if knot.kind == WORDS:
        return ""
    if knot.kind == MISSING and knot.part_of is not None:
        return node_url(knot.part_of, programme_key)  # type: ignore[arg-type]  # shaped like a node
    return node_url(knot, programme_key)  # type: ignore[arg-type]


def thread_url(programme_key: str, name: str = "") -> str:
    """Return the page of the whole thread, or of that of one record."""
    url = reverse("evidence:thread", kwargs={"programme": programme_key})
    return f"{url}?{query(node=name)}" if name else url


def query(**parameters: str | list[str]) -> str:
    """Return an encoded query, colons left readable."""
    return "&".join(
        f"{name}={quote(one, safe=':')}"
        for name, value in parameters.items()
        for one in ([value] if isinstance(value, str) else value)
        if one
    )


def counted(number: int) -> str:
    """Return a number with its thousands apart."""
    return str(number_format(number, use_l10n=True, force_grouping=True))
