"""One click from an event to a newsflash about it."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from querwerk.core.spec import spec_of
from querwerk.desk.reports import propose_newsflash
from querwerk.desk.views.frame import actor, attempt, desk_page, may_create_kind, record_or_404, require
from querwerk.events.models import Event
from querwerk.programmes.pages import Request


@desk_page
def newsflash_propose(request: Request, key: str) -> HttpResponse:
    """Begin a newsflash and lead to it; a second click leads to the same one."""
    require(may_create_kind(request, spec_of("newsflash"), 0))
    event = record_or_404(request, "event", key)
    if request.method != "POST" or not isinstance(event, Event):
        raise Http404

    def effect() -> str:
        name = str(getattr(request.user, "name", "")).strip()
        return propose_newsflash(event=event, space=request.frame.space, by=actor(request), author=name).key

    number = attempt(request, effect)
    messages.success(
        request, _("A draft is ready, with a text in each language. Please rewrite it; nothing is public yet.")
    )
    return redirect("desk:record_edit", request.frame.key, "newsflash", number)
