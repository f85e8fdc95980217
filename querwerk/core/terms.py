"""Words of open vocabularies that we know and therefore translate; every other word is shown as it was written."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

TERMS: dict[str, str | Promise] = {
    # sorts of pilots
    "lab": _("Lab"),
    "exhibition": _("Exhibition"),
    "network": _("Network"),
    "hackathon": _("Hackathon"),
    "training": _("Training"),
    "help desk": _("Help desk"),
    "creative space": _("Creative space"),
    # sorts of events
    "partner meeting": _("Partner meeting"),
    "conference": _("Conference"),
    "closing conference": _("Closing conference"),
    "presentation": _("Presentation"),
    "exhibition opening": _("Exhibition opening"),
    "stream": _("Live stream"),
    "focus group": _("Focus group"),
    "symposium": _("Symposium"),
    # how things are held
    "online": _("online"),
    "hybrid": _("hybrid"),
    "on site": _("on site"),
    "free": _("free of charge"),
    # sorts of outputs
    "analysis": _("Analysis"),
    "strategy": _("Strategy paper"),
    "policy": _("Policy recommendation"),
    "toolbox": _("Toolbox"),
    "collection": _("Collection"),
    # evidence
    "observed": _("observed"),
    "reported": _("reported by those involved"),
    "measured": _("measured"),
    # how sure a tie is
    "explicit": _("explicit"),
    "organisational": _("organisational"),
    "thematic": _("thematic"),
    # where a title comes from
    "slug": _("read from the address"),
    "title": _("heading seen"),
    # qualifiers of numbers
    "just under": _("just under"),
    "about": pgettext_lazy("quantity", "about"),
    # countries
    "AT": _("Austria"),
    "BE": _("Belgium"),
    "BG": _("Bulgaria"),
    "CH": _("Switzerland"),
    "CY": _("Cyprus"),
    "DK": _("Denmark"),
    "EE": _("Estonia"),
    "EL": _("Greece"),
    "ES": _("Spain"),
    "FI": _("Finland"),
    "FR": _("France"),
    "IE": _("Ireland"),
    "IS": _("Iceland"),
    "LI": _("Liechtenstein"),
    "LT": _("Lithuania"),
    "LU": _("Luxembourg"),
    "LV": _("Latvia"),
    "MT": _("Malta"),
    "NL": _("Netherlands"),
    "NO": _("Norway"),
    "PT": _("Portugal"),
    "RO": _("Romania"),
    "SE": _("Sweden"),
    "CZ": _("Czechia"),
    "DE": _("Germany"),
    "HR": _("Croatia"),
    "HU": _("Hungary"),
    "IT": _("Italy"),
    "PL": _("Poland"),
    "SI": _("Slovenia"),
    "SK": _("Slovakia"),
}

FACTS: dict[str, str | Promise] = {
    "approx": _("about"),
    "qualifier": _("more precisely"),
    "groups": _("Groups"),
    "exhibitors": _("Exhibitors"),
    "exhibitors_approx": _("Exhibitors (about)"),
    "exhibits": _("Exhibits"),
    "side_events_min": _("Side events (at least)"),
    "visitors": _("Visitors"),
    "teams": _("Teams"),
    "challenge_givers": _("Companies that set challenges"),
    "persons": _("Persons"),
    "desks": _("Help desks"),
    "clients": _("People advised"),
    "artist_workshop_leaders": _("Artists who led workshops"),
    "enas_workshop_named_participants_min": _("Named participants of the ENAS workshop (at least)"),
    "enas_workshop_countries": _("Countries in the ENAS workshop"),
    "total": _("Total"),
    "note": _("Note"),
    "deadline": _("Deadline"),
    "target_group": _("For whom"),
    "form": _("What to send in"),
    "applicants": _("Applicants"),
    "source": _("Source"),
    "days": _("Days"),
    "hours": _("Hours"),
    "entry": _("Entry"),
    "slot_minutes": _("Length of a time slot in minutes"),
    "booking": _("Booking"),
    "applications": _("Applications"),
    "selected": _("Selected"),
    "year": _("Year"),
    "makerhub_selection": _("Selection of the makerhubs"),
    "figures_mid_2025": _("Figures, mid-2025"),
    "makerhubs": _("Makerhubs"),
    "workshops": _("Workshops"),
    "participations": _("Participations"),
    "international_makers": _("International makers"),
    "capacity_formats": _("Formats for building capacity"),
    "square_metres": _("Square metres put to use"),
    "creatives_maker_advent": _("Creatives in the Maker Advent"),
    "networks": _("Networks"),
    "new_associations": _("New associations"),
    "stays_abroad": _("Stays abroad"),
    "inducci_link": _("Tie to InduCCI"),
    "inducci_link_source": _("Source for the tie"),
    "also_in_seed": _("Named in the newsflash on the closing event"),
}


def term(word: str) -> str | Promise:
    """Return a known word in the reader's language, every other one as it is."""
    return TERMS.get(word, word)


def fact_label(key: str) -> str | Promise:
    """Return the label of a fact's key; an unknown key becomes words."""
    return FACTS.get(key, key.replace("_", " ").capitalize())
