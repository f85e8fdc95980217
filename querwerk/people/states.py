"""Closed vocabularies of the room."""

from django.db.models import TextChoices
from django.utils.functional import lazy
from django.utils.translation import get_language, get_language_info
from django.utils.translation import gettext_lazy as _

from querwerk.core.spec import Label


class Side(TextChoices):
    """On which side of the cooperation an organisation stands."""

    CREATIVE = "creative", _("Cultural and creative industries")
    INDUSTRY = "industry", _("Industry")
    SCIENCE = "science", _("Science")
    ADMINISTRATION = "administration", _("Administration")
    INTERMEDIARY = "intermediary", _("Intermediary")


class ProfileSort(TextChoices):
    """Who introduces themselves in the directory."""

    ORGANISATION = "organisation", _("Organisation")
    PERSON = "person", _("Person")


class Submarket(TextChoices):
    """The eleven submarkets of the cultural and creative industries in German statistics, and what is in none of them."""

    MUSIC = "music", _("Music industry")
    BOOKS = "books", _("Book market")
    ART = "art", _("Art market")
    FILM = "film", _("Film industry")
    BROADCASTING = "broadcasting", _("Broadcasting")
    PERFORMING_ARTS = "performing-arts", _("Performing arts")
    DESIGN = "design", _("Design industry")
    ARCHITECTURE = "architecture", _("Architecture market")
    PRESS = "press", _("Press market")
    ADVERTISING = "advertising", _("Advertising market")
    SOFTWARE_GAMES = "software-games", _("Software and games industry")
    OTHER = "other", _("Other creative work")


class Section(TextChoices):
    """The sections of NACE Rev. 2."""

    A = "A", _("Agriculture, forestry and fishing")
    B = "B", _("Mining and quarrying")
    C = "C", _("Manufacturing")
    D = "D", _("Energy supply")
    E = "E", _("Water supply, waste and recycling")
    F = "F", _("Construction")
    G = "G", _("Trade and repair of vehicles")
    H = "H", _("Transport and storage")
    I = "I", _("Accommodation and food")  # noqa: E741  (the letter that Eurostat gave it)
    J = "J", _("Information and communication")
    K = "K", _("Finance and insurance")
    L = "L", _("Real estate")
    M = "M", _("Professional, scientific and technical services")
    N = "N", _("Other business services")
    O = "O", _("Public administration")  # noqa: E741
    P = "P", _("Education")
    Q = "Q", _("Health and social work")
    R = "R", _("Arts, entertainment and recreation")
    S = "S", _("Other services")
    T = "T", _("Private households")
    U = "U", _("International organisations")


DIVISIONS: dict[Section, tuple[int, int]] = {
    Section.A: (1, 3), Section.B: (5, 9), Section.C: (10, 33), Section.D: (35, 35), Section.E: (36, 39),
    Section.F: (41, 43), Section.G: (45, 47), Section.H: (49, 53), Section.I: (55, 56), Section.J: (58, 63),
    Section.K: (64, 66), Section.L: (68, 68), Section.M: (69, 75), Section.N: (77, 82), Section.O: (84, 84),
    Section.P: (85, 85), Section.Q: (86, 88), Section.R: (90, 93), Section.S: (94, 96), Section.T: (97, 98),
    Section.U: (99, 99),
}  # fmt: skip
"""First and last division of each section; the numbers between are all taken."""

SECTION_OF: dict[str, Section] = {
    f"{number:02}": section for section, (first, last) in DIVISIONS.items() for number in range(first, last + 1)
}
"""Division → section."""

SKILLS = (
    "product-design", "service-design", "interaction-design", "graphic-design", "branding", "packaging-design",
    "fashion-design", "textile-design", "furniture-design", "jewellery-design", "lighting-design", "exhibition-design",
    "stand-construction", "interior-design", "architecture", "building-conversion", "landscape-architecture",
    "urban-planning", "wayfinding", "visitor-experience", "photography", "film-production", "documentary", "animation",
    "visualisation-3d", "illustration", "comics", "data-visualisation", "sculpture", "painting", "installation-art",
    "media-art", "public-art", "curating", "ceramics", "glass-art", "woodworking", "metalworking", "prototyping",
    "printing-3d", "materials", "upcycling", "sustainability", "music-composition", "music-performance",
    "sound-design", "podcast", "theatre", "dance", "stage-design", "event-design", "festival", "copywriting",
    "storytelling", "literature", "journalism", "translation", "publishing", "web-design", "software-development",
    "game-design", "gamification", "virtual-reality", "augmented-reality", "artificial-intelligence", "industry-40",
    "digitalisation", "marketing", "advertising", "social-media", "public-relations", "employer-branding",
    "innovation-methods", "co-creation", "workshop", "business-model", "user-research", "change", "education",
    "accessibility", "ergonomics", "tourism",
)  # fmt: skip
"""The skills that the engine's taxonomy knows; a test keeps both lists the same."""


def concept_name(concept: str) -> str:
    """Return how the taxonomy calls a concept in the reader's language."""
    from querwerk.engine.matching.taxonomy import bundled  # noqa: PLC0415  (loads NumPy)

    return bundled().name(concept, (get_language() or "en").split("-", 1)[0])


def _language_name(code: str) -> str:
    try:
        return str(get_language_info(code)["name_translated"])
    except KeyError:
        return code


_concept_name = lazy(concept_name, str)
language_label = lazy(_language_name, str)
"""Returns how a language is called in the reader's language."""

DIVISION_CHOICES: tuple[tuple[str, Label], ...] = tuple((code, _concept_name(f"nace:{code}")) for code in SECTION_OF)
SKILL_CHOICES: tuple[tuple[str, Label], ...] = tuple((code, _concept_name(f"skill:{code}")) for code in SKILLS)


class Audience(TextChoices):
    """Who may see a profile, or one way of reaching somebody."""

    PUBLIC = "public", _("everybody")
    MEMBERS = "members", _("members of the directory")
    PRIVATE = "private", _("nobody but the organisers")


class Availability(TextChoices):
    """Whether somebody takes on projects."""

    OPEN = "open", _("open for projects")
    PAUSED = "paused", _("taking a break")


class Switch(TextChoices):
    """Something that its owner turns on or off."""

    ON = "on", _("on")
    OFF = "off", _("off")


class Remote(TextChoices):
    """Whether somebody works together with others from afar."""

    YES = "yes", _("from afar, too")
    NO = "no", _("on site only")


class Origin(TextChoices):
    """How a profile came into the directory."""

    IMPORTED = "imported", _("imported by the organisers")
    ENTERED = "entered", _("entered by themselves")
    CLAIMED = "claimed", _("imported, then taken over by its owner")


class ClaimState(TextChoices):
    """What became of a claim to an imported profile."""

    OPEN = "open", _("waits for the organisers")
    GRANTED = "granted", _("granted")
    DECLINED = "declined", _("declined")
