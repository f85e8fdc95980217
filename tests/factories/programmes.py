"""Programmes made from small bundles, through the same door as real ones."""

import copy
from typing import Any

from querwerk.core.actions import Actor, Report
from querwerk.core.models import Space
from querwerk.exchange.actions import Bundle, parse_bundle, store_bundle
from querwerk.exchange.reader import read
from querwerk.exchange.writer import as_json

TESTER = Actor(None, "Test")

SMALL: dict[str, Any] = {
    "programme": {
        "id": "werk",
        "acronym": "Werk",
        "title_de": "Werkprogramm",
        "title_en": "Work programme",
        "source": "seed",
    },
    "funder": {"name": "Land Sachsen", "publicity": "interreg-2014-2020"},
    "partners": [{"id": "agentur", "org": "agentur", "role": "lead partner", "country": "DE"}],
    "organisations": [
        {
            "id": "agentur",
            "name": "Agentur für Übermorgen",
            "kind": "intermediary",
            "city": "Chemnitz",
            "country": "DE",
        },
        {"id": "weberei", "name": "Weberei Süß & Söhne", "kind": "industry", "city": "Plauen", "country": "DE"},
        {"id": "atelier", "name": "Atelier Žižka", "kind": "creative", "city": None, "country": "CZ"},
    ],
    "people": [{"id": "ada", "name": "Dr. Ada Größe", "org": "atelier", "source": "seed"}],
    "questions": [{"id": "wozu", "de": "Wozu das Ganze?", "en": "What is it for?"}],
    "pilots": [
        {
            "id": "garn",
            "title": "Neues Garn",
            "kind": "lab",
            "start": "2021-03-08",
            "end": None,
            "host": "agentur",
            "partner_orgs": ["weberei", "atelier"],
            "participants": {"teams": 7, "visitors": None},
            "findings": [
                {"id": "fund", "de": "Es hält.", "en": "It holds.", "source": "https://example.org/fund"},
                {"de": "Es leuchtet."},
            ],
            "presented_at": ["schau"],
            "follow_up": "regular programme of the agency",
            "source": "https://example.org/garn",
        }
    ],
    "events": [
        {
            "id": "schau",
            "title": "Große Schau",
            "date": "2021-09-29",
            "place": "Plauen",
            "agenda": ["Begrüßung", {"time": None, "item": "Garn", "pilots": ["garn"]}],
            "guiding_questions": ["wozu"],
            "people_on_photo": ["ada"],
        }
    ],
    "strategy": [
        {
            "id": "papier",
            "title_de": "Papier",
            "author": "agentur",
            "adopted": None,
            "measures": [{"id": "m1", "no": 1, "de": "Mehr Garn", "en": "More yarn"}],
        }
    ],
    "uptake": [{"id": "up", "from": "garn", "to": "akademie", "grade": "explicit", "de": "Daraus wurde die Akademie."}],
    "follow_up_programmes": [{"id": "akademie", "name": "Akademie"}],
    "newsflashes": [{"no": 1, "date": "2021-10-01", "title": "Neues", "url": "https://example.org/1", "url_en": None}],
    "thread": [
        {"from": "finding:fund", "to": "measure:m1", "kind": "supports", "date": "2021-10", "note_de": "Thematisch"}
    ],
}


PROFILES: list[dict[str, Any]] = [
    {
        "id": "zizka",
        "name": "Atelier Žižka",
        "kind": "organisation",
        "side": "creative",
        "org": "atelier",
        "summary_de": "Wir machen Licht aus Stoff.",
        "summary_cs": "Tvoříme světlo z textilu.",
        "offers_de": "Leuchtende Gewebe, Prototypen, Ausstellungen.",
        "submarkets": ["design", "art"],
        "skills": ["textile-design"],
        "town": "Plzeň",
        "region": "CZ032",
        "country": "CZ",
        "languages": ["cs", "de"],
        "capacity": 2,
        "audience": "public",
        "origin": "entered",
    },
    {
        "id": "weber",
        "name": "Eva Weber",
        "kind": "person",
        "side": "industry",
        "division": "13",
        "audience": "members",
    },
]
"""Two profiles for the small programme's directory: one for everybody, one for members."""


def small_bundle(**sections: Any) -> dict[str, Any]:
    """Return a small programme with one record of most kinds; sections may be replaced."""
    return {**copy.deepcopy(SMALL), **sections}


def parse(bundle: dict[str, Any]) -> Bundle:
    """Check a bundle as the importer does."""
    return parse_bundle(read(as_json(bundle).encode(), "bundle.json"))


def create_programme(bundle: dict[str, Any] | None = None) -> Space:
    """Store a bundle and return its space."""
    checked = parse(bundle or small_bundle())
    store_bundle(checked, by=TESTER, why="")
    return Space.objects.get(key=checked.key)


def import_again(bundle: dict[str, Any]) -> Report:
    """Store a bundle over what is there."""
    return store_bundle(parse(bundle), by=TESTER, why="again")
