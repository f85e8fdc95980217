"""The same text for both sides: a paper of two hundred pages, made from one seed."""

import random

WORDS = [
    "Weberei",
    "Kreativwirtschaft",
    "Region",
    "Labor",
    "gemeinsam",
    "entwickeln",
    "erprobte",
    "Zusammenarbeit",
    "zwischen",
    "Industrie",
    "und",
    "Gestaltung",
    "wurde",
    "im",
    "Herbst",
    "vorgestellt",
    "weil",
    "viele",
    "Betriebe",
    "nach",
    "neuen",
    "Wegen",
    "suchen",
    "die",
    "Erkenntnisse",
    "fließen",
    "in",
    "das",
    "Papier",
    "ein",
    "und",
    "werden",
    "dem",
    "Rat",
    "vorgelegt",
    "damit",
    "Straße",
    "für",
    "Straße",
    "Werkstätten",
    "entstehen",
    "können",
    "deren",
    "Arbeit",
    "sichtbar",
    "bleibt",
]
WORDS_PER_PAGE = 450


def blocks(pages: int) -> list[tuple[str, str]]:
    """Return heading and paragraph blocks as (type, HTML) for so many printed pages of 450 words."""
    chance = random.Random(2021)
    found = [("heading", "Anfang")]
    left = pages * WORDS_PER_PAGE
    while left > 0:
        if len(found) % 9 == 8:
            found.append(("heading", f"Abschnitt {len(found)}"))
        number = chance.randint(35, 85)
        words = [chance.choice(WORDS) for _word in range(number)]
        words[3] = f"<strong>{words[3]}</strong>" if len(found) % 4 == 0 else words[3]
        found.append(("paragraph", " ".join(words).capitalize() + "."))
        left -= number
    return found
