"""At the desk: write an issue, look at it, send it and see what became of it; readers and topics."""

from collections.abc import Callable, Collection
from datetime import timedelta
from functools import partial
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.utils import timezone
from django.utils.csp import CSP
from django.utils.translation import gettext as _
from django.views.decorators.csp import csp_override

from querwerk.desk.registration_tables import as_csv
from querwerk.desk.views.frame import actor, attempt, desk_page, one_time_key, require, sent, surrounding
from querwerk.newsletter import actions, letters, tasks
from querwerk.newsletter.forms import IssueForm, TopicsForm, languages
from querwerk.newsletter.models import Issue
from querwerk.newsletter.queries import (
    delivery_counts,
    figures,
    issues,
    items_of,
    readers_of,
    refused_deliveries,
    subscribers,
    told_before,
    topics,
)
from querwerk.newsletter.rules import may_see_issues, may_see_subscribers, may_write_issues
from querwerk.newsletter.states import DeliveryState, IssueState, SubscriberState, Way
from querwerk.programmes.pages import Request

CURRENT = "newsletter:home"
PAGE_SIZE = 50
STANDS_STILL = timedelta(minutes=10)
TONES = {IssueState.DRAFT: "open", IssueState.SENDING: "note", IssueState.STOPPED: "warn", IssueState.SENT: "good"}


def issue_or_404(request: Request, number: int) -> Issue:
    """Return an issue of this programme."""
    found = issues(request.frame.space_id).select_related("space").filter(number=number).first()
    if found is None:
        raise Http404
    return found


def issue_row(issue: Issue, counts: dict[str, int]) -> dict[str, Any]:
    """Return what a template shows of an issue and its mails."""
    state = IssueState(issue.state)
    return {
        "issue": issue,
        "state": state.label,
        "tone": TONES[state],
        "total": sum(counts.values()),
        "counts": [(label, counts[value]) for value, label in DeliveryState.choices if counts.get(value)],
    }


@desk_page
def home(request: Request) -> HttpResponse:
    """Show how many read, and the issues."""
    require(may_see_issues(request.viewer))
    space_id = request.frame.space_id
    found = list(issues(space_id)[:100])
    counts = delivery_counts([issue.pk for issue in found])
    number = figures(space_id)
    named = dict(languages())
    context = {
        "rows": [issue_row(issue, counts[issue.pk]) for issue in found],
        "active": number.states.get(SubscriberState.ACTIVE, 0),
        "pending": number.states.get(SubscriberState.PENDING, 0),
        "ended": sum(number.states.get(state, 0) for state in (SubscriberState.ENDED, SubscriberState.BOUNCED)),
        "languages": [(named.get(code, code), count) for code, count in sorted(number.languages.items())],
        "topics": [(topic.label, number.topics.get(topic.pk, 0)) for topic in topics(space_id)],
        "everything": number.everything,
        "may_write": may_write_issues(request.viewer),
        "once": one_time_key(),
    }
    return render(request, "newsletter/desk_home.html", {**surrounding(request, CURRENT), **context})


@desk_page
def issue_new(request: Request) -> HttpResponse:
    """Begin an issue; there is nothing to show before."""
    require(may_write_issues(request.viewer))
    if request.method != "POST":
        return redirect("newsletter:home", request.frame.key)
    number = attempt(request, lambda: actions.create_issue(space=request.frame.space, by=actor(request)).number)
    return redirect("newsletter:issue_edit", request.frame.key, number)


@desk_page
def issue_edit(request: Request, number: int) -> HttpResponse:
    """Write a draft; of any other issue show what became of it."""
    require(may_see_issues(request.viewer))
    issue = issue_or_404(request, number)
    if issue.state != IssueState.DRAFT:
        return progress(request, issue)
    if request.method == "POST":
        require(may_write_issues(request.viewer))
    form = IssueForm(request.POST if request.method == "POST" else None, issue=issue)
    is_outdated = False
    if form.is_valid():
        try:
            save(request, issue, form)
        except actions.UnableToOverwriteIssue:
            is_outdated = True
        else:
            messages.success(request, _("The issue is saved."))
            return redirect("newsletter:issue_edit", request.frame.key, number)
    context = {
        "issue": issue,
        "form": form,
        "version": sent(request, "version") if form.is_bound else issue.version,
        "told": told_before(request.frame.space_id, but=issue.pk),
        "is_outdated": is_outdated,
        "languages": languages(),
        "may_write": may_write_issues(request.viewer),
        "once": one_time_key(),
    }
    status = 409 if is_outdated else 422 if form.errors else 200
    return render(request, "newsletter/desk_issue.html", {**surrounding(request, CURRENT), **context}, status=status)


def save(request: Request, issue: Issue, form: IssueForm) -> None:
    """Store what was typed, on top of the version that the person has seen; a second sending changes nothing."""
    typed = sent(request, "version")
    version = int(typed) if typed.isdecimal() and len(typed) < 10 else 0

    def effect() -> int:
        return actions.save_issue(
            issue=issue, subject=form.subject(), intro=form.intro(), choices=form.choices(), by=actor(request),
            expected_version=version,
        ).version  # fmt: skip

    attempt(request, effect)


def progress(request: Request, issue: Issue) -> HttpResponse:
    """Show the mails of an issue that is out or on its way."""
    counts = delivery_counts([issue.pk])[issue.pk]
    is_still = (
        issue.state == IssueState.SENDING
        and issue.moved_at is not None
        and timezone.now() - issue.moved_at > STANDS_STILL
    )
    refused = refused_deliveries(issue)
    context = {
        "row": issue_row(issue, counts),
        "issue": issue,
        "waiting": counts[DeliveryState.WAITING],
        "done": sum(counts.values()) - counts[DeliveryState.WAITING],
        "unclear": counts[DeliveryState.HANDED] if issue.state != IssueState.SENDING else 0,
        "is_still": is_still,
        "refused": Paginator(refused, PAGE_SIZE).get_page(request.GET.get("page"))
        if may_see_subscribers(request.viewer)
        else [],
        "may_write": may_write_issues(request.viewer),
        "languages": languages(),
        "once": one_time_key(),
    }
    return render(request, "newsletter/desk_progress.html", {**surrounding(request, CURRENT), **context})


PREVIEW_CSP: dict[str, Collection[str] | str] = {"default-src": [CSP.NONE], "style-src": [CSP.UNSAFE_INLINE], "img-src": [CSP.SELF, "data:"], "frame-ancestors": [CSP.NONE]}  # fmt: skip


@csp_override(PREVIEW_CSP)
@desk_page
def preview(request: Request, number: int, language: str, form: str) -> HttpResponse:
    """Show the mail as it will arrive; its styles stand in its elements, which the policy of our own pages forbids."""
    require(may_see_issues(request.viewer))
    issue = issue_or_404(request, number)
    if language not in dict(settings.LANGUAGES) or form not in ("html", "text"):
        raise Http404
    letter = letters.issue_letter(issue, items_of(issue), language, request.frame)
    if form == "text":
        return HttpResponse(letter.text, content_type="text/plain; charset=utf-8")
    emblem = static("core/eu-emblem.png")
    return HttpResponse(letter.html.replace(f"cid:{letters.EMBLEM}", emblem))


@desk_page
def test_mail(request: Request, number: int) -> HttpResponse:
    """Send the issue to the person who asks, in the language of their page."""
    require(may_write_issues(request.viewer))
    issue = issue_or_404(request, number)
    if request.method == "POST":
        language = sent(request, "language")
        language = language if language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
        email = str(getattr(request.user, "email", ""))
        tasks.send_test_mail.enqueue(issue.pk, email, language)
        messages.success(request, _("The mail is on its way to %(email)s.") % {"email": email})
    return redirect("newsletter:issue_edit", request.frame.key, number)


@transaction.atomic
def begin(issue: Issue, write: Callable[..., str], request: Request) -> None:
    """Write and queue the first job together: an issue that is being sent without a job would never end."""
    tasks.begin(issue, write(issue=issue, by=actor(request)))


@desk_page
def send(request: Request, number: int) -> HttpResponse:
    """Say who will get it, ask, then send."""
    require(may_write_issues(request.viewer))
    issue = issue_or_404(request, number)
    if issue.state not in (IssueState.DRAFT, IssueState.STOPPED):
        return redirect("newsletter:issue_edit", request.frame.key, number)
    if request.method == "POST":
        try:
            attempt(request, lambda: begin(issue, actions.send_issue, request))
        except actions.UnableToSend as error:
            messages.error(request, str(error))
        return redirect("newsletter:issue_edit", request.frame.key, number)
    readers = readers_of(issue) if issue.state == IssueState.DRAFT else []
    context = {
        "issue": issue,
        "readers": len(readers),
        "per_language": [
            (name, sum(reader.language == code for reader in readers), bool(issue.subject.get(code)))
            for code, name in languages()
        ],
        "waiting": delivery_counts([issue.pk])[issue.pk][DeliveryState.WAITING],
        "rate": settings.ENV.mail_rate,
        "has_items": bool(items_of(issue)),
        "once": one_time_key(),
    }
    return render(request, "newsletter/desk_send.html", {**surrounding(request, CURRENT), **context})


@desk_page
def stop(request: Request, number: int) -> HttpResponse:
    """Let nothing more go out."""
    require(may_write_issues(request.viewer))
    issue = issue_or_404(request, number)
    if request.method == "POST":
        actions.stop_issue(issue=issue, by=actor(request))
    return redirect("newsletter:issue_edit", request.frame.key, number)


@desk_page
def go_on(request: Request, number: int) -> HttpResponse:
    """Go on where the sending stands still, or send again what is unclear."""
    require(may_write_issues(request.viewer))
    issue = issue_or_404(request, number)
    if request.method == "POST":
        if "unclear" in request.POST:
            begin(issue, partial(actions.send_unclear_again, why=sent(request, "why")), request)
        else:
            begin(issue, actions.take_up_issue, request)
    return redirect("newsletter:issue_edit", request.frame.key, number)


@desk_page
def subscriber_list(request: Request) -> HttpResponse:
    """Show who subscribes: search, end at somebody's request."""
    require(may_see_subscribers(request.viewer))
    words = request.GET.get("q", "")[:200].strip()
    page = Paginator(subscribers(request.frame.space_id, words), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {"page": page, "words": words, "languages": dict(languages())}
    return render(request, "newsletter/desk_subscribers.html", {**surrounding(request, CURRENT), **context})


@desk_page
def subscriber_end(request: Request, number: int) -> HttpResponse:
    """Ask, then end a subscription at the person's request."""
    require(may_see_subscribers(request.viewer))
    subscriber = subscribers(request.frame.space_id).select_related("space").filter(pk=number).first()
    if subscriber is None:
        raise Http404
    if request.method == "POST":
        actions.end_subscription(
            subscriber=subscriber, way=Way.ORGANISER, by=actor(request), why=sent(request, "why")[:1000]
        )
        messages.success(request, _("The subscription has ended and the address is deleted."))
        return redirect("newsletter:subscribers", request.frame.key)
    context = {"subscriber": subscriber, "proofs": subscriber.proofs.order_by("pk")}
    return render(request, "newsletter/desk_subscriber.html", {**surrounding(request, CURRENT), **context})


@desk_page
def subscriber_export(request: Request) -> HttpResponse:
    """Give out the running subscriptions as CSV."""
    require(may_see_subscribers(request.viewer))
    headers = {"Content-Disposition": f'attachment; filename="newsletter-{request.frame.key}.csv"'}
    head = ["address", "state", "language", "topics", "asked_at", "confirmed_at"]
    rows = [
        [
            row.email, row.state, row.language,
            ", ".join(topic.label.best(row.language).words for topic in row.topics.all()),
            row.created_at.isoformat(), row.confirmed_at.isoformat() if row.confirmed_at else "",
        ]
        for row in subscribers(request.frame.space_id)
    ]  # fmt: skip
    return HttpResponse(as_csv(head, rows), content_type="text/csv; charset=utf-8", headers=headers)


@desk_page
def topic_list(request: Request) -> HttpResponse:
    """Change the topics that readers may choose."""
    require(may_write_issues(request.viewer))
    form = TopicsForm(request.POST if request.method == "POST" else None, space_id=request.frame.space_id)
    if form.is_valid():
        try:
            attempt(
                request,
                lambda: actions.save_topics(space=request.frame.space, labels=form.labels(), by=actor(request)),
            )
        except actions.UnableToDeleteTopic as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("The topics are saved."))
            return redirect("newsletter:topics", request.frame.key)
    context = {"form": form, "once": one_time_key()}
    status = 422 if form.errors else 200
    return render(request, "newsletter/desk_topics.html", {**surrounding(request, CURRENT), **context}, status=status)
