"""What the desk's pages of pictures and films share: who is to be seen, who agreed, asking before something is taken off."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render

from querwerk.core.pictures.models import ShowsPeople
from querwerk.core.pictures.queries import consents_of, people_in
from querwerk.core.pictures.states import Basis, How, Use, Withheld
from querwerk.desk.queries import title_of
from querwerk.desk.views.frame import address, surrounding
from querwerk.programmes.pages import Request


def consent_context(request: Request, shown: ShowsPeople, *, is_mine: bool, errors: dict[str, str]) -> dict[str, Any]:
    """Return what ``desk/consents.html`` shows; consents only to whoever may change the record. 3 queries."""
    kind, key = shown.SPEC.kind, shown.key
    people = people_in([shown.node_id]).get(shown.node_id, [])
    consents = list(consents_of(shown.node_id)) if is_mine else []
    agreed = {consent.name for consent in consents if consent.withdrawn_at is None}
    return {
        "shown": shown,
        "is_withdrawn": shown.withheld == Withheld.WITHDRAWN,
        "people": people,
        "without_consent": [one.name for one in people if one.name not in agreed]
        if shown.basis == Basis.CONSENT
        else [],
        "consents": [(consent, address(request, f"{kind}_consent_withdraw", key, consent.pk)) for consent in consents],
        "hows": How.choices,
        "use_choices": Use.choices,
        "typed": request.POST,
        "typed_uses": request.POST.getlist("uses") or [Use.SITE],
        "errors": errors,
        **{f"{name}_url": address(request, f"{kind}_{name}", key) for name in ("consent", "withdraw", "readmit")},
    }


def page_url(request: Request, shown: ShowsPeople) -> str:
    """Return where the desk shows a picture or film with its consents."""
    return address(request, "picture" if shown.SPEC.kind == "picture" else "film_files", shown.key)


def ask(request: Request, shown: ShowsPeople, words: dict[str, str]) -> HttpResponse:
    """Ask before something that cannot be taken back by a click."""
    context = {"title": title_of(shown), "back_url": page_url(request, shown), **words}
    return render(request, "desk/picture_ask.html", {**surrounding(request, shown.SPEC.kind), **context})
