"""A seeded region of profiles in German, English, Czech and Polish, through the same door as an import."""

import random
from collections.abc import Iterator
from typing import Any

from querwerk.engine.matching.taxonomy import bundled
from querwerk.people.regions import regions
from querwerk.people.states import SECTION_OF, SKILLS, Side, Submarket

LANGUAGES = ("de", "en", "cs", "pl")
COUNTRY = {"de": "DE", "en": "AT", "cs": "CZ", "pl": "PL"}
TOWNS = {
    "de": ("Chemnitz", "Zwickau", "Plauen", "Freiberg", "Annaberg-Buchholz", "Leipzig", "Dresden", "Görlitz", "Jena"),
    "en": ("Vienna", "Linz", "Graz", "Salzburg"),
    "cs": ("Plzeň", "Ústí nad Labem", "Praha", "Brno", "Ostrava", "Liberec"),
    "pl": ("Wrocław", "Kraków", "Łódź", "Zielona Góra", "Katowice", "Poznań"),
}
FIRST = ("Atelier", "Studio", "Werkstatt", "Büro", "Kollektiv", "Manufaktur", "Ateliér", "Pracownia", "Labor", "Haus")
LAST = (
    "Žižka",
    "Süß",
    "Nowak",
    "Übermorgen",
    "Kranich",
    "Łukasz",
    "Morgenrot",
    "Dvořák",
    "Sonnenberg",
    "Kapelle",
    "Grün",
)
OFFERS = {
    "de": "Wir arbeiten mit {a} und {b}. Betrieben der Region helfen wir, mit {c} neue Wege zu finden, und zeigen Ergebnisse nach wenigen Wochen.",
    "en": "We work with {a} and {b}. We help companies of the region to find new ways with {c} and show results after a few weeks.",
    "cs": "Pracujeme s obory {a} a {b}. Firmám v regionu pomáháme najít nové cesty pomocí {c} a výsledky ukazujeme po několika týdnech.",
    "pl": "Zajmujemy się: {a} i {b}. Pomagamy firmom z regionu znaleźć nowe drogi dzięki {c} i pokazujemy wyniki po kilku tygodniach.",
}
SEEKS = {
    "de": "Wir suchen Betriebe der Branche {n}, die etwas ausprobieren wollen.",
    "en": "We look for companies in the branch {n} that want to try something.",
    "cs": "Hledáme firmy z oboru {n}, které chtějí něco vyzkoušet.",
    "pl": "Szukamy firm z branży {n}, które chcą coś wypróbować.",
}


def profiles(count: int, seed: int = 1) -> Iterator[dict[str, Any]]:
    """Yield profiles in their bundle form."""
    rng = random.Random(seed)
    taxonomy = bundled()
    by_country = {
        country: [code for code in regions() if code.startswith(country)] for country in set(COUNTRY.values())
    }
    for number in range(count):
        language = rng.choice(LANGUAGES)
        a, b, c = (taxonomy.name(f"skill:{code}", language) for code in rng.sample(SKILLS, 3))
        division = rng.choice(list(SECTION_OF))
        is_creative = rng.random() < 0.6
        side = Side.CREATIVE if is_creative else rng.choice(list(Side)[1:])
        name = f"{rng.choice(FIRST)} {rng.choice(LAST)} {number}"
        raw: dict[str, Any] = {
            "id": f"p{number}",
            "name": name,
            "kind": rng.choice(["organisation", "person"]),
            "side": str(side),
            f"summary_{language}": f"{name}: {a}.",
            f"offers_{language}": OFFERS[language].format(a=a, b=b, c=c),
            f"seeks_{language}": SEEKS[language].format(n=taxonomy.name(f"nace:{division}", language)),
            "town": rng.choice(TOWNS[language]),
            "region": rng.choice(by_country[COUNTRY[language]]),
            "country": COUNTRY[language],
            "languages": [language, *(["en"] if language != "en" and rng.random() < 0.5 else [])],
            "capacity": rng.randint(1, 5),
            "open_places": rng.randint(0, 2),
            "availability": rng.choice(["open", "open", "paused"]),
            "audience": rng.choice(["public"] * 8 + ["members", "private"]),
        }
        if is_creative:
            raw["submarkets"] = [str(one) for one in rng.sample(list(Submarket), rng.randint(1, 2))]
        else:
            raw["division"] = division
        yield raw
