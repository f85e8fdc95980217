"""Finds the stored parts again that a file gives without ids, such as the points of an agenda.

A part without an id is called by its place: the second point of the agenda is “treffen.agenda-2”. When a file puts points into
another order, or a new one between them, what hangs on them (questions from the floor, slides, links) has to stay with what they
say and not with their place. So a part goes by its title, then by its place, and what the file calls by place is renamed with it.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from querwerk.core.models import Record, Space, record_models
from querwerk.core.spec import KEY_LENGTH, Parsed, Parts, Path
from querwerk.core.text import Text

MADE = re.compile(r"(.+)-(\d+)")
"""A key that was made of a place: what comes before the number, and the number."""

type Keys = dict[str, str]
"""How the file calls a part by its place → how it is stored."""


def recognised(value: Any, records: Sequence[Parsed], space: Space) -> Any:
    """Return the content of a file with the ids of stored parts that stand at another place in it; else the same object.

    One query for each kind of part that the file gives without ids.
    """
    unnamed = [(top, declared, part) for top in records for declared, part in _unnamed_in(top)]
    stored = _stored({part.kind for _top, _declared, part in unnamed}, space)
    keys: Keys = {}
    for group in {id(parts): parts for top in records for parts in top.parts.values()}.values():
        keys |= _moved(group, stored)
    if not keys:
        return value
    plain = {part.path: declared.plain_key for _top, declared, part in unnamed if part.key in keys}
    ids = {part.path: keys[part.key] for _top, _declared, part in unnamed if part.key in keys}
    return _rewritten(value, (), keys, ids, plain)


def _unnamed_in(top: Parsed) -> Iterable[tuple[Parts, Parsed]]:
    for declared in top.spec.all_fields:
        if isinstance(declared, Parts):
            yield from ((declared, part) for part in top.parts.get(declared.key, ()) if not part.has_own_key)


def _stored(kinds: Iterable[str], space: Space) -> dict[str, list[Record]]:
    """Return the stored parts by what their keys begin with, in their order."""
    found: dict[str, list[Record]] = defaultdict(list)
    for kind in sorted(kinds):
        for record in record_models()[kind]._default_manager.filter(space=space).order_by("position", "pk"):
            if (made := MADE.fullmatch(record.key)) is not None:
                found[f"{kind}:{made[1]}"].append(record)
    return found


def _moved(parts: Sequence[Parsed], stored: Mapping[str, Sequence[Record]]) -> Keys:
    """Return the parts of one list that are stored under another place than theirs."""
    unnamed = [part for part in parts if not part.has_own_key]
    made = MADE.fullmatch(unnamed[0].key) if unnamed else None
    if made is None:
        return {}
    named = {part.key for part in parts if part.has_own_key}
    known = [record for record in stored.get(f"{unnamed[0].kind}:{made[1]}", ()) if record.key not in named]
    keys = _matched(unnamed, known)
    taken = {*named, *keys.values()}
    last = max(
        [
            len(parts),
            *(int(key.rpartition("-")[2]) for key in [*taken, *(one.key for one in known)] if MADE.fullmatch(key)),
        ]
    )
    for part in unnamed:
        if part.key not in keys and part.key in taken:
            last += 1
            keys[part.key] = f"{made[1]}-{last}"
    moved = {place: key for place, key in keys.items() if place != key}
    return moved if all(len(key) <= KEY_LENGTH for key in moved.values()) else {}


def _matched(parts: Sequence[Parsed], known: Sequence[Record]) -> Keys:
    """Match by title where it is, then by title anywhere, then what is left by place."""
    keys: Keys = {}
    left = list(known)
    for is_same in (
        lambda part, record: part.position == record.position and _is_titled_alike(part, record),
        _is_titled_alike,
        lambda part, record: part.position == record.position,
    ):
        for part in parts:
            record = next((one for one in left if part.key not in keys and is_same(part, one)), None)
            if record is not None:
                keys[part.key] = record.key
                left.remove(record)
    return keys


def _is_titled_alike(part: Parsed, record: Record) -> bool:
    """Tell whether both say the same in some language."""
    stated, stored = (source.get(part.spec.title) for source in (part.columns, vars(record)))
    if isinstance(stated, Text) and isinstance(stored, Text):
        return any(words and stored.get(language) == words for language, words in stated.items())
    return bool(stated) and stated == stored


def _rewritten(value: Any, path: Path, keys: Keys, ids: Mapping[Path, str], plain: Mapping[Path, str]) -> Any:
    """Return a value with names for places renamed, and with the ids of the parts at some paths."""
    if isinstance(value, list):
        return [_rewritten(one, (*path, number), keys, ids, plain) for number, one in enumerate(value)]
    if isinstance(value, dict):
        made = {key: _rewritten(one, (*path, key), keys, ids, plain) for key, one in value.items()}
        return {"id": ids[path], **made} if path in ids else made
    if path in ids:
        return {"id": ids[path], plain[path]: value}
    if isinstance(value, str):
        kind, colon, key = value.rpartition(":")
        return kind + colon + keys.get(key, key)
    return value
