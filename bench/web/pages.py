"""The pages that are measured. Addresses of ours are below /de/<programme>/."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Page:
    """One kind of public page of Querwerk, in the demo and in the generated programme."""

    kind: str
    demo: str
    large: str


@dataclass(frozen=True, slots=True)
class Pair:
    """A page of ours and the page of the rival that answers the same question."""

    name: str
    ours: str
    theirs: str


PAGES = [
    Page("home", "", ""),
    Page("event", "events/plauen-2021/", "events/event-050/"),
    Page("events", "events/", "events/"),
    Page("pilot", "pilots/labor-2025/", "pilots/pilot-0500/"),
    Page("pilots", "pilots/", "pilots/"),
    Page("organisation", "organisations/kreatives-sachsen/", "organisations/org-2500/"),
    Page("organisations", "organisations/", "organisations/"),
    Page("partners", "partners/", "partners/"),
    Page("paper", "papers/cwe-strategy/", "papers/paper-010/"),
    Page("papers", "papers/", "papers/"),
    Page("uptake", "uptake/", "uptake/"),
    Page("news", "news/", "news/"),
    Page("thread", "thread/", "thread/"),
    Page("search", "search/?q=kreativwirtschaft", "search/?q=kreativwirtschaft"),
]

PAIRS = [
    Pair("event : landing page", "events/plauen-2021/", "/plauen/"),
    Pair("agenda (on the event page) : schedule", "events/plauen-2021/", "/plauen/schedule/"),
    Pair("pilot : talk", "pilots/labor-2025/", "/programme/talk/{talk}/"),
    Pair("organisations : speakers", "organisations/", "/programme/speaker/"),
    Pair("thread of the programme : its schedule", "thread/", "/programme/schedule/"),
]

DEMO = "inducci"
LARGE = "bench"
