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
