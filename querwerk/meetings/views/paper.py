"""At the desk: what is printed for an event, as PDF. Whoever may make its timetable may print; nothing is written."""

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from querwerk.desk.queries import owners
from querwerk.desk.views.frame import desk_page, require, surrounding
from querwerk.events.models import Terms
from querwerk.meetings import papers
from querwerk.meetings.forms import BadgesForm, PaperForm, PlansForm, SignsForm
from querwerk.meetings.models import Networking, Plan
from querwerk.meetings.queries import papers as reads
from querwerk.meetings.queries import people, plans
from querwerk.meetings.rules import may_plan
from querwerk.meetings.views.arranging import CURRENT
from querwerk.meetings.views.files import as_file
from querwerk.programmes.pages import Request, page_language


def terms_or_404(request: Request, key: str) -> Terms:
    """Return the terms of an event for which the viewer may print."""
    found = Terms.objects.filter(event__space=request.frame.space_id, event__key=key, forgotten_at__isnull=True)
    terms = found.select_related("event__space", "event__node").first()
    if terms is None:
        raise Http404
    require(may_plan(request.viewer, owners=owners(terms.event)))
    return terms


def _forms(request: Request, terms: Terms, networking: Networking | None, sort: str) -> dict[str, PaperForm]:
    """Return the forms of what can be printed; the one that was sent holds what was chosen."""
    versions = plans.printable(networking) if networking is not None else []
    kinds: dict[str, type[PaperForm]] = {"badges": BadgesForm}
    if networking is not None:
        kinds |= {"plans": PlansForm, "signs": SignsForm} if versions else {"signs": SignsForm}
    groups = reads.groups_of(terms)
    return {
        name: form(request.GET if name == sort else None, groups=groups, versions=versions, prefix_id=name)
        for name, form in kinds.items()
    }


@desk_page
def paper(request: Request, key: str, sort: str = "") -> HttpResponse:
    """Show what can be printed, or send it."""
    terms = terms_or_404(request, key)
    networking = people.networking_of(terms.pk)
    forms = _forms(request, terms, networking, sort)
    if sort and sort not in forms:
        raise Http404
    if sort and forms[sort].is_valid():
        made = WRITERS[sort](terms, networking, forms[sort].cleaned_data)
        if made is not None:
            return as_file(made, f"{key}-{sort}.pdf")
        forms[sort].add_error(None, _("There is nobody for whom this could be printed."))
    context = {
        **surrounding(request, CURRENT), "event": terms.event, "networking": networking, "forms": forms, "page_name": "paper",
        "number": reads.people_to_print(terms).count(),
    }  # fmt: skip
    return render(request, "meetings/desk_paper.html", context, status=422 if sort else 200)


def _title(terms: Terms, language: str) -> str:
    return terms.event.title.best(language).words


def _chosen(terms: Terms, said: dict[str, Any]) -> Any:
    found = reads.people_to_print(terms)
    if said["person"]:
        return found.filter(pk=said["person"])
    return found.filter(group=said["who"]) if said["who"] else found


def _badges(terms: Terms, _networking: Networking | None, said: dict[str, Any]) -> bytes | None:
    language = said["language"] or page_language()
    made = reads.badges(_chosen(terms, said), said["language"])
    return papers.badges_pdf(_title(terms, language), made, papers.FORMATS[said["size"]], language) if made else None


def _plans(terms: Terms, networking: Networking | None, said: dict[str, Any]) -> bytes | None:
    assert networking is not None
    plan, language = _version(networking, said), said["language"] or page_language()
    if plan is None:
        return None
    made = reads.personal_plans(plan, reads.chosen_participants(networking, plan, _chosen(terms, said)), said["language"])  # fmt: skip
    return papers.plans_pdf(_title(terms, language), made, said["per_sheet"], language) if made else None


def _signs(terms: Terms, networking: Networking | None, said: dict[str, Any]) -> bytes | None:
    assert networking is not None
    language = said["language"] or page_language()
    made = reads.signs(networking, _version(networking, said), language)
    return papers.signs_pdf(_title(terms, language), made, language) if made else None


def _version(networking: Networking, said: dict[str, Any]) -> Plan | None:
    rows = plans.printable(networking)
    return next((plan for plan in rows if plan.number == said["version"]), next(iter(rows), None))


WRITERS: dict[str, Callable[[Terms, Networking | None, dict[str, Any]], bytes | None]] = {
    "badges": _badges, "plans": _plans, "signs": _signs,
}  # fmt: skip
