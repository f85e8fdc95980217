"""Writes about proposed matches: both sides are asked, and only when both have said yes they learn how to reach each other."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from querwerk.core.actions import Actor, save_record
from querwerk.core.templatetags.ui import plain
from querwerk.matching import rules
from querwerk.matching.actions.challenges import move_challenge, new_key, note
from querwerk.matching.models import Dossier, FollowUp, Happening, Match, Proposal, Side
from querwerk.matching.queries.challenges import title_of
from querwerk.matching.queries.pairs import because
from querwerk.matching.signals import follow_ups_due, letters_due
from querwerk.matching.states import (
    SOUGHT,
    Answer,
    ChallengeState,
    Confidentiality,
    Ground,
    LetterKind,
    Moment,
    Outcome,
    Party,
    ProposalState,
    Step,
)
from querwerk.people.models import Profile
from querwerk.people.queries import last_day
from querwerk.people.states import Audience

SYSTEM = Actor(None, "")
WORK_LASTS = timedelta(days=90)
"""After an introduction somebody is asked how it went, where the challenge names no end."""
AFTER = {Moment.END: timedelta(0), Moment.SIX: timedelta(days=182), Moment.TWELVE: timedelta(days=365)}
ASK_AGAIN = timedelta(days=14)
KEEP_REFUSED = timedelta(days=180)
"""After that the addresses of a match that did not come about are forgotten."""
KEEP_DONE = timedelta(days=550)
"""Likewise after an introduction: the last question is asked a year after its end."""


MEET_AFTER = timedelta(days=10)


class UnableToPropose(Exception):
    """The pair cannot be proposed; the message says why."""


class UnableToAnswer(Exception):
    """The proposal cannot be answered; the message says why."""


@dataclass(frozen=True, slots=True)
class Reached:
    """How one side is reached."""

    name: str
    email: str
    phone: str = ""
    language: str = "de"


@dataclass(frozen=True, slots=True)
class Grounds:
    """Why an organiser proposes a pair: words that both sides read, and the score, where it stood in a ranking."""

    words: str
    score: float | None = None
    calibration: str = ""


@transaction.atomic
def propose_match(
    *, dossier: Dossier, profile: Profile, grounds: Grounds, company: Reached, creative: Reached, by: Actor
) -> Proposal:
    """Put a pair to both sides; a pair that is already proposed stays as it is."""
    dossier = Dossier.objects.select_for_update(of=("self",)).select_related("space").get(pk=dossier.pk)
    standing = Proposal.objects.filter(dossier=dossier, profile=profile, state__in=("proposed", "introduced")).first()
    if standing is not None:
        return standing
    verdict = rules.can_be_proposed(dossier.state)
    if not verdict:
        raise UnableToPropose(str(verdict.why))
    proposal = Proposal.objects.create(
        dossier=dossier, profile=profile, why=grounds.words, score=grounds.score, calibration=grounds.calibration,
        by_id=by.id, by_name=by.name[:200], heard_at=timezone.now(),
    )  # fmt: skip
    for party, reached in ((Party.CHALLENGE, company), (Party.OFFER, creative)):
        Side.objects.create(
            proposal=proposal, party=party, name=reached.name, email=reached.email, phone=reached.phone,
            language=reached.language,
        )  # fmt: skip
    note(dossier, Step.PROPOSED, by=by, words=plain(profile.name), proposal=proposal)
    if dossier.state == ChallengeState.OPEN:
        move_challenge(dossier=dossier, to=ChallengeState.IN_MATCHING, by=by)
    _write(_now_asked(proposal), LetterKind.ASK)
    return proposal


@transaction.atomic
def answer_proposal(
    *, side: Side, answer: str, reason: str = "", ground: str = "", reached: Reached | None = None
) -> Side:
    """Take one side's answer; ``reached`` is what the other may use once both have said yes. The same twice changes nothing."""
    proposal = _locked(side.proposal_id)
    side = Side.objects.select_for_update().get(pk=side.pk)
    side.proposal = proposal
    if side.answer == answer:
        return side
    verdict = rules.can_be_answered(proposal.state, side.answer)
    if not verdict:
        raise UnableToAnswer(str(verdict.why))
    asked_before = {one.pk for one in _now_asked(proposal)}
    side.answer, side.answered_at, side.reason = answer, timezone.now(), reason[:1000]
    side.ground = (ground or Ground.OTHER) if answer == Answer.NO else ""
    if reached is not None:
        side.name, side.email, side.phone = reached.name, reached.email, reached.phone
    side.save()
    proposal.heard_at = timezone.now()
    step = Step.ACCEPTED if answer == Answer.YES else Step.DECLINED
    _note(proposal, step, by=Actor(None, _name_of(side)), words=because(side.ground, reason))
    if answer == Answer.NO:
        _end(proposal, ProposalState.DECLINED)
        others = (
            Side.objects.filter(proposal=proposal, pk__in=asked_before).exclude(pk=side.pk).exclude(answer=Answer.NO)
        )
        _write(others, LetterKind.REGRET)
    elif not Side.objects.filter(proposal=proposal).exclude(answer=Answer.YES).exists():
        _introduce(proposal)
    else:
        proposal.save()
        _write([one for one in _now_asked(proposal) if one.pk not in asked_before], LetterKind.ASK)
    return side


@transaction.atomic
def take_back_proposal(*, proposal: Proposal, by: Actor, why: str = "") -> Proposal:
    """Take back a proposal that not both have accepted; those who were asked are told."""
    proposal = _locked(proposal.pk)
    if proposal.state != ProposalState.PROPOSED:
        return proposal
    asked = [one for one in _now_asked(proposal) if one.answer != Answer.NO]
    _end(proposal, ProposalState.TAKEN_BACK)
    _note(proposal, Step.TAKEN_BACK, by=by, words=why)
    _write(asked, LetterKind.REGRET)
    return proposal


@transaction.atomic
def note_meeting(*, proposal: Proposal, by: Actor, words: str) -> Happening:
    """Write down what an organiser has heard of an introduction; it is not silent any more."""
    proposal = _locked(proposal.pk)
    proposal.heard_at = timezone.now()
    proposal.save()
    return _note(proposal, Step.MET, by=by, words=words)


@transaction.atomic
def answer_follow_up(*, follow_up: FollowUp, outcome: str, words: str) -> FollowUp:
    """Take the answer of one side; a later one replaces it."""
    follow_up = FollowUp.objects.select_for_update().get(pk=follow_up.pk)
    if (follow_up.outcome, follow_up.words) == (outcome, words):
        return follow_up
    follow_up.outcome, follow_up.words, follow_up.answered_at = outcome, words, timezone.now()
    follow_up.save()
    side = Side.objects.get(pk=follow_up.side_id)
    proposal = _locked(side.proposal_id)
    proposal.heard_at = timezone.now()
    proposal.save()
    _note(proposal, Step.TOLD, by=Actor(None, _name_of(side)), words=str(Outcome(outcome).label))
    return follow_up


# --- What the clock does ---------------------------------------------------------------------------------------------


def remind_sides(now: datetime) -> int:
    """Ask those once more who have not answered for some days; return how many."""
    waiting = Side.objects.filter(proposal__state=ProposalState.PROPOSED, answer=Answer.OPEN).select_related("proposal")
    number = 0
    for side in waiting.order_by("pk"):
        since = side.reminded_at or side.proposal.heard_at
        if rules.can_be_reminded(state=side.proposal.state, heard_at=since, reminders=side.reminders, now=now):
            number += _remind(side, now)
    return number


@transaction.atomic
def _remind(side: Side, now: datetime) -> bool:
    proposal = _locked(side.proposal_id)
    if side.pk not in {one.pk for one in _now_asked(proposal)}:
        return False
    # The condition decides, not the look before it: of two clocks one reminds.
    same = Side.objects.filter(pk=side.pk, reminders=side.reminders, answer=Answer.OPEN)
    if not same.update(reminders=side.reminders + 1, reminded_at=now):
        return False
    _note(proposal, Step.REMINDED, by=SYSTEM, words=_name_of(side))
    _write([side], LetterKind.REMIND)
    return True


def ask_how_it_went(now: datetime) -> int:
    """Ask those whose time has come how it went, and once more after two weeks; return how many."""
    due = FollowUp.objects.filter(answered_at__isnull=True, due_on__lte=now.date()).exclude(side__email="")
    due = due.filter(Q(asked_at__isnull=True) | Q(asked_at__lte=now - ASK_AGAIN, asked_again_at__isnull=True))
    number = 0
    for follow_up in due.order_by("pk"):
        number += _ask(follow_up, now)
    return number


@transaction.atomic
def _ask(follow_up: FollowUp, now: datetime) -> bool:
    same = FollowUp.objects.filter(pk=follow_up.pk, answered_at__isnull=True)
    if follow_up.asked_at is None:
        is_mine = same.filter(asked_at__isnull=True).update(asked_at=now)
    else:
        is_mine = same.filter(asked_again_at__isnull=True).update(asked_again_at=now)
    if not is_mine:
        return False
    follow_ups_due.send(FollowUp, follow_up_ids=[follow_up.pk])
    return True


def forget_addresses(now: datetime) -> int:
    """Forget the addresses of those whose match ended long ago; return of how many."""
    ended = Q(proposal__ended_at__lte=now - KEEP_REFUSED) | Q(proposal__introduced_at__lte=now - KEEP_DONE)
    found = Side.objects.filter(ended).exclude(email="", name="", phone="")
    return found.update(email="", name="", phone="")


# --- inside ----------------------------------------------------------------------------------------------------------


def is_closed(side: Side) -> bool:
    """Tell whether a side's text is not for whoever is proposed to it."""
    proposal = side.proposal
    if side.party == Party.CHALLENGE:
        return proposal.dossier.confidentiality == Confidentiality.CHOSEN
    return proposal.profile.audience == Audience.PRIVATE


def suggested_day(introduced_on: date) -> date:
    """Return a day some ten days after an introduction on which most people work: Tuesday to Thursday."""
    day = introduced_on + MEET_AFTER
    return day + timedelta(days={0: 1, 4: 4, 5: 3, 6: 2}.get(day.weekday(), 0))


def other_side(side: Side) -> Side:
    """Return the other side of the same proposal; 1 query."""
    return (
        Side.objects.select_related("proposal__dossier", "proposal__profile")
        .exclude(pk=side.pk)
        .get(proposal=side.proposal_id)
    )


def _now_asked(proposal: Proposal) -> list[Side]:
    sides = list(Side.objects.filter(proposal=proposal).select_related("proposal__dossier", "proposal__profile"))
    return [
        side
        for side in sides
        for other in sides
        if other.pk != side.pk
        and rules.may_be_asked(
            own_is_closed=is_closed(side), other_is_closed=is_closed(other), other_answer=other.answer
        )
    ]


def _locked(proposal_id: int) -> Proposal:
    found = Proposal.objects.select_for_update(of=("self",))
    return found.select_related("dossier__space", "dossier__record", "profile").get(pk=proposal_id)


def _name_of(side: Side) -> str:
    """Return who a side is, fit to be shown to those who read the challenge: never an address."""
    return str(Party(side.party).label)


def _note(proposal: Proposal, step: Step, *, by: Actor, words: str = "") -> Happening:
    return note(proposal.dossier, step, by=by, words=words, proposal=proposal)


def _write(sides: Iterable[Side], kind: LetterKind) -> None:
    letters = [(side.pk, str(kind)) for side in sides if side.email]
    if letters:
        letters_due.send(Proposal, letters=letters)


def _end(proposal: Proposal, state: ProposalState) -> None:
    proposal.state, proposal.ended_at = state, timezone.now()
    proposal.save()


def _introduce(proposal: Proposal) -> None:
    """Both have said yes: they learn how to reach each other, and the match begins its own part of the thread."""
    now = timezone.now()
    proposal.state, proposal.introduced_at, proposal.heard_at = ProposalState.INTRODUCED, now, now
    proposal.record = _face_of(proposal, now.date())
    proposal.save()
    _note(proposal, Step.INTRODUCED, by=SYSTEM, words=plain(proposal.profile.name))
    sides = list(Side.objects.filter(proposal=proposal))
    end = _end_of_work(proposal.dossier, now.date())
    FollowUp.objects.bulk_create(
        [FollowUp(side=side, moment=moment, due_on=end + later) for side in sides for moment, later in AFTER.items()]
    )
    _write(sides, LetterKind.INTRODUCE)
    dossier = proposal.dossier
    introduced = Proposal.objects.filter(dossier=dossier, state=ProposalState.INTRODUCED).count()
    if not rules.needs_another(wanted=dossier.content.get("wanted"), introduced=introduced) and dossier.state in SOUGHT:
        if dossier.state == ChallengeState.OPEN:
            move_challenge(dossier=dossier, to=ChallengeState.IN_MATCHING, by=SYSTEM)
        move_challenge(dossier=dossier, to=ChallengeState.MATCHED, by=SYSTEM)


def _face_of(proposal: Proposal, day: date) -> Match | None:
    """Make the draft of the match's record, which organisers publish when both sides agree; none for what is not public."""
    dossier, profile = proposal.dossier, proposal.profile
    if dossier.record is None:
        return None
    raw = {
        "id": new_key().replace("h-", "m-", 1),
        "title": f"{plain(profile.name)} × {plain(title_of(dossier))}"[:300],
        "challenge": dossier.key,
        "profile": profile.key,
        "introduced": day.isoformat(),
        "follows": dossier.key,
        "visibility": "draft",
    }
    record = save_record(spec=Match.SPEC, raw=raw, space=dossier.space, by=SYSTEM)
    assert isinstance(record, Match)
    return record


def _end_of_work(dossier: Dossier, day: date) -> date:
    stated = last_day(dossier.content.get("ends") or "")
    return stated if stated is not None and stated > day else day + WORK_LASTS
