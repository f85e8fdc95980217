"""Closed vocabularies of the room."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Side(TextChoices):
    """On which side of the cooperation an organisation stands."""

    CREATIVE = "creative", _("Cultural and creative industries")
    INDUSTRY = "industry", _("Industry")
    SCIENCE = "science", _("Science")
    ADMINISTRATION = "administration", _("Administration")
    INTERMEDIARY = "intermediary", _("Intermediary")
