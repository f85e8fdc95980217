from typing import Any

import pytest
from django.test import Client
from django.urls import get_resolver

from querwerk.core.actions import Actor, InvalidRecords
from querwerk.core.models import JournalEntry, Node, Space
from querwerk.exchange.actions import InvalidBundle
from querwerk.exchange.queries import export_bundle
from querwerk.matching import rules
from querwerk.matching.actions.challenges import (
    Audience,
    UnableToMove,
    UnableToOverwriteChallenge,
    create_challenge,
    move_challenge,
    save_challenge,
)
from querwerk.matching.models import Challenge, Dossier, Happening
from querwerk.matching.queries import challenges as queries
from querwerk.matching.states import ChallengeState, Confidentiality
from querwerk.people.models import User
from querwerk.programmes.rules import STRANGER, Viewer
from querwerk.programmes.states import RoleName
from tests.factories.programmes import TESTER, create_programme, import_again, small_bundle
from tests.rooms.desk.conftest import SignIn
from tests.rooms.matching.conftest import CONTACT, CONTENT, SECRET, Bring

# --- Who reads what --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("confidentiality", Confidentiality.values)
def test_rule_and_list_agree_for_every_state_and_viewer(confidentiality: str, bring: Bring, author: User) -> None:
    friend = User.objects.create_user("friend@example.org")
    viewers = {
        "stranger": STRANGER,
        "member": Viewer(77, "m", frozenset({RoleName.READER})),
        "organiser": Viewer(78, "o", frozenset({RoleName.ORGANISER})),
        "author": Viewer(author.pk, "a"),
        "chosen": Viewer(friend.pk, "f"),
        "signed in": Viewer(79, "s"),
    }
    for state in ChallengeState:
        chosen = [friend] if confidentiality == Confidentiality.CHOSEN else []
        dossier = bring(confidentiality, state, chosen)
        reading = queries.reading_of(dossier)
        for viewer in viewers.values():
            is_member = viewer.has_role
            listed = queries.seen_by(viewer, dossier.space_id, is_member=is_member).filter(pk=dossier.pk).exists()
            assert listed is bool(rules.may_see_challenge(viewer, reading=reading, is_member=is_member))


def test_only_author_and_chosen_people_read_what_is_for_chosen_people() -> None:
    reading = rules.Reading(ChallengeState.OPEN, Confidentiality.CHOSEN, 1, frozenset({2}))
    organiser = Viewer(3, "o", frozenset({RoleName.ORGANISER}))
    seen = [
        viewer for viewer in (1, 2, 3, None) if rules.may_see_challenge(Viewer(viewer), reading=reading, is_member=True)
    ]
    assert seen == [1, 2]
    assert not rules.may_see_challenge(organiser, reading=reading, is_member=True)
    assert not rules.may_match(organiser, reading=reading)


@pytest.mark.parametrize("confidentiality", [Confidentiality.MEMBERS, Confidentiality.CHOSEN])
def test_what_is_not_for_everybody_leaves_no_trace_in_the_house(
    confidentiality: str, bring: Bring, space: Space
) -> None:
    dossier = bring(confidentiality)
    assert not Challenge.objects.exists()
    assert not Node.objects.filter(kind="challenge").exists()
    assert not JournalEntry.objects.filter(kind="challenge").exists()
    assert "challenges" not in export_bundle(space)
    assert dossier.record is None


def every_address(space: Space, key: str) -> list[str]:
    """Each address that can be made of what the test programme holds; what takes another argument is left out."""
    known = {
        "programme": space.key, "key": key, "kind": "challenge", "form": "yaml", "sort": "drafts", "number": "1",
        "language": "de", "state": "closed", "format": "csv",
    }  # fmt: skip
    found = []
    for _name, (options, _pattern, _defaults, _converters) in _routes(get_resolver()):
        for path, needed in options:
            if set(needed) <= set(known):
                found.append(f"/{path % {one: known[one] for one in needed}}")
    return sorted(set(found))


def _routes(resolver: Any) -> list[tuple[str, Any]]:
    found = []
    for name in resolver.reverse_dict:
        if isinstance(name, str):
            found += [(name, entry) for entry in resolver.reverse_dict.getlist(name)]
    for prefix, inner in resolver.namespace_dict.values():
        for name, (options, *rest) in _routes(inner):
            found.append((name, ([(prefix + path, needed) for path, needed in options], *rest)))
    return found


def test_no_address_shows_a_confidential_challenge_to_an_organiser_who_was_not_chosen(
    bring: Bring, space: Space, sign_in: SignIn
) -> None:
    dossier = bring(Confidentiality.CHOSEN, title_de=f"{SECRET} und Geheimfach", problem_de="Das Geheimfach klemmt.")
    client = sign_in("organiser")
    addresses = every_address(space, dossier.key)
    searched = [f"/de/werk/search/?q={SECRET}", f"/de/desk/werk/options/?kinds=challenge&q={SECRET[:5]}"]
    told = []
    for address in (*addresses, *searched):
        response = client.get(address)
        body = b"".join(response) if response.streaming else response.content
        text = body.decode("utf-8", "replace")
        # What does not exist may repeat the address that was asked for.
        if "Geheimfach" in text or (response.status_code == 200 and dossier.key in text):
            told.append(address)
    assert told == []
    assert len(addresses) > 60


def test_confidential_challenges_are_not_counted(bring: Bring, sign_in: SignIn) -> None:
    bring(Confidentiality.CHOSEN)
    bring(Confidentiality.MEMBERS)
    bring()
    assert b"1 Herausforderung<" in Client().get("/de/werk/challenges/").content
    assert "2 Herausforderungen" in sign_in("reader").get("/de/werk/challenges/").content.decode()


def test_public_challenge_that_becomes_confidential_disappears_with_its_history(bring: Bring, space: Space) -> None:
    dossier = bring()
    by = Actor(dossier.author_id, "Käthe")
    record = Challenge.objects.get()
    move_challenge(dossier=dossier, to=ChallengeState.IN_MATCHING, by=by)
    save_challenge(
        dossier=dossier, content=CONTENT, contact=CONTACT, by=by, audience=Audience(Confidentiality.CHOSEN, frozenset())
    )
    assert not Challenge.objects.exists()
    assert not Node.objects.filter(pk=record.node_id).exists()
    entries = JournalEntry.objects.filter(kind="challenge", key=dossier.key)
    assert {(entry.before, entry.after, bool(entry.title)) for entry in entries} == {(None, None, False)}
    assert "challenges" not in export_bundle(space)


# --- Writing ---------------------------------------------------------------------------------------------------------


def test_public_challenge_is_a_record_with_its_thread(bring: Bring, space: Space) -> None:
    dossier = bring(questions=["wozu"])
    record = Challenge.objects.get()
    assert dossier.record == record
    assert [str(link.earlier) for link in record.node.earlier_links.all()] == ["question:wozu"]
    assert record.organisation is not None
    assert record.organisation.key == "weberei"


def test_draft_is_no_record_until_it_is_handed_in(bring: Bring) -> None:
    dossier = bring(state=ChallengeState.DRAFT)
    assert not Challenge.objects.exists()
    move_challenge(dossier=dossier, to=ChallengeState.OPEN, by=TESTER)
    assert Challenge.objects.get().state == "open"
    move_challenge(dossier=dossier, to=ChallengeState.WITHDRAWN, by=TESTER)
    assert Challenge.objects.get().visibility == "retired"


def test_handing_in_names_what_is_missing(space: Space, author: User) -> None:
    dossier = create_challenge(space=space, by=Actor(author.pk, "A"), language="de")
    save_challenge(dossier=dossier, content={"title_de": "Nur ein Titel"}, contact=CONTACT.__class__("Ich"), by=TESTER)
    with pytest.raises(InvalidRecords) as refused:
        move_challenge(dossier=dossier, to=ChallengeState.OPEN, by=TESTER)
    assert [problem.path for problem in refused.value.problems] == [("problem",), ("success",), ("contact_email",)]
    assert Dossier.objects.get().state == ChallengeState.DRAFT


def test_moves_that_are_not_foreseen_are_refused(bring: Bring) -> None:
    dossier = bring(state=ChallengeState.WITHDRAWN)
    with pytest.raises(UnableToMove):
        move_challenge(dossier=dossier, to=ChallengeState.MATCHED, by=TESTER)


def test_saving_the_same_twice_changes_nothing(bring: Bring) -> None:
    dossier = bring()
    before = (dossier.version, Happening.objects.count(), JournalEntry.objects.count())
    save_challenge(dossier=dossier, content=CONTENT, contact=CONTACT, by=TESTER)
    move_challenge(dossier=dossier, to=ChallengeState.OPEN, by=TESTER)
    after = Dossier.objects.get()
    assert (after.version, Happening.objects.count(), JournalEntry.objects.count()) == before


def test_concurrent_edit_is_refused(bring: Bring) -> None:
    dossier = bring()
    save_challenge(dossier=dossier, content={**CONTENT, "place": "Gera"}, contact=CONTACT, by=TESTER)
    with pytest.raises(UnableToOverwriteChallenge):
        save_challenge(
            dossier=dossier, content={**CONTENT, "place": "Jena"}, contact=CONTACT, by=TESTER, expected_version=dossier.version
        )  # fmt: skip


# --- Bundles ---------------------------------------------------------------------------------------------------------

IN_BUNDLE = [
    {
        "id": "stille-maschine",
        "title_de": "Stille Maschine",
        "title_en": "Silent machine",
        "problem_de": "Sie steht.",
        "org": "weberei",
        "submarkets": ["design", "art"],
        "wanted": 2,
        "place": None,
        "state": "matched",
        "questions": ["wozu"],
        "source": "https://example.org/maschine",
    }
]
MATCHES = [
    {
        "id": "maschine-atelier", "title_de": "Atelier trifft Maschine", "challenge": "stille-maschine", "org": "atelier",
        "introduced": "2021-02", "follows": "stille-maschine", "pilots": ["garn"],
    }
]  # fmt: skip


@pytest.mark.django_db
def test_challenges_and_matches_go_in_and_out_of_a_bundle() -> None:
    space = create_programme(small_bundle(challenges=IN_BUNDLE, matches=MATCHES))
    exported = export_bundle(space)
    assert exported["challenges"] == IN_BUNDLE
    assert exported["matches"] == MATCHES
    report = import_again(exported)
    assert (report.added, report.changed) == ([], [])


@pytest.mark.django_db
def test_imported_challenge_has_a_file_in_the_room() -> None:
    create_programme(small_bundle(challenges=IN_BUNDLE))
    dossier = Dossier.objects.get()
    assert (dossier.key, dossier.state, dossier.confidentiality) == ("stille-maschine", "matched", "public")
    assert dossier.content["title_en"] == "Silent machine"
    changed = [{**IN_BUNDLE[0], "title_en": "Quiet machine", "visibility": "retired"}]
    import_again(small_bundle(challenges=changed))
    dossier.refresh_from_db()
    assert (dossier.content["title_en"], dossier.state) == ("Quiet machine", ChallengeState.WITHDRAWN)


def test_bundle_cannot_make_a_confidential_challenge_public(bring: Bring) -> None:
    dossier = bring(Confidentiality.CHOSEN)
    with pytest.raises(InvalidBundle):
        import_again(small_bundle(challenges=[{"id": dossier.key, "title_de": "Meins"}]))
    assert not Challenge.objects.exists()


@pytest.mark.django_db
def test_the_thread_leads_from_the_question_over_challenge_and_match_to_the_pilot() -> None:
    create_programme(small_bundle(challenges=IN_BUNDLE, matches=MATCHES))
    page = Client().get("/de/werk/thread/at/?at=challenge:stille-maschine").content.decode()
    page += Client().get("/de/werk/challenges/stille-maschine/").content.decode()
    assert all(words in page for words in ("Wozu das Ganze?", "Atelier trifft Maschine"))


# --- The form --------------------------------------------------------------------------------------------------------


def typed(**fields: Any) -> dict[str, Any]:
    return {
        "title": "Wer braucht das?", "problem": "Es steht still.", "success": "Es läuft.", "contact_name": "Käthe",
        "contact_email": "kaethe@weberei.example", "confidentiality": "members", "submarkets": ["design"], **fields,
    }  # fmt: skip


def begin(client: Client) -> Dossier:
    for _click in range(2):
        assert client.post("/de/werk/challenges/+/", {"language": "de", "once": "k1"}).status_code == 302
    return Dossier.objects.get()


def test_company_brings_a_challenge(space: Space, as_author: Client) -> None:
    dossier = begin(as_author)
    assert (dossier.contact_email, dossier.state) == ("kaethe@weberei.example", ChallengeState.DRAFT)
    edit = f"/de/werk/challenges/{dossier.key}/edit/"
    assert as_author.post(edit, typed(org="Weberei Süß & Söhne", command="save", version=1)).status_code == 302
    dossier.refresh_from_db()
    assert (dossier.content["org"], dossier.content["title_de"], dossier.state) == (
        "weberei",
        "Wer braucht das?",
        "draft",
    )
    assert as_author.post(edit, typed(org="weberei", command="open", version=2)).status_code == 302
    dossier.refresh_from_db()
    assert dossier.state == ChallengeState.OPEN


def test_form_keeps_what_was_typed_and_says_at_the_field_what_is_wrong(space: Space, as_author: Client) -> None:
    dossier = begin(as_author)
    sent = typed(org="Gibt es nicht", begins="2027-13", success="", command="open", version=1)
    response = as_author.post(f"/de/werk/challenges/{dossier.key}/edit/", sent)
    page = response.content.decode()
    assert response.status_code == 422
    assert "Gibt es nicht" in page
    assert 'id="id_begins_error"' in page
    sent = typed(success="", command="open", version=1)
    response = as_author.post(f"/de/werk/challenges/{dossier.key}/edit/", sent)
    assert 'id="id_success_error"' in response.content.decode()
    # What could be saved is saved, as a draft.
    dossier.refresh_from_db()
    assert (dossier.content["problem_de"], dossier.state) == ("Es steht still.", ChallengeState.DRAFT)


def test_draft_saves_itself_and_says_when(space: Space, as_author: Client) -> None:
    dossier = begin(as_author)
    edit = f"/de/werk/challenges/{dossier.key}/edit/"
    answer = as_author.post(edit, typed(title="", command="autosave", version=1)).json()
    assert answer["version"] == 2
    assert answer["message"].startswith("Gespeichert um")
    answer = as_author.post(edit, typed(command="autosave", version=1))
    assert answer.status_code == 422


@pytest.mark.parametrize(
    ("role", "confidentiality", "status"),
    [
        ("organiser", "public", 200), ("reader", "public", 403), ("", "public", 403),
        ("organiser", "members", 200), ("reader", "members", 403), ("", "members", 404),
        ("organiser", "chosen", 404), ("reader", "chosen", 404), ("", "chosen", 404),
    ],
)  # fmt: skip
def test_who_may_open_the_form(role: str, confidentiality: str, status: int, bring: Bring, sign_in: SignIn) -> None:
    dossier = bring(confidentiality)
    for page in ("edit/", "to/closed/"):
        assert sign_in(role).get(f"/de/werk/challenges/{dossier.key}/{page}").status_code == status


def test_stranger_is_asked_to_sign_in(bring: Bring) -> None:
    dossier = bring()
    for page in ("+/", f"{dossier.key}/edit/"):
        response = Client().get(f"/de/werk/challenges/{page}")
        assert (response.status_code, "login" in response["Location"]) == (302, True)


def test_contact_is_shown_to_nobody_but_the_author_and_organisers(
    bring: Bring, sign_in: SignIn, as_author: Client
) -> None:
    dossier = bring()
    page = f"/de/werk/challenges/{dossier.key}/"
    seen = [CONTACT.email in client.get(page).content.decode() for client in (Client(), sign_in("reader"), sign_in("organiser"), as_author)]  # fmt: skip
    assert seen == [False, False, True, True]


def test_list_takes_as_many_queries_for_five_as_for_one(bring: Bring, queries_of: Any) -> None:
    bring()
    one = queries_of("werk/challenges/")
    for _more in range(4):
        bring()
    assert queries_of("werk/challenges/") == one


def test_author_reads_a_challenge_in_every_state(bring: Bring, as_author: Client) -> None:
    for state in ChallengeState:
        dossier = bring(state=state)
        assert as_author.get(f"/de/werk/challenges/{dossier.key}/").status_code == 200
