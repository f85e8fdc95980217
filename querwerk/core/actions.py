"""Writes: records are stored with their parts and links, journaled, and raise the edition, all or nothing."""

import time
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import models, transaction
from django.db.models import F, Q, Value
from django.db.models.functions import Greatest
from django.utils.translation import gettext as _

from querwerk.core.models import Edition, JournalEntry, Link, Node, Once, Record, Space, record_models
from querwerk.core.queries import Loaded, nodes_by_name, snapshot, thread_statements
from querwerk.core.signals import records_deleted, records_written
from querwerk.core.spec import Parsed, Problem, Problems, Reference, Spec, Target, spec_of
from querwerk.core.states import LinkKind, Verb, Visibility
from querwerk.core.text import Text

CHUNK = 2000

type Name = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Actor:
    """Who writes: a person's account, or a command."""

    id: int | None
    name: str
    is_public: bool = True
    """Whether the name may stand with what was written; the journal names everybody."""

    @property
    def signature(self) -> str:
        """Return the name under which a link is public: not that of a command, nor an e-mail address that stands in for a name."""
        return "" if self.id is None or "@" in self.name or not self.is_public else self.name[:200]


class InvalidRecords(Exception):
    """The records cannot be stored; ``problems`` says what is wrong, and where."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        """Keep the problems."""
        super().__init__("; ".join(problem.message for problem in problems))
        self.problems = list(problems)


class UnableToOverwrite(Exception):
    """Somebody else changed the record since it was read."""

    def __init__(self, record: Record, current: dict[str, Any]) -> None:
        """Keep the record as it is now."""
        super().__init__(_("Somebody else has changed this record in the meantime."))
        self.record = record
        self.current = current


@dataclass(slots=True)
class Report:
    """What a write did, by kind and key."""

    added: list[Name] = field(default_factory=list)
    changed: list[Name] = field(default_factory=list)
    unchanged: list[Name] = field(default_factory=list)
    untouched: list[Name] = field(default_factory=list)
    """What stands in the database and was not mentioned."""


def raise_edition() -> None:
    """Make every cached page outdated, once the surrounding transaction commits.

    The number is the time in microseconds, or one more than before where that is higher: a write that is undone, or a backup
    that is restored, must not lead to a number under which something else is kept in memory already.
    """
    now = time.time_ns() // 1000
    if not Edition.objects.filter(pk=1).update(number=Greatest(F("number") + 1, Value(now))):
        Edition.objects.create(pk=1, number=now)


def once(key: str, effect: Callable[[], Any]) -> Any:
    """Run ``effect`` unless it already ran under this key; return its JSON result either way.

    Key and effect are committed together, so a repeated click, a reload or a job taken up twice changes nothing.
    """
    with transaction.atomic():
        made, is_new = Once.objects.get_or_create(key=key[:200])
        if is_new:
            made.result = effect()
            made.save(update_fields=["result"])
        return made.result


def create_space(key: str) -> Space:
    """Return the space with this key, made if it is new."""
    return Space.objects.get_or_create(key=key)[0]


def _queue_up(space: Space) -> None:
    """Make concurrent writers of a space wait for each other on PostgreSQL, as they do on SQLite.

    Whoever reads in order to write what was read must queue up before reading.
    """
    Space.objects.select_for_update().get(pk=space.pk)


@transaction.atomic
def write_records(
    tops: Sequence[Parsed],
    *,
    space: Space,
    by: Actor,
    why: str = "",
    expected_versions: Mapping[Name, int] | None = None,
    verb: Verb | None = None,
) -> Report:
    """Create or update records with all that is written inside them.

    ``expected_versions`` gives the version on which an edit is based (0: the record must be new).
    Raises :class:`InvalidRecords` for dangling references and :class:`UnableToOverwrite` for a concurrent edit.
    """
    return _Write(space, by, why, verb).run(tops, expected_versions or {})


class _Write:
    """One write; holds what its steps share."""

    def __init__(self, space: Space, by: Actor, why: str, verb: Verb | None) -> None:
        self.space = space
        self.by = by
        self.why = why
        self.verb = verb
        self.batch = uuid.uuid4()
        self.models = record_models()
        self.records: dict[Name, Record] = {}
        self.nodes: dict[Name, int] = {}
        self.new_nodes: set[int] = set()
        self.report = Report()

    def run(self, tops: Sequence[Parsed], expected: Mapping[Name, int]) -> Report:
        _queue_up(self.space)
        everything = [parsed for top in tops for parsed in top.walk()]
        named = names_in(everything)
        self.nodes = nodes_by_name(self.space.pk, named if len(named) <= CHUNK else None)
        self.check_references(everything)
        self.load(everything)
        self.check_wholes(everything)
        before = self.snapshots(tops)
        self.check_versions(tops, expected, before)
        written = [top for top in tops if before.get((top.kind, top.key)) != top.raw]
        is_moved = self.reposition(top for top in tops if before.get((top.kind, top.key)) == top.raw)
        self.store([parsed for top in written for parsed in top.walk()])
        self.remove_dropped_parts(written)
        self.store_links([parsed for top in written for parsed in top.walk()])
        self.account(tops, before)
        if written:
            self.write_journal(written, before)
        if written or is_moved:
            raise_edition()
        if written:
            node_ids = [self.nodes[parsed.kind, parsed.key] for top in written for parsed in top.walk()]
            records_written.send(self.__class__, node_ids=node_ids, space_id=self.space.pk)
        return self.report

    def check_wholes(self, everything: Sequence[Parsed]) -> None:
        """A part stays with what it is part of, unless the write states both; a key is no way to another's part."""
        stated = {(parsed.kind, parsed.key) for parsed in everything}
        problems = Problems()
        for parsed in everything:
            known = self.records.get((parsed.kind, parsed.key))
            if known is None or parsed.parent is None:
                continue
            whole = getattr(known, parsed.spec.parent)
            name = whole.SPEC.kind, whole.key
            if name != (parsed.parent.kind, parsed.parent.key) and name not in stated:
                problems.add(
                    (*parsed.path, parsed.spec.key_field),
                    _("“%(key)s” is already part of “%(whole)s”.") % {"key": parsed.key, "whole": whole.key},
                )
        if problems.found:
            raise InvalidRecords(problems.found)

    def check_references(self, everything: Sequence[Parsed]) -> None:
        problems = Problems()
        known = set(self.nodes) | {(parsed.kind, parsed.key) for parsed in everything}
        for parsed in everything:
            for key, target in parsed.references.items():
                kind = _reference(parsed.spec, key).kind
                if (kind, target.words) not in known:
                    problems.add(target.path, dangling(target.words, (kind,)))
            for stated in parsed.links.values():
                for target in stated.targets:
                    if target.is_reference and resolve(target, stated.spec.kinds, known) is None:
                        problems.add(target.path, dangling(target.words, stated.spec.kinds))
        if problems.found:
            raise InvalidRecords(problems.found)

    def load(self, everything: Iterable[Parsed]) -> None:
        keys: dict[str, list[str]] = defaultdict(list)
        for parsed in everything:
            keys[parsed.kind].append(parsed.key)
        for kind, wanted in keys.items():
            rows = self.models[kind]._default_manager.filter(space=self.space)
            if spec_of(kind).parent:
                rows = rows.select_related(spec_of(kind).parent)
            if len(wanted) <= CHUNK:
                rows = rows.filter(key__in=wanted)
            for record in rows:
                self.records[kind, record.key] = record

    def snapshots(self, tops: Sequence[Parsed]) -> dict[Name, dict[str, Any]]:
        found = [self.records[top.kind, top.key] for top in tops if (top.kind, top.key) in self.records]
        related = Loaded(found)
        return {(record.SPEC.kind, record.key): record.SPEC.dump(record, related) for record in found}

    def check_versions(
        self, tops: Sequence[Parsed], expected: Mapping[Name, int], before: Mapping[Name, dict[str, Any]]
    ) -> None:
        for top in tops:
            name = top.kind, top.key
            record = self.records.get(name)
            if record is not None and name in expected and record.version != expected[name]:
                raise UnableToOverwrite(record, before[name])

    def reposition(self, tops: Iterable[Parsed]) -> bool:
        is_moved = False
        for top in tops:
            record = self.records.get((top.kind, top.key))
            if record is not None and record.position != top.position:
                self.models[top.kind]._default_manager.filter(pk=record.pk).update(position=top.position)
                is_moved = True
        return is_moved

    def store(self, written: Sequence[Parsed]) -> None:
        by_kind: dict[str, list[Parsed]] = defaultdict(list)
        for parsed in written:
            by_kind[parsed.kind].append(parsed)
        for kind in sorted(by_kind, key=lambda kind: _depth(spec_of(kind))):
            self.store_kind(kind, by_kind[kind])

    def store_kind(self, kind: str, written: Sequence[Parsed]) -> None:
        model = self.models[kind]
        new = [parsed for parsed in written if (kind, parsed.key) not in self.records]
        nodes = Node.objects.bulk_create(
            [Node(space=self.space, kind=kind, key=parsed.key, title=Text()) for parsed in new], batch_size=CHUNK
        )
        for parsed, node in zip(new, nodes, strict=True):
            self.nodes[kind, parsed.key] = node.pk
            self.new_nodes.add(node.pk)
            self.records[kind, parsed.key] = model(space=self.space, node=node, key=parsed.key)
        for parsed in written:
            self.fill(self.records[kind, parsed.key], parsed)
        is_new = {parsed.key for parsed in new}
        model._default_manager.bulk_create([self.records[kind, parsed.key] for parsed in new], batch_size=CHUNK)
        for parsed in written:
            if parsed.key not in is_new:
                self.records[kind, parsed.key].save()
        self.update_nodes(kind, written)

    def fill(self, record: Record, parsed: Parsed) -> None:
        spec = parsed.spec
        for column in _columns(spec, type(record)):
            setattr(record, column.name, parsed.columns.get(column.name, column.get_default()))
        for declared in spec.fields:
            if isinstance(declared, Reference):
                target = parsed.references.get(declared.key)
                other = None if target is None else self.record(declared.kind, target.words)
                setattr(record, declared.column or declared.key, other)
        if parsed.parent is not None and spec.parent:
            setattr(record, spec.parent, self.records[parsed.parent.kind, parsed.parent.key])
        record.visibility = parsed.columns.get("visibility", Visibility.PUBLISHED)
        record.source = parsed.columns.get("source", "")
        record.gaps = parsed.gaps
        record.extra = parsed.extra
        record.position = parsed.position
        record.has_own_key = parsed.has_own_key
        if record.pk is not None:
            record.version += 1

    def record(self, kind: str, key: str) -> Record:
        """Return a referenced record, which ``check_references`` has seen to exist."""
        if (kind, key) not in self.records:
            self.records[kind, key] = self.models[kind]._default_manager.get(space=self.space, key=key)
        return self.records[kind, key]

    def update_nodes(self, kind: str, written: Sequence[Parsed]) -> None:
        spec = spec_of(kind)
        nodes = []
        for parsed in written:
            record = self.records[kind, parsed.key]
            title = getattr(record, spec.title) if spec.title else ""
            visibility = parsed.columns.get("visibility", Visibility.PUBLISHED)
            whole = parsed.parent
            if whole is not None:
                visibility = less_visible(visibility, whole.columns.get("visibility", Visibility.PUBLISHED))
            nodes.append(
                Node(
                    pk=self.nodes[kind, parsed.key],
                    title=title if isinstance(title, Text) else Text(title),
                    dated=getattr(record, spec.dated) if spec.dated else "",
                    part_of_id=None if whole is None else self.nodes[whole.kind, whole.key],
                    visibility=visibility,
                )
            )
        Node.objects.bulk_update(nodes, ["title", "dated", "part_of", "visibility"], batch_size=200)

    def remove_dropped_parts(self, written: Sequence[Parsed]) -> None:
        """A list is stated as a whole: parts that it no longer names are deleted (the journal keeps them)."""
        wholes = [
            self.nodes[parsed.kind, parsed.key]
            for top in written
            for parsed in top.walk()
            if self.nodes[parsed.kind, parsed.key] not in self.new_nodes
        ]
        kept = {self.nodes[part.kind, part.key] for top in written for part in top.walk()}
        dropped = [pk for pk in Node.objects.filter(part_of__in=wholes).values_list("pk", flat=True) if pk not in kept]
        if dropped:
            self.journal_lost_links(dropped)
            records_deleted.send(self.__class__, node_ids=dropped, space_id=self.space.pk)
            Node.objects.filter(pk__in=dropped).delete()

    def journal_lost_links(self, dropped: Sequence[int]) -> None:
        """Links that others tied to a part go with it; the journal says which."""
        lost = (
            Link.objects.filter(Q(earlier__in=dropped) | Q(later__in=dropped), words="")
            .exclude(Q(owner__in=dropped) & ~Q(field="thread"))
            .select_related("earlier", "later")
            .order_by("pk")
        )
        entries = []
        for link in lost:
            entry = link_entry(_statement(link), Verb.UNLINKED, space=self.space, by=self.by, why=self.why)
            entry.batch = self.batch
            entry.title = link.earlier.title if link.earlier is not None else Text()
            entries.append(entry)
        JournalEntry.objects.bulk_create(entries, batch_size=CHUNK)

    def store_links(self, written: Sequence[Parsed]) -> None:
        owners = [pk for parsed in written if (pk := self.nodes[parsed.kind, parsed.key]) not in self.new_nodes]
        for start in range(0, len(owners), CHUNK):
            # A link made by hand at the record ("thread") is not stated by it and stays.
            Link.objects.filter(owner__in=owners[start : start + CHUNK]).exclude(field="thread").delete()
        known = set(self.nodes)
        links = [
            self.make_link(parsed, key, number, target, known)
            for parsed in written
            for key, stated in parsed.links.items()
            for number, target in enumerate(stated.targets)
        ]
        Link.objects.bulk_create(links, batch_size=CHUNK)

    def make_link(self, parsed: Parsed, key: str, number: int, target: Target, known: set[Name]) -> Link:
        spec = parsed.links[key].spec
        own = self.nodes[parsed.kind, parsed.key]
        name = resolve(target, spec.kinds or (spec.inline_kind,), known) if target.is_reference else None
        other = None if name is None else self.nodes[name]
        record = self.records[parsed.kind, parsed.key]
        return Link(
            space=self.space,
            kind=spec.link_kind,
            earlier_id=own if spec.is_owner_earlier else other,
            later_id=other if spec.is_owner_earlier else own,
            words="" if other else target.words,
            owner_id=own,
            field=key,
            position=number,
            dated=getattr(record, parsed.spec.dated) if parsed.spec.dated else "",
            source=record.source,
            # A command is no author: who stated an imported tie is its source.
            author=self.by.signature,
            extra={"named": True} if name is not None and ":" in target.words and not spec.inline_kind else {},
        )

    def account(self, tops: Sequence[Parsed], before: Mapping[Name, dict[str, Any]]) -> None:
        for top in tops:
            name = top.kind, top.key
            if name not in before:
                self.report.added.append(name)
            elif before[name] != top.raw:
                self.report.changed.append(name)
            else:
                self.report.unchanged.append(name)

    def write_journal(self, written: Sequence[Parsed], before: Mapping[Name, dict[str, Any]]) -> None:
        entries = []
        for top in written:
            record = self.records[top.kind, top.key]
            title = getattr(record, top.spec.title) if top.spec.title else ""
            was = before.get((top.kind, top.key))
            entries.append(
                JournalEntry(
                    batch=self.batch,
                    by_id=self.by.id,
                    by_name=self.by.name[:200],
                    verb=self.verb or _verb(was, top.raw),
                    space_key=self.space.key,
                    kind=top.kind,
                    key=top.key,
                    title=title if isinstance(title, Text) else Text(title),
                    version=record.version,
                    why=self.why,
                    before=was,
                    after=dict(top.raw),
                )
            )
        JournalEntry.objects.bulk_create(entries, batch_size=CHUNK)


def less_visible(one: str, other: str) -> str:
    """Return which of two visibilities fewer people may see."""
    fewer: tuple[str, ...] = (Visibility.PUBLISHED, Visibility.DRAFT, Visibility.RETIRED)
    return max(one, other, key=fewer.index)


def _verb(before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> Verb:
    if before is None:
        return Verb.CREATED
    was = before.get("visibility", Visibility.PUBLISHED)
    now = after.get("visibility", Visibility.PUBLISHED)
    if was == now:
        return Verb.CHANGED
    return {
        Visibility.PUBLISHED: Verb.PUBLISHED,
        Visibility.DRAFT: Verb.WITHDRAWN,
        Visibility.RETIRED: Verb.RETIRED,
    }[Visibility(now)]


def _depth(spec: Spec) -> int:
    """Return how many kinds must be stored before this one."""
    needed = [declared.kind for declared in spec.fields if isinstance(declared, Reference)]
    needed += [spec.parent_kind] if spec.parent_kind else []
    return 1 + max((_depth(spec_of(kind)) for kind in needed), default=-1)


def _columns(spec: Spec, model: type[Record]) -> list["models.Field[Any, Any]"]:
    names = {
        getattr(declared, "column", "") or declared.key
        for declared in spec.fields
        if hasattr(declared, "column") and not isinstance(declared, Reference)
    }
    return [column for column in model._meta.concrete_fields if column.name in names]


def _reference(spec: Spec, key: str) -> Reference:
    declared = spec.field(key)
    assert isinstance(declared, Reference)
    return declared


def dangling(words: str, kinds: Iterable[str]) -> str:
    """Say that a reference leads nowhere."""
    labels = ", ".join(str(spec_of(kind).label) for kind in kinds)
    return _("“%(value)s” does not exist (looked for: %(kinds)s)") % {"value": words, "kinds": labels}


def names_in(everything: Iterable[Parsed]) -> set[Name]:
    """Return whom records may mean: themselves, what they are part of, and what they refer or link to."""
    found: set[Name] = set()
    for parsed in everything:
        found.add((parsed.kind, parsed.key))
        if parsed.parent is not None:
            found.add((parsed.parent.kind, parsed.parent.key))
        found |= {(_reference(parsed.spec, key).kind, target.words) for key, target in parsed.references.items()}
        for stated in parsed.links.values():
            for target in stated.targets:
                prefix, colon, rest = target.words.partition(":")
                found |= (
                    {(prefix, rest)}
                    if colon
                    else {(kind, target.words) for kind in stated.spec.kinds or (stated.spec.inline_kind,)}
                )
    return found


def resolve(target: Target, kinds: Sequence[str], known: "set[Name] | Mapping[Name, Any]") -> Name | None:
    """Return kind and key of the record that a target names, or ``None``."""
    prefix, colon, rest = target.words.partition(":")
    if colon:
        return (prefix, rest) if (prefix, rest) in known else None
    return next(((kind, target.words) for kind in kinds if (kind, target.words) in known), None)


@transaction.atomic
def save_record(  # noqa: PLR0913
    *,
    spec: Spec,
    raw: Mapping[str, Any],
    space: Space,
    by: Actor,
    why: str = "",
    expected_version: int | None = None,
    position: int | None = None,
    verb: Verb | None = None,
    fallback_key: str = "",
) -> Record:
    """Create or update one record from its bundle form; ``fallback_key`` names one whose author gave no id.

    Raises :class:`InvalidRecords` with a path into ``raw`` for each problem.
    """
    problems = Problems()
    parsed = spec.parse(raw, (), problems, fallback_key=fallback_key)
    if problems.found:
        raise InvalidRecords(problems.found)
    model = record_models()[spec.kind]
    if position is None:
        existing = model._default_manager.filter(space=space, key=parsed.key).values_list("position", flat=True).first()
        position = model._default_manager.filter(space=space).count() if existing is None else existing
    parsed.position = position
    expected = {} if expected_version is None else {(spec.kind, parsed.key): expected_version}
    write_records([parsed], space=space, by=by, why=why, expected_versions=expected, verb=verb)
    return model._default_manager.select_related("node", "space").get(space=space, key=parsed.key)


@dataclass(frozen=True, slots=True)
class LinkStatement:
    """A thread link made by hand: the earlier and the later record by name, and what is known about the tie."""

    earlier: Name
    later: Name
    kind: LinkKind
    dated: str = ""
    author: str = ""
    source: str = ""
    note: Text = field(default_factory=Text)
    extra: Mapping[str, Any] = field(default_factory=dict)

    @property
    def ends(self) -> tuple[Name, Name, LinkKind]:
        """Return what identifies the link: there is one of a kind between two records."""
        return self.earlier, self.later, self.kind


def _statement(link: Link) -> LinkStatement:
    assert link.earlier is not None
    assert link.later is not None
    return LinkStatement(
        (link.earlier.kind, link.earlier.key),
        (link.later.kind, link.later.key),
        LinkKind(link.kind),
        link.dated,
        link.author,
        link.source,
        link.note,
        link.extra,
    )


@transaction.atomic
def write_thread(*, space: Space, statements: Sequence[LinkStatement], by: Actor, why: str = "") -> bool:
    """Replace the links made by hand; return whether anything changed.

    The journal keeps what was added and removed. Links that records state themselves are not touched.
    """
    _queue_up(space)
    existing = list(thread_statements(space.pk))
    before = [_statement(link) for link in existing]
    if before == list(statements):
        return False
    nodes = nodes_by_name(space.pk)
    Link.objects.filter(space=space, field="thread").delete()
    Link.objects.bulk_create(
        [
            Link(
                space=space,
                kind=statement.kind,
                earlier_id=nodes[statement.earlier],
                later_id=nodes[statement.later],
                owner_id=nodes[statement.earlier],
                field="thread",
                position=number,
                dated=statement.dated,
                author=statement.author,
                source=statement.source,
                note=statement.note,
                extra=dict(statement.extra),
            )
            for number, statement in enumerate(statements)
        ],
        batch_size=CHUNK,
    )
    was, now = ({statement.ends: statement for statement in listed} for listed in (before, statements))
    added = [statement for statement in statements if was.get(statement.ends) != statement]
    removed = [statement for statement in before if now.get(statement.ends) != statement]
    touched = {nodes[name] for statement in (*added, *removed) for name in (statement.earlier, statement.later)}
    titles = {(node.kind, node.key): node.title for node in Node.objects.filter(pk__in=touched)}
    batch = uuid.uuid4()
    entries = []
    for verb, changed in ((Verb.UNLINKED, removed), (Verb.LINKED, added)):
        for statement in changed:
            entry = link_entry(statement, verb, space=space, by=by, why=why)
            entry.batch, entry.title = batch, titles[statement.earlier]
            entries.append(entry)
    JournalEntry.objects.bulk_create(entries, batch_size=CHUNK)
    raise_edition()
    records_written.send(LinkStatement, node_ids=sorted(touched), space_id=space.pk)
    return True


def link_entry(statement: LinkStatement, verb: Verb, *, space: Space, by: Actor, why: str) -> JournalEntry:
    """Return an entry, not yet stored, for a link that came or went; it stands with the earlier record."""
    return JournalEntry(
        by_id=by.id,
        by_name=by.name[:200],
        verb=verb,
        space_key=space.key,
        kind=statement.earlier[0],
        key=statement.earlier[1],
        why=why,
        before=as_mapping(statement) if verb == Verb.UNLINKED else None,
        after=as_mapping(statement) if verb == Verb.LINKED else None,
    )


def as_mapping(statement: LinkStatement) -> dict[str, Any]:
    """Return the form in which a bundle holds the link."""
    optional = {"date": statement.dated, "author": statement.author, "source": statement.source}
    return {
        "from": ":".join(statement.earlier),
        "to": ":".join(statement.later),
        "kind": str(statement.kind).replace("_", "-"),
        **{key: value for key, value in optional.items() if value},
        **{f"note_{language}": words for language, words in statement.note.items()},
        **statement.extra,
    }


def thread_of(space: Space) -> list[LinkStatement]:
    """Return the links made by hand, in order."""
    return [_statement(link) for link in thread_statements(space.pk)]


def add_link(*, space: Space, statement: LinkStatement, by: Actor, why: str = "") -> bool:
    """Add one link made by hand; a link that is already there stays single."""
    with transaction.atomic():
        _queue_up(space)
        existing = thread_of(space)
        if statement.ends in {other.ends for other in existing}:
            return False
        return write_thread(space=space, statements=[*existing, statement], by=by, why=why)


def remove_link(*, space: Space, earlier: Name, later: Name, kind: LinkKind, by: Actor, why: str = "") -> bool:
    """Remove one link made by hand; removing it twice does nothing more."""
    with transaction.atomic():
        _queue_up(space)
        existing = thread_of(space)
        kept = [other for other in existing if other.ends != (earlier, later, kind)]
        return write_thread(space=space, statements=kept, by=by, why=why)


def set_visibility(*, record: Record, visibility: Visibility, by: Actor, why: str = "") -> Record:
    """Publish, set back or retire a record; the journal says which."""
    raw = snapshot(record)
    raw.pop("visibility", None)
    if visibility != Visibility.PUBLISHED:
        raw["visibility"] = str(visibility)
    return save_record(
        spec=record.SPEC,
        raw=raw,
        space=record.space,
        by=by,
        why=why,
        expected_version=record.version,
        fallback_key=given_key(record),
    )


def write_journal(*, by: Actor, verb: Verb, space_key: str, kind: str, key: str, **said: Any) -> None:
    """Note what somebody did that is no write of a record, in the same transaction as that.

    ``said`` is what else an entry holds: title, version, why, before, after.
    """
    JournalEntry.objects.create(
        batch=uuid.uuid4(),
        by_id=by.id,
        by_name=by.name[:200],
        verb=verb,
        space_key=space_key,
        kind=kind,
        key=key,
        **said,
    )


@transaction.atomic
def delete_record(*, record: Record, by: Actor) -> None:
    """Delete a record with its parts, links and history: only for what must not be read any more, by nobody.

    The journal keeps that something of this kind was deleted, and by whom, without its words.
    """
    space, spec, key, node_id = record.space, record.SPEC, record.key, record.node_id
    _queue_up(space)
    gone = list(Node.objects.filter(Q(pk=node_id) | Q(part_of=node_id)).values_list("pk", flat=True))
    records_deleted.send(type(record), node_ids=gone, space_id=space.pk)
    Node.objects.filter(pk__in=gone).delete()
    same = JournalEntry.objects.filter(space_key=space.key)
    same.filter(kind=spec.kind, key=key).update(title=Text(), before=None, after=None, why="")
    write_journal(
        by=by, verb=Verb.DELETED, space_key=space.key,
        kind=spec.kind, key=key,
    )  # fmt: skip
    raise_edition()


def given_key(record: Record) -> str:
    """Return the key of a record whose author gave it none, for storing it again under the same one."""
    return "" if record.has_own_key or record.SPEC.key_from else record.key


def restore_record(
    *, entry: JournalEntry, by: Actor, why: str = "", expected_version: int | None = None, is_before: bool = False
) -> Record:
    """Bring a record back to how it was after, or before, a journal entry; journaled, so this can be undone itself."""
    raw = entry.before if is_before else entry.after
    if raw is None:
        raise InvalidRecords([Problem((), _("This entry holds no version to go back to."))])
    return save_record(
        spec=spec_of(entry.kind),
        raw=raw,
        space=Space.objects.get(key=entry.space_key),
        by=by,
        why=why,
        expected_version=expected_version,
        verb=Verb.RESTORED,
        fallback_key="" if spec_of(entry.kind).key_from else entry.key,
    )
