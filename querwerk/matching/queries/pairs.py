"""Reads about pairs: what was decided before, who was proposed how often, and what speaks against a suggestion."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Count, QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from querwerk.core.templatetags.ui import language_name
from querwerk.matching import rules
from querwerk.matching.models import Dossier, FollowUp, Judgement, Proposal, Side, Wish
from querwerk.matching.queries.ranking import Suggestion, is_offered
from querwerk.matching.states import Answer, Ground, Mark, Party, ProposalState, Says
from querwerk.people.models import Profile
from querwerk.people.states import Side as Side_
from querwerk.people.states import Submarket

if TYPE_CHECKING:
    from querwerk.engine.matching import Filters

STANDING = (ProposalState.PROPOSED, ProposalState.INTRODUCED)
OFTEN = 3
"""From so many standing proposals on a creative steps back in lists, as long as there are others."""


@dataclass(frozen=True, slots=True)
class History:
    """What happened between a company and creatives before."""

    standing: Mapping[int, Proposal] = field(default_factory=dict)
    """Profile → its proposal for this very challenge."""
    before: Mapping[int, int] = field(default_factory=dict)
    """Profile → how many introductions it had with the same company."""
    declined: Mapping[int, Sequence[Side]] = field(default_factory=dict)
    """Profile → who said no to this challenge with it; nobody where the proposal was taken back."""
    wishes: Mapping[int, Wish] = field(default_factory=dict)
    """Profile → what its people said to this challenge."""
    company: Mapping[int, Wish] = field(default_factory=dict)
    """Profile → what the company said to it."""
    load: Mapping[int, int] = field(default_factory=dict)
    """Profile → standing proposals in the whole programme."""


@dataclass(slots=True)
class Tally:
    """How far a challenge is."""

    proposed: int = 0
    introduced: int = 0
    declined: int = 0
    silent: int = 0


def judgements_of(dossier_id: int) -> dict[int, Judgement]:
    """Return what was decided about pairs of a challenge, by profile; 1 query."""
    found = Judgement.objects.filter(dossier=dossier_id).select_related("profile").order_by("pk")
    return {one.profile_id: one for one in found}


def history_of(dossier: Dossier) -> History:
    """Return what happened before; 5 queries."""
    own = list(Proposal.objects.filter(dossier=dossier).order_by("pk"))
    same = Proposal.objects.filter(dossier__space=dossier.space_id, state=ProposalState.INTRODUCED).exclude(
        dossier=dossier
    )
    if dossier.organisation_id is not None:
        same = same.filter(dossier__organisation=dossier.organisation_id)
    elif dossier.profile_id is not None:
        same = same.filter(dossier__profile=dossier.profile_id)
    else:
        same = same.none()
    load = Proposal.objects.filter(dossier__space=dossier.space_id, state__in=STANDING)
    refused: dict[int, list[Side]] = {one.profile_id: [] for one in own if one.state == ProposalState.DECLINED}
    for side in (
        Side.objects.filter(proposal__dossier=dossier, answer=Answer.NO).select_related("proposal").order_by("pk")
    ):
        refused.setdefault(side.proposal.profile_id, []).append(side)
    said = list(Wish.objects.filter(dossier=dossier).select_related("profile").order_by("at", "pk"))
    return History(
        {one.profile_id: one for one in own if one.state in STANDING},
        Counter(same.values_list("profile", flat=True)),
        refused,
        {one.profile_id: one for one in said if one.party == Party.OFFER},
        {one.profile_id: one for one in said if one.party == Party.CHALLENGE},
        dict(load.values_list("profile").annotate(number=Count("pk")).order_by("profile")),
    )


def filters_for(
    dossier: Dossier, judgements: Mapping[int, Judgement], history: History, *, submarket: str = ""
) -> "Filters":
    """Return what the engine must leave out or put lower for a challenge; 1 query, 2 with a submarket."""
    from querwerk.engine.matching import Filters  # noqa: PLC0415  (loads NumPy)

    excluded = {one.profile.key for one in judgements.values() if one.mark == Mark.EXCLUDED}
    if dossier.profile is not None:
        excluded.add(dossier.profile.key)
    often = [pk for pk, number in history.load.items() if number >= OFTEN]
    capped = Profile.objects.filter(pk__in=often).values_list("key", flat=True) if often else ()
    only = None
    if submarket:
        rows = Profile.objects.filter(space=dossier.space_id).values_list("key", "submarkets")
        only = frozenset(key for key, submarkets in rows if submarket in submarkets)
    return Filters(without=frozenset(excluded), only=only, shows_ineligible=True, capped=frozenset(capped))


def filters_back(profile: Profile, readable: frozenset[str]) -> "Filters":
    """Return which challenges come into question for a creative: those that the viewer may read, and no excluded pair; 1 query."""
    from querwerk.engine.matching import Filters  # noqa: PLC0415

    excluded = Judgement.objects.filter(profile=profile, mark=Mark.EXCLUDED).values_list("dossier__key", flat=True)
    return Filters(only=readable - set(excluded), shows_ineligible=False)


def filters_own(dossier: Dossier, seen: frozenset[str]) -> "Filters":
    """Return which creatives come into question in a company's own list: those it may see, and no excluded pair; 1 query."""
    from querwerk.engine.matching import Filters  # noqa: PLC0415

    excluded = Judgement.objects.filter(dossier=dossier, mark=Mark.EXCLUDED).values_list("profile__key", flat=True)
    own = {dossier.profile.key} if dossier.profile is not None else set()
    return Filters(only=seen - set(excluded) - own, shows_ineligible=True)


def plain_facts(one: Suggestion, profile: Profile) -> list[str]:
    """Say what speaks against a pair as far as the profile itself says it: nothing of other proposals."""
    return [_engine_words(why, profile) for why in one.against]


def against(one: Suggestion, profile: Profile, dossier: Dossier, history: History) -> list[str]:
    """Say what speaks against a pair, in the reader's language; nothing here excludes anybody."""
    wanted = dossier.content.get("submarkets") or []
    left = profile.places_left
    load = history.load.get(profile.pk, 0)
    before = history.before.get(profile.pk, 0)
    said = [_engine_words(why, profile) for why in one.against]
    said = [*_refusals(one, profile, history), *said]
    if left is not None and 0 < left <= load:
        said.append(_("Has room for %(left)d, and %(load)d proposals are standing.") % {"left": left, "load": load})
    elif load >= OFTEN:
        said.append(_("Was proposed often already: %(load)d proposals are standing.") % {"load": load})
    if wanted and not set(wanted) & set(profile.submarkets):
        names = dict(Submarket.choices)
        said.append(_("Not from the wanted submarkets (%(names)s).") % {"names": ", ".join(str(names[code]) for code in wanted if code in names)})  # fmt: skip
    if before:
        said.append(ngettext("Already together: %(number)d introduction before.", "Already together: %(number)d introductions before.", before) % {"number": before})  # fmt: skip
    if not is_offered(profile):
        said.append(_("Has switched the matching off, or takes a break."))
    return said


def because(ground: str, words: str) -> str:
    """Say why somebody said no, ground and own words."""
    label = str(Ground(ground).label) if ground and ground != Ground.OTHER else ""
    return ": ".join(part for part in (label, words) if part)


def _refusals(one: Suggestion, profile: Profile, history: History) -> list[str]:
    """Say which no's speak against a pair: those to the pair itself with their words, others with their ground alone."""
    said = []
    for wishes, words in (
        (history.wishes, _("The creative does not want this: %(why)s")),
        (history.company, _("The company does not want this: %(why)s")),
    ):
        wish = wishes.get(profile.pk)
        if wish is not None and wish.says == Says.NOT_FOR_ME:
            said.append(words % {"why": because(wish.ground, wish.why)})
    for side in history.declined.get(profile.pk, ()):
        who = {"who": side.get_party_display(), "why": because(side.ground, side.reason)}
        said.append(_("Was declined before, because %(who)s said: %(why)s") % who)
    if profile.pk in history.declined and not history.declined[profile.pk]:
        said.append(_("Was proposed for this challenge before and did not come about."))
    pair = one.match.challenge, one.match.offer
    others = [refusal for refusal in one.because if (refusal.challenge, refusal.offer) != pair]
    said += [_echo_words(str(refusal.by), str(refusal.ground), refusal.on) for refusal in others]
    return list(dict.fromkeys(said))


def _echo_words(by: str, ground: str, on: date) -> str:
    about = {"why": Ground(ground).label, "day": date_format(on, "SHORT_DATE_FORMAT")}
    if by == Party.CHALLENGE:
        return _("The company said no to somebody alike: %(why)s (%(day)s).") % about
    return _("The creative said no to something alike: %(why)s (%(day)s).") % about


def _engine_words(why: str, profile: Profile) -> str:
    return {
        "full": _("Has no room for another project."),
        "language": _("No common language: works in %(languages)s.")
        % {"languages": ", ".join(language_name(code) for code in profile.languages)},
        "place": _("Too far away for work on site: %(town)s.") % {"town": profile.town or profile.region},
        "dates": _("Has no time then."),
        "own": _("Belongs to the same organisation."),
        "excluded": _("Was left out."),
    }.get(why, why)


def profiles_by_key(space_id: int, keys: Sequence[str]) -> dict[str, Profile]:
    """Return profiles by key with their nodes; 1 query."""
    found = Profile.objects.filter(space=space_id, key__in=keys).select_related("node", "organisation__node")
    return {profile.key: profile for profile in found}


def creatives(space_id: int) -> "QuerySet[Profile]":
    """Return the creative profiles in the directory, in the order of entry; 1 query."""
    found = Profile.objects.filter(space=space_id).exclude(
        side__in=["industry", "science", "administration", "intermediary"]
    )
    return found.select_related("node").order_by("position", "pk")


def switched_off(space_id: int) -> int:
    """Return how many creatives do not want to be proposed by the matching; 1 query."""
    return sum(not one.is_matched for one in creatives(space_id))


def is_named(profile: Profile, words: str) -> bool:
    """Tell whether each of the words stands in the name or the town."""
    text = " ".join([*(name or "" for name in profile.name.values()), profile.town]).casefold()
    return all(word in text for word in words.casefold().split())


def proposals_by_profile(profile_ids: Iterable[int]) -> dict[int, int]:
    """Return how many proposals of each profile stand; 1 query."""
    found = Proposal.objects.filter(profile__in=list(profile_ids), state__in=STANDING)
    return dict(found.values_list("profile").annotate(number=Count("pk")).order_by("profile"))


def tallies(dossier_ids: Sequence[int], now: datetime) -> dict[int, Tally]:
    """Return how far each challenge is; 1 query."""
    found = {pk: Tally() for pk in dossier_ids}
    for dossier, state, heard_at in Proposal.objects.filter(dossier__in=dossier_ids).values_list(
        "dossier", "state", "heard_at"
    ):
        tally = found[dossier]
        tally.proposed += state == ProposalState.PROPOSED
        tally.introduced += state == ProposalState.INTRODUCED
        tally.declined += state == ProposalState.DECLINED
        tally.silent += rules.is_silent(state=state, heard_at=heard_at, now=now)
    return found


def proposals(space_id: int, dossier_ids: "QuerySet[Any]") -> QuerySet[Proposal]:
    """Return the proposals of challenges that the viewer may read, newest first."""
    found = Proposal.objects.filter(dossier__space=space_id, dossier__in=dossier_ids)
    return found.select_related("dossier", "profile__node").order_by("-pk")


def sides_of(proposal_ids: Iterable[int]) -> dict[int, dict[str, Side]]:
    """Return both sides of proposals, by party; 1 query."""
    found: dict[int, dict[str, Side]] = {}
    for side in Side.objects.filter(proposal__in=list(proposal_ids)).order_by("pk"):
        found.setdefault(side.proposal_id, {})[side.party] = side
    return found


def follow_ups_of(proposal_ids: Iterable[int]) -> dict[int, list[FollowUp]]:
    """Return the questions how it went that were asked, by proposal; 1 query."""
    found: dict[int, list[FollowUp]] = {}
    asked = FollowUp.objects.filter(side__proposal__in=list(proposal_ids), asked_at__isnull=False)
    for one in asked.select_related("side").order_by("due_on", "pk"):
        found.setdefault(one.side.proposal_id, []).append(one)
    return found


def side_by_code(space_id: int, code: str) -> Side | None:
    """Return whom a link in a mail belongs to; 1 query."""
    found = Side.objects.select_related(
        "proposal__dossier__space", "proposal__dossier__organisation", "proposal__dossier__profile", "proposal__profile"
    )
    return found.filter(code=code, proposal__dossier__space=space_id).first()


def follow_up_by_code(space_id: int, code: str) -> FollowUp | None:
    """Return the question that a link in a mail asks; 1 query."""
    found = FollowUp.objects.select_related("side__proposal__dossier__space", "side__proposal__profile")
    return found.filter(code=code, side__proposal__dossier__space=space_id).first()


def has_answered(side: Side) -> bool:
    """Tell whether a side has said yes or no."""
    return side.answer != Answer.OPEN


def is_creative(profile: Profile) -> bool:
    """Tell whether a profile is on the creative side."""
    return profile.side == Side_.CREATIVE or (not profile.side and bool(profile.submarkets))


def wishes_of(profile_id: int) -> dict[int, Wish]:
    """Return what a creative said to challenges, by challenge; 1 query."""
    found = Wish.objects.filter(profile=profile_id, party=Party.OFFER).select_related("dossier").order_by("-at", "pk")
    return {one.dossier_id: one for one in found}


def wishes_for(dossier_id: int) -> dict[int, Wish]:
    """Return what a company said to creatives for its challenge, by profile; 1 query."""
    found = Wish.objects.filter(dossier=dossier_id, party=Party.CHALLENGE).select_related("profile")
    return {one.profile_id: one for one in found.order_by("-at", "pk")}


def interested(history: History) -> list[str]:
    """Return the keys of the profiles of which either side wants the other, those whom both want first, then by date."""
    wishes = sorted((*history.wishes.values(), *history.company.values()), key=lambda one: (one.at, one.pk))
    keys = [one.profile.key for one in wishes if one.says == Says.INTERESTED]
    refused = {one.profile.key for one in wishes if one.says == Says.NOT_FOR_ME}
    return sorted(dict.fromkeys(key for key in keys if key not in refused), key=lambda key: -keys.count(key))


def interest_words(history: History, profile_id: int) -> str:
    """Say who wants a pair, as far as anybody has said so."""
    both = [wishes.get(profile_id) for wishes in (history.wishes, history.company)]
    creative, company = (wish is not None and wish.says == Says.INTERESTED for wish in both)
    if creative and company:
        return _("both have shown interest")
    if company:
        return _("the company has shown interest")
    return _("has shown interest") if creative else ""
