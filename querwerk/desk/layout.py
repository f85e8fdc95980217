"""How the forms are laid out: which fields stand together under which title, and the words an open field suggests."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from querwerk.core.spec import Parts, Spec

type Group = tuple[str | Promise, tuple[str, ...]]

GROUPS: dict[str, tuple[Group, ...]] = {
    "programme": (
        (_("What it is"), ("title", "acronym", "tagline", "summary", "website")),
        (_("When"), ("start", "end_planned", "end_actual", "end_note")),
        (_("Money"), ("project_number", "total_budget_eur", "erdf_eur", "eu_cofinancing_rate_percent")),
        (_("Size"), ("partner_count", "country_count", "associated_partners", "predecessor")),
    ),
    "funder": (
        (_("Who pays"), ("name", "fund", "period", "url")),
        (_("Publicity"), ("statement", "publicity", "publicity_in_seed")),
    ),
    "organisation": (
        (_("Who it is"), ("name", "kind", "sector", "summary", "picture", "url")),
        (_("Where"), ("city", "region", "country", "lat", "lon")),
    ),
    "profile": (
        (_("Who it is"), ("name", "kind", "side", "org", "belongs_to", "summary")),
        (_("What they offer and look for"), ("offers", "seeks", "submarkets", "division", "skills", "not_skills")),
        (_("Where"), ("town", "region", "country", "lat", "lon", "remote", "languages")),
        (_("Time"), ("availability", "capacity", "open_places", "available_from", "available_until", "newcomer_since")),
        (_("Portfolio"), ("picture", "pictures", "films", "url", "links")),
        (_("Publicity"), ("audience", "matching", "origin")),
    ),
    "pilot": (
        (_("What was tested"), ("title", "kind", "summary")),
        (_("When and where"), ("start", "end", "reported", "place", "places", "opening")),
        (_("Who with whom"), ("host", "co_hosts", "partner_orgs", "cooperation", "venue_of_result", "funded_by")),
        (_("Call and figures"), ("call", "participants", "sections", "side_series")),
        (_("What followed"), ("presented_at", "follow_up")),
        (_("Documentation"), ("picture", "pictures")),
    ),
    "event": (
        (_("What it was about"), ("title", "kind", "summary", "guiding_questions")),
        (_("When and where"), ("date", "end", "time", "date_note", "place", "venue", "country", "format")),
        (_("Who"), ("host", "co_host", "co_host_source", "participants", "fee", "languages")),
        (_("Documentation"), ("picture", "people_on_photo", "photo_caption", "pictures", "video", "extra")),
    ),
    "picture": (
        (_("What is to be seen"), ("title", "alt", "decorative", "caption", "people", "taken")),
        (_("Rights"), ("basis", "credit", "licence", "owner")),
    ),
    "paper": (
        (_("The paper"), ("title", "summary", "url", "author", "region", "addressee")),
        (
            _("Where it stands"),
            ("state", "status", "published", "submission_planned", "submitted", "adopted", "adoption_note"),
        ),
        (_("Recommendations"), ("recommendations_count", "proposals_note")),
    ),
}
"""Fields that no group names follow under “Further details”; parts have a group each; the source stands last."""

UNSEEN: dict[str, frozenset[str]] = {
    "picture": frozenset({"file", "focus_x", "focus_y"}),
    "film": frozenset({"file"}),
    "file": frozenset({"file"}),
}
"""Fields that have their place on a page of their own; a form keeps them as they are."""

TERMS_OF: dict[tuple[str, str], tuple[str, ...]] = {
    ("pilot", "kind"): ("lab", "exhibition", "network", "hackathon", "training", "help desk", "creative space"),
    ("event", "kind"): (
        "partner meeting", "conference", "closing conference", "presentation", "exhibition opening", "stream",
        "focus group", "symposium",
    ),
    ("event", "format"): ("on site", "online", "hybrid"),
    ("event", "fee"): ("free",),
    ("workshop", "mode"): ("on site", "online", "hybrid"),
    ("finding", "evidence"): ("observed", "reported", "measured"),
    ("output", "kind"): ("analysis", "strategy", "policy", "toolbox", "collection", "training"),
    ("newsflash", "title_basis"): ("title", "slug"),
}  # fmt: skip


def groups_of(spec: Spec) -> list[Group]:
    """Return every field of a kind exactly once, in titled groups; a short kind has one group without a title."""
    groups = list(GROUPS.get(spec.kind, ()))
    named = {key for _title, keys in groups for key in keys} | UNSEEN.get(spec.kind, frozenset())
    parts = [declared for declared in spec.fields if isinstance(declared, Parts)]
    rest = tuple(
        declared.key
        for declared in spec.all_fields
        if declared.key not in named and declared not in parts and declared.key != "source"
    )
    if rest:
        groups.append((_("Further details") if groups else "", rest))
    groups += [(declared.label, (declared.key,)) for declared in parts]
    if len(groups) == 1 and not parts:
        title, keys = groups[0]
        return [(title, (*keys, "source"))]
    return [*groups, (_("Where this comes from"), ("source",))]
