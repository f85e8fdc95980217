"""Closed vocabularies of the room."""

from django.db.models import TextChoices
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class ChallengeState(TextChoices):
    """Where a challenge stands."""

    DRAFT = "draft", pgettext_lazy("challenge", "Draft")
    OPEN = "open", pgettext_lazy("challenge", "Open")
    IN_MATCHING = "in-matching", _("In matching")
    MATCHED = "matched", _("Matched")
    CLOSED = "closed", pgettext_lazy("challenge", "Closed")
    WITHDRAWN = "withdrawn", pgettext_lazy("challenge", "Withdrawn")


CHALLENGE_MOVES: dict[ChallengeState, frozenset[ChallengeState]] = {
    ChallengeState.DRAFT: frozenset({ChallengeState.OPEN, ChallengeState.WITHDRAWN}),
    ChallengeState.OPEN: frozenset(
        {ChallengeState.IN_MATCHING, ChallengeState.CLOSED, ChallengeState.WITHDRAWN, ChallengeState.DRAFT}
    ),
    ChallengeState.IN_MATCHING: frozenset(
        {ChallengeState.OPEN, ChallengeState.MATCHED, ChallengeState.CLOSED, ChallengeState.WITHDRAWN}
    ),
    ChallengeState.MATCHED: frozenset({ChallengeState.IN_MATCHING, ChallengeState.CLOSED}),
    ChallengeState.CLOSED: frozenset({ChallengeState.OPEN}),
    ChallengeState.WITHDRAWN: frozenset({ChallengeState.DRAFT}),
}

SHOWN = (ChallengeState.OPEN, ChallengeState.IN_MATCHING, ChallengeState.MATCHED, ChallengeState.CLOSED)
"""The states in which a challenge is shown to those for whom it is."""
SOUGHT = (ChallengeState.OPEN, ChallengeState.IN_MATCHING)
"""The states in which creatives are looked for."""


class Confidentiality(TextChoices):
    """Who may read a challenge, in every list, search, count, suggestion and file."""

    PUBLIC = "public", _("Everybody")
    MEMBERS = "members", _("Members of the programme")
    CHOSEN = "chosen", _("Only the people I choose")


READERS: dict[str, str | Promise] = {
    Confidentiality.PUBLIC: Confidentiality.PUBLIC.label,
    Confidentiality.MEMBERS: Confidentiality.MEMBERS.label,
    Confidentiality.CHOSEN: _("Chosen people only"),
}
"""Who reads a challenge, as it is said to others than the one who chooses."""

CONFIDENTIALITY_MEANING: dict[str, str | Promise] = {
    Confidentiality.PUBLIC: _("It stands on the website. Search engines find it."),
    Confidentiality.MEMBERS: _("Whoever takes part in the programme with an account reads it; nobody else learns that it exists."),
    Confidentiality.CHOSEN: _("The people named below and you, nobody else: not even other organisers learn that it exists."),
}  # fmt: skip


class Ripeness(TextChoices):
    """How far a company has come with its problem."""

    VAGUE = "vague", _("We feel that something is wrong")
    NAMED = "named", _("We can name the problem")
    MEASURED = "measured", _("We know how large it is")
    TRIED = "tried", _("We have tried something")
    READY = "ready", _("We know what we need")


RIPENESS_MEANING: dict[str, str | Promise] = {
    Ripeness.VAGUE: _("“Young people do not apply to us any more.” You do not know why. That is a good beginning."),
    Ripeness.NAMED: _("“Nobody outside our trade can picture what we make.” You can say it in one sentence."),
    Ripeness.MEASURED: _("“We lose a third of the orders at the first sample.” You have counted or asked."),
    Ripeness.TRIED: _("You have tried at least one way, and know why it was not enough."),
    Ripeness.READY: _("You could write down today what somebody should make for you, and how you would test it."),
}


class Presence(TextChoices):
    """Whether people must be there."""

    ON_SITE = "on-site", _("On site")
    EITHER = "either", _("Partly on site, partly from afar")
    REMOTE = "remote", _("From afar")


PRESENCE_MEANING: dict[str, str | Promise] = {
    Presence.ON_SITE: _("The work is about a place, a machine or people whom one must have seen again and again."),
    Presence.EITHER: _("Two or three days with you, the rest by telephone and screen."),
    Presence.REMOTE: _("Everything that is needed can be sent."),
}


class Step(TextChoices):
    """What happened to a challenge or a match; each with its date, on the page of the challenge. Who did it, and a note, stand beside it."""

    WRITTEN = "written", pgettext_lazy("what happened", "wrote it down")
    CHANGED = "changed", pgettext_lazy("what happened", "changed it")
    MOVED = "moved", pgettext_lazy("what happened", "set the state")
    OPENED_TO = "opened-to", pgettext_lazy("what happened", "changed who may read it")
    ASKED_IN = "asked-in", pgettext_lazy("what happened", "asked somebody in by mail")
    CAME_IN = "came-in", pgettext_lazy("what happened", "accepted the invitation to read it")
    PARTNER = "partner", pgettext_lazy("what happened", "named a partner")
    PINNED = "pinned", pgettext_lazy("what happened", "pinned")
    EXCLUDED = "excluded", pgettext_lazy("what happened", "excluded")
    RELEASED = "released", pgettext_lazy("what happened", "released")
    PROPOSED = "proposed", pgettext_lazy("what happened", "proposed")
    ACCEPTED = "accepted", pgettext_lazy("what happened", "accepted")
    DECLINED = "declined", pgettext_lazy("what happened", "declined")
    INTRODUCED = "introduced", pgettext_lazy("what happened", "introduced to each other")
    REMINDED = "reminded", pgettext_lazy("what happened", "reminded")
    TAKEN_BACK = "taken-back", pgettext_lazy("what happened", "took the proposal back")
    MET = "met", pgettext_lazy("what happened", "met")
    ASKED = "asked", pgettext_lazy("what happened", "asked how it went")
    TOLD = "told", pgettext_lazy("what happened", "told how it went")


class Mark(TextChoices):
    """What an organiser decided about a pair before proposing it."""

    PINNED = "pinned", _("Pinned")
    EXCLUDED = "excluded", _("Excluded")


class ProposalState(TextChoices):
    """Where a proposed match stands."""

    PROPOSED = "proposed", _("Proposed")
    INTRODUCED = "introduced", _("Introduced")
    DECLINED = "declined", _("Declined")
    TAKEN_BACK = "taken-back", _("Taken back")


PROPOSAL_MOVES: dict[ProposalState, frozenset[ProposalState]] = {
    ProposalState.PROPOSED: frozenset({ProposalState.INTRODUCED, ProposalState.DECLINED, ProposalState.TAKEN_BACK}),
    ProposalState.INTRODUCED: frozenset(),
    ProposalState.DECLINED: frozenset(),
    ProposalState.TAKEN_BACK: frozenset(),
}


class Answer(TextChoices):
    """What one side says to a proposal."""

    OPEN = "open", _("no answer yet")
    YES = "yes", pgettext_lazy("answer", "accepted")
    NO = "no", pgettext_lazy("answer", "declined")


class Party(TextChoices):
    """Which side of a match somebody stands on."""

    CHALLENGE = "challenge", _("The company")
    OFFER = "offer", _("The creative")


class LetterKind(TextChoices):
    """What a mail to one side of a match is about."""

    ASK = "ask", _("asks whether the match is wanted")
    REMIND = "remind", _("asks once more")
    INTRODUCE = "introduce", _("introduces both sides to each other")
    REGRET = "regret", _("says that it does not come about")


class Moment(TextChoices):
    """When somebody is asked how it went."""

    END = "end", _("at the end")
    SIX = "six", _("half a year later")
    TWELVE = "twelve", _("a year later")


class Outcome(TextChoices):
    """What became of a match, in the words of one side."""

    NOTHING = "nothing", _("Nothing came of it")
    TALKED = "talked", _("We talked")
    TRIED = "tried", _("We tried something")
    USED = "used", _("What we made is used")
    CARRIED_ON = "carried-on", _("We carry on together")


OUTCOME_MEANING: dict[str, str | Promise] = {
    Outcome.NOTHING: _("You did not meet, or it ended after the first message."),
    Outcome.TALKED: _("You met, and there was no work together after that."),
    Outcome.TRIED: _("You worked on something: a workshop, a sketch, a prototype, a test."),
    Outcome.USED: _("Something that you made together is in use today, in whatever form."),
    Outcome.CARRIED_ON: _("You have agreed on further work, with money or time of your own."),
}


class RoundState(TextChoices):
    """How far the plan of a whole round is."""

    QUEUED = "queued", _("Waiting for the worker")
    RUNNING = "running", _("Being worked out")
    DONE = "done", pgettext_lazy("round", "Done")
    FAILED = "failed", _("Failed")


ROUND_MOVES: dict[RoundState, frozenset[RoundState]] = {
    RoundState.QUEUED: frozenset({RoundState.RUNNING, RoundState.FAILED}),
    RoundState.RUNNING: frozenset({RoundState.DONE, RoundState.FAILED}),
    RoundState.DONE: frozenset(),
    RoundState.FAILED: frozenset(),
}


class Ground(TextChoices):
    """The ground of a no. It says whether the no holds for other pairs, too."""

    TIME = "time", _("No time for it now")
    PLACE = "place", _("Too far away")
    FIELD = "field", _("Another field is needed")
    KNOWN = "known", _("We know each other already")
    OTHER = "other", _("Something else")


GROUND_MEANING: dict[str, str | Promise] = {
    Ground.TIME: _("For three months you stand lower in all lists, so that nobody asks in vain."),
    Ground.PLACE: _("Others from the same region stand a little lower for you."),
    Ground.FIELD: _("Others of the same field stand a little lower for you."),
    Ground.KNOWN: _("You need no introduction. Nothing else changes."),
    Ground.OTHER: _("Please say it in a few words. Nothing else changes."),
}


class Says(TextChoices):
    """What somebody says to a suggestion of their own."""

    INTERESTED = "interested", _("I am interested")
    NOT_FOR_ME = "not-for-me", _("Not for me")
