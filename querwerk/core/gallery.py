"""What the gallery of primitives shows: facts of a real programme, so that lengths and gaps are real too."""

from typing import Any

from django import forms
from django.core.paginator import Page, Paginator
from django.templatetags.static import static
from django.utils.translation import gettext_lazy as _

from querwerk.core.models import Space
from querwerk.core.pictures.models import Picture, StoredFile
from querwerk.core.pictures.showing import Plate
from querwerk.core.pictures.states import FileKind, Licence, Withheld
from querwerk.core.text import Text

BASE = "https://www.lvkkwsachsen.de"


class SampleForm(forms.Form):
    """One field of each sort."""

    name = forms.CharField(label=_("Name of the pilot"), help_text=_("As it was announced in public."))
    about = forms.CharField(label=_("What was tested?"), widget=forms.Textarea, required=False)
    side = forms.ChoiceField(label=_("Side"), choices=[("c", _("Creative industries")), ("i", _("Industry"))])
    day = forms.DateField(label=_("Day"), widget=forms.DateInput(attrs={"type": "date"}))
    ways = forms.MultipleChoiceField(
        label=_("How may we reach you?"), required=False, widget=forms.CheckboxSelectMultiple,
        choices=[("mail", _("By e-mail")), ("phone", _("By telephone"))],
    )  # fmt: skip
    state = forms.ChoiceField(
        label=_("Where do you stand?"), widget=forms.RadioSelect,
        choices=[("a", _("Idea and partner")), ("b", _("Idea, no partner")), ("c", _("No idea yet, advice wanted"))],
    )  # fmt: skip
    paper = forms.FileField(label=_("Attachment"), required=False, help_text=_("PDF, at most 10 MB"))
    public = forms.BooleanField(
        label=_("Show it in public"), required=False, help_text=_("You can take it back at any time.")
    )


def drawn() -> Picture:
    """Return a picture that stands in no database: five drawn people, as a press picture with all that is said about it."""
    about = {
        "de": "Fünf gezeichnete Menschen nebeneinander vor einer Wand",
        "en": "Five drawn people side by side in front of a wall",
    }
    stored = StoredFile(kind=FileKind.DRAWING, sha256="0" * 64, suffix="svg", width=1200, height=750)
    return Picture(
        space=Space(key="gallery"), key="sample", stored=stored, withheld=Withheld.NOT, alt=Text(about),
        caption=Text({"de": "Gastgeber und Gäste in Plauen", "en": "Hosts and guests in Plauen"}),
        credit="Zeichnung: Querwerk", licence=Licence.CC0,
    )  # fmt: skip


def sample() -> dict[str, Any]:
    """Return everything that the gallery's template names."""
    labor = {"kind": _("Pilot"), "title": Text({"de": "Labor 2025", "en": "Labor 2025"}), "url": "#labor"}
    works = {"kind": _("Pilot"), "title": "WerkSchau 2021", "url": "#werkschau"}
    pages: Page[int] = Paginator(range(240), 20).page(4)
    wrong = SampleForm({"name": "", "about": "", "side": "c", "day": "31.02.2021", "state": ""}, prefix="wrong")
    return {
        "navigation": [
            (_("Partners"), "#map", False), (_("Pilots"), "#cards", True), (_("Events"), "#event", False), (_("Papers"), "#steps", False),
            (_("Uptake"), "#numbers", False), (_("News"), "#notices", False), (_("The thread"), "#threads-title", False),
        ],
        "search_url": "#forms", "account_url": "#desk", "account_label": _("Desk"),
        "footer_links": [(_("Imprint"), "#imprint"), (_("Privacy"), "#privacy"), (_("Accessibility"), "#accessibility")],
        "publicity": {
            "emblem_url": static("core/eu-emblem.svg"), "emblem_alt": _("Emblem of the European Union"),
            "statement": _("European Union"), "fund": _("European Regional Development Fund"),
            "name": "Interreg CENTRAL EUROPE", "url": "https://www.interreg-central.eu",
        },
        "cards": [
            {"key": "labor-2025", "title": "Labor 2025", "kicker": _("Chemnitz, 2020–2021"), "text": Text({"de": "Künstlerinnen und Künstler arbeiten mit Forschungsinstituten in drei Workshops."}), "foot": _("3 workshops")},
            {"key": "werkschau-2021", "title": "WerkSchau Made in Sachsen 2021", "kicker": _("Chemnitz, 2021"), "text": Text({"de": "Was entsteht, wenn Industrie und Kreative zusammen gestalten, im Schaufenster gezeigt."}), "foot": _("Pilot")},
            {"key": "living-lab", "title": "Living Lab", "kicker": "Chemnitz", "text": Text({"en": "Companies and creatives try formats of cross-innovation together."}), "foot": _("Pilot")},
        ],
        "questions": [
            {"title": Text({"de": "Welche Wege führen vom Industriestandort zur Makerregion?", "en": "Which paths lead from industrial location to maker region?"}), "url": "#1", "answers": [labor, works]},
            {"title": Text({"de": "Welche Pilotaktionen wurden umgesetzt?", "en": "Which pilots were carried out?"}), "url": "#2", "answers": [labor]},
            {"title": Text({"de": "Welche Strategievorschläge folgen daraus?", "en": "Which strategy proposals follow?"}), "url": "#3", "answers": []},
            {"title": Text({"de": "Wie fließen die Erkenntnisse in Chemnitz2025 ein?", "en": "How do the findings flow into Chemnitz2025?"}), "url": "#4", "answers": [{"kind": _("Uptake"), "title": "Makers, Business & Arts", "url": "#mba"}]},
        ],
        "steps": [
            {"date": _("April 2019"), "title": _("Regional analysis"), "text": _("Seven regions describe where they stand.")},
            {"date": "15.09.2020", "title": _("Focus groups"), "url": "#focus", "source": BASE + "/2020/09/15/newsflash-3-projekt-inducci-was-seither-geschah/"},
            {"date": "29.09.2021", "title": _("Discussed in Plauen"), "text": _("Just under 40 people from the creative industries, industry and administration.")},
            {"date": _("End of 2021"), "title": _("Put to the decision makers"), "state": _("Submitted, decision unknown"), "tone": "open", "is_open": True},
        ],
        "before": [
            {"kind": _("Guiding question"), "relation": _("answered by"), "title": Text({"de": "Welche Pilotaktionen wurden umgesetzt?", "en": "Which pilots were carried out?"}), "url": "#2", "source": "seed"},
            {"kind": _("Call"), "relation": _("led to"), "title": "Open Call Labor 2025", "url": "#call", "date": "2020"},
        ],
        "after": [
            {"kind": _("Finding"), "relation": _("led to"), "title": Text({"de": "Zeit im Labor wirkt länger als ein Wettbewerb."}), "url": "#f", "source": "https://www.klub-solitaer.de/funken-akademie"},
            {"kind": _("Event"), "relation": _("presented at"), "title": _("Closing event in Plauen"), "url": "#p", "date": "29.09.2021"},
            {"kind": _("Uptake"), "relation": _("taken up by"), "title": "Makers, Business & Arts", "url": "#m", "grade": _("thematic"), "tone": "open"},
        ],
        "figures": [
            {"value": "8", "label": _("partners")}, {"value": "7", "label": _("countries")},
            {"value": "2,03", "label": _("million euros of budget"), "source": "seed"}, {"value": "40", "label": _("people in Plauen, just under")},
        ],
        "agenda": [
            {"time": "13:00", "title": _("Welcome")},
            {"title": _("Three pilots are presented"), "text": _("What was tested, what was learned."), "links": [labor, works]},
            {"title": _("Discussion of the strategy paper"), "links": [{"kind": _("Paper"), "title": _("Strategy for Saxony"), "url": "#paper"}]},
            {"title": _("Networking")},
        ],
        "people": [
            {"name": "A. Beispiel", "affiliation": "CWE"}, {"name": "B. Muster", "affiliation": "Landesverband der Kultur- und Kreativwirtschaft Sachsen e.V.", "url": "#b"},
            {"name": "C. Beispiel", "affiliation": "Industrieverein Sachsen 1828 e.V."}, {"name": "D. Muster", "affiliation": "IHK Chemnitz"}, {"name": "E. Beispiel", "affiliation": "Q-Hub GmbH"},
        ],
        "plate": Plate(drawn(), []), "picture": drawn(),
        "pins": [
            {"label": "CWE Chemnitz", "lat": 50.83, "lon": 12.92, "url": "#cwe", "is_lead": True, "place": "Chemnitz, DE"},
            {"label": "Creative Region Linz & Upper Austria", "lat": 48.31, "lon": 14.29, "url": "#creare", "place": "Linz, AT"},
            {"label": "Mikroregion Sokolov-východ", "lat": 50.18, "lon": 12.64, "url": "#sokolov", "place": "Sokolov, CZ"},
            {"label": "ARRSA", "lat": 49.82, "lon": 19.04, "url": "#arrsa", "place": "Bielsko-Biała, PL"},
            {"label": "Padova Chamber of Commerce", "lat": 45.41, "lon": 11.88, "url": "#padova", "place": "Padova, IT"},
            {"label": "BSC Kranj", "lat": 46.24, "lon": 14.36, "url": "#bsc", "place": "Kranj, SI"},
            {"label": "Stebo vzw", "lat": 50.97, "lon": 5.5, "url": "#stebo", "place": "Limburg, BE"},
        ],
        "journal": [
            {"when": _("today, 14:05"), "who": "Kim Beispiel", "verb": _("changed"), "title": "Labor 2025", "url": "#labor", "note": _("Summary, source"), "undo_url": "#undo"},
            {"when": _("yesterday"), "who": "Alex Muster", "verb": _("linked"), "title": _("Closing event in Plauen"), "url": "#p"},
        ],
        "changes": [
            {"label": _("Summary"), "before": "Drei Workshops in Chemnitz, offen für alle.", "after": "Drei Workshops in Chemnitz und Linz, offen für Künstlerinnen und Künstler."},
        ],
        "facts": [(_("When"), "2020–2021"), (_("Where"), "Chemnitz"), (_("Who"), "Klub Solitaer e.V., Fraunhofer ENAS, Sächsisches Textilforschungsinstitut e.V.")],
        "blank_form": SampleForm(), "wrong_form": wrong, "pages": pages,
    }  # fmt: skip
