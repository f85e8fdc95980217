"""One's own profile: what is there, what would be worth adding, who sees it, and how to leave."""

from typing import Any, cast

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from querwerk.core.actions import Actor, InvalidRecords, UnableToOverwrite
from querwerk.core.pictures.actions import add_picture
from querwerk.core.pictures.limits import MAX_PICTURE_BYTES, UnusableFile
from querwerk.core.pictures.queries import lead_pictures
from querwerk.core.queries import snapshot
from querwerk.core.templatetags.ui import language_name
from querwerk.people import actions, drafts, queries
from querwerk.people.models import Profile, User
from querwerk.people.rules import Reader, may_edit_profile, may_see_profile
from querwerk.people.states import Audience, Availability, Switch
from querwerk.programmes.pages import Request, page_language, visitor_page
from querwerk.programmes.profiles.choosing import languages
from querwerk.programmes.profiles.drafting import Window, autosaved, discarded, open_window
from querwerk.programmes.profiles.reading import about, reader_in
from querwerk.programmes.profiles.steps import (
    BY_KEY,
    STEPS,
    AudienceForm,
    PictureForm,
    StepForm,
    picture_facts,
    stated_languages,
)

MOST_PICTURES = 12


def signed_in(request: Request) -> HttpResponse | None:
    """Return the way to the sign-in for who is not signed in."""
    if request.viewer.user_id is not None:
        return None
    return redirect(f"{reverse('account_login')}?next={request.path}")


def profile_or_404(request: Request, key: str) -> tuple[Profile, Reader]:
    """Return a profile that the visitor edits, and what they are to it."""
    reader = reader_in(request)
    profile = queries.find_profile(request.frame.space_id, key)
    if profile is None or not may_edit_profile(reader, profile_id=profile.pk):
        raise Http404
    return profile, reader


def actor(request: Request) -> Actor:
    """Return who writes."""
    return actions.actor_of(cast("User", request.user))


@visitor_page
def mine(request: Request) -> HttpResponse:
    """List the profiles for which the visitor speaks; lead on where there is one, or none."""
    if (way := signed_in(request)) is not None:
        return way
    own = list(queries.profiles_of(cast("User", request.user).pk, request.frame.space_id))
    if not own:
        return redirect("programmes:enter", request.frame.key)
    if len(own) == 1:
        return redirect("programmes:mine_profile", request.frame.key, own[0].key)
    return render(request, "programmes/profile_mine.html", {"own": own})


@visitor_page
def home(request: Request, key: str) -> HttpResponse:
    """Show what is there, and what each further step would be worth; carry out the switches."""
    if (way := signed_in(request)) is not None:
        return way
    profile, _reader = profile_or_404(request, key)
    if request.method == "POST":
        switch(request, profile)
        return redirect("programmes:mine_profile", request.frame.key, key)
    has_picture = profile.node_id in lead_pictures([profile.node_id], with_drafts=True)
    unsaved = drafts.forms_with_drafts(profile, cast("User", request.user))
    steps = [
        {"step": step, "is_done": step.is_done(profile, has_picture), "is_unsaved": step.key in unsaved}
        for step in STEPS
    ]
    done = sum(row["is_done"] is True for row in steps)
    context = {
        "profile": profile,
        "steps": steps,
        "done": done,
        "next": next((row["step"] for row in steps if not row["is_done"]), None),
        "speakers": queries.speakers_of([profile.pk])[profile.pk],
        "is_matched": profile.matching != Switch.OFF,
        "is_paused": profile.availability == Availability.PAUSED,
    }
    return render(request, "programmes/profile_home.html", context)


def switch(request: Request, profile: Profile) -> None:
    """Turn the matching, or the profile's availability, off and on."""
    moves: dict[str, dict[str, str]] = {
        "matching-off": {"matching": Switch.OFF},
        "matching-on": {"matching": Switch.ON},
        "pause": {"availability": Availability.PAUSED},
        "resume": {"availability": Availability.OPEN},
    }
    changes = moves.get(request.POST.get("do", ""))
    if changes is not None:
        plain = {key: str(value) for key, value in changes.items()}
        actions.edit_profile(profile=profile, changes=plain, by=actor(request))
        messages.success(request, _("Saved."))


@visitor_page
def step(request: Request, key: str, step: str) -> HttpResponse:
    """Show one step and save it; then lead to the next one that is not done."""
    if (way := signed_in(request)) is not None:
        return way
    profile, reader = profile_or_404(request, key)
    if step == "picture":
        return picture(request, profile)
    asked = BY_KEY.get(step)
    if asked is None:
        raise Http404
    raw = snapshot(profile)
    window = open_window(request, profile, asked, raw)
    stated = stated_languages(profile, asked)
    offered = list(dict.fromkeys([*stated, page_language(), *_added(request, window)]))
    command = request.POST.get("command", "")
    form = StepForm(
        request.POST if request.method == "POST" and command != "language" else None, step=asked, raw=raw,
        languages=offered, organisations=lambda: queries.organisation_names(profile, reader),
    )  # fmt: skip
    if command == "autosave":
        return autosaved(request, profile, form, window)
    if command == "discard":
        return discarded(request, profile, asked, window)
    if form.is_valid() and save_step(request, profile, form, window):
        messages.success(request, _("Saved."))
        return redirect("programmes:mine_profile", request.frame.key, key)
    form.fill({name: request.POST.getlist(name) for name in form.fields} if command == "language" else window.typed)
    context = {
        "profile": profile,
        "form": form,
        "step": asked,
        "window": window,
        "version": form.newer
        or request.POST.get("version")
        or (0 if window.draft is not None and window.is_outdated else profile.version),
        "offered": offered,
        "other_languages": [(code, name) for code, name in languages() if code not in offered]
        if asked.key in ("about", "offers", "seeks")
        else [],
    }
    return render(request, "programmes/profile_step.html", context, status=422 if form.errors else 200)


def _added(request: Request, window: Window) -> list[str]:
    """Return the languages that were added, in the address, in the form, or when somebody typed what is not saved yet."""
    known = dict(languages())
    wanted = [*request.GET.getlist("add"), *request.POST.getlist("added"), *window.typed.get("added", [])]
    return [code for code in wanted if code in known]


def save_step(request: Request, profile: Profile, form: StepForm, window: Window) -> bool:
    """Store what was typed; false, with the reason at its field, where that was not possible."""
    version = request.POST.get("version", "")
    expected = int(version) if version.isdecimal() and len(version) < 9 else None
    if window.base and not window.is_outdated:
        expected = profile.version  # what was changed meanwhile stands in other steps
    place: dict[str, Any] = {"profile": profile, "user": cast("User", request.user), "form": form.step.key}
    try:
        with transaction.atomic():
            actions.edit_profile(profile=profile, changes=form.changes(), by=actor(request), expected_version=expected)
            drafts.drop_draft(**place, windows=window.keys)
    except InvalidRecords as error:
        for problem in error.problems:
            form.refuse(problem.path, problem.message)
    except UnableToOverwrite:
        form.add_error(
            None,
            _("Somebody else has changed this profile in the meantime. Please look at it and send your words again."),
        )
        form.newer = queries.version_of(profile.pk)
        window.base = window.now
    return form.is_valid()


def picture(request: Request, profile: Profile) -> HttpResponse:
    """Take in a picture: the first stands for the profile, further ones make its gallery."""
    raw = snapshot(profile)
    if request.method == "POST" and request.POST.get("remove"):
        remove_picture(request, profile, raw)
        return redirect("programmes:mine_step", request.frame.key, profile.key, "picture")
    is_sent = request.method == "POST"
    form = PictureForm(request.POST if is_sent else None, request.FILES if is_sent else None)
    if form.is_valid() and save_picture(request, profile, raw, form):
        messages.success(request, _("Saved."))
        return redirect("programmes:mine_step", request.frame.key, profile.key, "picture")
    context = {
        "profile": profile,
        "form": form,
        "step": BY_KEY["picture"],
        "pictures": queries.pictures_of(profile, raw),
        "language": language_name(page_language()),
    }
    return render(request, "programmes/profile_picture.html", context, status=422 if form.errors else 200)


def save_picture(request: Request, profile: Profile, raw: dict[str, Any], form: PictureForm) -> bool:
    """Store an uploaded picture and tie it to the profile; false, with the reason, where that was not possible."""
    file = form.cleaned_data["file"]
    named = [*([raw["picture"]] if raw.get("picture") else []), *(raw.get("pictures") or [])]
    if len(named) >= MOST_PICTURES:
        form.add_error("file", _("A profile has at most %(number)d pictures.") % {"number": MOST_PICTURES})
        return False
    facts = picture_facts(profile, form, page_language())
    facts["visibility"] = "published" if profile.shown_to == Audience.PUBLIC else "draft"
    if file.size > MAX_PICTURE_BYTES:
        size = {"size": file.size // 1_000_000, "limit": MAX_PICTURE_BYTES // 1_000_000}
        form.add_error("file", _("The picture has %(size)d MB; at most %(limit)d MB are possible.") % size)
        return False
    try:
        done = add_picture(
            content=file.read(), name=file.name, space=request.frame.space, by=actor(request), facts=facts
        )
    except UnusableFile as error:
        form.add_error("file", str(error))
        return False
    key = done.picture.key
    if key not in named:
        changes = {"pictures": [*(raw.get("pictures") or []), key]} if raw.get("picture") else {"picture": key}
        actions.edit_profile(profile=profile, changes=changes, by=actor(request))
    return True


def remove_picture(request: Request, profile: Profile, raw: dict[str, Any]) -> None:
    """Take a picture off the profile; the next one takes the place of the first."""
    key = request.POST["remove"]
    left = [
        name for name in [raw.get("picture"), *(raw.get("pictures") or [])] if isinstance(name, str) and name != key
    ]
    changes = {"picture": left[0] if left else None, "pictures": left[1:]}
    actions.edit_profile(profile=profile, changes=changes, by=actor(request))
    messages.success(request, _("The picture is off your profile."))


@visitor_page
def publicity(request: Request, key: str) -> HttpResponse:
    """Choose who sees the profile and each way of contact."""
    if (way := signed_in(request)) is not None:
        return way
    profile, _reader = profile_or_404(request, key)
    filled = AudienceForm.filled_from(profile, queries.contact_of(profile))
    form = AudienceForm(request.POST if request.method == "POST" else None, initial=filled)
    if form.is_valid():
        typed = dict(form.cleaned_data)
        actions.set_audience(profile=profile, audience=typed.pop("audience"), by=actor(request))
        actions.set_contact(profile=profile, changes=typed, by=actor(request))
        messages.success(request, _("Saved."))
        return redirect("programmes:mine_profile", request.frame.key, key)
    context = {"profile": profile, "form": form}
    return render(request, "programmes/profile_publicity.html", context, status=422 if form.errors else 200)


READERS = {"public": Reader(), "member": Reader(user_id=0, speaks_for=frozenset({0}))}
"""As whom the owner can look at the profile; no profile has the number 0."""


@visitor_page
def preview(request: Request, key: str, reader: str) -> HttpResponse:
    """Show the profile as everybody, or as members, see it."""
    if (way := signed_in(request)) is not None:
        return way
    profile, _own = profile_or_404(request, key)
    if reader not in READERS:
        raise Http404
    seen = may_see_profile(READERS[reader], profile_id=profile.pk, shown_to=profile.shown_to)
    request.with_drafts = False  # type: ignore[misc]
    context = about(request, profile, READERS[reader]) if seen else {"profile": profile}
    context |= {"preview": reader, "refused": "" if seen else seen.why}
    return render(request, "programmes/profile_preview.html", context)


@visitor_page
def data(request: Request, key: str) -> HttpResponse:
    """Give out everything that the directory holds about the profile, and what whoever asks has typed and not saved."""
    if (way := signed_in(request)) is not None:
        return way
    profile, _reader = profile_or_404(request, key)
    headers = {"Content-Disposition": f'attachment; filename="{profile.key}.json"'}
    held = {**queries.profile_data(profile), "not saved": drafts.drafts_data(cast("User", request.user), profile)}
    return JsonResponse(held, headers=headers, json_dumps_params={"ensure_ascii": False, "indent": 2})


@visitor_page
def leave(request: Request, key: str) -> HttpResponse:
    """Ask back, then delete the profile."""
    if (way := signed_in(request)) is not None:
        return way
    profile, _reader = profile_or_404(request, key)
    if request.method == "POST":
        actions.erase_profile(profile=profile, by=actor(request))
        messages.success(request, _("The profile is deleted."))
        return redirect("programmes:directory", request.frame.key)
    return render(request, "programmes/profile_leave.html", {"profile": profile})
