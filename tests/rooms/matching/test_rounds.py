from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client

from querwerk.core.actions import Actor
from querwerk.core.models import Space
from querwerk.engine.matching.trec import gini
from querwerk.matching import rules
from querwerk.matching.actions.pairs import judge_pair
from querwerk.matching.actions.proposals import Grounds, Reached, propose_match
from querwerk.matching.actions.rounds import ask_for_round
from querwerk.matching.actions.wishes import UnableToSay, say_to_suggestion, switch_matching
from querwerk.matching.models import Dossier, Round, Wish
from querwerk.matching.queries import pairs, ranking
from querwerk.matching.queries.fairness import fairness, warnings
from querwerk.matching.queries.feedback import heard_in
from querwerk.matching.states import Confidentiality, Ground, Mark, RoundState, Says
from querwerk.matching.tasks.rounds import work_out
from querwerk.people.models import Profile, Spokesperson, User
from tests.factories.programmes import TESTER
from tests.rooms.desk.conftest import SignIn
from tests.rooms.matching.conftest import Bring


def profile(key: str) -> Profile:
    return Profile.objects.get(key=key)


def planned(space: Space, **options: Any) -> dict[str, Any]:
    wishes = {"per_creative": 2, "is_mixed": False, **options}
    made = ask_for_round(space=space, dossiers=list(Dossier.objects.values_list("pk", flat=True)), by=TESTER, **wishes)
    work_out.func(made.pk)
    made.refresh_from_db()
    assert made.state == RoundState.DONE
    return dict(made.result)


def pairs_in(result: dict[str, Any]) -> set[tuple[int, str]]:
    return {(one["dossier"], one["profile"]) for one in result["pairs"]}


def test_a_round_keeps_limits_and_pins_and_says_who_is_left_out_and_why(bring: Bring, space: Space) -> None:
    first, second = bring(wanted=1), bring(wanted=1, title_de="Zweite")
    judge_pair(dossier=second, profile=profile("licht"), mark=Mark.PINNED, why="", by=TESTER)
    judge_pair(dossier=first, profile=profile("still"), mark=Mark.EXCLUDED, why="Kennt sich", by=TESTER)
    result = planned(space, per_creative=1)
    # Maja has no room, Licht is pinned elsewhere, Still is excluded: the first stays alone, and that is said.
    assert pairs_in(result) == {(second.pk, "licht")}
    assert [one["kind"] for one in result["pairs"]] == ["pinned"]
    assert {one["dossier"] for one in result["open_places"]} >= {first.pk}
    assert {one["profile"] for one in result["left_out"]} == {"maja", "still"}
    assert (result["status"], {stage["gap"] for stage in result["stages"]}) == ("optimal", {0.0})


def test_submarkets_are_mixed_when_asked(bring: Bring, space: Space) -> None:
    Profile.objects.filter(key="still").update(submarkets=["design"])
    dossier = bring(wanted=2)
    assert pairs_in(planned(space)) == {(dossier.pk, "licht"), (dossier.pk, "still")}
    assert len(pairs_in(planned(space, is_mixed=True))) == 1


def test_asking_twice_works_out_once(bring: Bring, space: Space) -> None:
    bring()
    made = [ask_for_round(space=space, per_creative=2, is_mixed=True, dossiers=[], by=TESTER) for _click in range(2)]
    assert (made[0], Round.objects.count()) == (made[1], 1)


def test_a_round_shows_nobody_a_challenge_that_they_may_not_read(bring: Bring, space: Space, sign_in: SignIn) -> None:
    sign_in("organiser")
    chosen = User.objects.get(email__startswith="organiser")
    bring()
    bring(Confidentiality.CHOSEN, chosen=[chosen], title_de="Geheimfach")
    planned(space)
    number = Round.objects.get().pk
    pages = [f"/de/desk/werk/matching/rounds/{number}/", "/de/desk/werk/matching/rounds/"]
    other = sign_in("organiser", email="other@example.org")
    assert ["Geheimfach" in sign_in("organiser").get(page).content.decode() for page in pages] == [True, False]
    assert ["Geheimfach" in other.get(page).content.decode() for page in pages] == [False, False]
    assert "für 1 Herausforderung" in other.get(pages[1]).content.decode()
    assert sign_in("reader").get(pages[0]).status_code == 403


# --- What participants say themselves ---------------------------------------------------------------------------------


@pytest.fixture
def lou(space: Space) -> User:
    user = User.objects.create_user("lou@licht.example", "Lou")
    Spokesperson.objects.create(profile=profile("licht"), user=user)
    return user


@pytest.fixture
def as_lou(lou: User) -> Client:
    client = Client()
    client.force_login(lou)
    return client


def test_a_creative_sees_own_suggestions_and_what_they_say_is_heeded(
    bring: Bring, as_lou: Client, sign_in: SignIn
) -> None:
    dossier = bring(Confidentiality.MEMBERS)
    bring(Confidentiality.CHOSEN, title_de="Geheimfach")
    own = "/de/werk/challenges/suggestions/"
    page = as_lou.get(own).content.decode()
    assert dossier.key in page
    assert "Geheimfach" not in page
    say = f"/de/werk/challenges/suggestions/licht/{dossier.key}/"
    assert as_lou.post(say, {"says": "interested"}).status_code == 302
    desk = sign_in("organiser").get(f"/de/desk/werk/matching/challenges/{dossier.key}/").content.decode()
    assert "hat Interesse gezeigt" in desk
    assert as_lou.post(say, {"says": "not-for-me", "why": ""}).status_code == 422
    assert as_lou.post(say, {"says": "not-for-me", "why": "Zu weit"}).status_code == 302
    desk = sign_in("organiser").get(f"/de/desk/werk/matching/challenges/{dossier.key}/").content.decode()
    assert "Die kreative Seite möchte das nicht: Zu weit" in desk
    assert f'licht/{dossier.key}/">Nicht' not in as_lou.get(own).content.decode()


def test_only_who_speaks_for_a_profile_speaks_for_it(bring: Bring, as_lou: Client, sign_in: SignIn) -> None:
    dossier = bring()
    assert as_lou.get(f"/de/werk/challenges/suggestions/still/{dossier.key}/").status_code == 404
    assert as_lou.post("/de/werk/challenges/suggestions/still/switch/", {"to": "off"}).status_code == 404
    assert sign_in("organiser").get(f"/de/werk/challenges/suggestions/licht/{dossier.key}/").status_code == 404
    hidden = bring(Confidentiality.CHOSEN)
    assert (
        as_lou.post(f"/de/werk/challenges/suggestions/licht/{hidden.key}/", {"says": "interested"}).status_code == 404
    )
    assert Client().get("/de/werk/challenges/suggestions/").status_code == 302


def test_matching_can_be_switched_off_and_on(bring: Bring, as_lou: Client) -> None:
    dossier = bring()
    for to, is_there in (("off", False), ("off", False), ("on", True)):
        assert as_lou.post("/de/werk/challenges/suggestions/licht/switch/", {"to": to}).status_code == 302
        assert (dossier.key in as_lou.get("/de/werk/challenges/suggestions/").content.decode()) is is_there
    assert str(profile("licht").offers["de"]).startswith("Wir bauen")


def test_a_no_to_a_suggestion_needs_a_reason(bring: Bring, lou: User) -> None:
    dossier = bring()
    with pytest.raises(UnableToSay):
        say_to_suggestion(dossier=dossier, profile=profile("licht"), says=Says.NOT_FOR_ME, why="")
    for _click in range(2):
        say_to_suggestion(dossier=dossier, profile=profile("licht"), says=Says.INTERESTED, why="")
    assert Wish.objects.count() == 1
    before = profile("licht").version
    switch_matching(profile=profile("licht"), is_on=True, by=Actor(lou.pk, "Lou"))
    assert profile("licht").version == before


def test_everybody_reads_how_suggestions_come_about(space: Space, visit: Callable[..., Any]) -> None:
    visit("werk/challenges/how/", language="en")
    visit("werk/challenges/how/")


# --- Fairness --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("counts", "expected"), [([], 0.0), ([0, 0], 0.0), ([2, 2, 2], 0.0), ([0, 0, 0, 4], 0.75), ([1, 3], 0.25)]
)
def test_gini_says_how_unevenly_something_is_spread(counts: list[int], expected: float) -> None:
    assert gini(counts) == pytest.approx(expected)


def test_a_few_who_get_everything_are_noticed() -> None:
    assert rules.is_concentrated([10, *[0] * 19])
    assert not rules.is_concentrated([9, *[0] * 19])
    assert not rules.is_concentrated([1] * 20)


def test_lists_that_were_opened_and_proposals_are_counted_by_group(bring: Bring, space: Space, sign_in: SignIn) -> None:
    client = sign_in("organiser")
    dossier = bring()
    before = fairness(space.pk, date(2026, 1, 1))
    assert warnings(space.pk, date(2026, 1, 1)) == []
    assert (before.everybody.creatives, before.everybody.never_shown) == (3, 3)
    for _twice in range(2):
        client.get(f"/de/desk/werk/matching/challenges/{dossier.key}/")
    reached = Reached("A", "a@example.org")
    Profile.objects.filter(key="still").update(newcomer_since="2025")
    for number in range(10):
        other = bring(title_de=f"Nummer {number}")
        propose_match(dossier=other, profile=profile("licht"), grounds=Grounds("x"), company=reached, creative=reached, by=TESTER)  # fmt: skip
    after = fairness(space.pk, date(2026, 1, 1))
    assert (after.everybody.shown, after.everybody.proposed, after.few_percent) == (3, 10, 100)
    # The one list that was opened shows all three, two of whom write German.
    assert (before.own_language, after.own_language) == (None, (67, 67))
    assert [(one.creatives, one.proposed) for one in after.groups[2][1]] == [(1, 0), (2, 10)]
    page = client.get("/de/desk/werk/matching/fairness/").content.decode()
    assert "Ein Zehntel der Kreativen bekam 100 %" in page
    assert page.count("<table>") == page.count("<caption")
    assert "von allen 67 %" in page
    first = client.get("/de/desk/werk/matching/").content.decode()
    assert "Ein Zehntel der Kreativen bekam 100 %" in first
    assert "Alle 2 Warnungen ansehen" in first
    assert warnings(space.pk, date(2026, 1, 1)) == after.warnings
    assert "Neue werden weniger als halb so oft vorgeschlagen" in page
    assert sign_in("reader").get("/de/desk/werk/matching/fairness/").status_code == 403


def points_off(dossier: Dossier) -> dict[str, list[str]]:
    """What the desk says against each creative, in the order of the list."""
    judgements, history = pairs.judgements_of(dossier.pk), pairs.history_of(dossier)
    filters = pairs.filters_for(dossier, judgements, history)
    found = ranking.ranked_creatives(dossier, most=10, language="de", filters=filters, heard=heard_in(dossier.space_id))
    return {one.key: pairs.against(one, profile(one.key), dossier, history) for one in found.suggestions}


def test_a_company_sees_creatives_for_its_own_challenge_and_what_it_says_is_heeded(
    bring: Bring, as_author: Client, as_lou: Client
) -> None:
    dossier = bring(Confidentiality.CHOSEN)
    own, say = "/de/werk/challenges/suggestions/", f"/de/werk/challenges/{dossier.key}/creatives/licht/"
    page = as_author.get(own).content.decode()
    assert "Studio Licht" in page
    assert "Maja" not in page  # for members, which the author is not
    assert "Stilles Atelier" not in page
    assert next(iter(points_off(dossier))) == "licht"
    assert as_author.post(say, {"says": "not-for-me", "ground": "other", "why": ""}).status_code == 422
    for _click in range(2):
        assert (
            as_author.post(say, {"says": "not-for-me", "ground": "field", "why": "Wir suchen Film"}).status_code == 302
        )
    assert Wish.objects.get().party == "challenge"
    against = points_off(dossier)
    assert list(against).index("licht") > list(against).index("still")
    assert against["licht"][0] == "Das Unternehmen möchte das nicht: Es braucht ein anderes Fach: Wir suchen Film"
    assert say not in as_author.get(own).content.decode().partition("<details>")[0]
    assert as_author.post(say, {"says": "interested"}).status_code == 302
    assert as_lou.get(say).status_code == 404
    assert as_author.get(f"/de/werk/challenges/{dossier.key}/creatives/still/").status_code == 404


def test_a_no_for_lack_of_time_counts_in_other_lists_but_not_from_a_confidential_challenge(bring: Bring) -> None:
    first, second, secret = bring(), bring(title_de="Zweite"), bring(Confidentiality.CHOSEN, title_de="Geheim")
    say_to_suggestion(dossier=secret, profile=profile("licht"), says=Says.NOT_FOR_ME, why="", ground=Ground.TIME)
    assert points_off(second)["licht"] == []
    say_to_suggestion(
        dossier=first, profile=profile("licht"), says=Says.NOT_FOR_ME, why="Baustelle", ground=Ground.TIME
    )
    [said] = points_off(second)["licht"]
    assert said.startswith("Die kreative Seite hat zu etwas Ähnlichem Nein gesagt: Zurzeit keine Zeit dafür")
    assert "Baustelle" not in said


def test_a_round_brings_nobody_together_who_said_no(bring: Bring, space: Space) -> None:
    dossier = bring(wanted=3, submarkets=[])
    assert ("licht", dossier.pk) in {(one["profile"], one["dossier"]) for one in planned(space)["pairs"]}
    say_to_suggestion(dossier=dossier, profile=profile("licht"), says=Says.NOT_FOR_ME, why="", ground=Ground.KNOWN)
    assert ("licht", dossier.pk) not in {(one["profile"], one["dossier"]) for one in planned(space)["pairs"]}
