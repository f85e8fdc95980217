"""Why a picture is shown or not: pure answers."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from querwerk.core.pictures.states import Basis, Use, Withheld


@dataclass(frozen=True, slots=True)
class Said:
    """What one person said about being shown in one picture, last."""

    name: str
    is_withdrawn: bool
    uses: tuple[str, ...]


def withheld(
    *, has_file: bool, is_taken_off: bool, basis: str, named: Collection[str], said: Sequence[Said]
) -> Withheld:
    """Return why a picture must not be shown.

    ``named``: names of those in the picture. ``said``: consents in the order of recording; the last of a person counts.
    """
    last = {one.name: one for one in said}
    if is_taken_off or any(one.is_withdrawn for one in last.values()):
        return Withheld.WITHDRAWN
    if not has_file:
        return Withheld.NO_FILE
    if basis == Basis.CONSENT and not _has_agreed(last, named):
        return Withheld.NO_CONSENT
    return Withheld.NOT


def _has_agreed(last: dict[str, Said], named: Collection[str]) -> bool:
    """Everybody named agreed to the website; where nobody is named, somebody shown did."""
    agreed = {one.name for one in last.values() if Use.SITE in one.uses}
    return set(named) <= agreed and bool(agreed)
