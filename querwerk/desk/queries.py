"""What the desk reads: lists as the viewer may see them, what needs attention, the journal, who has which role."""

import difflib
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from querwerk.core.models import JournalEntry, Link, Node, Record, record_models
from querwerk.core.pictures.models import ShowsPeople
from querwerk.core.pictures.states import SAYS_WHY
from querwerk.core.queries import links_touching
from querwerk.core.registry import anchor, journaled
from querwerk.core.spec import KEY, Choice, Parts, Spec, Texts, Urls, all_specs, spec_of
from querwerk.core.states import ASIDE, LinkKind, Verb, Visibility
from querwerk.core.templatetags.ui import fact_value, language_name, plain
from querwerk.core.terms import fact_label
from querwerk.core.text import LANGUAGES, UNSTATED, Text
from querwerk.desk.layout import groups_of
from querwerk.evidence.models import Uptake
from querwerk.evidence.states import Grade
from querwerk.people.models import Organisation, Person
from querwerk.programmes.models import Funder, OperatorPage, Partner, Role
from querwerk.programmes.publicity import RULE_SETS, missing_wording
from querwerk.programmes.queries import OWNER_FIELDS, owners_of
from querwerk.programmes.rules import Viewer, may_edit, may_see_drafts
from querwerk.programmes.states import RoleName
from querwerk.strategy.models import Decision

KINDS = (
    "programme", "funder", "partner", "organisation", "person", "profile", "question", "challenge", "match", "pilot",
    "pilot_gap", "event", "paper",
    "decision", "uptake", "follow_up", "newsflash", "web_link", "film", "picture", "file", "page",
)  # fmt: skip
"""The kinds with a list of their own, in the order of the side navigation."""
GROUPS: tuple[tuple[str | Promise, tuple[str, ...]], ...] = (
    (
        gettext_lazy("Work"),
        ("challenge", "match", "pilot", "pilot_gap", "event", "paper", "decision", "uptake", "follow_up"),
    ),
    (gettext_lazy("Frame"), ("programme", "question", "funder", "partner")),
    (gettext_lazy("Directory"), ("profile", "organisation", "person")),
    (gettext_lazy("Publishing"), ("newsflash", "picture", "file", "film", "web_link", "page")),
)
EXPECTED_PAGES = ("imprint", "privacy", "accessibility")
DROP_DOWN = 30
LISTED = 400
BRACKETED = re.compile(r".*\[([a-z0-9_]+:)?([a-z0-9.-]+)\]\s*", re.DOTALL)


def spec_or_none(kind: str) -> Spec | None:
    """Return the declaration of a kind that has a list at the desk."""
    return all_specs()[kind] if kind in KINDS else None


def owned_nodes(viewer: Viewer, space_id: int) -> Q:
    """Return the condition on a node id that holds for what belongs to the viewer's organisations."""
    keys = viewer.organisations
    stated = Link.objects.filter(
        space=space_id,
        kind=LinkKind.TOOK_PART,
        field__in=OWNER_FIELDS,
        earlier__kind="organisation",
        earlier__key__in=keys,
    ).values("owner")
    organisations = Organisation.objects.filter(space=space_id, key__in=keys).values("node")
    people = Person.objects.filter(space=space_id, organisation__key__in=keys).values("node")
    partners = Partner.objects.filter(space=space_id, organisation__key__in=keys).values("node")
    return Q(node__in=stated) | Q(node__in=organisations) | Q(node__in=people) | Q(node__in=partners)


def seen_by[R: Record](viewer: Viewer, records: QuerySet[R], space_id: int) -> QuerySet[R]:
    """Keep what the viewer may see at the desk."""
    if viewer.is_organiser:
        return records
    if may_see_drafts(viewer):
        return records.exclude(visibility=Visibility.RETIRED)
    own = owned_nodes(viewer, space_id) & Q(visibility=Visibility.DRAFT)
    return records.filter(Q(visibility=Visibility.PUBLISHED) | own)


def seen_nodes(viewer: Viewer, space_id: int) -> QuerySet[Node]:
    """Return the nodes that the viewer may see at the desk."""
    nodes = Node.objects.filter(space=space_id)
    if viewer.is_organiser:
        return nodes
    if may_see_drafts(viewer):
        return nodes.exclude(visibility=Visibility.RETIRED)
    own = _node_ids(viewer, space_id)
    return nodes.filter(
        Q(visibility=Visibility.PUBLISHED) | Q(visibility=Visibility.DRAFT) & (Q(pk__in=own) | Q(part_of__in=own))
    )


def _node_ids(viewer: Viewer, space_id: int) -> list[int]:
    stated = Link.objects.filter(
        space=space_id,
        kind=LinkKind.TOOK_PART,
        field__in=OWNER_FIELDS,
        earlier__kind="organisation",
        earlier__key__in=viewer.organisations,
    ).values_list("owner", flat=True)
    organisations = Organisation.objects.filter(space=space_id, key__in=viewer.organisations).values_list(
        "node", flat=True
    )
    people = Person.objects.filter(space=space_id, organisation__key__in=viewer.organisations).values_list(
        "node", flat=True
    )
    partners = Partner.objects.filter(space=space_id, organisation__key__in=viewer.organisations).values_list(
        "node", flat=True
    )
    return [*stated, *organisations, *people, *partners]


def own_node_ids(viewer: Viewer, space_id: int) -> frozenset[int]:
    """Return the nodes of what belongs to the viewer's organisations; 4 queries, none for who is no editor."""
    return frozenset(_node_ids(viewer, space_id)) if viewer.organisations else frozenset()


def owners(record: Record) -> frozenset[str]:
    """Return the keys of the organisations to which a record belongs."""
    if isinstance(record, Organisation):
        return frozenset({record.key})
    if isinstance(record, Person | Partner):
        return frozenset({record.organisation.key}) if record.organisation is not None else frozenset()
    return owners_of(record.node_id)


def records_of(kind: str, space_id: int) -> QuerySet[Any]:
    """Return the records of a kind with their nodes, in the order of entry."""
    records: QuerySet[Any] = record_models()[kind]._default_manager.filter(space=space_id)
    records = records.select_related("node", "space")
    if kind == "partner":
        records = records.select_related("organisation__node")
    return records.order_by("position", "pk")


def title_of(record: Record) -> Text:
    """Return the words by which a person knows a record."""
    if isinstance(record, Partner):
        return record.organisation.name
    name = getattr(record, record.SPEC.title) if record.SPEC.title else ""
    title = name if isinstance(name, Text) else Text(name)
    return title or Text(record.key)


def search(records: QuerySet[Any], words: str) -> QuerySet[Any]:
    """Keep the records in whose title or key each word stands."""
    # JSON is stored with escaped umlauts on SQLite, so the words are compared in Python: a list at the desk is small,
    # and only two columns of it are read.
    wanted = [word.casefold() for word in words.split()]
    if not wanted:
        return records
    is_partner = records.model is Partner
    titles = records.values_list("pk", "key", "organisation__name" if is_partner else "node__title")
    found = []
    for pk, key, title in titles:
        text = " ".join([key, *(part for part in Text(title).values() if part)]).casefold()
        if all(word in text for word in wanted):
            found.append(pk)
    return records.filter(pk__in=found[:10000])


class SpaceOptions:
    """The records of a programme that the viewer may choose in a form; one query for all kinds."""

    def __init__(self, viewer: Viewer, space_id: int) -> None:
        """Load nothing yet."""
        self.viewer = viewer
        self.space_id = space_id
        self._by_kind: dict[str, list[tuple[str, str]]] | None = None

    def by_kind(self) -> dict[str, list[tuple[str, str]]]:
        """Return key and title of each record that may be chosen."""
        if self._by_kind is None:
            found: dict[str, list[tuple[str, str]]] = defaultdict(list)
            nodes = seen_nodes(self.viewer, self.space_id).exclude(visibility=Visibility.RETIRED)
            for kind, key, title in nodes.order_by("pk").values_list("kind", "key", "title"):
                found[kind].append((key, shorten(plain(title)) or key))
            partners = Partner.objects.filter(space=self.space_id).values_list("key", "organisation__name")
            names = {key: plain(name) for key, name in partners}
            found["partner"] = [(key, names.get(key) or title) for key, title in found["partner"]]
            self._by_kind = dict(found)
        return self._by_kind

    def pairs(self, kinds: Sequence[str]) -> list[tuple[str, str]]:
        """Return value and title; the kind is named where a bare key would mean another record."""
        taken: set[str] = set()
        pairs = []
        for kind in kinds:
            for key, title in self.by_kind().get(kind, []):
                pairs.append((f"{kind}:{key}" if key in taken else key, title))
            taken |= {key for key, _title in self.by_kind().get(kind, [])}
        return pairs

    def is_short(self, kinds: Sequence[str]) -> bool:
        """Tell whether they fit into a drop-down."""
        return sum(len(self.by_kind().get(kind, ())) for kind in kinds) <= DROP_DOWN

    def choices(self, kinds: Sequence[str]) -> list[tuple[str, str]]:
        """Return value and label of each, or nothing where there are too many for a list."""
        pairs = self.pairs(kinds)
        return pairs if len(pairs) <= LISTED else []

    def show(self, value: str, kinds: Sequence[str]) -> str:
        """Return “Title [key]”, or the words themselves."""
        title = dict(self.pairs(kinds)).get(value) or dict(self.named(kinds)).get(value)
        return f"{title} [{value}]" if title else value

    def named(self, kinds: Sequence[str]) -> list[tuple[str, str]]:
        """Return “kind:key” and title."""
        return [(f"{kind}:{key}", title) for kind in kinds for key, title in self.by_kind().get(kind, [])]

    def read(self, typed: str, kinds: Sequence[str]) -> str | None:
        """Return the value that was meant: a key, a chosen suggestion, or a title that only one record has."""
        values = dict([*self.pairs(kinds), *self.named(kinds)])
        if typed in values:
            return typed
        chosen = BRACKETED.fullmatch(typed)
        if chosen:
            value = (chosen[1] or "") + chosen[2]
            if value in values:
                return value
        same = [value for value, title in self.pairs(kinds) if title.casefold() == typed.casefold()]
        if len(same) == 1:
            return same[0]
        # What the viewer may not choose but the record already names stays named.
        name = typed.rpartition(":")[2]
        is_there = KEY.fullmatch(name) and Node.objects.filter(space=self.space_id, kind__in=kinds, key=name).exists()
        return typed if is_there else None

    def near(self, typed: str, kinds: Sequence[str]) -> list[str]:
        """Return up to five titles that resemble what was typed."""
        by_title = {title.casefold(): f"{title} [{value}]" for value, title in self.pairs(kinds)}
        words = typed.casefold()
        found = [title for title in by_title if words in title]
        found += difflib.get_close_matches(words, by_title, n=5, cutoff=0.5)
        return [by_title[title] for title in dict.fromkeys(found)][:5]

    def matching(self, typed: str, kinds: Sequence[str]) -> list[str]:
        """Return up to twenty suggestions for what is being typed."""
        words = typed.casefold().split()
        found = [
            f"{title} [{value}]"
            for value, title in self.pairs(kinds)
            if all(word in f"{title} {value}".casefold() for word in words)
        ]
        return found[:20]


def shorten(words: str, limit: int = 110) -> str:
    """Return the beginning of long words."""
    return words if len(words) <= limit else words[: limit - 1].rstrip() + "…"


# --- What needs attention --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Sort:
    """One sort of thing that needs attention."""

    key: str
    title: str | Promise
    why: str | Promise
    is_urgent: bool = False


SORTS: tuple[Sort, ...] = (
    Sort("publicity", gettext_lazy("The funder's publicity is incomplete"), gettext_lazy("The funding rules demand emblem and statement on every page."), is_urgent=True),
    Sort("pages", gettext_lazy("Pages that the law demands are missing"), gettext_lazy("Imprint, privacy and accessibility statement must be filled in by whoever runs the site."), is_urgent=True),
    Sort("withheld", gettext_lazy("Published pictures that are not shown"), gettext_lazy("A consent or the file is missing; visitors see the woven pattern instead."), is_urgent=True),
    Sort("drafts", gettext_lazy("Drafts"), gettext_lazy("Only those who work on the programme see them.")),
    Sort("decision", gettext_lazy("Papers whose decision is unknown"), gettext_lazy("Ask the addressee; “unknown” is an honest answer until then.")),
    Sort("proof", gettext_lazy("Uptake without proof"), gettext_lazy("Only explicit uptake counts, and only with a source that says so.")),
    Sort("loose", gettext_lazy("Findings that lead to no proposal"), gettext_lazy("Link them to the paragraph that they support, and the thread goes on.")),
    Sort("source", gettext_lazy("Records without a source"), gettext_lazy("Readers cannot check what has no source.")),
    Sort("german", gettext_lazy("German text missing"), gettext_lazy("Readers see the other language with a note.")),
    Sort("english", gettext_lazy("English text missing"), gettext_lazy("Readers see the other language with a note.")),
    Sort("unknown", gettext_lazy("Unknown facts worth finding out"), gettext_lazy("They were looked for once and not found.")),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Matter:
    """One record that needs attention, and which of its fields."""

    sort: str
    kind: str
    key: str
    title: Text
    node_id: int
    fields: tuple[str | Promise, ...] = ()


@lru_cache(maxsize=8)
def all_matters(space_id: int, edition: int) -> tuple[Matter, ...]:
    """Return everything in a programme that needs attention as of an edition; about 30 queries, none while nothing is written."""
    found: list[Matter] = []
    for kind in KINDS:
        if kind == "profile":  # what people say about themselves is theirs to complete
            continue
        spec = spec_of(kind)
        records = list(records_of(kind, space_id).exclude(visibility=Visibility.RETIRED))
        for record in records:
            found += _matters_of(record, spec)
        for declared in spec.fields:
            if isinstance(declared, Parts) and records:
                found += _matters_in_parts(spec, spec_of(declared.kind), records)
    found += _matters_of_frame(space_id)
    return tuple(found)


def _matters_of(record: Record, spec: Spec) -> Iterable[Matter]:
    def matter(sort: str, fields: Iterable[str | Promise] = ()) -> Matter:
        return Matter(sort, spec.kind, record.key, title_of(record), record.node_id, tuple(fields))

    if record.visibility == Visibility.DRAFT:
        yield matter("drafts")
    if not record.source and spec.kind not in ("programme", "page", "picture", "file", "challenge", "match"):
        yield matter("source")
    lists = [("german", missing_in(record, spec, "de")), ("english", missing_in(record, spec, "en"))]
    for sort, fields in (*lists, ("unknown", _unknown_fields(record, spec))):
        if fields:
            yield matter(sort, fields)
    if isinstance(record, ShowsPeople) and record.visibility == Visibility.PUBLISHED and record.withheld:
        yield matter("withheld", (SAYS_WHY[record.withheld],))
    if isinstance(record, Uptake) and (record.grade != Grade.EXPLICIT or not record.source):
        yield matter("proof")


def missing_in(record: Record, spec: Spec, language: str) -> list[str | Promise]:
    """Return the texts that have words, but not in a language."""
    return [
        declared.label
        for declared in spec.fields
        if isinstance(declared, Texts)
        and not isinstance(declared, Urls)
        and _lacks(declared, getattr(record, declared.column or declared.key), language)
    ]


def _lacks(declared: Texts, text: Mapping[str, str | None], language: str) -> bool:
    """A name, or a short text whose source states no language, is the same for every reader."""
    if not any(text.values()) or text.get(language):
        return False
    is_unstated = bool(text.get(UNSTATED))
    return declared.is_long if is_unstated else declared.column != "name"


def _unknown_fields(record: Record, spec: Spec) -> list[str | Promise]:
    labels = [declared.label for declared in spec.fields if record.gaps.get(declared.key) == "unknown"]
    labels += [
        declared.label
        for declared in spec.fields
        if isinstance(declared, Texts) and getattr(record, declared.column or declared.key).is_unknown
    ]
    return labels


def _matters_in_parts(spec: Spec, part_spec: Spec, records: Sequence[Record]) -> Iterable[Matter]:
    """Parts are mended in the form of their whole, so the whole is named."""
    wholes = {record.pk: record for record in records}
    parts = record_models()[part_spec.kind]._default_manager.filter(**{f"{part_spec.parent}__in": list(wholes)})
    linked: set[int] = set()
    if part_spec.kind == "finding":
        linked = set(
            Link.objects.filter(
                earlier__in=parts.values("node"), later__kind__in=("proposal", "measure", "paper", "decision", "uptake")
            ).values_list("earlier", flat=True)
        )
    for part in parts.order_by("position", "pk"):
        whole = wholes[getattr(part, f"{part_spec.parent}_id")]
        for sort, language in (("german", "de"), ("english", "en")):
            fields = missing_in(part, part_spec, language)
            if fields:
                yield Matter(sort, spec.kind, whole.key, title_of(part), whole.node_id, (part_spec.label, *fields))
        if part_spec.kind == "finding" and part.node_id not in linked:
            yield Matter("loose", spec.kind, whole.key, title_of(part), whole.node_id)


def _matters_of_frame(space_id: int) -> Iterable[Matter]:
    papers = records_of("paper", space_id).exclude(visibility=Visibility.RETIRED)
    outcomes = Decision.objects.filter(space=space_id).exclude(outcome="").values("node")
    decided = set(
        Link.objects.filter(space=space_id, kind=LinkKind.DECIDED_BY, later__in=outcomes).values_list(
            "earlier", flat=True
        )
    )
    for paper in papers:
        if (
            paper.state not in ("drafting", "adopted", "changed", "rejected")
            and not paper.adopted
            and paper.node_id not in decided
        ):
            yield Matter("decision", "paper", paper.key, title_of(paper), paper.node_id)
    funder = Funder.objects.filter(space=space_id, visibility=Visibility.PUBLISHED).first()
    if funder is None:
        yield Matter("publicity", "funder", "", Text(), 0)
    elif missing := unmet_publicity(funder):
        yield Matter("publicity", "funder", funder.key, title_of(funder), funder.node_id, tuple(missing))
    published = set(
        OperatorPage.objects.filter(space=space_id, visibility=Visibility.PUBLISHED).values_list("key", flat=True)
    )
    for key in EXPECTED_PAGES:
        if key not in published:
            yield Matter("pages", "page", "", Text(key), 0)


def unmet_publicity(funder: Funder) -> list[str | Promise]:
    """Return what the funder's own rules miss in the statement, in each language of the interface."""
    if not funder.statement:
        return [gettext_lazy("Funding statement")]
    rules = RULE_SETS.get(funder.publicity)
    if rules is None:
        return [gettext_lazy("Publicity rules")]
    return [
        f"{language.upper()}: “{words}”"
        for language in ("de", "en")
        for words in missing_wording(
            rules, language, " ".join(text.best(language).words for text in (funder.statement, funder.fund))
        )
    ]


def matters_for(viewer: Viewer, space_id: int, edition: int) -> dict[str, list[Matter]]:
    """Return by sort what the viewer could do something about."""
    own = own_node_ids(viewer, space_id)
    found: dict[str, list[Matter]] = {sort.key: [] for sort in SORTS}
    for matter in all_matters(space_id, edition):
        if viewer.is_organiser or matter.node_id in own or (matter.sort == "drafts" and may_see_drafts(viewer)):
            found[matter.sort].append(matter)
    return {sort: matters for sort, matters in found.items() if matters}


def counts(viewer: Viewer, space_id: int) -> dict[str, int]:
    """Return how many records of each kind the viewer sees at the desk; 1 query and those for the viewer's own."""
    nodes = seen_nodes(viewer, space_id).filter(part_of__isnull=True)
    return dict(nodes.order_by().values_list("kind").annotate(number=Count("pk")))


# --- The journal -----------------------------------------------------------------------------------------------------


def journal_for(viewer: Viewer, space_key: str, space_id: int) -> QuerySet[JournalEntry]:
    """Return the journal as far as the viewer may read it, newest first.

    Readers see the history of what they see, editors that of their own records: an old version of somebody else's
    record may hold what was never published.
    """
    entries = JournalEntry.objects.filter(space_key=space_key).order_by("-pk")
    if viewer.is_organiser:
        return entries
    same = Node.objects.filter(space=space_id, kind=OuterRef("kind"), key=OuterRef("key"))
    entries = entries.exclude(kind="role").exclude(verb__in=[Verb.LINKED, Verb.UNLINKED])
    if may_see_drafts(viewer):
        return entries.filter(Exists(same.exclude(visibility=Visibility.RETIRED)))
    return entries.filter(
        Exists(same.exclude(visibility=Visibility.RETIRED).filter(pk__in=own_node_ids(viewer, space_id)))
    )


def differences(kind: str, before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    """Return label, before and after of each field in which two versions differ, in words."""
    was, now = before or {}, after or {}
    rows = []
    for label, keys in labelled(kind, [*was, *now]):
        old, new = [{key: version[key] for key in keys if key in version} for version in (was, now)]
        if old != new:
            rows.append({"key": keys[0], "label": label, "before": readable(kind, old), "after": readable(kind, new)})
    return rows


def labelled(kind: str, keys: Iterable[str]) -> list[tuple[str, list[str]]]:
    """Sort bundle keys under the labels of their fields; the languages of a text stay together."""
    spec = all_specs().get(kind)
    left = list(dict.fromkeys(keys))
    found: list[tuple[str, list[str]]] = []
    ordered = [key for _title, group in groups_of(spec) for key in group] if spec else []
    for declared_key in ordered:
        declared = spec.field(declared_key)  # type: ignore[union-attr]
        own = [key for key in left if key in declared.consumed(dict.fromkeys(left))]
        if own:
            # A database may hand out the languages of a text in another order than they were entered.
            names = [declared.name(code) for code in (UNSTATED, *LANGUAGES)] if isinstance(declared, Texts) else own
            found.append((str(declared.label), sorted(own, key=names.index)))
            left = [key for key in left if key not in own]
    words = {"visibility": _("Visibility"), "id": _("Id"), "no": _("Number")}
    own_words = journaled(kind)[1]
    return found + [(words.get(key) or str(own_words.get(key, key)), [key]) for key in left]


def readable(kind: str, values: Mapping[str, Any]) -> str:
    """Write values as lines that a person can read and compare."""
    spec = all_specs().get(kind)
    lines: list[str] = []
    for key, value in values.items():
        language = language_of(key, spec)
        words = _shown(key, value, spec)
        lines += [f"{language}: {words[0]}", *words[1:]] if language else words
    return "\n".join(lines)


def language_of(key: str, spec: Spec | None) -> str:
    """Return the name of the language that a bundle key states, or nothing for a key that is no text."""
    for declared in spec.all_fields if spec else ():
        if isinstance(declared, Texts):
            for code in (*LANGUAGES, *([UNSTATED] if declared.key else [])):
                if declared.name(code) == key:
                    return _("Language not stated") if code == UNSTATED else language_name(code)
    return ""


def _shown(key: str, value: Any, spec: Spec | None) -> list[str]:
    if key == "visibility" and value in Visibility.values:
        return [str(Visibility(value).label)]
    declared = next((one for one in spec.all_fields if one.key == key), None) if spec else None
    if isinstance(declared, Choice):
        return [str(dict(declared.choices).get(value) or value or _("none"))]
    return _words(value, spec_of(declared.kind) if isinstance(declared, Parts) else None)


def _words(value: Any, spec: Spec | None, depth: int = 0) -> list[str]:
    indent = "  " * depth
    if isinstance(value, dict) and value:
        return [line for key, inner in value.items() if key != "id" for line in _fact(key, inner, spec, depth)]
    if isinstance(value, list) and value:
        lines = []
        for item in value:
            first, *rest = _words(item, spec, depth + 1) or [""]
            lines += [f"{indent}– {first.strip()}", *rest]
        return lines
    simple = {None: _("unknown"), True: _("yes"), False: _("no")}
    if value is None or isinstance(value, bool):
        return [indent + simple[value]]
    return [indent + (str(value) if value not in ("", [], {}) else _("none"))]


def _fact(key: str, value: Any, spec: Spec | None, depth: int) -> list[str]:
    """Write one entry of a mapping: the field of a part, a language, or a free fact."""
    labels = dict(labelled_keys(spec)) if spec else {}
    label = labels.get(key) or (language_name(key) if key in LANGUAGES else str(fact_label(key)))
    inner = _words(value, None, depth + 1)
    if isinstance(value, dict | list) and value:
        return [f"{'  ' * depth}{label}:", *inner]
    return [f"{'  ' * depth}{label}: {inner[0].strip()}", *inner[1:]]


def labelled_keys(spec: Spec) -> list[tuple[str, str]]:
    """Return each bundle key of a kind with its label; texts name their language."""
    pairs = [("visibility", _("Visibility"))]
    for declared in spec.all_fields:
        if isinstance(declared, Texts):
            pairs += [(declared.name(code), f"{declared.label} ({language_name(code)})") for code in LANGUAGES]
        if declared.key:
            pairs.append((declared.key, str(declared.label)))
    return pairs


# --- Links and roles -------------------------------------------------------------------------------------------------


def thread_at(record: Record, parts: Sequence[Node]) -> list[dict[str, Any]]:
    """Return the links at a record and its parts, those made by hand marked; 1 query."""
    own = {record.node_id, *(part.pk for part in parts)}
    rows = []
    for link in links_touching(own, with_drafts=True):
        if link.kind in ASIDE:
            continue
        here, there = (link.earlier, link.later) if link.earlier_id in own else (link.later, link.earlier)
        rows.append(
            {
                "link": link,
                "here": here if here is not None and here.pk != record.node_id else None,
                "there": there,
                "is_earlier": link.earlier_id in own,
                "is_by_hand": link.field == "thread",
                "value": f"{link.earlier}|{link.later}|{link.kind}",
            }
        )
    return rows


def parts_of(record: Record) -> list[Node]:
    """Return the nodes of a record's parts; 1 query."""
    return list(Node.objects.filter(part_of=record.node_id).order_by("kind", "pk"))


def roles_in(programme_id: int) -> QuerySet[Role]:
    """Return the roles of a programme with their accounts; 1 query."""
    return (
        Role.objects.filter(programme=programme_id)
        .select_related("user", "organisation")
        .order_by("name", "user__email", "pk")
    )


def organisers_left(programme_id: int, *, without: int) -> int:
    """Return how many active organisers there would be without one role."""
    return (
        Role.objects.filter(programme=programme_id, name=RoleName.ORGANISER, user__is_active=True)
        .exclude(pk=without)
        .count()
    )


def details(record: Record, raw: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """Return label and shown value of each field, for a kind that has no page of its own."""
    return [
        (
            label,
            fact_value(Text({}))
            if not keys
            else fact_value(raw[keys[0]] if len(keys) == 1 else {key.rpartition("_")[2]: raw[key] for key in keys}),
        )
        for label, keys in labelled(record.SPEC.kind, raw)
        if keys[0] not in ("id", "visibility")
    ]


def is_editable(viewer: Viewer, kind: str, record_owners: Collection[str]) -> bool:
    """Tell whether the viewer may change a record."""
    return bool(may_edit(viewer, kind=kind, owners=record_owners))


def element(node: Node) -> str:
    """Return the id of the element that shows a part."""
    return anchor(node)
