"""What is typed into a step of a profile is kept by itself, and offered again when the step is opened anew."""

import uuid
from dataclasses import dataclass, field
from typing import Any, cast

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.formats import time_format
from django.utils.translation import gettext as _

from querwerk.people import drafts
from querwerk.people.models import Profile, ProfileDraft, User
from querwerk.programmes.pages import Request
from querwerk.programmes.profiles.steps import Step, StepForm, base_of


@dataclass(slots=True)
class Window:
    """One open page with a step's form: on what it is based, and which draft it goes on with."""

    key: str
    continues: str
    base: str
    """What was saved in the step when it was opened."""
    now: str
    """What is saved there at present."""
    draft: ProfileDraft | None = None
    """What the page was opened with."""
    typed: dict[str, list[str]] = field(default_factory=dict)

    @property
    def is_outdated(self) -> bool:
        """Tell whether somebody has changed the step since."""
        return self.base != self.now

    @property
    def keys(self) -> tuple[str, str]:
        """Return the windows whose draft this page shows."""
        return self.key, self.continues


def open_window(request: Request, profile: Profile, step: Step, raw: dict[str, Any]) -> Window:
    """Return which window the page is, or a new one; a new one shows what its reader has typed there and not saved."""
    now = base_of(raw, step)
    if request.method == "POST":
        sent = request.POST
        return Window(sent.get("window", "")[:64], sent.get("continues", "")[:64], sent.get("base", "")[:64], now)
    draft = drafts.draft_of(profile, cast("User", request.user), step.key)
    if draft is None:
        return Window(uuid.uuid4().hex, "", now, now)
    return Window(uuid.uuid4().hex, draft.window, draft.base, now, draft, draft.typed)


def autosaved(request: Request, profile: Profile, form: StepForm, window: Window) -> JsonResponse:
    """Keep what stands in the form, right or wrong, and say when; where it says what is saved, nothing is kept."""
    user = cast("User", request.user)
    place: dict[str, Any] = {"profile": profile, "user": user, "form": form.step.key}
    if form.says_what_is_saved():
        drafts.drop_draft(**place, windows=window.keys)
        return JsonResponse({"message": _("This is what is saved.")})
    try:
        drafts.keep_draft(**place, typed=form.typed(), base=window.base, window=window.key, continues=window.continues)
    except drafts.UnableToKeep as error:
        return JsonResponse({"message": str(error)}, status=409)
    now = time_format(timezone.localtime(), "TIME_FORMAT")
    return JsonResponse(
        {"message": _("Kept for you at %(time)s, but not saved yet: nobody else sees it.") % {"time": now}}
    )


def discarded(request: Request, profile: Profile, step: Step, window: Window) -> HttpResponse:
    """Forget what was typed, and show what is saved."""
    drafts.drop_draft(profile=profile, user=cast("User", request.user), form=step.key, windows=window.keys)
    messages.success(request, _("Discarded. Below stands what is saved."))
    return redirect("programmes:mine_step", request.frame.key, profile.key, step.key)
