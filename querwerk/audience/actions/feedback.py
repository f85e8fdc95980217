"""Feedback after an event: one sheet from each, into a box that does not know whose it is."""

import random
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from querwerk.audience.actions.floor import journal
from querwerk.audience.models import FeedbackBox
from querwerk.core.actions import Actor
from querwerk.core.codes import keyed_hash
from querwerk.core.text import Text
from querwerk.events.actions.terms import save_question
from querwerk.events.models import Question, Registration, Terms
from querwerk.events.states import Occasion, QuestionSort


def create_box(terms: Terms) -> FeedbackBox:
    """Return the box of an event, made if it is new; it is closed at first."""
    return FeedbackBox.objects.get_or_create(terms=terms)[0]


@transaction.atomic
def open_box(*, box: FeedbackBox, is_open: bool, by: Actor) -> None:
    """Open or close the form for feedback; a second click changes nothing."""
    if FeedbackBox.objects.filter(pk=box.pk).exclude(is_open=is_open).update(is_open=is_open):
        journal(box.terms.event, by=by, after={"feedback": is_open})


def mark_of(registration: Registration) -> str:
    """Return the mark that says that somebody has answered; it lies in no order and tells no name without the key."""
    return keyed_hash(f"feedback:{registration.terms_id}:{registration.code}")[:32]


def has_answered(box: FeedbackBox, registration: Registration) -> bool:
    """Tell whether somebody has put a sheet into the box."""
    return mark_of(registration) in box.used


@transaction.atomic
def give_feedback(*, box: FeedbackBox, registration: Registration, answers: Mapping[int, Any]) -> bool:
    """Put a sheet into the box and shuffle it; false for who has done so already."""
    current = FeedbackBox.objects.select_for_update().get(pk=box.pk)
    mark = mark_of(registration)
    if not current.is_open or mark in current.used:
        return False
    sheets = [*current.sheets, {str(question): answer for question, answer in answers.items()}]
    random.SystemRandom().shuffle(sheets)
    current.sheets, current.used = sheets, sorted([*current.used, mark])
    current.save(update_fields=["sheets", "used"])
    Question.objects.filter(terms=current.terms_id, pk__in=answers, is_answered=False).update(is_answered=True)
    return True


@transaction.atomic
def strike_out(*, box: FeedbackBox, question: int, words: str, by: Actor) -> bool:
    """Take one answer out of all sheets, because it names or hurts somebody; false where it is gone already."""
    current = FeedbackBox.objects.select_for_update().get(pk=box.pk)
    name, kept, struck = str(question), [], False
    for sheet in current.sheets:
        if sheet.get(name) == words:
            struck = True
            kept.append({key: value for key, value in sheet.items() if key != name})
        else:
            kept.append(sheet)
    if struck:
        current.sheets = kept
        current.save(update_fields=["sheets"])
        journal(box.terms.event, by=by, after={"struck_out": question})
    return struck


# --- A good beginning --------------------------------------------------------


@transaction.atomic
def propose_questions(*, terms: Terms, by: Actor) -> int:
    """Begin with the questions that most organisers ask; nothing where there are some already."""
    Terms.objects.select_for_update().get(pk=terms.pk)
    if Question.objects.filter(terms=terms, occasion=Occasion.FEEDBACK).exists():
        return 0
    rows = _proposed()
    for row in rows:
        save_question(terms=terms, question=None, values=row, by=by, occasion=Occasion.FEEDBACK)
    return len(rows)


def _proposed() -> list[dict[str, Any]]:
    """Return the questions in every language of the site."""
    sorts = (
        QuestionSort.CHOICE,
        QuestionSort.LONG_TEXT,
        QuestionSort.YES_NO,
        QuestionSort.CHOICE,
        QuestionSort.LONG_TEXT,
    )
    said: list[dict[str, str]] = [{} for _sort in sorts]
    options: dict[int, list[tuple[str, dict[str, str]]]] = {
        0: [(key, {}) for key in ("very", "rather", "partly", "little")],
        3: [(key, {}) for key in ("yes", "perhaps", "no")],
    }
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            for place, words in enumerate(_asked()):
                said[place][code] = words
            for place, words_of in ((0, _fits()), (3, _agains())):
                for (_key, label), words in zip(options[place], words_of, strict=True):
                    label[code] = words
    return [
        {
            "sort": sort,
            "label": Text(said[place]),
            "options": [{"key": key, "label": label} for key, label in options.get(place, [])],
        }
        for place, sort in enumerate(sorts)
    ]


def _asked() -> list[str]:
    return [
        _("Was the event worth your time?"),
        _("What do you take home?"),
        _("Did you meet somebody from another field with whom you want to do something?"),
        _("Would you come again?"),
        _("What should be different next time?"),
    ]


def _fits() -> list[str]:
    return [_("very much"), _("by and large"), _("in part"), _("hardly")]


def _agains() -> list[str]:
    return [_("yes"), _("perhaps"), _("no")]
