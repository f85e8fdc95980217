"""What both sides said no to, as the engine heeds it when it ranks next."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from django.utils.timezone import localdate

from querwerk.matching.models import Dossier, Side, Wish
from querwerk.matching.states import Answer, Confidentiality, Ground, Party, Says
from querwerk.people.models import Profile

if TYPE_CHECKING:
    from querwerk.engine.matching.feedback import Refusal

type Key = tuple[int, int, str]


@dataclass(frozen=True, slots=True)
class Heard:
    """What was said no to in a programme."""

    everywhere: tuple["Refusal", ...] = ()
    closed: Mapping[str, tuple["Refusal", ...]] = field(default_factory=dict)
    """By challenge for chosen people: what was said to it. It moves nothing but its own list, so that no other one betrays it."""

    def for_challenge(self, key: str) -> tuple["Refusal", ...]:
        """Return what may move the list of one challenge."""
        return (*self.everywhere, *self.closed.get(key, ()))


def heard_in(space_id: int) -> Heard:
    """Return every no of a programme, to suggestions and to proposals, oldest first; 2 queries."""
    said = list(
        Wish.objects.filter(dossier__space=space_id).select_related("dossier__profile", "profile").order_by("pk")
    )
    wanted_again = {(one.dossier_id, one.profile_id, one.party) for one in said if one.says == Says.INTERESTED}
    answered = Side.objects.filter(proposal__dossier__space=space_id, answer=Answer.NO).order_by("pk")
    rows = [
        (one.dossier, one.profile, one.party, one.ground, localdate(one.at))
        for one in said
        if one.says == Says.NOT_FOR_ME
    ]
    rows += [
        (side.proposal.dossier, side.proposal.profile, side.party, side.ground, localdate(side.answered_at))
        for side in answered.select_related("proposal__dossier__profile", "proposal__profile")
        if (side.proposal.dossier_id, side.proposal.profile_id, side.party) not in wanted_again
    ]
    return _sorted_out(rows)


def _sorted_out(rows: Iterable[tuple[Dossier, Profile, str, str, date]]) -> Heard:
    everywhere: list[Refusal] = []
    closed: dict[str, tuple[Refusal, ...]] = {}
    for dossier, profile, party, ground, on in rows:
        made = _refusal(dossier, profile, party, ground, on)
        if dossier.confidentiality == Confidentiality.CHOSEN:
            closed[dossier.key] = (*closed.get(dossier.key, ()), made)
        else:
            everywhere.append(made)
    return Heard(tuple(everywhere), closed)


def _refusal(dossier: Dossier, profile: Profile, party: str, ground: str, on: date) -> "Refusal":
    from querwerk.engine.matching import Role  # noqa: PLC0415  (loads NumPy)
    from querwerk.engine.matching.feedback import Ground as EngineGround  # noqa: PLC0415
    from querwerk.engine.matching.feedback import Refusal  # noqa: PLC0415

    is_company = party == Party.CHALLENGE
    own_sector = dossier.profile.sector if dossier.profile is not None else ""
    return Refusal(
        challenge=dossier.key,
        offer=profile.key,
        by=Role.CHALLENGE if is_company else Role.OFFER,
        ground=EngineGround(ground or Ground.OTHER),
        on=on,
        region=profile.region if is_company else str(dossier.content.get("region") or ""),
        sector=profile.sector if is_company else own_sector,
    )
