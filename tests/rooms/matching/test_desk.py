import threading
from typing import Any

import pytest
from django.test import Client

from querwerk.core.actions import Actor
from querwerk.core.models import Space
from querwerk.matching.actions.pairs import UnableToExclude, judge_pair, release_pair
from querwerk.matching.actions.proposals import Grounds, Reached, propose_match
from querwerk.matching.models import Calibrated, Dossier, Judgement, Proposal
from querwerk.matching.queries import pairs, ranking
from querwerk.matching.states import ChallengeState, Confidentiality, Mark
from querwerk.matching.tasks.sending import encode_challenge
from querwerk.people.meaning import encode_profiles, encoder, folder
from querwerk.people.models import Profile
from querwerk.people.queries import offer_of
from tests.factories.programmes import TESTER, import_again, small_bundle
from tests.rooms.conftest import RowsOf
from tests.rooms.desk.conftest import SignIn
from tests.rooms.matching.conftest import PROFILES, Bring


def ranked(dossier: Dossier, **options: Any) -> ranking.Ranking:
    judgements, history = pairs.judgements_of(dossier.pk), pairs.history_of(dossier)
    filters = pairs.filters_for(dossier, judgements, history, **options)
    return ranking.ranked_creatives(dossier, most=10, language="de", filters=filters)


def keys(found: ranking.Ranking) -> list[str]:
    return [one.key for one in found.suggestions]


def profile(key: str) -> Profile:
    return Profile.objects.get(key=key)


def test_words_alone_are_compared_and_said_until_the_worker_has_read_the_texts(bring: Bring, space: Space) -> None:
    dossier = bring()
    found = ranked(dossier)
    assert (found.is_lexical, keys(found)[0]) == (True, "licht")
    assert "nur Wörter" in found.suggestions[0].sentence


def test_switched_off_and_other_sides_are_not_ranked(bring: Bring) -> None:
    assert set(keys(ranked(bring()))) == {"licht", "maja", "still"}


def test_a_saved_profile_is_ranked_as_soon_as_it_is_read_by_meaning(bring: Bring, space: Space) -> None:
    dossier = bring()
    encode_profiles(space.pk, Profile.objects.values_list("node", flat=True))
    encode_challenge.func(dossier.pk)
    first = ranked(dossier)
    assert (first.is_lexical, first.waiting, len(first.suggestions)) == (False, 0, 3)
    pair = first.suggestions[0].pairs[0]
    assert (
        pair[0].passage in dossier.content["problem_de"] + dossier.content["title_de"] + dossier.content["success_de"]
    )
    assert pair[1].passage in str(profile(first.suggestions[0].key).offers["de"])
    new = {
        "id": "neu",
        "name": "Neu",
        "side": "creative",
        "offers_de": "Zwirnmaschinen werden bei uns zu Klangkörpern.",
    }
    import_again(small_bundle(profiles=[*PROFILES, new]))
    waiting = ranked(dossier)
    assert (waiting.is_lexical, waiting.waiting, "neu" in keys(waiting)) == (False, 1, False)
    encode_profiles(space.pk, [profile("neu").node_id])
    assert "neu" in keys(ranked(dossier))
    # Scores can be computed again with the calibration that stands with them.
    kept = ranking.index_as_of(space.pk, first.calibration)
    assert kept is not None
    again = kept.score(ranking.challenge_entry(dossier), offer_of(profile(first.suggestions[0].key)))
    assert again.score == pytest.approx(first.suggestions[0].match.parts.score, abs=1e-5)
    assert Calibrated.objects.filter(version=first.calibration).exists()


def test_pinned_stands_first_and_excluded_not_at_all(bring: Bring, sign_in: SignIn) -> None:
    dossier = bring()
    client = sign_in("organiser")
    desk = f"/de/desk/werk/matching/challenges/{dossier.key}/"
    for _click in range(2):
        assert client.post(f"{desk}maja/pinned/").status_code == 302
    assert client.post(f"{desk}licht/excluded/", {"why": "War letztes Jahr dran"}).status_code == 302
    page = client.get(desk).content.decode()
    assert page.index('id="maja"') < page.index('id="still"')
    assert 'id="licht"' not in page
    assert "War letztes Jahr dran" in page
    assert client.post(f"{desk}licht/excluded/", {"why": ""}).status_code == 422
    assert client.post(f"{desk}licht/released/").status_code == 302
    assert 'id="licht"' in client.get(desk).content.decode()


def test_judging_twice_is_judging_once(bring: Bring) -> None:
    dossier = bring()
    for _twice in range(2):
        judge_pair(dossier=dossier, profile=profile("licht"), mark=Mark.PINNED, why="", by=TESTER)
    assert (Judgement.objects.count(), dossier.happenings.filter(step="pinned").count()) == (1, 1)
    with pytest.raises(UnableToExclude):
        judge_pair(dossier=dossier, profile=profile("licht"), mark=Mark.EXCLUDED, why="", by=TESTER)
    assert [release_pair(dossier=dossier, profile=profile("licht"), by=TESTER) for _twice in range(2)] == [True, False]


def test_what_speaks_against_a_pair_is_said(bring: Bring) -> None:
    reached = Reached("A", "a@example.org")
    for number in range(3):
        other = bring(title_de=f"Andere {number}")
        propose_match(
            dossier=other, profile=profile("still"), grounds=Grounds("x"), company=reached, creative=reached, by=TESTER
        )
    dossier = bring(languages=["de"])
    history = pairs.history_of(dossier)
    said = {one.key: pairs.against(one, profile(one.key), dossier, history) for one in ranked(dossier).suggestions}
    assert said["licht"] == []
    assert said["maja"] == [
        "Hat keinen Platz für ein weiteres Projekt.",
        "Keine gemeinsame Sprache: arbeitet auf Polnisch.",
        "Nicht aus den gesuchten Teilmärkten (Designwirtschaft).",
    ]
    assert said["still"][0] == "Wurde schon oft vorgeschlagen: 3 Vorschläge laufen."
    again = [one.sentence for one in ranked(dossier).suggestions if "Arbeitssprache" in one.sentence]
    assert again == []


def test_only_those_of_a_submarket_when_asked(bring: Bring) -> None:
    assert keys(ranked(bring(), submarket="design")) == ["licht"]


def test_challenges_are_ranked_for_a_creative(bring: Bring, sign_in: SignIn) -> None:
    bring(title_de="Zwirnmaschine als Bühne", problem_de="Eine alte Zwirnmaschine soll man anfassen dürfen.")
    bring(Confidentiality.CHOSEN, title_de="Geheim", problem_de="Eine alte Zwirnmaschine, die man anfassen darf.")
    bring(state=ChallengeState.DRAFT, title_de="Entwurf")
    page = sign_in("organiser").get("/de/desk/werk/matching/creatives/licht/").content.decode()
    assert "Zwirnmaschine als Bühne" in page
    assert "Geheim" not in page
    assert "Entwurf" not in page
    other = sign_in("organiser", email="other@example.org")
    Dossier.objects.update(confidentiality=Confidentiality.CHOSEN, record=None)
    assert "Zwirnmaschine als Bühne" not in other.get("/de/desk/werk/matching/creatives/licht/").content.decode()


PAGES = ("", "creatives/", "creatives/licht/", "proposals/", "challenges/{key}/", "challenges/{key}/licht/propose/")


@pytest.mark.parametrize(("role", "status"), [("organiser", 200), ("reader", 403), ("editor", 403), ("", 403)])
def test_only_organisers_use_the_matching_desk(role: str, status: int, bring: Bring, sign_in: SignIn) -> None:
    dossier = bring()
    client = sign_in(role, organisation="agentur" if role == "editor" else "")
    seen = {client.get(f"/de/desk/werk/matching/{page.format(key=dossier.key)}").status_code for page in PAGES}
    assert seen == {status}
    assert Client().get("/de/desk/werk/matching/").status_code == 302


def test_organiser_matches_a_confidential_challenge_only_when_chosen(bring: Bring, sign_in: SignIn) -> None:
    sign_in("organiser")
    from querwerk.people.models import User  # noqa: PLC0415

    chosen = User.objects.get(email__startswith="organiser")
    dossier = bring(Confidentiality.CHOSEN, chosen=[chosen])
    addresses = [
        f"/de/desk/werk/matching/challenges/{dossier.key}/{page}" for page in ("", "licht/propose/", "licht/excluded/")
    ]
    other = sign_in("organiser", email="other@example.org")
    assert [sign_in("organiser").get(address).status_code for address in addresses] == [200, 200, 200]
    assert [other.get(address).status_code for address in addresses] == [404, 404, 404]


def test_ranked_page_takes_as_many_queries_for_ten_as_for_three(
    bring: Bring, sign_in: SignIn, django_assert_max_num_queries: Any
) -> None:
    dossier = bring()
    client = sign_in("organiser")
    address = f"/de/desk/werk/matching/challenges/{dossier.key}/"
    client.get(address)
    more: list[dict[str, Any]] = [{**PROFILES[0], "id": f"p{number}", "name": f"P{number}"} for number in range(7)]
    import_again(small_bundle(profiles=[*PROFILES, *more]))
    client.get(address)
    with django_assert_max_num_queries(24):
        assert client.get(address).content.count(b'class="pairing"') == 10


def test_ranked_page_reads_as_many_rows_for_thirteen_challenges_as_for_three(
    bring: Bring, sign_in: SignIn, rows_of: RowsOf
) -> None:
    dossier, *_others = (bring() for _ in range(3))
    client = sign_in("organiser")
    address = f"/de/desk/werk/matching/challenges/{dossier.key}/"
    client.get(address)
    few = rows_of(lambda: client.get(address))
    for _ in range(10):
        bring()
    client.get(address)
    assert rows_of(lambda: client.get(address)) == few


def test_no_page_waits_while_a_large_index_is_read(
    bring: Bring, space: Space, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    dossier = bring()
    done = threading.Event()
    reader = threading.Thread(target=done.wait)
    reader.start()
    monkeypatch.setattr(ranking, "AT_ONCE", 0)
    monkeypatch.setattr(ranking, "PATIENCE", 0)
    monkeypatch.setitem(ranking._readers, ranking._name(space.pk), reader)
    client = sign_in("organiser")
    for path in (f"challenges/{dossier.key}/", "creatives/licht/"):
        response = client.get(f"/de/desk/werk/matching/{path}")
        page = response.content.decode()
        assert (response.status_code, response["Refresh"]) == (200, "4")
        assert "Einen Moment" in page
        assert 'class="pairing"' not in page
    # A pair can be proposed all the same.
    assert client.get(f"/de/desk/werk/matching/challenges/{dossier.key}/licht/propose/").status_code == 200
    done.set()
    reader.join()
    monkeypatch.setattr(ranking, "AT_ONCE", 1000)
    response = client.get(f"/de/desk/werk/matching/challenges/{dossier.key}/")
    assert "Refresh" not in response
    assert response.content.count(b'class="pairing"') == 3


def test_whose_vectors_are_damaged_waits_for_the_worker_and_is_ranked_as_before_after_it(
    bring: Bring, space: Space
) -> None:
    dossier, *_others = (bring() for _ in range(3))
    encode_challenge.func(dossier.pk)
    nodes = list(Profile.objects.order_by("pk").values_list("node", flat=True))
    encode_profiles(space.pk, nodes)
    first = ranked(dossier)
    assert (first.is_lexical, first.waiting, len(first.suggestions)) == (False, 0, 3)
    home = folder() / "texts"
    (vectors,), (records,) = home.glob("*/vectors"), home.glob("*/records")
    whole, number = vectors.read_bytes(), records.stat().st_size
    rows = [whole[at : at + 384 * 4] for at in range(0, len(whole), 384 * 4)]
    mine = encoder(folder()).passage(ranking.passages(offer_of(profile("maja")))).tobytes()
    vectors.write_bytes(b"".join(row[:-1] + bytes([row[-1] ^ 1]) if row in mine else row for row in rows))
    ranking.forget_boards()
    found = ranked(dossier)
    assert (found.is_lexical, found.waiting, sorted(keys(found))) == (False, 1, ["licht", "still"])
    assert records.stat().st_size == number
    encode_profiles(space.pk, nodes)
    ranking.forget_boards()
    assert ranked(dossier) == first


def test_proposing_goes_once_however_often_it_is_sent(bring: Bring, sign_in: SignIn) -> None:
    dossier = bring()
    client = sign_in("organiser")
    address = f"/de/desk/werk/matching/challenges/{dossier.key}/licht/propose/"
    sent = {
        "words": "Beide lieben Maschinen.", "company_email": "k@example.org", "company_language": "de",
        "creative_email": "l@example.org", "creative_language": "en",
    }  # fmt: skip
    assert client.post(address, {**sent, "words": ""}).status_code == 422
    assert [client.post(address, sent).status_code for _click in range(2)] == [302, 302]
    proposal = Proposal.objects.get()
    assert (proposal.by_name, bool(proposal.calibration)) == ("organiser ", True)
    dossier.refresh_from_db()
    assert dossier.state == ChallengeState.IN_MATCHING
    assert client.get(f"/de/desk/werk/matching/proposals/{proposal.pk}/").status_code == 200
    assert Actor(None, "").signature == ""
