"""How other kinds of records name their pictures."""

from django.utils.translation import gettext_lazy as _

from querwerk.core.pictures.queries import GALLERY, LEAD
from querwerk.core.spec import Links
from querwerk.core.states import LinkKind


def lead_picture() -> Links:
    """Declare the one picture that stands for a record."""
    return Links(
        LEAD,
        _("Picture"),
        _("From the media library. Without one, the record has its woven pattern."),
        kinds=("picture",),
        link_kind=LinkKind.PICTURED_IN,
        is_many=False,
    )


def gallery() -> Links:
    """Declare the pictures that document a record, in their order."""
    return Links(
        GALLERY,
        _("Gallery"),
        _("Pictures from the media library, in the order in which they are shown."),
        kinds=("picture",),
        link_kind=LinkKind.PICTURED_IN,
    )
