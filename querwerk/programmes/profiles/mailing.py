"""Mails about profiles: the invitation to take one over, and the answer to somebody who asked for advice."""

from functools import partial
from typing import Any

from django.core import signing
from django.db import transaction
from django.tasks import task
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from querwerk.core.actions import once
from querwerk.core.letters import PLAIN, addressed, make_letter, site
from querwerk.core.queries import current_edition
from querwerk.core.templatetags.ui import plain
from querwerk.people.models import Contact, Inquiry, Profile, SpeakerInvitation
from querwerk.programmes.pages import page_language, publicity
from querwerk.programmes.queries import Frame, frame_of

SALT = "querwerk.programmes.claim"
VALID = 90 * 24 * 3600
"""Seconds for which the link of an invitation works."""


def claim_token(profile: Profile, email: str) -> str:
    """Make the token by which whoever reads the address on file takes a profile over."""
    return signing.dumps({"profile": profile.pk, "email": email.lower()}, salt=SALT)


def claimed_by(token: str) -> tuple[Profile, str] | None:
    """Return profile and address of a token; nothing where it is forged, too old, or the address on file is another one."""
    try:
        content = signing.loads(token, salt=SALT, max_age=VALID)
    except signing.BadSignature:
        return None
    found = Contact.objects.filter(profile=content["profile"], email__iexact=content["email"])
    contact = found.select_related("profile__space", "profile__node").first()
    return None if contact is None else (contact.profile, str(content["email"]))


def frame_for(space_key: str) -> Frame:
    """Return the frame of a programme."""
    frame = frame_of(space_key, current_edition())
    assert frame is not None
    return frame


def send(frame: Frame, email: str, context: dict[str, Any]) -> None:
    """Send a letter in the active language."""
    letter = make_letter(
        PLAIN, context, language=page_language(), programme=frame.programme.name, publicity=publicity(frame)
    )
    addressed(letter, email, headers={"X-Auto-Response-Suppress": "All"}).send()


@task
def send_invitation(profile_id: int) -> None:
    """Invite the owner of an imported profile, once: who dies in the middle sends rather none than two."""
    contact = Contact.objects.filter(profile=profile_id).exclude(email="").select_related("profile__space").first()
    if contact is None or contact.invited_at is None or not first_time(f"invitation:{contact.pk}"):
        return
    profile = contact.profile
    frame = frame_for(profile.space.key)
    names = {"programme": frame.programme.name}
    with translation.override(contact.language or translation.get_language()):
        names["name"] = plain(profile.name)
        path = reverse("programmes:claim_link", args=[frame.key, claim_token(profile, contact.email)])
        send(
            frame,
            contact.email,
            {
                "subject": _("Your profile in the directory of %(programme)s") % names,
                "paragraphs": [
                    _("The organisers of %(programme)s have prepared a profile for “%(name)s” in their directory.") % names,
                    _("Take it over with one click, without a password: then you decide what it says and who sees it, or delete it."),
                ],
                "button": _("Take the profile over"),
                "url": site(path),
                "end": _("You do not want this? Then do nothing, or delete the profile after the click. You get no further mail about it."),
            },
        )  # fmt: skip


@task
def send_speaker_invitation(invitation_id: int) -> None:
    """Ask somebody to speak for a profile, too, once."""
    found = SpeakerInvitation.objects.filter(pk=invitation_id).select_related("profile__space").first()
    if found is None or not first_time(f"speaker:{found.pk}"):
        return
    frame = frame_for(found.profile.space.key)
    with translation.override(found.language):
        names = {"programme": frame.programme.name, "name": plain(found.profile.name), "by": found.by_name}
        send(
            frame,
            found.email,
            {
                "subject": _("Will you speak for “%(name)s”, too?") % names,
                "paragraphs": [
                    _("%(by)s asks you to speak for “%(name)s” in the directory of %(programme)s, too: to edit the profile and to answer for it.") % names,
                    _("You need no password; the link below works for 30 days."),
                ],
                "button": _("Look at it"),
                "url": site(reverse("programmes:speak", args=[frame.key, found.code])),
                "end": _("You do not know what this is about? Then do nothing; the invitation is deleted after 30 days."),
            },
        )  # fmt: skip


@task
def send_answer(inquiry_id: int) -> None:
    """Send the organisers' answer to who asked, once."""
    inquiry = Inquiry.objects.select_related("space").filter(pk=inquiry_id).exclude(answer="").first()
    if inquiry is None or not first_time(f"inquiry:{inquiry.pk}"):
        return
    frame = frame_for(inquiry.space.key)
    names = {"programme": frame.programme.name, "name": inquiry.name}
    with translation.override(inquiry.language):
        path = reverse("programmes:directory", args=[frame.key])
        send(
            frame,
            inquiry.email,
            {
                "subject": _("Your question to %(programme)s") % names,
                "paragraphs": [
                    _("Good day %(name)s,") % names,
                    *[part.strip() for part in inquiry.answer.split("\n\n") if part.strip()],
                ],
                "button": _("To the directory"),
                "url": site(path),
                "end": _("You asked: %(words)s") % {"words": inquiry.words[:500]},
            },
        )  # fmt: skip


def first_time(name: str) -> bool:
    """Tell whether nobody has begun this before; from now on somebody has."""
    mark: list[bool] = []
    once(f"mail:{name}", lambda: mark.append(True))
    return bool(mark)


def invite(sender: Any, *, profile_id: int, **kwargs: Any) -> None:
    """Queue the invitation."""
    send_invitation.enqueue(profile_id)


def ask_speaker(sender: Any, *, invitation_id: int, **kwargs: Any) -> None:
    """Queue the invitation of a second speaker once it is certain."""
    transaction.on_commit(partial(send_speaker_invitation.enqueue, invitation_id))


def answer(sender: Any, *, inquiry_id: int, **kwargs: Any) -> None:
    """Queue the answer."""
    send_answer.enqueue(inquiry_id)
