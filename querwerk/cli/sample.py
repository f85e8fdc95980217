"""The invented round that stands beside the demonstration programme, so that an organiser can try the matching desk at once."""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from querwerk.core.actions import Actor
    from querwerk.core.models import Space
    from querwerk.people.models import User

KEY = "sample-round"
BUNDLE = Path(__file__).resolve().parent.parent / "exchange" / "demo" / f"{KEY}.yaml"
COMPANY, CREATIVE = "company@querwerk.example", "creative@querwerk.example"
SPEAKERS = {COMPANY: ("Käthe Muster", "musterguss"), CREATIVE: ("Mika Muster", "filmatelier-muster")}
CONTACTS = {
    "lehrlinge": ("Käthe Muster", COMPANY),
    "kantenstreifen": ("Paul Probe", "probefaden@querwerk.example"),
    "presse": ("Berta Beispiel", "beispielwerk@querwerk.example"),
    "umspannwerk": ("Sami Muster", "stadtwerke@querwerk.example"),
    "zweite-wahl": ("Vera Vzorová", "porcelanka@querwerk.example"),
    "karton": ("Piotr Przykład", "opakowania@querwerk.example"),
}
PROPOSED = (
    ("kantenstreifen", "faser-und-form", "yes", "Die Streifen sind genau das Material, mit dem Faser & Form arbeitet."),
    ("presse", "klangwerk", "no", "Was nicht in die Halle passt, kann man vielleicht hören."),
    ("zweite-wahl", "scherbenwerk", "", "Beide haben mit Fehlbrand zu tun, aber noch nie miteinander."),
)
"""Challenge, creative, what the creative said, and why the two were brought together."""
REFUSAL = "Wir haben bis zum Sommer keine Zeit für eine Messe."
SECRET = {
    "title_de": "Wie sagen wir der Belegschaft, dass der Ofen umzieht?",
    "problem_de": "Der älteste Ofen geht in zwei Jahren an einen anderen Standort. Niemand weiß es. Wir möchten nicht, dass es aus der Zeitung kommt.",
    "success_de": "Alle haben es von uns erfahren, und niemand hat deshalb gekündigt.",
    "profile": "musterguss",
    "wanted": 1,
    "place": "Musterstadt",
    "presence": "on-site",
    "languages": ["de"],
}


def fill(organiser: str) -> None:
    """Import the round and bring it to life: who speaks for whom, a confidential challenge, three proposals. Sends no mail."""
    from django.db import transaction  # noqa: PLC0415
    from django.utils import translation  # noqa: PLC0415

    from querwerk.cli.accounts import create_user  # noqa: PLC0415
    from querwerk.cli.programmes import import_file  # noqa: PLC0415
    from querwerk.core.models import Space  # noqa: PLC0415
    from querwerk.people.actions import actor_of  # noqa: PLC0415
    from querwerk.people.models import User  # noqa: PLC0415

    # What happened is told in words, and stands where it happened in the language of whoever did it.
    with transaction.atomic(), translation.override("de"):
        import_file(BUNDLE)
        space = Space.objects.get(key=KEY)
        create_user(organiser, role="organiser", programme=KEY)
        speakers = {email: _speaker(space, email, name, profile) for email, (name, profile) in SPEAKERS.items()}
        team = User.objects.get(email=organiser)
        _give_contacts(space, speakers[COMPANY])
        _bring_secret(space, speakers[COMPANY], team)
        _propose(space, actor_of(team))


def _speaker(space: "Space", email: str, name: str, key: str) -> "User":
    from querwerk.cli.accounts import create_user  # noqa: PLC0415
    from querwerk.people.actions import actor_of, add_speaker  # noqa: PLC0415
    from querwerk.people.models import Profile, User  # noqa: PLC0415

    create_user(email, name=name)
    user = User.objects.get(email=email)
    add_speaker(profile=Profile.objects.get(space=space, key=key), user=user, by=actor_of(user))
    return user


def _give_contacts(space: "Space", company: "User") -> None:
    from querwerk.matching.actions.challenges import Contact, save_challenge  # noqa: PLC0415
    from querwerk.matching.models import Dossier  # noqa: PLC0415
    from querwerk.people.actions import actor_of  # noqa: PLC0415

    for dossier in Dossier.objects.filter(space=space, key__in=CONTACTS).order_by("pk"):
        contact = Contact(*CONTACTS[dossier.key])
        save_challenge(dossier=dossier, content=dossier.content, contact=contact, by=actor_of(company))


def _bring_secret(space: "Space", company: "User", organiser: "User") -> None:
    from querwerk.matching.actions.challenges import Audience, Contact, create_challenge, move_challenge, save_challenge  # noqa: PLC0415
    from querwerk.matching.states import ChallengeState, Confidentiality  # noqa: PLC0415
    from querwerk.people.actions import actor_of  # noqa: PLC0415

    by, contact = actor_of(company), Contact(company.name, company.email)
    made = create_challenge(space=space, by=by, language="de", confidentiality=Confidentiality.CHOSEN, contact=contact)
    audience = Audience(Confidentiality.CHOSEN, frozenset({organiser.pk}))
    made = save_challenge(dossier=made, content=SECRET, contact=contact, audience=audience, by=by)
    move_challenge(dossier=made, to=ChallengeState.OPEN, by=by)


def _propose(space: "Space", by: "Actor") -> None:
    from querwerk.matching.actions.proposals import Grounds, Reached, answer_proposal, propose_match  # noqa: PLC0415
    from querwerk.matching.models import Dossier, Side  # noqa: PLC0415
    from querwerk.matching.states import Answer, Party  # noqa: PLC0415
    from querwerk.people.models import Profile  # noqa: PLC0415

    for challenge, creative, answer, why in PROPOSED:
        dossier = Dossier.objects.get(space=space, key=challenge)
        profile = Profile.objects.get(space=space, key=creative)
        made = propose_match(
            dossier=dossier, profile=profile, grounds=Grounds(why), by=by,
            company=Reached(dossier.contact_name, ""), creative=Reached(str(profile.name), ""),
        )  # fmt: skip
        sides = {side.party: side for side in Side.objects.filter(proposal=made)}
        answer_proposal(side=sides[Party.CHALLENGE], answer=Answer.YES)
        if answer:
            reason = REFUSAL if answer == Answer.NO else ""
            answer_proposal(side=sides[Party.OFFER], answer=answer, reason=reason)
