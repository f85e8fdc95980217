"""Closed vocabularies of pictures."""

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Licence(TextChoices):
    """What others may do with a picture."""

    RESERVED = "reserved", _("All rights reserved")
    PRESS = "press", _("Free for the press, with the credit")
    CC_BY = "cc-by-4.0", _("CC BY 4.0")
    CC_BY_SA = "cc-by-sa-4.0", _("CC BY-SA 4.0")
    CC0 = "cc0-1.0", _("CC0 1.0, no rights reserved")


FOR_THE_PRESS = frozenset({Licence.PRESS, Licence.CC_BY, Licence.CC_BY_SA, Licence.CC0})
"""The licences under which anybody may take the original."""

LICENCE_URLS: dict[str, str] = {
    Licence.CC_BY: "https://creativecommons.org/licenses/by/4.0/",
    Licence.CC_BY_SA: "https://creativecommons.org/licenses/by-sa/4.0/",
    Licence.CC0: "https://creativecommons.org/publicdomain/zero/1.0/",
}


class Basis(TextChoices):
    """Why the people in a picture may be shown (§§ 22, 23 KunstUrhG; Art. 6 GDPR)."""

    NOBODY = "nobody", _("Nobody can be recognised")
    CONSENT = "consent", _("Those shown have agreed")
    GATHERING = "gathering", _("A public gathering; nobody is singled out")


class Withheld(TextChoices):
    """Why a published picture is not shown all the same."""

    NOT = "", _("shown")
    NO_FILE = "file", _("The file is missing.")
    NO_CONSENT = "consent", _("A consent is missing.")
    WITHDRAWN = "withdrawn", _("Somebody shown has withdrawn consent, or the picture was taken off.")


class How(TextChoices):
    """How somebody agreed."""

    WRITING = "writing", _("in writing")
    MAIL = "mail", _("by e-mail")
    SPOKEN = "spoken", _("spoken")
    FORM = "form", _("with the form of the event")


class Use(TextChoices):
    """What somebody agreed to."""

    SITE = "site", _("this website")
    NEWSLETTER = "newsletter", _("newsletter")
    PRESS = "press", _("press")
    PRINT = "print", _("print and reports")
    SOCIAL = "social", _("social media")


class FileKind(TextChoices):
    """What a stored file is."""

    PICTURE = "picture", _("Picture")
    DRAWING = "drawing", _("Drawing")
    FILM = "film", _("Film")
    SUBTITLES = "subtitles", _("Subtitles")
    DOCUMENT = "document", _("Document")


SAYS_WHY: dict[str, str | Promise] = dict(Withheld.choices)
