"""Pages of the programme: its partners, the organisations, what it is made of, and what its operator has to say."""

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from querwerk.core import registry
from querwerk.core.lists import Pages, Ties
from querwerk.core.pictures.serving import send_file
from querwerk.core.prose.files import FORMS, kept_file, mark_of
from querwerk.core.prose.queries import body_of, find_document, public_text
from querwerk.core.queries import find_record
from querwerk.core.spec import all_specs
from querwerk.core.states import Visibility
from querwerk.people import queries as people
from querwerk.people.states import Side
from querwerk.programmes import lists, queries
from querwerk.programmes.files import file_name, manuscript_of
from querwerk.programmes.pages import Request, enter, page_language, programme_page

ORGANISATIONS_PER_PAGE = 60
EXPECTED_PAGES = {"imprint": _("Imprint"), "privacy": _("Privacy"), "accessibility": _("Accessibility statement")}
"""What the law expects of an operator; where one is missing, organisers are told."""


@programme_page
def partner_list(request: Request) -> HttpResponse:
    """Show who carries the programme, and where."""
    partners = queries.partners(request.frame.space_id, with_drafts=request.with_drafts)
    lead = next((partner for partner in partners if lists.is_lead(partner)), None)
    context = {
        "partners": partners,
        "lead": lead,
        "pins": lists.pins(partners, request.frame.key),
        "countries": len({partner.country for partner in partners if partner.country}),
    }
    return render(request, "programmes/partner_list.html", context)


@programme_page
def organisation_list(request: Request) -> HttpResponse:
    """Show the organisations, filtered by side and country."""
    space_id, with_drafts = request.frame.space_id, request.with_drafts
    countries = people.countries(space_id, with_drafts=with_drafts)
    side, country = request.GET.get("side", ""), request.GET.get("country", "")
    side = side if side in Side.values else ""
    country = country if country in countries else ""
    asked = (space_id, side or None, country or None)
    found = Pages(
        people.number_of_organisations.first(*asked, with_drafts=with_drafts),
        lambda start, stop: people.stretch_of_organisations(*asked, with_drafts=with_drafts, start=start, stop=stop),
        ORGANISATIONS_PER_PAGE,
    )
    page = found.get_page(request.GET.get("page"))
    context = {"page": page, "sides": Side.choices, "countries": countries, "side": side, "country": country}
    return render(request, "programmes/organisation_list.html", context)


@programme_page
def organisation_detail(request: Request, key: str) -> HttpResponse:
    """Show what an organisation is and in what it took part."""
    with_drafts = request.with_drafts
    organisation = people.organisation.first(request.frame.space_id, key, with_drafts=with_drafts)
    if organisation is None:
        raise Http404
    persons = people.persons_of(organisation.pk, with_drafts=with_drafts)
    ties = request.ties = Ties(organisation, persons, with_drafts=with_drafts)
    context = {
        "organisation": organisation,
        "partner": queries.partner_of.first(organisation.pk, with_drafts=with_drafts),
        "groups": lists.took_part(ties, organisation.node_id),
        "persons": [(person, lists.took_part(ties, person.node_id)) for person in persons],
        "panels": registry.panels_for(request, organisation),
    }
    return render(request, "programmes/organisation_detail.html", context)


@programme_page
def about(request: Request) -> HttpResponse:
    """Show what the programme is made of: facts, work packages, outputs, trainings."""
    programme, with_drafts = request.frame.programme, request.with_drafts
    packages = queries.work_packages_of(programme.pk, with_drafts=with_drafts)
    trainings = queries.trainings_of(programme.pk, with_drafts=with_drafts)
    outputs = queries.outputs_of(programme.pk, with_drafts=with_drafts)
    ties = request.ties = Ties(programme, [*packages, *outputs, *trainings], with_drafts=with_drafts)
    leads = {package.node_id: ties.nodes("lead", by=package) for package in packages}
    leads |= {training.node_id: ties.nodes("host", by=training) for training in trainings}
    context = {
        "programme": programme,
        "packages": packages,
        "outputs": outputs,
        "trainings": trainings,
        "leads": leads,
        "panels": registry.panels_for(request, programme),
    }
    return render(request, "programmes/about.html", context)


@programme_page
def page(request: Request, key: str) -> HttpResponse:
    """Show a page of the operator; organisers learn what is missing, visitors get no empty page."""
    found = queries.operator_page.first(request.frame.space_id, key, with_drafts=request.with_drafts)
    if found is not None:
        text = public_text(found.node_id, "body", page_language())
        return render(request, "programmes/page_detail.html", {"page": found, "text": text})
    if key not in EXPECTED_PAGES or not request.viewer.is_organiser:
        raise Http404
    return render(request, "programmes/page_missing.html", {"missing": EXPECTED_PAGES[key], "key": key})


@require_safe
def text_file(
    request: HttpRequest, programme: str, *, kind: str, key: str, role: str, language: str, form: str
) -> HttpResponse | StreamingHttpResponse:
    """Give a public text as a file. It is made once for each version; a picture that is taken off makes another one."""
    frame = enter(request, programme)
    spec = all_specs().get(kind)
    record = find_record(spec, frame.space_id, key) if spec is not None and form in FORMS else None
    if record is None or record.node.visibility != Visibility.PUBLISHED:
        raise Http404
    document = find_document(record.node_id, role, language)
    read = document.read_now(timezone.now()) if document is not None else None
    body = body_of(document, read[0]) if document is not None and read is not None else None
    if read is None or body is None:
        raise Http404
    manuscript, media = manuscript_of(request, record, body, language, changed_at=read[1])
    mark = mark_of(manuscript, media)
    path = kept_file(manuscript, form, name=f"{record.node_id}-{role}-{language}", mark=mark)
    return send_file(
        request, path, media_type=FORMS[form].media_type, mark=mark, is_public=False,
        download_as=file_name(manuscript, form),
    )  # fmt: skip
