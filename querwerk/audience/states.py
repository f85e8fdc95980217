"""What a question from the floor can be and become."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class QuestionState(TextChoices):
    """Where a question from the floor stands."""

    WAITING = "waiting", _("waits for the moderators")
    SHOWN = "shown", _("shown")
    ANSWERED = "answered", _("answered")
    HIDDEN = "hidden", _("hidden")


STATE = QuestionState

QUESTION_MOVES: dict[QuestionState, frozenset[QuestionState]] = {
    STATE.WAITING: frozenset({STATE.SHOWN, STATE.HIDDEN, STATE.ANSWERED}),
    STATE.SHOWN: frozenset({STATE.ANSWERED, STATE.HIDDEN}),
    STATE.ANSWERED: frozenset({STATE.SHOWN, STATE.HIDDEN}),
    STATE.HIDDEN: frozenset({STATE.SHOWN}),
}

SEEN = (STATE.SHOWN, STATE.ANSWERED)
"""Everybody reads these."""
