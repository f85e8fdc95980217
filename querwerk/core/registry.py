"""What upper rooms hang into lower ones: addresses of records, panels on pages, entries of the navigation.

The lower room owns the place, the upper room fills it at start-up (decision 0003). Nothing here imports upward.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from django.http import HttpRequest
from django.urls import get_script_prefix, reverse
from django.utils.translation import get_language

if TYPE_CHECKING:
    from querwerk.core.models import Node
    from querwerk.core.spec import Label


@dataclass(frozen=True, slots=True)
class Panel:
    """A block that an upper room puts on a lower room's page.

    ``context`` takes the request and the record, or what else the page is about, and returns the template's context, or ``None`` to show nothing.
    """

    kinds: frozenset[str]
    template: str
    context: Callable[[HttpRequest, Any], dict[str, Any] | None]
    order: int = 50


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of a programme's navigation."""

    label: "Label"
    url_name: str
    order: int


@dataclass(frozen=True, slots=True)
class Tool:
    """A page that an upper room adds to a programme's desk; ``may_use`` takes the viewer and answers yes or no."""

    label: "Label"
    url_name: str
    order: int
    may_use: Callable[[Any], object]


@dataclass(frozen=True, slots=True)
class Holder:
    """A room that holds personal data under an e-mail address: how it gives them out, and how it forgets them.

    ``export`` returns what is fit for JSON, or nothing; ``erase`` returns how many entries it forgot.
    """

    name: str
    export: Callable[[str], Any]
    erase: Callable[[str], int]


@dataclass(frozen=True, slots=True)
class Duty:
    """What has to be done again and again without anybody asking; see :mod:`querwerk.core.clock`.

    ``act`` takes the instant that counts as now, and must be safe to repeat.
    """

    name: str
    every: timedelta
    act: Callable[[datetime], object]


KEPT_IN_PATHS = "!$&'()*+,;=~:@"
"""What may stand in a path as it is (RFC 3986)."""

_pages: dict[str, str] = {}
_single_pages: dict[str, str] = {}
_panels: list[Panel] = []
_navigation: list[Entry] = []
_tools: list[Tool] = []
_holders: list[Holder] = []
_foresights: list[Callable[[], None]] = []
_duties: list[Duty] = []
_journaled: dict[str, tuple["Label", Mapping[str, "Label"]]] = {}


def register_page(kind: str, url_name: str) -> None:
    """Say which address shows records of a kind; it takes ``programme`` and ``key``."""
    _pages[kind] = url_name


def register_single_page(kind: str, url_name: str) -> None:
    """Say which address shows the one record of a kind that a programme has; it takes only ``programme``."""
    _single_pages[kind] = url_name


def register_panel(panel: Panel) -> None:
    """Add a panel."""
    _panels.append(panel)
    _panels.sort(key=lambda other: other.order)


def register_navigation(label: "Label", url_name: str, order: int) -> None:
    """Add an entry to every programme's navigation."""
    _navigation.append(Entry(label, url_name, order))
    _navigation.sort(key=lambda other: other.order)


def register_tool(tool: Tool) -> None:
    """Add a page to every programme's desk."""
    _tools.append(tool)
    _tools.sort(key=lambda other: other.order)


def register_holder(holder: Holder) -> None:
    """Say that a room holds personal data of people who need no account."""
    _holders.append(holder)


def register_foresight(read: Callable[[], None]) -> None:
    """Have something read when a process of the server starts, so that no page waits for it."""
    _foresights.append(read)


def foresights() -> Sequence[Callable[[], None]]:
    """Return what is read when a process of the server starts."""
    return _foresights


def register_duty(duty: Duty) -> None:
    """Have something done again and again."""
    _duties.append(duty)


def register_journaled(kind: str, label: "Label", fields: Mapping[str, "Label"] | None = None) -> None:
    """Say how the journal calls a kind that is no record, and its fields."""
    _journaled[kind] = label, fields or {}


def journaled(kind: str) -> tuple["Label", Mapping[str, "Label"]]:
    """Return how the journal calls a kind that is no record, and its fields; nothing for one that nobody registered."""
    return _journaled.get(kind, ("", {}))


def tools() -> list[Tool]:
    """Return the further pages of the desk in their order."""
    return list(_tools)


def holders() -> list[Holder]:
    """Return the rooms that hold personal data under an e-mail address."""
    return list(_holders)


def duties() -> list[Duty]:
    """Return what has to be done again and again."""
    return list(_duties)


def navigation() -> list[Entry]:
    """Return the entries in their order."""
    return list(_navigation)


def panels_for(request: HttpRequest, record: Any, kind: str = "") -> list[tuple[str, dict[str, Any]]]:
    """Return template and context of each panel that has something to show for the record.

    What is no record, such as a registration, is given with a ``kind``.
    """
    shown = []
    for panel in _panels:
        if (kind or record.SPEC.kind) in panel.kinds:
            context = panel.context(request, record)
            if context is not None:
                shown.append((panel.template, context))
    return shown


def page_kinds() -> frozenset[str]:
    """Return the kinds that have a page of their own."""
    return frozenset(_pages)


def single_page_kinds() -> frozenset[str]:
    """Return the kinds of which a programme has one record that is shown on a page."""
    return frozenset(_single_pages)


def page_url(kind: str, key: str, programme_key: str) -> str:
    """Return the address of the page of a record of a kind that has pages."""
    before, after = _around_key(_pages[kind], programme_key, get_language(), get_script_prefix())
    return f"{before}{quote(key, safe=KEPT_IN_PATHS)}{after}"


@lru_cache(maxsize=1024)
def _around_key(url_name: str, programme_key: str, _language: str | None, _script_prefix: str) -> tuple[str, str]:
    """Return what stands around the key in an address: a page has a hundred of them, and looking one up takes 20 µs."""
    before, _key, after = reverse(url_name, kwargs={"programme": programme_key, "key": "the-key"}).rpartition("the-key")
    return before, after


def node_url(node: "Node", programme_key: str) -> str:
    """Return the address at which a node can be read: its own page, or its place on the page it is part of.

    ``node.part_of`` is followed, so load it with the node.
    """
    if node.kind in _pages:
        return page_url(node.kind, node.key, programme_key)
    if node.kind in _single_pages:
        return reverse(_single_pages[node.kind], kwargs={"programme": programme_key})
    if node.part_of is not None:
        return f"{node_url(node.part_of, programme_key)}#{anchor(node)}"
    return ""


def anchor(node: "Node") -> str:
    """Return the id of the element that shows a part on its whole's page."""
    return f"{node.kind}-{node.key.replace('.', '-')}"
