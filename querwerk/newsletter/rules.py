"""Who may do what with the newsletter."""

from django.utils.translation import gettext_lazy as _

from querwerk.programmes.rules import YES, Verdict, Viewer, may_see_drafts


def may_see_issues(viewer: Viewer) -> Verdict:
    """Organisers and readers see drafts and numbers; nobody's address is among them."""
    if may_see_drafts(viewer):
        return YES
    return Verdict(is_allowed=False, why=_("Only organisers and readers see the newsletter before it is sent."))


def may_write_issues(viewer: Viewer) -> Verdict:
    """Organisers write and send."""
    return YES if viewer.is_organiser else Verdict(is_allowed=False, why=_("Only organisers write the newsletter."))


def may_see_subscribers(viewer: Viewer) -> Verdict:
    """Addresses are personal data: whoever answers for the newsletter sees them, nobody else."""
    return YES if viewer.is_organiser else Verdict(is_allowed=False, why=_("Only organisers see who subscribes."))
