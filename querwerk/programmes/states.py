"""Closed vocabularies of the room."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class RoleName(TextChoices):
    """What an account may do in a programme."""

    ORGANISER = "organiser", _("Organiser")
    EDITOR = "editor", _("Partner editor")
    READER = "reader", _("Reader of unpublished things")


class MenuPlace(TextChoices):
    """Where visitors find a page of the operator."""

    FOOT = "foot", _("in the foot of every page")
    MAIN = "main", _("in the main menu")
    NOWHERE = "nowhere", _("nowhere; it is only linked")
