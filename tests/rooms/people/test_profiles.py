"""Profiles: what is stated comes back, and nobody sees more than a profile's audience."""

from datetime import date
from typing import Any

import pytest

from querwerk.core.actions import InvalidRecords, save_record, set_visibility
from querwerk.core.models import JournalEntry, Space
from querwerk.core.queries import snapshot
from querwerk.core.states import Visibility
from querwerk.engine.matching.model import Text as EngineText
from querwerk.engine.matching.taxonomy import bundled
from querwerk.people import queries
from querwerk.people.models import Profile, Spokesperson, User
from querwerk.people.rules import Reader, may_edit_profile, may_see, may_see_profile
from querwerk.people.states import DIVISIONS, SECTION_OF, SKILLS, Audience, Submarket
from tests.factories.programmes import PROFILES, TESTER, create_programme, small_bundle

pytestmark = pytest.mark.django_db

STRANGER, MEMBER, OWNER = Reader(), Reader(1, speaks_for=frozenset({7})), Reader(2, speaks_for=frozenset({5}))
TEAM, ORGANISER = Reader(3, has_role=True), Reader(4, is_organiser=True, has_role=True)
EVERYBODY = [STRANGER, MEMBER, OWNER, TEAM, ORGANISER]


@pytest.fixture
def space() -> Space:
    return create_programme(small_bundle(profiles=PROFILES))


def save(space: Space, raw: dict[str, Any]) -> Profile:
    saved = save_record(spec=Profile.SPEC, raw=raw, space=space, by=TESTER)
    assert isinstance(saved, Profile)
    return saved


@pytest.mark.parametrize(
    ("shown_to", "seen"),
    [
        (Audience.PUBLIC, [True, True, True, True, True]),
        (Audience.MEMBERS, [False, True, True, True, True]),
        (Audience.PRIVATE, [False, False, True, False, True]),
        (None, [False, False, True, False, True]),
    ],
)
def test_a_profile_is_seen_by_its_audience(shown_to: Audience | None, seen: list[bool]) -> None:
    assert [bool(may_see_profile(reader, profile_id=5, shown_to=shown_to)) for reader in EVERYBODY] == seen


@pytest.mark.parametrize(
    ("audience", "seen"),
    [
        ("public", [True, True, True, True, True]),
        ("members", [False, True, True, True, True]),
        ("private", [False, False, True, False, True]),
    ],
)
def test_a_way_of_contact_is_seen_by_its_own_audience(audience: str, seen: list[bool]) -> None:
    assert [bool(may_see(reader, profile_id=5, audience=audience)) for reader in EVERYBODY] == seen


def test_only_owners_and_organisers_edit() -> None:
    answers = [bool(may_edit_profile(reader, profile_id=5)) for reader in EVERYBODY]
    assert answers == [False, False, True, False, True]


@pytest.mark.parametrize(
    ("stated", "visibility"),
    [
        ({"audience": "public"}, Visibility.PUBLISHED),
        ({"audience": "members"}, Visibility.DRAFT),
        ({"audience": "private"}, Visibility.RETIRED),
        ({}, Visibility.DRAFT),
        ({"audience": "public", "visibility": "draft"}, Visibility.DRAFT),
    ],
)
def test_what_is_not_for_everybody_is_hidden_and_comes_back_as_stated(
    space: Space, stated: dict[str, str], visibility: Visibility
) -> None:
    raw = {"id": "neu", "name": "Neu", **stated}
    profile = save(space, raw)
    assert (profile.visibility, profile.node.visibility) == (visibility, visibility)
    assert snapshot(profile) == raw


def test_publishing_at_the_desk_does_not_override_the_owners_choice(space: Space) -> None:
    profile = save(space, {"id": "neu", "name": "Neu", "audience": "private", "visibility": "draft"})
    assert profile.shown_to is None
    shown = set_visibility(record=profile, visibility=Visibility.PUBLISHED, by=TESTER)
    assert shown.visibility == Visibility.RETIRED


def test_lists_follow_the_rule(space: Space) -> None:
    user = User.objects.create_user("eva@example.org")
    private = save(space, {"id": "privat", "name": "Privat", "audience": "private"})
    save(space, {"id": "zurueck", "name": "Zurückgesetzt", "audience": "members", "visibility": "draft"})
    Spokesperson.objects.create(profile=private, user=user)
    spoken = queries.reader_of(user.pk, space.pk)
    assert spoken == Reader(user.pk, speaks_for=frozenset({private.pk}))
    for reader in [spoken, *EVERYBODY]:
        expected = [
            profile.key
            for profile in Profile.objects.order_by("position", "pk")
            if may_see_profile(reader, profile_id=profile.pk, shown_to=profile.shown_to)
        ]
        assert [profile.key for profile in queries.profiles_seen(space.pk, reader)] == expected


@pytest.mark.parametrize(
    ("wrong", "path"),
    [
        ({"region": "Chemnitz"[:5]}, ("region",)),
        ({"submarkets": ["design", "design"]}, ("submarkets", 1)),
        ({"submarkets": ["Designwirtschaft"]}, ("submarkets", 0)),
        ({"links": ["javascript:alert(1)"]}, ("links", 0)),
        ({"division": "04"}, ("division",)),
        ({"available_from": "2027-03", "available_until": "2027-02-28"}, ("available_until",)),
        ({"belongs_to": ["fehlt"]}, ("belongs_to", 0)),
    ],
)
def test_what_cannot_be_is_refused_at_its_place(space: Space, wrong: dict[str, Any], path: tuple[Any, ...]) -> None:
    with pytest.raises(InvalidRecords) as caught:
        save(space, {"id": "neu", "name": "Neu", **wrong})
    assert [problem.path for problem in caught.value.problems] == [path]


def test_texts_and_offer_are_what_the_engine_takes(space: Space) -> None:
    profile = Profile.objects.get(space=space, key="zizka")
    assert set(queries.texts_of(profile)) == {
        EngineText("Wir machen Licht aus Stoff.", "de", "summary"),
        EngineText("Tvoříme světlo z textilu.", "cs", "summary"),
        EngineText("Leuchtende Gewebe, Prototypen, Ausstellungen.", "de", "offers"),
    }
    offer = queries.offer_of(profile)
    assert (offer.id, offer.sector, offer.region, offer.capacity) == ("zizka", "submarket:design", "CZ032", 2)
    assert (set(offer.tags), set(offer.languages), offer.is_remote) == ({"skill:textile-design"}, {"cs", "de"}, None)


@pytest.mark.parametrize(
    ("partial", "first", "last"),
    [
        ("", None, None),
        ("2027", date(2027, 1, 1), date(2027, 12, 31)),
        ("2028-02", date(2028, 2, 1), date(2028, 2, 29)),
        ("2027-12", date(2027, 12, 1), date(2027, 12, 31)),
        ("2027-03-05", date(2027, 3, 5), date(2027, 3, 5)),
    ],
)
def test_a_partial_date_has_a_first_and_a_last_day(partial: str, first: date | None, last: date | None) -> None:
    assert (queries.first_day(partial), queries.last_day(partial)) == (first, last)


def test_every_write_is_counted_once(space: Space) -> None:
    before = queries.change_number(space.pk)
    profile = save(space, {"id": "neu", "name": "Neu"})
    assert queries.change_number(space.pk) == before + 1
    assert queries.changed_since(space.pk, before) == [profile.node_id]
    save(space, {"id": "neu", "name": "Neu"})
    assert queries.change_number(space.pk) == before + 1


def test_contact_data_are_in_no_journal() -> None:
    columns = {field.key for field in Profile.SPEC.all_fields}
    assert columns & {"email", "phone", "person"} == set()
    assert not JournalEntry.objects.filter(kind="contact").exists()


def test_the_vocabularies_are_those_of_the_taxonomy() -> None:
    concepts = bundled().concepts
    assert {f"submarket:{code}" for code in Submarket.values} == {
        key for key in concepts if key.startswith("submarket:")
    }
    assert {f"skill:{code}" for code in SKILLS} == {key for key in concepts if key.startswith("skill:")}
    sections = {key.removeprefix("nace:"): concept.within for key, concept in concepts.items() if key[:5] == "nace:"}
    assert {code: str(section) for code, section in SECTION_OF.items()} == sections
    assert len(DIVISIONS) == len(set(sections.values()))
