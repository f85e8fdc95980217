"""Whether an offer can be had for a challenge at all. Filters with a reason, never scores; what is unknown excludes nobody."""

from querwerk.engine.matching.model import Challenge, Filters, Offer, Why


def obstacles(challenge: Challenge, offer: Offer, filters: Filters) -> tuple[Why, ...]:
    """Return all that stands against a match; nothing: it is eligible."""
    found = {
        Why.EXCLUDED: filters.leaves_out(offer.id),
        Why.OWN: bool(challenge.organisation) and challenge.organisation == offer.organisation,
        Why.FULL: offer.capacity is not None and offer.capacity <= 0,
        Why.LANGUAGE: bool(challenge.languages and offer.languages) and not challenge.languages & offer.languages,
        Why.PLACE: _is_too_far(challenge, offer, filters),
        Why.DATES: _misses(challenge, offer),
    }
    return tuple(why for why, holds in found.items() if holds)


def _is_too_far(challenge: Challenge, offer: Offer, filters: Filters) -> bool:
    """Return whether somebody has to be there and is not: only said where a place is demanded or being there is."""
    if not offer.region or offer.is_remote:
        return False
    if filters.region:
        return not offer.region.startswith(filters.region)
    return (
        challenge.is_remote is False and bool(challenge.region) and not _are_neighbours(challenge.region, offer.region)
    )


def _are_neighbours(one: str, other: str) -> bool:
    """Return whether two NUTS codes agree down to the shorter one, at most down to a region of level 2."""
    size = min(len(one), len(other), 4)
    return one[:size] == other[:size]


def _misses(challenge: Challenge, offer: Offer) -> bool:
    if challenge.ends and offer.begins and offer.begins > challenge.ends:
        return True
    return bool(challenge.begins and offer.ends and offer.ends < challenge.begins)
