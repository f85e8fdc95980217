"""Mails, ready to be sent: in HTML that looks the same in the common programs, and in plain text that says the same."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from email.message import EmailMessage
from email.policy import Policy
from email.policy import default as default_policy
from functools import cache
from pathlib import Path
from typing import Any

import css_inline
from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string

EMBLEM = "emblem"
PLAIN = ("core/mail/letter.txt", "core/mail/letter.html")
"""Templates of a letter with paragraphs, facts and one thing to do."""
STYLES = (Path(__file__).parent / "mail.css").read_text()


@dataclass(frozen=True, slots=True)
class Inlay:
    """A PNG that belongs to the HTML of a mail, under the name by which the HTML calls it."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail without its reader."""

    subject: str
    text: str
    html: str
    inlays: tuple[Inlay, ...] = ()

    def with_inlay(self, inlay: Inlay) -> "Letter":
        """Return the letter with one more picture."""
        return replace(self, inlays=(*self.inlays, inlay))


@cache
def _inliner() -> css_inline.CSSInliner:
    return css_inline.CSSInliner(extra_css=STYLES, load_remote_stylesheets=False, keep_style_tags=False)


@cache
def _emblem() -> Inlay:
    path = finders.find("core/eu-emblem.png")
    assert isinstance(path, str)
    return Inlay(EMBLEM, Path(path).read_bytes())


def site(path: str) -> str:
    """Return a full address; mails are read far from the site."""
    return str(settings.ENV.url).rstrip("/") + path


def host() -> str:
    """Return the site's host, which names our mails."""
    return str(settings.ENV.url).partition("//")[2].partition(":")[0] or "localhost"


def make_letter(
    templates: tuple[str, str],
    context: Mapping[str, Any],
    *,
    language: str,
    programme: str,
    publicity: Mapping[str, str] | None,
) -> Letter:
    """Make a letter of a programme, with the funder's emblem where there is one to show."""
    around = {
        "language": language,
        "programme": programme,
        "publicity": publicity,
        "emblem": EMBLEM if publicity is not None else "",
    }
    text = render_to_string(templates[0], {**context, **around})
    html = _inliner().inline(render_to_string(templates[1], {**context, **around}))
    subject = " ".join(str(context["subject"]).split())
    return Letter(subject, text.strip() + "\n", html, (_emblem(),) if publicity is not None else ())


class Mail(EmailMultiAlternatives):
    """A mail whose pictures belong to its HTML (``multipart/related``), so that no program lists them as attachments."""

    inlays: tuple[Inlay, ...] = ()

    def message(self, *, policy: Policy | None = None) -> EmailMessage:
        """Return the mail as it is handed over."""
        made: EmailMessage = super().message(policy=policy or default_policy)
        html = made.get_body(("html",))
        for inlay in self.inlays:
            if isinstance(html, EmailMessage):
                cid, name = f"<{inlay.name}>", f"{inlay.name}.png"
                html.add_related(inlay.content, "image", "png", cid=cid, disposition="inline", filename=name)
        return made


def addressed(letter: Letter, to: str, *, headers: Mapping[str, str], envelope: str = "") -> Mail:
    """Address a letter. ``envelope`` is where it returns to when it cannot be delivered."""
    sender = settings.DEFAULT_FROM_EMAIL
    mail = Mail(
        letter.subject,
        letter.text,
        envelope or sender,
        [to],
        headers={"From": sender, "Auto-Submitted": "auto-generated", **headers},
    )
    mail.attach_alternative(letter.html, "text/html")
    mail.inlays = letter.inlays
    return mail
