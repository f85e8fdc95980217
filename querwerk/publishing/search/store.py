"""Keeps the index: gathers the texts of records from their declarations and stores stems."""

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import batched
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import override

from querwerk.core.models import Node, Record, record_models
from querwerk.core.prose.queries import public_words
from querwerk.core.spec import Facts, Term, TextList, Texts, Urls, Words
from querwerk.core.terms import term
from querwerk.core.text import Text
from querwerk.publishing.models import SearchEntry, SearchWord
from querwerk.publishing.search.words import MOST_LETTERS, stems, words

BATCH = 500
CODES = frozenset({"language"})
"""Fields whose words are codes, which no page shows as they are."""
MOST_CHARACTERS = 150_000
"""Most characters of stems per column: PostgreSQL's text vectors end at one megabyte."""


def index_nodes(node_ids: Iterable[int]) -> None:
    """Bring the entries of these nodes up to date, in the surrounding transaction; a fixed number of queries per batch."""
    for ids in batched(node_ids, BATCH, strict=False):
        by_kind: dict[str, list[int]] = defaultdict(list)
        for pk, kind in Node.objects.filter(pk__in=ids).values_list("pk", "kind"):
            by_kind[kind].append(pk)
        found = [record for kind, own in by_kind.items() for record in _records(kind, own)]
        vocabulary: dict[str, str] = {}
        longer = public_words(ids)
        entries = [entry_of(record, vocabulary, longer.get(record.node_id)) for record in found]
        SearchEntry.objects.filter(pk__in=ids).delete()
        SearchEntry.objects.bulk_create(entries)
        SearchWord.objects.bulk_create(
            [SearchWord(stem=stem, word=word) for stem, word in vocabulary.items()],
            ignore_conflicts=True,
            batch_size=BATCH,
        )


def rebuild() -> int:
    """Make the whole index anew; return the number of entries."""
    with transaction.atomic():
        SearchEntry.objects.all().delete()
        SearchWord.objects.all().delete()
        index_nodes(Node.objects.order_by("pk").values_list("pk", flat=True))
    return SearchEntry.objects.count()


def _records(kind: str, node_ids: Sequence[int]) -> Iterable[Record]:
    return record_models()[kind]._default_manager.filter(node__in=node_ids).select_related("node")


def entry_of(
    record: Record, vocabulary: dict[str, str], longer: Mapping[str, Sequence[str]] | None = None
) -> SearchEntry:
    """Return a record's entry with its ``longer`` texts, by language; note in ``vocabulary`` how its stems look when written out."""
    title = {language: [said] for language, said in record.node.title.items() if said}
    body = body_of(record)
    for language, parts in (longer or {}).items():
        body[language] += [" ".join(part[:MOST_CHARACTERS].split()) for part in parts]
    return SearchEntry(
        node_id=record.node_id,
        texts={language: " · ".join(parts) for language, parts in body.items()},
        title_de=stemmed(title, "de", vocabulary),
        body_de=stemmed(body, "de", vocabulary),
        title_en=stemmed(title, "en", vocabulary),
        body_en=stemmed(body, "en", vocabulary),
    )


def body_of(record: Record) -> dict[str, list[str]]:
    """Return every text of a record but its title, by language; what has no stated language stands under "und"."""
    found: dict[str, list[str]] = defaultdict(list)
    for field in record.SPEC.fields:
        column = getattr(field, "column", "") or field.key
        if column == record.SPEC.title or isinstance(field, Urls):
            continue
        if isinstance(field, Term):
            in_words(getattr(record, column), found)
        elif isinstance(field, Texts) or (type(field) is Words and field.key not in CODES):
            spread(getattr(record, column), found)
        elif isinstance(field, TextList | Facts):
            for item in flat(getattr(record, column)):
                spread(item, found)
    return found


def in_words(word: str, found: dict[str, list[str]]) -> None:
    """Sort a word of a vocabulary as readers of each language see it."""
    for language, _name in settings.LANGUAGES if word else ():
        with override(language):
            found[language].append(str(term(word)))


def spread(value: Any, found: dict[str, list[str]]) -> None:
    """Sort a text into its languages."""
    for language, said in (Text(value) if isinstance(value, str) else value or {}).items():
        if isinstance(said, str) and said.strip():
            found[language].append(unicodedata.normalize("NFC", " ".join(said.split())))


def flat(value: Any) -> Iterator[Any]:
    """Yield the texts inside a list or a mapping of facts; addresses and numbers say nothing that is searched for."""
    if isinstance(value, str):
        if "://" not in value:
            yield value
    elif isinstance(value, list):
        for item in value:
            yield from flat(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            suffix = key.rpartition("_")[2]
            if isinstance(item, str) and suffix in ("de", "en"):
                yield {suffix: item}
            else:
                yield from flat(item)


def stemmed(by_language: dict[str, list[str]], language: str, vocabulary: dict[str, str]) -> str:
    """Return the stems of what a reader of ``language`` may find: texts in it, and those in neither German nor English."""
    other = {"de": "en", "en": "de"}[language]
    found: list[str] = []
    size = 0
    for said, parts in by_language.items():
        if said == other:
            continue
        for word in words(" ".join(parts)):
            stem = getattr(stems(word), language)
            size += len(stem) + 1
            if size > MOST_CHARACTERS:
                return " ".join(found)
            found.append(stem)
            vocabulary.setdefault(stem, word[:MOST_LETTERS])
    return " ".join(found)
