"""For readers: subscribe, confirm, change, end; read what was sent."""

from typing import Any

from allauth.account.adapter import get_adapter
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.csrf import csrf_exempt

from querwerk.core.limits import HOUR, is_too_often, too_often_words
from querwerk.newsletter import actions, tasks
from querwerk.newsletter.forms import PreferencesForm, SubscribeForm, consent_words
from querwerk.newsletter.letters import issue_context
from querwerk.newsletter.models import GONE, Subscriber
from querwerk.newsletter.queries import issues_public, items_of, subscriber_by_code
from querwerk.newsletter.states import SubscriberState, Way
from querwerk.programmes.pages import Request, page_language, programme_page, visitor_page

PER_HOUR = 20
"""Wishes from one connection; a fair has one connection for many visitors."""


def subscriber_or_404(request: Request, code: str) -> Subscriber:
    """Return whom the link belongs to."""
    found = subscriber_by_code(request.frame.space_id, code)
    if found is None:
        raise Http404
    return found


@visitor_page
def subscribe(request: Request) -> HttpResponse:
    """Show the form and what was sent so far; take a wish."""
    frame = request.frame
    name = frame.programme.name
    data = request.POST if request.method == "POST" else None
    form = SubscribeForm(data, space_id=frame.space_id, programme=name, initial={"language": page_language()})
    if form.is_valid():
        if is_flooding(request):
            form.add_error(None, too_often_words(HOUR))
        else:
            take_wish(request, form.cleaned_data)
            return redirect("newsletter:asked", frame.key)
    context = {"form": form, "issues": issues_public(frame.space_id)[:50]}
    return render(request, "newsletter/subscribe.html", context, status=422 if form.errors else 200)


def take_wish(request: Request, typed: dict[str, Any]) -> None:
    """Note the wish and queue the mail."""
    wish = actions.Wish(
        typed["email"],
        typed["language"],
        tuple(typed.get("topics", ())),
        consent_words(request.frame.programme.name),
        page_language(),
    )
    tasks.write_to(actions.ask_for_newsletter(space=request.frame.space, wish=wish))


def is_flooding(request: Request) -> bool:
    """Tell whether too many wishes came from one connection within an hour."""
    return is_too_often(f"newsletter-wishes:{get_adapter(request).get_client_ip(request)}", PER_HOUR, HOUR)


@visitor_page
def asked(request: Request) -> HttpResponse:
    """Say that a mail is on its way; the same whether or not the address was known."""
    return render(request, "newsletter/asked.html", {})


@visitor_page
def confirm(request: Request, code: str) -> HttpResponse:
    """Ask before confirming: mail scanners open links, but they press no buttons."""
    subscriber = subscriber_or_404(request, code)
    words = consent_words(request.frame.programme.name)
    if request.method == "POST":
        actions.confirm_subscription(subscriber=subscriber, words=words, words_language=page_language())
        return redirect("newsletter:mine", request.frame.key, code)
    if subscriber.state == SubscriberState.ACTIVE:
        return redirect("newsletter:mine", request.frame.key, code)
    if subscriber.state in GONE:
        return ended_page(request)
    return render(request, "newsletter/confirm.html", {"subscriber": subscriber, "words": words})


@visitor_page
def mine(request: Request, code: str) -> HttpResponse:
    """Show a subscription and change it."""
    subscriber = subscriber_or_404(request, code)
    if subscriber.state in GONE:
        return ended_page(request)
    if subscriber.state == SubscriberState.PENDING:
        return redirect("newsletter:confirm", request.frame.key, code)
    initial = {"language": subscriber.language, "topics": list(subscriber.topics.values_list("pk", flat=True))}
    data = request.POST if request.method == "POST" else None
    form = PreferencesForm(data, space_id=request.frame.space_id, initial=initial)
    is_saved = False
    if form.is_valid():
        typed = form.cleaned_data
        actions.change_subscription(
            subscriber=subscriber, language=typed["language"], topics=list(typed.get("topics", ()))
        )
        is_saved = True
    context = {"subscriber": subscriber, "form": form, "is_saved": is_saved}
    return render(request, "newsletter/mine.html", context, status=422 if form.errors else 200)


@csrf_exempt
@visitor_page
def one_click(request: Request, code: str) -> HttpResponse:
    """End a subscription: at once for the button of a mail program (RFC 8058), after a question for a person.

    No token against forged requests is asked for: mail programs have none, and the code in the address is the secret.
    """
    subscriber = subscriber_or_404(request, code)
    if request.method == "POST":
        way = Way.ONE_CLICK if request.POST.get("List-Unsubscribe") == "One-Click" else Way.LINK
        actions.end_subscription(subscriber=subscriber, way=way)
        return ended_page(request)
    if subscriber.state in GONE:
        return ended_page(request)
    return render(request, "newsletter/end.html", {"subscriber": subscriber})


def ended_page(request: Request) -> HttpResponse:
    """Say that it has ended and that the address is gone."""
    return render(request, "newsletter/ended.html", {})


@visitor_page
def data(request: Request, code: str) -> HttpResponse:
    """Give out everything that is stored about the subscription's address in this programme."""
    subscriber = subscriber_or_404(request, code)
    if not subscriber.email:
        raise Http404
    found = [entry for entry in actions.data_about(subscriber.email) if entry["programme"] == request.frame.space.key]
    headers = {"Content-Disposition": 'attachment; filename="newsletter.json"'}
    return JsonResponse(found, safe=False, headers=headers, json_dumps_params={"ensure_ascii": False, "indent": 2})


@programme_page
def issue(request: Request, number: int) -> HttpResponse:
    """Show an issue that was sent, with everything that stood in it."""
    found = issues_public(request.frame.space_id).filter(number=number).first()
    if found is None:
        raise Http404
    context = issue_context(found, items_of(found), page_language(), request.frame)
    return render(request, "newsletter/issue.html", {"issue": found, **context})
