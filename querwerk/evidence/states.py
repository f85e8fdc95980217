"""Grades of uptake."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Grade(TextChoices):
    """How well a source proves that something was taken up. Only the first is proof."""

    EXPLICIT = "explicit", _("explicit")
    ORGANISATIONAL = "organisational", _("organisational")
    THEMATIC = "thematic", _("thematic")
