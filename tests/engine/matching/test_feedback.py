"""What people said no to moves what is ranked next, the same from both sides and whenever it is asked."""

from datetime import date, timedelta

import pytest

from querwerk.engine.matching.feedback import ECHO, OWN, Ground, Refusal, challenges_lowered, offers_lowered
from querwerk.engine.matching.model import Challenge, Offer, Role

TODAY = date(2026, 11, 27)
CHALLENGES = {
    "here": Challenge(id="here", region="DED43", sector="nace:24"),
    "near": Challenge(id="near", region="DED4", sector="nace:13"),
    "afar": Challenge(id="afar", region="PL22", sector="nace:24"),
    "online": Challenge(id="online", region="DED4", is_remote=True),
}
OFFERS = {
    "lamp": Offer(id="lamp", region="DED4", sector="submarket:design"),
    "cloth": Offer(id="cloth", region="CZ04", sector="submarket:design"),
    "song": Offer(id="song", region="DED41", sector="submarket:music"),
}


def refusal(by: Role, ground: Ground, days: int = 1, challenge: str = "here", offer: str = "lamp") -> Refusal:
    other = OFFERS[offer] if by is Role.CHALLENGE else CHALLENGES[challenge]
    return Refusal(
        challenge=challenge, offer=offer, by=by, ground=ground, on=TODAY - timedelta(days), region=other.region,
        sector=other.sector,
    )  # fmt: skip


def points(*said: Refusal) -> dict[tuple[str, str], float]:
    seen_from_challenges = {
        (challenge, offer): one.points
        for challenge, asked in CHALLENGES.items()
        for offer, one in offers_lowered(asked, OFFERS, said, TODAY).items()
    }
    seen_from_offers = {
        (challenge, offer): one.points
        for offer, asked in OFFERS.items()
        for challenge, one in challenges_lowered(asked, CHALLENGES, said, TODAY).items()
    }
    assert seen_from_challenges == seen_from_offers
    return seen_from_challenges


PAIR = {("here", "lamp"): OWN}


@pytest.mark.parametrize(
    ("by", "ground", "also"),
    [
        (Role.OFFER, Ground.TIME, [("near", "lamp"), ("afar", "lamp"), ("online", "lamp")]),
        (Role.OFFER, Ground.PLACE, [("near", "lamp")]),
        (Role.OFFER, Ground.FIELD, [("afar", "lamp")]),
        (Role.OFFER, Ground.KNOWN, []),
        (Role.OFFER, Ground.OTHER, []),
        (Role.CHALLENGE, Ground.TIME, []),
        (Role.CHALLENGE, Ground.PLACE, [("here", "song")]),
        (Role.CHALLENGE, Ground.FIELD, [("here", "cloth")]),
        (Role.CHALLENGE, Ground.KNOWN, []),
    ],
)
def test_a_no_puts_the_pair_last_and_what_shares_its_ground_a_little_lower(
    by: Role, ground: Ground, also: list[tuple[str, str]]
) -> None:
    assert points(refusal(by, ground)) == PAIR | dict.fromkeys(also, ECHO)


def test_lack_of_time_passes_and_many_no_s_weigh_no_more_than_two() -> None:
    assert points(refusal(Role.OFFER, Ground.TIME, days=91)) == PAIR
    said = [refusal(Role.OFFER, Ground.TIME, challenge=key) for key in CHALLENGES]
    assert points(*said)["here", "lamp"] == pytest.approx(OWN + 2 * ECHO)


def test_why_somebody_stands_lower_is_known() -> None:
    said = (refusal(Role.OFFER, Ground.PLACE), refusal(Role.CHALLENGE, Ground.FIELD, challenge="near", offer="cloth"))
    assert offers_lowered(CHALLENGES["near"], OFFERS, said, TODAY)["lamp"].because == said[::-1]
