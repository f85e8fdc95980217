"""Where a text stands: the record, the role, the language, and who may do what there."""

from typing import Any

from django.http import Http404

from querwerk.core.models import Record
from querwerk.core.prose.models import Document
from querwerk.core.prose.queries import (
    find_document,
)
from querwerk.core.prose.roles import TextRole, find_role
from querwerk.core.prose.states import DocumentState
from querwerk.core.templatetags.ui import language_name
from querwerk.core.text import LANGUAGES
from querwerk.desk.queries import owners, title_of
from querwerk.desk.views.frame import (
    address,
    one_time_key,
    record_or_404,
    require,
    surrounding,
)
from querwerk.programmes.pages import Request
from querwerk.programmes.rules import may_edit, may_read_history

TONES = {
    DocumentState.DRAFT: "open",
    DocumentState.SCHEDULED: "note",
    DocumentState.PUBLISHED: "good",
    DocumentState.WITHDRAWN: "plain",
}


class Place:
    """A text's place: the record, the role, the language; and who may do what there."""

    def __init__(self, request: Request, kind: str, key: str, role: str, language: str = "") -> None:
        """Find record and role, or answer 404."""
        self.request = request
        self.record: Record = record_or_404(request, kind, key)
        found = find_role(kind, role)
        if found is None or (language and language not in LANGUAGES):
            raise Http404
        self.role: TextRole = found
        self.language = language
        self.owners = owners(self.record)

    @property
    def may_write(self) -> bool:
        """Tell whether the viewer may change the text."""
        return bool(may_edit(self.request.viewer, kind=self.record.SPEC.kind, owners=self.owners))

    def require_writing(self) -> None:
        """Go on only if the viewer may change the text."""
        require(may_edit(self.request.viewer, kind=self.record.SPEC.kind, owners=self.owners))

    def require_reading(self) -> None:
        """Go on only if the viewer may read what is not public of it."""
        require(may_read_history(self.request.viewer, visibility=self.record.visibility, owners=self.owners))

    def document(self) -> Document:
        """Return the document, or answer 404."""
        found = find_document(self.record.node_id, self.role.role, self.language)
        if found is None:
            raise Http404
        return found

    def url(self, name: str, *more: Any, language: str = "") -> str:
        """Return the address of a page of this text."""
        own = [self.record.SPEC.kind, self.record.key, self.role.role]
        code = language or self.language
        return address(self.request, name, *own, *([code] if code else []), *more)

    def context(self, **more: Any) -> dict[str, Any]:
        """Return what each page of a text shows."""
        own = [self.record.SPEC.kind, self.record.key]
        return {
            **surrounding(self.request, self.record.SPEC.kind),
            "record": self.record,
            "title": title_of(self.record),
            "role": self.role,
            "language": self.language,
            "language_name": language_name(self.language) if self.language else "",
            "record_url": address(self.request, "record_edit", *own),
            "texts_url": address(self.request, "text_list", *own, self.role.role),
            "may_write": self.may_write,
            "once": one_time_key(),
            **more,
        }
