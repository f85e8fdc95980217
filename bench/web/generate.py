"""Writes a large programme bundle: the same seed gives the same file, byte for byte.

    generate.py FILE [--seed N]

5,000 organisations, 1,000 pilots with workshops and findings, 200 events with agendas, 300 papers with
measures and proposals, decisions, uptake, newsflashes, and 20,000 stated links of the thread, in German
and English. A single record carries about as much as one of the demo programme, so that a slower page
shows the size of the programme and not that of the record. Nothing in it is true.
"""

import argparse
import json
import random
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

type Row = dict[str, Any]
type Both = tuple[str, str]

SOURCE = "generated"

# German and English side by side: texts are put together from these, so that both languages say the same.
ACTORS: Sequence[Both] = (
    ("Kunstschaffende", "artists"), ("Gestalterinnen", "designers"), ("Auszubildende", "apprentices"), ("Studierende", "students"),
    ("Maschinenbauer", "mechanical engineers"), ("Weberinnen", "weavers"), ("Gießerei-Fachkräfte", "foundry workers"),
    ("Stadtplanende", "town planners"), ("Forschende", "researchers"), ("Instrumentenbauer", "instrument makers"),
    ("Fotografinnen", "photographers"), ("Werkzeugmacher", "toolmakers"), ("Spitzenstickerinnen", "lace makers"),
    ("Softwareentwickelnde", "software developers"), ("Museumsleute", "museum people"), ("Schülerinnen", "pupils"),
)  # fmt: skip
THINGS: Sequence[Both] = (
    ("Vliesstoffe", "nonwovens"), ("Frottierreste", "terry cloth offcuts"), ("Straßenbahnteile", "tram parts"), ("Getriebegehäuse", "gearbox housings"),
    ("Plauener Spitze", "Plauen lace"), ("intelligente Materialien", "smart materials"), ("Förderbänder", "conveyor belts"),
    ("Klangkörper", "resonating bodies"), ("Maschinengeräusche", "machine sounds"), ("Lehrwerkstätten", "training workshops"),
    ("Prüfstände", "test benches"), ("Verpackungen", "packaging"), ("Arbeitskleidung", "work clothes"), ("Leitsysteme", "signage"),
    ("Schaufenster", "shop windows"), ("Gussmodelle", "casting patterns"), ("Möbel", "furniture"), ("Werkzeugkästen", "toolboxes"),
)  # fmt: skip
PLACES: Sequence[Both] = (
    ("in einer stillgelegten Spinnerei", "in a disused spinning mill"), ("in der Werkhalle", "on the shop floor"),
    ("im Industriemuseum", "in the museum of industry"), ("am Rand der Altstadt", "at the edge of the old town"),
    ("in der Berufsschule", "at the vocational school"), ("im Rathaus", "in the town hall"), ("im früheren Güterbahnhof", "in the former goods station"),
    ("in einem leeren Ladenlokal", "in an empty shop"), ("im Labor der Hochschule", "in the laboratory of the university"), ("im Netz", "online"),
)  # fmt: skip
RESULTS: Sequence[Both] = (
    ("Daraus entstanden drei Muster, die der Betrieb weiterführt", "Three samples came of it, which the company carries on"),
    ("Die Beteiligten wünschen sich mehr Zeit am Anfang", "Those involved ask for more time at the beginning"),
    ("Der Blick von außen half bei einer Frage, die lange liegen geblieben war", "The outside view helped with a question that had long been left lying"),
    ("Ohne eine feste Ansprechperson im Betrieb blieb vieles liegen", "Without a fixed contact in the company much was left undone"),
    ("Die Größe der Gruppe war für die Übergabe zu hoch", "The group was too large for the handover"),
    ("Ein kleiner Betrag für Material genügte, um anzufangen", "A small sum for material was enough to begin"),
    ("Kreativwirtschaft und Industrie fanden eine gemeinsame Sprache", "The creative industries and industry found a common language"),
    ("Die Förderung endete, bevor das Ergebnis bekannt war", "The funding ended before the result was known"),
    ("Verträge über Rechte müssen vor dem ersten Treffen stehen", "Contracts on rights must stand before the first meeting"),
)  # fmt: skip
ASKS: Sequence[Both] = (
    ("Die Region soll", "The region should"), ("Der Rat möge beschließen,", "The council should decide to"), ("Das Land soll", "The state should"),
    ("Die Wirtschaftsförderung soll", "The business development agency should"), ("Die Kammern sollen", "The chambers should"),
)  # fmt: skip
DEEDS: Sequence[Both] = (
    ("Räume für Werkstätten öffnen", "open rooms for workshops"), ("kleine Beträge schnell vergeben", "grant small sums quickly"),
    ("Kreativwirtschaft in Ausschreibungen zulassen", "admit the creative industries to tenders"), ("eine Anlaufstelle finanzieren", "fund a point of contact"),
    ("Lehrpläne um Gestaltung erweitern", "add design to curricula"), ("Leerstand erfassen und vermitteln", "record and broker vacant space"),
    ("Kooperationen über die Grenze fördern", "support cooperation across the border"), ("Ergebnisse öffentlich zeigen", "show results in public"),
)  # fmt: skip
KINDS_OF_PILOT = ("lab", "exhibition", "hackathon", "training", "help desk", "network", "creative space")
SIDES = ("creative", "industry", "science", "administration", "intermediary")
SECTORS: Sequence[Both] = (
    ("Maschinenbau", "mechanical engineering"), ("Textil", "textiles"), ("Design", "design"), ("Gießerei", "foundry"), ("Musik", "music"),
    ("Architektur", "architecture"), ("Elektrotechnik", "electrical engineering"), ("Spielwaren", "toys"), ("Film", "film"), ("Stadtverwaltung", "municipality"),
)  # fmt: skip
CITIES = (
    ("Chemnitz", "DE", 50.83, 12.92), ("Plauen", "DE", 50.50, 12.14), ("Zwickau", "DE", 50.72, 12.50), ("Dresden", "DE", 51.05, 13.74),
    ("Görlitz", "DE", 51.15, 14.99), ("Linz", "AT", 48.31, 14.29), ("Steyr", "AT", 48.04, 14.42), ("Padova", "IT", 45.41, 11.88),
    ("Kranj", "SI", 46.24, 14.36), ("Sokolov", "CZ", 50.18, 12.64), ("Bielsko-Biała", "PL", 49.82, 19.04), ("Genk", "BE", 50.97, 5.50),
)  # fmt: skip
NAMES = (
    "Müller",
    "Weiß",
    "Böhme",
    "Krüger",
    "Schröder",
    "Größel",
    "Jäger",
    "Köhler",
    "Strauß",
    "Händel",
    "Vogt",
    "Lindner",
    "Oertel",
    "Seidel",
    "Ulbricht",
    "Ackermann",
)
FORMS = ("GmbH", "e.V.", "AG", "GbR", "Werkstatt", "Atelier", "Institut", "Verein", "KG")
QUESTIONS: Sequence[Both] = (
    (
        "Welche Wege führen vom Industriestandort zur Makerregion?",
        "Which paths lead from industrial location to maker region?",
    ),
    ("Was haben die Pilotaktionen gezeigt?", "What did the pilots show?"),
    ("Welche Vorschläge liegen den Räten vor?", "Which proposals lie before the councils?"),
    ("Was wird daraus in den Regionen?", "What becomes of it in the regions?"),
)


class Maker:
    """Makes the parts of a bundle from one source of chance."""

    def __init__(self, seed: int, scale: float = 1) -> None:
        self.chance = random.Random(seed)
        self.counts = {
            name: max(1, round(number * scale))
            for name, number in {
                "organisations": 5000, "pilots": 1000, "events": 200, "papers": 300, "decisions": 100, "uptake": 400,
                "follow_ups": 50, "newsflashes": 40, "people": 100, "links": 20000,
            }.items()
        }  # fmt: skip
        self.findings: list[str] = []
        self.asks: list[str] = []

    def key(self, kind: str, number: int) -> str:
        """Return the id of the numbered record of a kind."""
        return f"{kind}-{number:0{3 if kind in {'event', 'paper'} else 4}}"

    def any_key(self, kind: str, plural: str) -> str:
        """Return the id of some record of a kind."""
        return self.key(kind, self.chance.randint(1, self.counts[plural]))

    def both(self, key: str, words: Both) -> Row:
        """Return a text in both languages under a key (or under the languages themselves)."""
        return {f"{key}_de": words[0], f"{key}_en": words[1]} if key else {"de": words[0], "en": words[1]}

    def sentence(self) -> Both:
        """Return one sentence in both languages."""
        a, t, p = self.chance.choice(ACTORS), self.chance.choice(THINGS), self.chance.choice(PLACES)
        b = self.chance.choice([other for other in ACTORS if other is not a])
        return (
            f"{a[0]} und {b[0]} erprobten {p[0]} neue Wege für {t[0]}.",
            f"{a[1].capitalize()} and {b[1]} tried new ways for {t[1]} {p[1]}.",
        )

    def paragraphs(self, number: int) -> Both:
        """Return some paragraphs of two sentences."""
        made = []
        for _ in range(number):
            one, two = self.sentence(), self.chance.choice(RESULTS)
            made.append((f"{one[0]} {two[0]}.", f"{one[1]} {two[1]}."))
        return "\n\n".join(m[0] for m in made), "\n\n".join(m[1] for m in made)

    def title(self) -> Both:
        """Return a short title."""
        a, t = self.chance.choice(ACTORS), self.chance.choice(THINGS)
        return f"{t[0][0].upper()}{t[0][1:]} und {a[0]}", f"{t[1].capitalize()} and {a[1]}"

    def ask(self) -> Both:
        """Return what a paper asks for."""
        who, what = self.chance.choice(ASKS), self.chance.choice(DEEDS)
        return f"{who[0]} {what[0]}.", f"{who[1]} {what[1]}."

    def date(self) -> str:
        """Return a date, sometimes known to the month or year only."""
        year, month, day = self.chance.randint(2019, 2022), self.chance.randint(1, 12), self.chance.randint(1, 28)
        return self.chance.choice(
            (f"{year}-{month:02}-{day:02}", f"{year}-{month:02}-{day:02}", f"{year}-{month:02}", f"{year}")
        )

    def organisation(self, number: int) -> Row:
        """Make an organisation."""
        city, country, lat, lon = self.chance.choice(CITIES)
        return {
            "id": self.key("org", number),
            "name": f"{self.chance.choice(NAMES)} {self.chance.choice(SECTORS)[0]} {self.chance.choice(FORMS)} {number}",
            "kind": self.chance.choice(SIDES),
            **self.both("sector", self.chance.choice(SECTORS)),
            "city": city,
            "country": country,
            "lat": round(lat + self.chance.uniform(-0.3, 0.3), 4),
            "lon": round(lon + self.chance.uniform(-0.3, 0.3), 4),
            "url": None,
            "source": SOURCE,
        }

    def person(self, number: int) -> Row:
        """Make a person."""
        org = self.any_key("org", "organisations")
        return {
            "id": self.key("person", number),
            "name": f"Person {number}",
            "affiliation_as_stated": None,
            "org": org,
            "role": None,
            "source": SOURCE,
        }

    def pilot(self, number: int) -> Row:
        """Make a pilot with its workshops and findings."""
        key = self.key("pilot", number)
        findings = []
        for n in range(1, self.chance.randint(2, 4) + 1):
            self.findings.append(f"finding-{number:04}-{n}")
            findings.append({"id": self.findings[-1], **self.both("", self.paragraphs(1)), "source": SOURCE})
        workshops = [
            {
                "id": f"workshop-{number:04}-{n}", **self.both("title", self.title()), "start": self.date(), "end": None,
                "partner": [self.any_key("org", "organisations")], **self.both("topic", self.title()), "source": SOURCE,
            }
            for n in range(1, self.chance.randint(0, 3) + 1)
        ]  # fmt: skip
        return {
            "id": key,
            **self.both("title", self.title()),
            "kind": self.chance.choice(KINDS_OF_PILOT),
            "start": self.date(),
            "end": None,
            **self.both("summary", self.paragraphs(2)),
            "host": self.any_key("org", "organisations"),
            "partner_orgs": [self.any_key("org", "organisations") for _ in range(2)],
            "participants": {"persons": self.chance.randint(5, 60), "teams": None},
            "workshops": workshops,
            "findings": findings,
            "presented_at": [self.any_key("event", "events")],
            "follow_up": None,
            "source": SOURCE,
        }

    def event(self, number: int) -> Row:
        """Make an event with an agenda; the guiding questions are those of the programme."""
        agenda: list[Row] = [
            {"time": f"{9 + n:02}:00-{9 + n:02}:45", **self.both("item", self.title()), "source": SOURCE}
            for n in range(self.chance.randint(2, 5))
        ]
        agenda[0]["pilots"] = [self.any_key("pilot", "pilots") for _ in range(3)]
        agenda[-1]["strategy"] = self.any_key("paper", "papers")
        return {
            "id": self.key("event", number),
            **self.both("title", self.title()),
            "date": self.date(),
            "place": self.chance.choice(CITIES)[0],
            "country": None,
            "kind": "conference",
            **self.both("summary", self.paragraphs(1)),
            "host": self.any_key("org", "organisations"),
            "participants": {"approx": self.chance.randint(10, 200), "groups": ["industry", "administration"]},
            "guiding_questions": [f"question-{n}" for n in range(1, len(QUESTIONS) + 1)] if number % 20 == 10 else [],
            "agenda": agenda,
            "source": SOURCE,
        }

    def paper(self, number: int) -> Row:
        """Make a strategy paper with measures and proposals."""
        measures, proposals = [], []
        for n in range(1, 4):
            self.asks.append(f"measure:measure-{number:03}-{n}")
            measures.append({"id": f"measure-{number:03}-{n}", "no": n, **self.both("", self.ask()), "source": SOURCE})
        for n in range(1, 7):
            self.asks.append(f"proposal:proposal-{number:03}-{n}")
            proposals.append(
                {"id": f"proposal-{number:03}-{n}", "ref": f"{n}.1", **self.both("", self.ask()), "source": SOURCE}
            )
        return {
            "id": self.key("paper", number),
            **self.both("title", self.title()),
            **self.both("summary", self.paragraphs(2)),
            "author": self.any_key("org", "organisations"),
            "region": self.chance.choice(CITIES)[0],
            "addressee": None,
            "status": "submitted, decision unknown",
            "adopted": None,
            "process": [{**self.both("step", self.title()), "source": SOURCE} for _ in range(4)],
            "measures": measures,
            "proposals": proposals,
            "source": SOURCE,
        }

    def uptake(self, number: int) -> Row:
        """Make an uptake with its grade."""
        return {
            "id": self.key("uptake", number),
            "from": f"pilot:{self.any_key('pilot', 'pilots')}",
            "to": f"follow_up:{self.any_key('follow-up', 'follow_ups')}",
            "grade": self.chance.choice(("explicit", "organisational", "thematic")),
            "date": self.date(),
            **self.both("", self.chance.choice(RESULTS)),
            "source": SOURCE,
        }

    def thread(self) -> list[Row]:
        """State links along the layers of the thread, no two alike."""
        c = self.chance
        ways: tuple[tuple[int, str, Callable[[], str], Callable[[], str]], ...] = (
            (
                2,
                "answered_by",
                lambda: f"question:question-{c.randint(1, len(QUESTIONS))}",
                lambda: f"pilot:{self.any_key('pilot', 'pilots')}",
            ),
            (10, "supports", lambda: f"finding:{c.choice(self.findings)}", lambda: c.choice(self.asks)),
            (
                4,
                "led_to",
                lambda: f"finding:{c.choice(self.findings)}",
                lambda: f"pilot:{self.any_key('pilot', 'pilots')}",
            ),
            (1, "decided_by", lambda: c.choice(self.asks), lambda: f"decision:{self.any_key('decision', 'decisions')}"),
            (2, "taken_up_by", lambda: c.choice(self.asks), lambda: f"uptake:{self.any_key('uptake', 'uptake')}"),
            (
                1,
                "documented_by",
                lambda: f"pilot:{self.any_key('pilot', 'pilots')}",
                lambda: f"newsflash:{c.randint(1, self.counts['newsflashes'])}",
            ),
        )
        weights = [way[0] for way in ways]
        found: dict[tuple[str, str, str], Row] = {}
        while len(found) < self.counts["links"]:
            _weight, kind, earlier, later = c.choices(ways, weights)[0]
            ends = (earlier(), later(), kind)
            found.setdefault(
                ends, {"from": ends[0], "to": ends[1], "kind": kind, "date": self.date(), "source": SOURCE}
            )
        return list(found.values())

    def bundle(self) -> Row:
        """Make the whole programme."""
        n = self.counts
        title = ("Erzeugtes Programm für Messungen", "Generated programme for measurements")
        return {
            "meta": {"dataset": "bench", "source": SOURCE},
            "programme": {
                "id": "bench", "acronym": "Bench", **self.both("title", title), **self.both("summary", self.paragraphs(2)),
                "start": "2019-04-01", "end_planned": "2021-12", "partner_count": 8, "country_count": 7, "source": SOURCE,
            },
            "funder": {
                "id": "interreg-ce", "name": "Interreg CENTRAL EUROPE", "period": "2014-2020",
                "fund": "European Regional Development Fund (ERDF / EFRE)", "source": SOURCE,
            },
            "organisations": [self.organisation(i) for i in range(1, n["organisations"] + 1)],
            "partners": [{"id": f"partner-{i}", "org": self.key("org", i), "role": "partner", "country": "DE", "source": SOURCE} for i in range(1, 9)],
            "people": [self.person(i) for i in range(1, n["people"] + 1)],
            "questions": [{"id": f"question-{i}", **self.both("", words), "source": SOURCE} for i, words in enumerate(QUESTIONS, 1)],
            "pilots": [self.pilot(i) for i in range(1, n["pilots"] + 1)],
            "events": [self.event(i) for i in range(1, n["events"] + 1)],
            "strategy": [self.paper(i) for i in range(1, n["papers"] + 1)],
            "decisions": [
                {"id": self.key("decision", i), **self.both("title", self.title()), "date": self.date(), "outcome": None, "source": SOURCE}
                for i in range(1, n["decisions"] + 1)
            ],
            "follow_up_programmes": [
                {"id": self.key("follow-up", i), "name": f"Werkraum {i}", "host": self.any_key("org", "organisations"), "source": SOURCE}
                for i in range(1, n["follow_ups"] + 1)
            ],
            "uptake": [self.uptake(i) for i in range(1, n["uptake"] + 1)],
            "newsflashes": [
                {"no": i, "date": self.date(), **self.both("title", self.title()), "topics": ["pilots", "papers"], "source": SOURCE}
                for i in range(1, n["newsflashes"] + 1)
            ],
            "thread": self.thread(),
        }  # fmt: skip


def main() -> None:
    """Write the bundle from the command line."""
    parser = argparse.ArgumentParser(description="Write a large, invented programme bundle.")
    parser.add_argument("file", type=Path)
    parser.add_argument("--seed", type=int, default=2021)
    args = parser.parse_args()
    bundle = Maker(args.seed).bundle()
    args.file.write_text(json.dumps(bundle, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
