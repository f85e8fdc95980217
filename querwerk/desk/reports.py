"""A newsflash about an event, begun with everything that is known: title, place, day, questions, pilots, numbers, photo, links."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.html import escape
from django.utils.text import capfirst
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from querwerk.core.actions import Actor, save_record
from querwerk.core.lists import Ties
from querwerk.core.models import Node, Record, Space
from querwerk.core.pictures.queries import LEAD
from querwerk.core.prose.actions import create_document, mark_translated
from querwerk.core.prose.blocks import Block, Body, content_hash, new_key, normalise
from querwerk.core.registry import node_url
from querwerk.core.spec import KEY, spec_of
from querwerk.core.states import Visibility
from querwerk.core.templatetags.ui import partial_date, plain, term
from querwerk.desk.actions import new_key as next_number
from querwerk.events.models import Contribution, Event
from querwerk.events.queries.doors import groups_present
from querwerk.events.queries.events import agenda_of, contributions_to, people
from querwerk.events.states import Group
from querwerk.people.models import Person
from querwerk.programmes.models import Funder

ROLE = "body"
MOST_SAID = 5
"""Questions and remarks in a draft: enough to choose from."""


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known about an event; the same in each language."""

    event: Event
    questions: list[Node]
    pilots: list[Node]
    papers: list[Node]
    films: list[Node]
    said: list[Contribution]
    picture: str
    people: list[str]
    funder: Funder | None
    programme_key: str


@transaction.atomic
def propose_newsflash(*, event: Event, space: Space, by: Actor, author: str = "") -> Record:
    """Begin a newsflash about an event: a draft with a text in each language, for an editor to rewrite.

    ``author``: the name of whoever begins it; it becomes the person's record where exactly one has this name.
    """
    known = _known(event, space)
    spec = spec_of("newsflash")
    about = [event.node, *known.pilots, *known.papers]
    raw: dict[str, Any] = {
        "no": next_number(spec, {}, space.pk),
        "date": localdate().isoformat(),
        **{f"title_{code}": words for code, words in _in_each_language(partial(_title, event)).items()},
        **{f"summary_{code}": words for code, words in _in_each_language(partial(_summary, known)).items()},
        "about": [str(node) for node in about],
        "visibility": "draft",
    }
    if known.picture:
        raw[LEAD] = known.picture
    if author:
        raw |= _as_author(author, space)
    newsflash = save_record(
        spec=spec, raw=raw, space=space, by=by, why=_("Proposed from the event “%(key)s”") % {"key": event.key}
    )
    _begin_texts(newsflash, known, by=by)
    return newsflash


def _as_author(name: str, space: Space) -> dict[str, str]:
    """Return the only person with this name as author, else the name; nothing where the name would pass for a key."""
    people = Person.objects.filter(space=space).exclude(visibility=Visibility.RETIRED)
    same = [key for key, words in people.values_list("key", "name") if name in words.values()]
    if len(same) == 1:
        return {"author": same[0]}
    return {} if KEY.fullmatch(name) else {"author": name}


def _begin_texts(newsflash: Record, known: _Known, *, by: Actor) -> None:
    """Begin the text in each language under the same keys, so that what is changed in one shows in the others."""
    keys: list[str] = []
    first = settings.LANGUAGES[0][0]
    bodies: dict[str, Body] = {}
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            blocks = _blocks(known)
        keys = keys or [new_key() for _block in blocks]
        bodies[code] = normalise({"blocks": [{"key": key, **block} for key, block in zip(keys, blocks, strict=True)]})
    source = create_document(node=newsflash.node, role=ROLE, language=first, by=by, body=bodies[first])
    for code, body in bodies.items():
        if code == source.language:
            continue
        document = create_document(node=newsflash.node, role=ROLE, language=code, by=by, body=body)
        document.source_language = source.language
        document.save(update_fields=["source_language"])
        for block in bodies[first]["blocks"]:
            mark_translated(document=document, key=block["key"], source_key=block["key"], mark=content_hash(block))


def _in_each_language(words_of: Any) -> dict[str, str]:
    found = {}
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            found[code] = words_of()
    return found


def _known(event: Event, space: Space) -> _Known:
    items = list(agenda_of(event.pk, with_drafts=False))
    ties = Ties(event, items, with_drafts=False)
    shown = [node for item in items for node in ties.nodes("pilots", by=item)]
    discussed = [node for item in items for node in ties.nodes("strategy", by=item)]
    others = ties.by_kind(("pilot", "paper", "film"))
    on_photo = ties.nodes("people_on_photo")
    pictures = ties.nodes(LEAD)
    return _Known(
        event,
        ties.nodes("guiding_questions"),
        _once([*shown, *others.get("pilot", [])]),
        _once([*discussed, *others.get("paper", [])]),
        others.get("film", []),
        list(contributions_to(event.pk, with_drafts=False))[:MOST_SAID],
        pictures[0].key if pictures else "",
        [plain(person.name) for person in people(on_photo)] if on_photo else [],
        Funder.objects.filter(space=space).first(),
        space.key,
    )


def _once(nodes: Iterable[Node]) -> list[Node]:
    return list({node.pk: node for node in nodes}.values())


# --- Words, in the active language --------------------------------------------------------------------------------------


def _title(event: Event) -> str:
    return plain(event.title)


def _place(event: Event) -> str:
    return ", ".join(filter(None, [plain(event.venue), plain(event.place)]))


def _when_and_where(event: Event) -> str:
    facts = {"day": partial_date(event.date), "place": _place(event)}
    if event.date and facts["place"]:
        return _("%(day)s, %(place)s") % facts
    return facts["day"] or facts["place"]


def _attendance(event: Event) -> str:
    """Say how many came and from where: as somebody stated it, else as it was counted at the doors and online."""
    said = event.participants or _counted(event)
    number = said.get("approx")
    groups = ", ".join(plain(group) for group in said.get("groups") or [])
    qualifier = "" if said.get("is_counted") else term(said.get("qualifier") or "about")
    words = "" if number is None else f"{qualifier} {number}".strip()
    if words and groups:
        return capfirst(_("%(number)s people took part: %(groups)s.") % {"number": words, "groups": groups})
    if words:
        return capfirst(_("%(number)s people took part.") % {"number": words})
    return _("Took part: %(groups)s.") % {"groups": groups} if groups else ""


def _counted(event: Event) -> dict[str, Any]:
    """Return who was there in the form of a stated number; nothing where nobody was noted."""
    groups = groups_present(event.pk)
    if not groups:
        return {}
    names: dict[str, Any] = dict(Group.choices)
    return {
        "approx": sum(groups.values()),
        "is_counted": True,
        "groups": [f"{names.get(group, _('not stated'))} ({number})" for group, number in groups.items()],
    }


def _summary(known: _Known) -> str:
    place = _when_and_where(known.event)
    return " ".join(filter(None, [f"{place}." if place else "", _attendance(known.event)]))


def _blocks(known: _Known) -> list[Block]:
    """Return the text without keys; each language has the same blocks in the same order."""
    event = known.event
    summary = plain(event.summary)
    place = escape(_when_and_where(event))
    lede = " ".join(filter(None, [f"<strong>{place}.</strong>" if place else "", escape(_attendance(event))]))
    blocks: list[Block] = [{"type": "paragraph", "html": lede}] if lede else []
    # A text that exists in one language only stands in all of them, so that the blocks correspond.
    blocks += [{"type": "paragraph", "html": escape(summary)}] if summary else []
    if known.picture:
        blocks.append({"type": "image", "picture": known.picture, "alt": "", "caption": escape(_caption(known))})
    if known.questions:
        blocks += [_heading(_("What it was about")), _list(escape(plain(node.title)) for node in known.questions)]
    if known.pilots:
        blocks += [_heading(_("Pilots that were presented")), _list(_linked(known, node) for node in known.pilots)]
    if known.papers:
        blocks += [_heading(_("The strategy paper")), _list(_linked(known, node) for node in known.papers)]
    if known.said:
        blocks += [_heading(_("What was said")), _list(_said(row) for row in known.said)]
    blocks.append(_heading(_("To read and to see")))
    blocks.append(_list([_linked(known, event.node), *(_linked(known, node) for node in known.films)]))
    statement = plain(known.funder.statement) if known.funder is not None else ""
    blocks += [{"type": "paragraph", "html": escape(statement)}] if statement else []
    return blocks


def _said(row: Contribution) -> str:
    words, answer = plain(row.words), plain(row.answer)
    return f"<strong>{escape(words)}</strong> {escape(answer)}" if answer else escape(words)


def _caption(known: _Known) -> str:
    names = ", ".join(known.people)
    words = plain(known.event.photo_caption)
    if not names:
        return words
    return f"{words} ({_('from left to right')}: {names})" if words else f"{_('From left to right')}: {names}"


def _heading(words: str) -> Block:
    return {"type": "heading", "level": 2, "html": escape(words)}


def _list(points: Iterable[str]) -> Block:
    return {"type": "list", "is_ordered": False, "items": [{"html": html, "items": []} for html in points]}


def _linked(known: _Known, node: Node) -> str:
    url = node_url(node, known.programme_key)
    return f'<a href="{escape(url)}">{escape(plain(node.title))}</a>' if url else escape(plain(node.title))
