"""Which kinds of records have longer texts, and what each is called; rooms say so when they start (decision 0003)."""

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from querwerk.core.spec import Label


class TextRole(NamedTuple):
    """A place for a text at a record."""

    kind: str
    role: str
    label: "Label"
    is_section: bool = False
    """Whether it stands in a section of its page, under a heading of the second level."""


_roles: list[TextRole] = []


def register_text(kind: str, role: str, label: "Label", *, is_section: bool = False) -> None:
    """Say that records of a kind have a text in a role."""
    _roles.append(TextRole(kind, role, label, is_section))


def roles_of(kind: str) -> list[TextRole]:
    """Return the texts that records of a kind may have."""
    return [one for one in _roles if one.kind == kind]


def find_role(kind: str, role: str) -> TextRole | None:
    """Return one of them."""
    return next((one for one in _roles if (one.kind, one.role) == (kind, role)), None)
