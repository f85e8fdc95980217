from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from querwerk.core.actions import Actor
from querwerk.core.models import Space
from querwerk.matching.actions.challenges import Audience, Contact, create_challenge, move_challenge, save_challenge
from querwerk.matching.models import Dossier
from querwerk.matching.states import ChallengeState, Confidentiality
from querwerk.people.models import User
from tests.factories.programmes import create_programme, small_bundle
from tests.rooms.desk.conftest import sign_in

__all__ = ["sign_in"]

SECRET = "Zwirnmaschine"
CONTACT = Contact("Käthe Süß", "kaethe@weberei.example", "0371 1234")
CONTENT = {
    "title_de": f"Wer braucht unsere {SECRET}?",
    "problem_de": f"Die {SECRET} steht seit zwei Jahren still. Niemand weiß, wofür sie noch gut ist.",
    "success_de": "Drei Leute kommen und probieren etwas aus.",
    "org": "weberei",
    "submarkets": ["design"],
    "wanted": 2,
    "place": "Plauen",
}

type Bring = Callable[..., Dossier]


PROFILES: list[dict[str, Any]] = [
    {
        "id": "licht", "name": "Studio Licht", "kind": "organisation", "side": "creative", "submarkets": ["design"],
        "audience": "public", "languages": ["de"], "town": "Chemnitz",
        "offers_de": "Wir bauen aus alten Maschinen Exponate, die man anfassen darf. Eine Zwirnmaschine wird zur Bühne.",
    },
    {
        "id": "maja", "name": "Maja", "kind": "person", "side": "creative", "audience": "members", "languages": ["pl"],
        "offers_pl": "Warsztaty teatralne z młodzieżą.", "open_places": 0,
    },
    {
        "id": "still", "name": "Stilles Atelier", "kind": "organisation", "side": "creative", "audience": "private",
        "offers_de": "Wir hören Maschinen zu.",
    },
    {"id": "aus", "name": "Aus", "side": "creative", "matching": "off", "audience": "public", "offers_de": "Maschinen."},
    {"id": "firma", "name": "Firma", "side": "industry", "audience": "public", "offers_de": "Maschinen."},
]  # fmt: skip


@pytest.fixture
def space(db: None, media: Path) -> Space:
    """A programme with profiles; files, and so vectors, lie in a folder of the test's own."""
    return create_programme(small_bundle(profiles=PROFILES))


@pytest.fixture
def author(db: None) -> User:
    return User.objects.create_user("kaethe@weberei.example", "Käthe Süß")


@pytest.fixture
def bring(space: Space, author: User) -> Bring:
    """Bring a challenge as its author would, by default one that everybody may read."""

    def made(
        confidentiality: str = Confidentiality.PUBLIC,
        state: str = ChallengeState.OPEN,
        chosen: Any = (),
        **content: Any,
    ) -> Dossier:
        by = Actor(author.pk, author.name)
        dossier = create_challenge(space=space, by=by, language="de", contact=CONTACT)
        save_challenge(
            dossier=dossier,
            content={**CONTENT, **content},
            contact=CONTACT,
            by=by,
            audience=Audience(confidentiality, frozenset(user.pk for user in chosen)),
        )
        way = {
            ChallengeState.DRAFT: [],
            ChallengeState.MATCHED: [ChallengeState.OPEN, ChallengeState.IN_MATCHING, ChallengeState.MATCHED],
            ChallengeState.IN_MATCHING: [ChallengeState.OPEN, ChallengeState.IN_MATCHING],
            ChallengeState.OPEN: [ChallengeState.OPEN],
            ChallengeState.CLOSED: [ChallengeState.OPEN, ChallengeState.CLOSED],
            ChallengeState.WITHDRAWN: [ChallengeState.WITHDRAWN],
        }
        for step in way[ChallengeState(state)]:
            move_challenge(dossier=dossier, to=step, by=by)
        return Dossier.objects.get(pk=dossier.pk)

    return made


@pytest.fixture
def as_author(author: User) -> Client:
    client = Client()
    client.force_login(author)
    return client
