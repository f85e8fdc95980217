"""What texts a record has, and beginning another one."""

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render

from querwerk.core.models import Record
from querwerk.core.prose.actions import (
    create_document,
)
from querwerk.core.prose.files import FORMS
from querwerk.core.prose.models import Document
from querwerk.core.prose.queries import (
    documents_of,
    versions_of,
)
from querwerk.core.prose.roles import roles_of
from querwerk.core.prose.states import DocumentState
from querwerk.core.templatetags.ui import language_name
from querwerk.core.text import LANGUAGES
from querwerk.desk.views.frame import (
    actor,
    address,
    desk_page,
    public_url,
    sent,
)
from querwerk.desk.views.texts.place import TONES, Place
from querwerk.programmes.pages import Request


@desk_page
def text_list(request: Request, kind: str, key: str, role: str) -> HttpResponse:
    """Show a record's text in all its languages, and begin one in another."""
    place = Place(request, kind, key, role)
    place.require_reading()
    found = documents_of(place.record.node_id, role)
    if request.method == "POST":
        return begin(place, found)
    rows = [
        {
            "document": document,
            "name": language_name(document.language),
            "state": DocumentState(document.state).label,
            "tone": TONES[DocumentState(document.state)],
            "source": language_name(document.source_language) if document.source_language else "",
            "edit_url": place.url("text_edit", language=document.language),
            "preview_url": place.url("text_preview", language=document.language),
            "versions_url": place.url("text_versions", language=document.language),
            "publish_url": place.url("text_publish", language=document.language),
            "import_url": place.url("text_import", language=document.language),
            "files": [
                (form, place.url("text_file", form.ending, language=document.language)) for form in FORMS.values()
            ],
            "version": versions_of(document)[0],
        }
        for document in found
    ]
    taken = {document.language for document in found}
    codes = [code for code, _name in settings.LANGUAGES if code not in taken]
    codes += [code for code in LANGUAGES if code not in taken and code not in codes]
    context = place.context(
        rows=rows,
        public_url=public_url(request, place.record),
        languages=[(code, language_name(code)) for code in codes],
        sources=[(document.language, language_name(document.language)) for document in found],
    )
    return render(request, "desk/text_list.html", context)


def begin(place: Place, found: list[Document]) -> HttpResponse:
    """Begin the text in a language, as a translation of another one or afresh."""
    place.require_writing()
    language, source = sent(place.request, "language"), sent(place.request, "source")
    if language not in LANGUAGES:
        raise Http404
    known = {document.language for document in found}
    create_document(
        node=place.record.node, role=place.role.role, language=language, by=actor(place.request),
        source_language=source if source in known else "",
    )  # fmt: skip
    return redirect(place.url("text_edit", language=language))


def text_links(request: Request, record: Record) -> list[tuple[str, str]]:
    """Return label and address of a record's texts, for the page of its form."""
    kind = record.SPEC.kind
    return [(str(one.label), address(request, "text_list", kind, record.key, one.role)) for one in roles_of(kind)]
