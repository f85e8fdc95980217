import pytest

from querwerk.engine.matching.language import detect


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("de", "Wir suchen jemanden, der unsere Werkhalle für Besucher erlebbar macht."),
        ("en", "We are looking for somebody who makes our plant a place to visit."),
        ("cs", "Hledáme někoho, kdo naši výrobní halu zpřístupní návštěvníkům."),
        ("pl", "Szukamy kogoś, kto uczyni naszą halę atrakcyjną dla zwiedzających."),
        ("it", "Cerchiamo qualcuno che renda il nostro stabilimento un luogo da visitare."),
        ("sl", "Iščemo nekoga, ki bo našo proizvodno halo odprl za obiskovalce."),
        ("nl", "Wij zoeken iemand die onze fabriekshal toegankelijk maakt voor bezoekers."),
        ("fr", "Nous cherchons quelqu'un qui ouvre notre atelier aux visiteurs."),
        ("uk", "Ми шукаємо людину, яка відкриє наш завод для відвідувачів."),
        ("el", "Ψάχνουμε κάποιον που θα ανοίξει το εργοστάσιό μας."),
        ("zh", "我们正在寻找一位设计师"),
        ("", "2021 – 4.0 🎭"),
    ],
)
def test_languages_are_told_apart(language: str, text: str) -> None:
    assert detect(text) == language


TITLES = {
    "de": ["Werkzeugmechaniker", "Gestaltung von Ausstellungen", "Möbel aus Holz"],
    "en": ["Lighting design", "Textile artist", "Head of product development"],
    "cs": ["Zvukový mistr", "Návrhář obuvi", "Sklářská dílna"],
    "pl": ["Projektant wnętrz", "Tkactwo artystyczne", "Kierownik produkcji"],
    "it": ["Stilista di moda", "Falegnameria artigianale", "Laboratorio di ceramica"],
    "sl": ["Oblikovalec pohištva", "Kiparska delavnica", "Vodja proizvodnje"],
    "nl": ["Meubelmaker", "Vormgever van verpakkingen", "Ontwerp van tentoonstellingen"],
    "fr": ["Créateur de bijoux", "Atelier de tissage", "Ingénieure du son"],
}


def test_titles_are_mostly_told_apart() -> None:
    right = [detect(title) == language for language, titles in TITLES.items() for title in titles]
    assert sum(right) >= 22  # of 24
