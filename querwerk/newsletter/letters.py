"""The newsletter's mails: about a subscription, and the issues."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from querwerk.core.letters import EMBLEM, PLAIN, Letter, Mail, addressed, host, make_letter, site
from querwerk.core.pictures.addresses import preview_url
from querwerk.core.pictures.models import Picture
from querwerk.core.pictures.queries import lead_pictures
from querwerk.core.pictures.states import FileKind
from querwerk.core.registry import page_url
from querwerk.core.text import UNSTATED
from querwerk.newsletter.models import Delivery, Issue, IssueItem, Subscriber
from querwerk.newsletter.states import SubscriberState
from querwerk.programmes.pages import address, publicity
from querwerk.programmes.queries import Frame

__all__ = ["EMBLEM", "Letter", "issue_context", "issue_letter", "issue_message", "message", "subscription_letter"]

CODE = "QWCODEQWCODEQWCODE"
"""Stands in a mail where each reader's own code goes; the rest is made once for all who read the same."""
PICTURE_WIDTH = 560
"""Pixels that the column of a mail has room for."""
ISSUE = ("newsletter/mail/issue.txt", "newsletter/mail/issue.html")


def link_for(subscriber: Subscriber, name: str, frame: Frame) -> str:
    """Return the address of a page of a subscriber's own, in the subscriber's language."""
    with translation.override(subscriber.language):
        return site(reverse(f"newsletter:{name}", args=[frame.key, subscriber.code]))


def _letter(templates: tuple[str, str], context: dict[str, Any], language: str, frame: Frame) -> Letter:
    return make_letter(
        templates, context, language=language, programme=frame.programme.name, publicity=publicity(frame)
    )


# --- About the subscription itself -------------------------------------------


def subscription_letter(subscriber: Subscriber, frame: Frame) -> Letter:
    """Ask to confirm; or, where the address is subscribed already, say so instead of telling it on the website."""
    with translation.override(subscriber.language):
        name = {"programme": frame.programme.name}
        if subscriber.state == SubscriberState.PENDING:
            context = {
                "subject": _("Please confirm: newsletter of %(programme)s") % name,
                "paragraphs": [
                    _("Somebody, we hope you, has asked for the newsletter of %(programme)s with this address.") % name,
                    _("With one click you confirm it. Without it you get nothing from us."),
                ],
                "button": _("Yes, I want the newsletter"),
                "url": link_for(subscriber, "confirm", frame),
                "end": _("It was not you? Then do nothing; after 14 days we forget the address."),
            }
        else:
            context = {
                "subject": _("You get the newsletter of %(programme)s already") % name,
                "paragraphs": [
                    _("Somebody has entered this address on our website once more. You are subscribed, so nothing changes."),
                ],
                "button": _("Change language and topics, or unsubscribe"),
                "url": link_for(subscriber, "mine", frame),
                "end": _("It was not you? Then do nothing."),
            }  # fmt: skip
        return _letter(PLAIN, context, subscriber.language, frame)


# --- Issues ------------------------------------------------------------------


def issue_letter(issue: Issue, items: Iterable[IssueItem], language: str, frame: Frame) -> Letter:
    """Make an issue in a language with these items; :data:`CODE` stands for the reader's code."""
    with translation.override(language):
        return _letter(ISSUE, issue_context(issue, items, language, frame), language, frame)


def issue_context(issue: Issue, items: Iterable[IssueItem], language: str, frame: Frame) -> dict[str, Any]:
    """Return what stands in an issue, in the best language for a reader; call it with that language active."""
    subject, intro = issue.subject.best(language), issue.intro.best(language)
    items = list(items)
    pictures = lead_pictures([item.newsflash.node_id for item in items], with_drafts=False)
    return {
        "number": issue.number,
        "subject": subject.words,
        "subject_language": subject.language,
        "underline": "=" * min(len(subject.words), 76),
        "intro": [part.strip() for part in intro.words.split("\n\n") if part.strip()],
        "intro_language": intro.language,
        "items": [
            {**_item(item, language, frame), "picture": _picture(pictures.get(item.newsflash.node_id), language)}
            for item in items
        ],
        "mine_url": site(reverse("newsletter:mine", args=[frame.key, CODE])),
        "web_url": site(reverse("newsletter:issue", args=[frame.key, issue.number])),
        "imprint_url": site(address("programmes:page", programme=frame.key, key="imprint"))
        if any(page.key == "imprint" for page in frame.pages)
        else "",
    }


def _item(item: IssueItem, language: str, frame: Frame) -> dict[str, Any]:
    newsflash = item.newsflash
    title, summary = newsflash.title.best(language), newsflash.summary.best(language)
    # What has no stated language is in the language of the original, where that is known.
    own = newsflash.language or language
    return {
        "number": newsflash.key,
        "date": newsflash.date,
        "title": title.words,
        "language": own if title.language == UNSTATED else title.language,
        "summary": summary.words,
        "summary_language": own if summary.language == UNSTATED else summary.language,
        "url": site(page_url("newsflash", newsflash.key, frame.key)),
    }


def _picture(picture: Picture | None, language: str) -> dict[str, Any] | None:
    """Return what a mail shows of a lead picture: our own address, the same for everybody, which ends with its consent.

    Drawings stay out: few mail programs show SVG.
    """
    stored = picture.stored if picture is not None else None
    if picture is None or stored is None or stored.kind != FileKind.PICTURE:
        return None
    alt, width = picture.alt.best(language), min(PICTURE_WIDTH, stored.width)
    return {
        "url": site(preview_url(picture)),
        "alt": alt.words,
        "language": language if alt.language == UNSTATED else alt.language,
        "credit": picture.credit,
        "width": width,
        "height": round(stored.height * width / stored.width),
    }


# --- Messages ----------------------------------------------------------------


def message(letter: Letter, to: str, *, code: str, headers: dict[str, str], envelope: str = "") -> Mail:
    """Address a letter. ``envelope`` is where it returns to when it cannot be delivered."""
    own = replace(letter, text=letter.text.replace(CODE, code), html=letter.html.replace(CODE, code))
    return addressed(own, to, headers=headers, envelope=envelope)


def return_address(code: str) -> str:
    """Return the address to which a mail comes back, or nothing where the operator has named none."""
    local, at, host = settings.ENV.mail_bounces.partition("@")
    return f"{local}+{code}{at}{host}" if at else ""


def issue_message(letter: Letter, delivery: Delivery, frame: Frame) -> Mail:
    """Address an issue to its reader, with what mail programs need for a button "unsubscribe" (RFC 2369, RFC 8058)."""
    reader = delivery.subscriber
    headers = {
        "List-Unsubscribe": f"<{link_for(reader, 'one_click', frame)}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "List-Id": f"<{frame.key}.newsletter.{host()}>",
        "Message-ID": f"<newsletter-{delivery.code}@{host()}>",
        "Precedence": "bulk",
    }
    return message(letter, reader.email, code=reader.code, headers=headers, envelope=return_address(delivery.code))
