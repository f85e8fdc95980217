"""What people say about themselves is read once by the encoder, so that suggestions go by meaning; and forgotten with them."""

from collections.abc import Iterable

from querwerk.meetings.models import OtherRole, Participant
from querwerk.meetings.queries.suggestions import passages_of_words
from querwerk.people.meaning import encoder, folder


def read_words(participant_id: int) -> int:
    """Compute the vectors of what somebody says; return of how many passages. Once more does no harm."""
    said = [*Participant.objects.filter(pk=participant_id).values_list("sentence", flat=True)]
    said += OtherRole.objects.filter(participant=participant_id).values_list("sentence", flat=True)
    passages = _passages(said)
    if passages:
        encoder(folder()).encode(passages)
    return len(passages)


def forget_words(sentences: Iterable[str]) -> None:
    """Erase the vectors of sentences that nobody says any more; called after they were changed or deleted."""
    gone = set(sentences)
    for model in (Participant, OtherRole):
        gone -= set(model._default_manager.filter(sentence__in=gone).values_list("sentence", flat=True))
    passages = _passages(gone)
    if passages and (folder() / "texts").is_dir():
        encoder(folder()).forget(passages)


def _passages(sentences: Iterable[str]) -> list[str]:
    return [passage for words in sentences if words for passage in passages_of_words(((words, "", "summary"),))]
