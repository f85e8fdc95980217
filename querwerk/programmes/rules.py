"""Who may do what in a programme: pure predicates that answer yes or no, and why."""

from collections.abc import Collection
from dataclasses import dataclass, field

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from querwerk.programmes.states import RoleName


@dataclass(frozen=True, slots=True)
class Verdict:
    """An answer and its reason, fit to be shown."""

    is_allowed: bool
    why: str | Promise = ""

    def __bool__(self) -> bool:
        """Tell whether it is allowed."""
        return self.is_allowed


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who looks at a programme: roles, and the keys of the organisations for which an editor works."""

    user_id: int | None = None
    name: str = ""
    roles: frozenset[RoleName] = field(default_factory=frozenset)
    organisations: frozenset[str] = field(default_factory=frozenset)

    @property
    def is_organiser(self) -> bool:
        """Tell whether everything is allowed."""
        return RoleName.ORGANISER in self.roles

    @property
    def has_role(self) -> bool:
        """Tell whether the person works on the programme in any way."""
        return bool(self.roles)


STRANGER = Viewer()
YES = Verdict(is_allowed=True)
ORGANISER_ONLY = frozenset({"programme", "funder", "partner", "question", "page", "pilot_gap", "decision"})
"""Kinds of records that only organisers change."""
OWNABLE = frozenset({"pilot", "event", "paper", "follow_up", "person", "picture", "file"})
"""Kinds of records that name an organisation to which they belong."""


def may_see_drafts(viewer: Viewer) -> Verdict:
    """Organisers and readers see what is not published; editors see their own drafts at the desk."""
    if viewer.is_organiser or RoleName.READER in viewer.roles:
        return YES
    return Verdict(is_allowed=False, why=_("Only organisers and readers see what is not published yet."))


def may_see(viewer: Viewer, *, visibility: str, owners: Collection[str]) -> Verdict:
    """Decide on one record; ``owners``: keys of the organisations it belongs to."""
    if visibility == "published" or viewer.is_organiser:
        return YES
    if visibility == "draft" and (RoleName.READER in viewer.roles or viewer.organisations & set(owners)):
        return YES
    return Verdict(is_allowed=False, why=_("This is not published."))


def may_use_desk(viewer: Viewer) -> Verdict:
    """Everybody with a role has a desk; a reader's shows, but changes nothing."""
    return YES if viewer.has_role else Verdict(is_allowed=False, why=_("You have no role in this programme."))


def may_create(viewer: Viewer, *, kind: str) -> Verdict:
    """Organisers create everything, editors what can belong to their organisation."""
    if viewer.is_organiser:
        return YES
    if RoleName.EDITOR not in viewer.roles:
        return Verdict(is_allowed=False, why=_("Readers cannot change anything."))
    if kind not in OWNABLE:
        return Verdict(is_allowed=False, why=_("Only organisers create records of this kind."))
    return YES


def may_edit(viewer: Viewer, *, kind: str, owners: Collection[str]) -> Verdict:
    """Organisers edit everything, editors the records of their own organisation."""
    if viewer.is_organiser:
        return YES
    if RoleName.EDITOR not in viewer.roles:
        return Verdict(is_allowed=False, why=_("Readers cannot change anything."))
    if kind in ORGANISER_ONLY:
        return Verdict(is_allowed=False, why=_("Only organisers change records of this kind."))
    if not viewer.organisations & set(owners):
        return Verdict(is_allowed=False, why=_("This record belongs to another organisation."))
    return YES


def may_publish(viewer: Viewer, *, kind: str, owners: Collection[str]) -> Verdict:
    """Whoever may edit a record may also publish, set back and retire it."""
    return may_edit(viewer, kind=kind, owners=owners)


def may_link(viewer: Viewer) -> Verdict:
    """Tie the thread by hand: only organisers answer for what rests on what."""
    return YES if viewer.is_organiser else Verdict(is_allowed=False, why=_("Only organisers tie the thread by hand."))


def may_manage_roles(viewer: Viewer) -> Verdict:
    """Give and take roles."""
    return YES if viewer.is_organiser else Verdict(is_allowed=False, why=_("Only organisers give roles."))


def may_edit_menu(viewer: Viewer) -> Verdict:
    """The operator's pages are the organisers' business, and so is where they are linked."""
    return may_edit(viewer, kind="page", owners=())


def may_read_history(viewer: Viewer, *, visibility: str, owners: Collection[str]) -> Verdict:
    """Readers read the history of what they see, editors that of their own records.

    An old version of somebody else's record may hold what was never published.
    """
    if viewer.is_organiser or (RoleName.READER in viewer.roles and visibility != "retired"):
        return YES
    if visibility != "retired" and viewer.organisations & set(owners):
        return YES
    return Verdict(is_allowed=False, why=_("This record belongs to another organisation."))


def may_export(viewer: Viewer) -> Verdict:
    """A bundle holds everything, drafts and retired records too."""
    return YES if viewer.is_organiser else Verdict(is_allowed=False, why=_("Only organisers export the programme."))


def may_run_directory(viewer: Viewer) -> Verdict:
    """Import, invite, merge, and answer those who ask: addresses are personal data."""
    return YES if viewer.is_organiser else Verdict(is_allowed=False, why=_("Only organisers run the directory."))
