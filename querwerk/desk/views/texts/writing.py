"""Writing: the page of the editor."""

from django.http import HttpResponse
from django.shortcuts import render

from querwerk.core.prose.queries import (
    source_of,
)
from querwerk.core.prose.states import DocumentState
from querwerk.core.templatetags.ui import language_name
from querwerk.desk import editor
from querwerk.desk.views.files import language_choices
from querwerk.desk.views.frame import (
    address,
    desk_page,
    one_time_key,
)
from querwerk.desk.views.texts.place import TONES, Place
from querwerk.desk.views.texts.plain import media_options, plain
from querwerk.programmes.pages import Request


@desk_page
def text_edit(request: Request, kind: str, key: str, role: str, language: str) -> HttpResponse:
    """Write: the editor, or the plain form, which needs no script."""
    place = Place(request, kind, key, role, language)
    place.require_writing()
    document = place.document()
    if request.method == "POST" or "plain" in request.GET:
        return plain(place, document)
    source = source_of(document)
    known = media_options(request)
    choices = {"file": known["file"], "film": known["video"], "language": language_choices()}
    context = place.context(
        document=document,
        state=DocumentState(document.state).label,
        tone=TONES[DocumentState(document.state)],
        source_name=language_name(source.language) if source else "",
        sync_url=place.url("text_sync"),
        plain_url=f"{place.url('text_edit')}?plain",
        versions_url=place.url("text_versions"),
        import_url=place.url("text_import"),
        publish_url=place.url("text_publish"),
        preview_url=place.url("text_preview"),
        clash_url=place.url("text_clash"),
        translated_url=place.url("text_translated"),
        upload_url=address(request, "picture_upload"),
        file_upload_url=address(request, "file_upload"),
        pick_url=address(request, "picture_pick"),
        sitting=one_time_key(),
        author=request.viewer.name,
        editor_tools=editor.tools(),
        table_tools=editor.table_tools(),
        shortcuts=editor.shortcuts(),
        dialogs=editor.dialogs(choices),
        texts=editor.texts(),
    )
    return render(request, "desk/text_edit.html", context)
