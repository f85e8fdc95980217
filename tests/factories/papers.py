"""A strategy paper of forty pages as agencies write them: its words are made up, its structure is not."""

import io
import random
from functools import lru_cache
from itertools import count
from typing import Any

from PIL import Image, ImageDraw

from querwerk.core.prose.blocks import normalise
from querwerk.core.prose.manuscript import Manuscript, Picture, Publicity

TITLE = "Vom Industriestandort zur Macherregion: Größe zeigen, Maß halten"

SENTENCES = (
    "Die Region zwischen Zwickau, Chemnitz und Plauen lebt seit zwei Jahrhunderten von der Industrie.",
    "Textil, Maschinenbau und Automobil haben hier Fabriken, Siedlungen und Selbstverständnis geprägt.",
    "Kultur- und Kreativschaffende arbeiten oft Tür an Tür mit diesen Betrieben, ohne einander zu kennen.",
    "Wo beide zusammenkamen, entstanden Prototypen, Möbel, Stoffe und manchmal ein neues Geschäftsfeld.",
    "Der Verwaltungsausschuss beriet am 29. September 2021 in Plauen über die vorgelegten Vorschläge.",
    "Fördermittel reichen für den Anfang; für die Verstetigung braucht es Zuständigkeiten und einen Ort.",
    "„Wir wussten nicht, dass wir eine Designerin brauchen, bis sie in der Halle stand“, sagte ein Färbereileiter.",
    "Überraschend oft scheiterte eine Zusammenarbeit nicht am Geld, sondern an Fristen und Haftungsfragen.",
    "Eine Maßnahme gilt als begonnen, sobald eine verantwortliche Stelle benannt und ein Budget gebunden ist.",
    "Die Gebäude der früheren Spitzenfabrik bieten rund 4.200 m² Fläche, davon 1.150 m² ohne Nutzung.",
    "Vergleichbare Häuser in Brünn, Łódź und Győr zeigen, dass Werkstätten vor Veranstaltungssälen kommen.",
    "Nachwuchs bleibt, wenn er Räume findet, in denen Fehler erlaubt sind und Fräsen nicht um acht Uhr schließen.",
    "Die Befragung ergab: 62 % der Betriebe würden wieder mitmachen, 31 % unter Bedingungen, 7 % nicht.",
    "Auf Grundlage der Erfahrungen schlagen wir vor, die Vermittlung als Daueraufgabe zu verankern.",
    "Was im Labor 2025 gelang, lässt sich nicht verordnen, aber die Gelegenheit dazu lässt sich schaffen.",
    "Straßenbahn, Radweg und Breitband entscheiden darüber, ob ein Gründerzentrum Gründerinnen findet.",
)
SUBJECTS = (
    "Ausgangslage und Auftrag", "Wirtschaft im Umbruch", "Räume für Macherinnen und Macher", "Vermittlung als Aufgabe",
    "Was die Pilotaktionen zeigten", "Fachkräfte und Übergänge", "Öffentlichkeit und Schaufenster", "Recht, Haftung, Förderung",
    "Zusammenarbeit über Grenzen", "Kosten und Finanzierung", "Maßnahmen bis 2025", "Wie wir den Erfolg messen",
)  # fmt: skip
PLACES = ("Chemnitz", "Zwickau", "Plauen", "Annaberg-Buchholz", "Mittweida", "Glauchau", "Aue-Bad Schlema", "Freiberg")


class Author:
    """Writes a paper; the same seed writes the same one."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self.keys = count()
        self.notes: list[dict[str, Any]] = []
        self.blocks: list[dict[str, Any]] = []
        self.tables = self.pictures = 0

    def key(self) -> str:
        """Return the next key: digits in base 32."""
        number, letters = next(self.keys), ""
        for _ in range(8):
            number, digit = divmod(number, 32)
            letters = "abcdefghijklmnopqrstuvwxyz234567"[digit] + letters
        return letters

    def words(self, sentences: int) -> str:
        return " ".join(self.random.choice(SENTENCES) for _ in range(sentences))

    def note(self, kind: str) -> str:
        key = self.key()
        about = {"footnote": ("", ""), "comment": ("Jörg Müßig", "2021-09-30T08:15:00Z")}[kind]
        self.notes.append(
            {
                "key": key,
                "kind": kind,
                "html": f"{self.words(1)} <em>Ebenda</em>, S. {len(self.notes) + 3}.",
                "author": about[0],
                "at": about[1],
            }
        )
        return f'<span data-note="{key}"></span>'

    def add(self, kind: str, **fields: Any) -> None:
        self.blocks.append({"key": self.key(), "type": kind, **fields})

    def paragraph(self) -> None:
        html = self.words(self.random.randint(3, 6))
        roll = self.random.random()
        if roll < 0.3:
            html += self.note("footnote")
        elif roll < 0.4:
            html += self.note("comment") + " Stand: <strong>Entwurf</strong>."
        elif roll < 0.6:
            html += ' Siehe auch <a href="https://example.org/größe?a=1&amp;b=2" title="Übersicht">die <em>Übersicht</em></a>.'
        elif roll < 0.7:
            html += ' Fachleute sprechen von <span lang="en">cross-innovation</span>, CO<sub>2</sub> und m<sup>2</sup>.'
        self.add("paragraph", html=html)

    def bullets(self, depth: int = 0) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = []
        for _ in range(self.random.randint(2, 4)):
            item: dict[str, Any] = {"key": self.key(), "html": self.words(1)}
            if depth < 2 and self.random.random() < 0.4:
                item |= {"items": self.bullets(depth + 1), "is_ordered": self.random.random() < 0.5}
            items.append(item)
        return items

    def table(self) -> None:
        self.tables += 1
        head: list[dict[str, Any]] = [{"html": "Ort"}, {"html": "Fläche in m²", "colspan": 2}, {"html": "Träger"}]
        rows: list[list[dict[str, Any]]] = [head]
        for number, place in enumerate(self.random.sample(PLACES, 5)):
            cells: list[dict[str, Any]] = [
                {"html": f"{place} {self.tables}"},
                {"html": str(self.random.randint(90, 4200))},
                {"html": f"<em>{self.random.randint(1, 99)} %</em>"},
            ]
            if number == 0:
                cells.append({"html": "Zweckverband<br>Kulturregion", "rowspan": 2})
            elif number > 1:
                cells.append({"html": "Stadt"})
            rows.append(cells)
        caption = f"Tabelle {self.tables}: Flächen, die sofort nutzbar wären"
        self.add("table", caption=caption, header_rows=1, header_columns=1, rows=rows)

    def picture(self) -> None:
        self.pictures += 1
        alt = f"Blick in Halle {self.pictures}: Zwei Menschen prüfen einen Stoff."
        self.add(
            "image",
            picture=f"bild{self.pictures}",
            alt=alt,
            caption=f"Abbildung {self.pictures}: Labor 2025 in <em>Plauen</em>",
        )

    def chapter(self, number: int, subject: str) -> None:
        self.add("heading", level=2, html=f"{number}. {subject}")
        for section in range(1, 4):
            self.add("heading", level=3, html=f"{number}.{section} {self.random.choice(PLACES)} und Umgebung")
            for _ in range(3):
                self.paragraph()
            if section == 1:
                self.add("list", is_ordered=bool(number % 2), items=self.bullets())
            if section == 2:
                self.add("heading", level=4, html="Was wir daraus <em>schließen</em>")
                self.paragraph()
                self.add("heading", level=5, html="Einzelheiten für die Fachämter")
                self.paragraph()
                self.add("quote", html=SENTENCES[6] + "<br>" + self.words(1), source="Färberei Süß &amp; Söhne, 2021")
                self.table()
            if section == 3:
                self.picture()


@lru_cache(maxsize=1)
def strategy_body() -> dict[str, Any]:
    """Return the body: twelve chapters, fourteen tables, fourteen pictures."""
    author = Author(2025)
    for number, subject in enumerate(SUBJECTS, start=1):
        author.chapter(number, subject)
    author.add("heading", level=2, html="Anhang")
    for _ in range(2):
        author.table()
        author.picture()
    author.add(
        "link", url="https://example.org/labor", title="Labor 2025", description="Der offene Aufruf & seine Folgen"
    )
    return normalise({"blocks": author.blocks, "notes": author.notes})


@lru_cache(maxsize=32)
def picture(number: int) -> bytes:
    """Return a small PNG in a colour of its own."""
    image = Image.new("RGB", (960, 600), (40 + number * 12, 60, 90))
    draw = ImageDraw.Draw(image)
    for line in range(0, 960, 24):
        draw.line((line, 0, line + number * 9, 600), fill=(220, 200, 170), width=3)
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def picture_bytes(name: str) -> Picture | None:
    """Return a picture of the paper by its name."""
    if not name.startswith("bild"):
        return None
    return Picture(picture(int(name.removeprefix("bild"))), "image/png", "Halle")


EMBLEM = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 3 2"><path fill="#039" d="M0 0h3v2H0z"/></svg>'


def strategy_paper(**changes: Any) -> Manuscript:
    """Return the paper as it goes out."""
    return Manuscript(
        **{
            "title": TITLE,
            "language": "de",
            "body": strategy_body(),
            "key": "strategie",
            "author": "Agentur für Übermorgen",
            "kicker": "Strategiepapier",
            "house": "Werk",
            "summary": "Welche Wege führen vom Industriestandort zur Macherregion?",
            "dated": "29. September 2021",
            "url": "https://example.org/de/werk/papers/strategie/",
            "publicity": Publicity(
                "Gefördert von der Europäischen Union, Europäischer Fonds für regionale Entwicklung",
                EMBLEM,
                "Europaflagge",
            ),
            "picture_bytes": picture_bytes,
            **changes,
        }
    )
