"""What is printed: for whom, in which language and size, and only for those who may."""

import io

import pikepdf
import pytest
from django.test import Client

from querwerk.events.models import Registration
from querwerk.meetings import papers
from querwerk.meetings.actions import planning
from querwerk.meetings.models import Networking, Plan, Table
from querwerk.meetings.papers import Row
from querwerk.meetings.queries import papers as reads
from tests.factories.programmes import TESTER
from tests.rooms.desk.conftest import SignIn
from tests.rooms.meetings.fair import compute, join, mine, person, wish

PRINT = "/de/desk/werk/meetings/treffen/print/"


def pages(content: bytes) -> list[tuple[int, int]]:
    """Width and height of each page in millimetres."""
    with pikepdf.open(io.BytesIO(content)) as opened:
        return [(round(float(page.mediabox[2]) / 72 * 25.4), round(float(page.mediabox[3]) / 72 * 25.4)) for page in opened.pages]  # fmt: skip


@pytest.fixture
def published(fair: Networking) -> Plan:
    for sender, receiver in (("Ada", "Ben"), ("Ben", "Cem"), ("Ada", "Dora")):
        wish(sender, receiver)
    plan = compute(fair)
    planning.publish_plan(plan=plan, by=TESTER)
    return plan


def test_badges_come_ten_on_a_sheet_for_all_a_field_or_one(sign_in: SignIn, fair: Networking) -> None:
    for number in range(6):
        join(fair, f"Gast {number}", group="industry")
    browser = sign_in("organiser")
    assert browser.get(PRINT).status_code == 200
    everybody = browser.get(f"{PRINT}badges.pdf")
    assert everybody["Content-Type"] == "application/pdf"
    assert "no-store" in everybody["Cache-Control"]
    assert pages(everybody.content) == [(210, 297)] * 2
    assert pages(browser.get(f"{PRINT}badges.pdf?who=industry").content) == [(210, 297)]
    assert len(pages(browser.get(f"{PRINT}badges.pdf?size=148x105").content)) == 6
    one = browser.get(f"{PRINT}badges.pdf?person={person('Ada').registration_id}&size=74x105&language=en")
    assert pages(one.content) == [(210, 297)]


def test_a_badge_says_who_somebody_is_in_their_language_with_the_ticket_of_the_doors(fair: Networking) -> None:
    join(fair, "Žofie Übermut", language="en", organisation="Atelier Žižka", group="cci")
    zofie = person("Žofie Übermut")
    zofie.languages = ["cs", "de"]
    zofie.save()
    badge = reads.badges(Registration.objects.filter(name="Žofie Übermut"), "")[0]
    assert (badge.name, badge.organisation, badge.field, badge.languages) == (
        "Žofie Übermut",
        "Atelier Žižka",
        "culture and creative industries",
        "Czech, German",
    )
    assert badge.ticket == zofie.registration.ticket


def test_people_without_a_place_get_no_badge(fair: Networking) -> None:
    Registration.objects.filter(name="Ada").update(state="cancelled", ended_at="2026-01-01T00:00Z")
    assert [one.name for one in reads.badges(reads.people_to_print(fair.terms), "de")] == ["Ben", "Cem", "Dora", "Emil"]


def test_a_personal_plan_says_when_where_with_whom_and_why(fair: Networking, published: Plan) -> None:
    wish("Dora", "Ada")
    everybody = reads.chosen_participants(fair, published, reads.people_to_print(fair.terms))
    made = reads.personal_plans(published, everybody, "de")
    assert [plan.name for plan in made] == ["Ada", "Ben", "Cem", "Dora"]
    assert [(row.name, row.room, row.why) for row in made[3].rows] == [
        ("Ada", "Saal", "Sie haben sich das beide gewünscht.")
    ]
    assert len(pages(papers.plans_pdf("Treffen", made, 1, "de"))) == 4
    assert len(pages(papers.plans_pdf("Treffen", made, 2, "de"))) == 2


def test_a_plan_too_long_for_half_a_sheet_gets_a_whole_one() -> None:
    row = Row("10:00–10:20", "", "Tisch 1", "Saal", "Wer auch immer", "Weberei " * 20, "Weil es sein soll.")
    sizes = [papers.size_of_half([row] * number) for number in (1, 8, 30)]
    assert sizes[0] == 10
    assert 0 < sizes[1] < 10
    assert sizes[2] == 0
    plans = [papers.PersonalPlan(f"Gast {n}", "", "de", "", "", [row] * n) for n in (1, 30, 2)]
    assert len(pages(papers.plans_pdf("Treffen", plans, 2, "de"))) >= 3


def test_every_table_that_can_be_used_has_a_sign(sign_in: SignIn, fair: Networking, published: Plan) -> None:
    Table.objects.filter(name="1").update(is_accessible=True, languages=["de", "cs"])
    signs = reads.signs(fair, published, "de")
    assert (signs[0].name, signs[0].chips) == ("1", ["stufenlos erreichbar", "Deutsch – Tschechisch"])
    assert sum(len(sign.rows) for sign in signs) == 3
    Table.objects.filter(name="2").update(is_closed=True)
    assert pages(sign_in("organiser").get(f"{PRINT}signs.pdf").content) == [(210, 297)]


def test_what_nobody_needs_is_said_where_it_was_asked(sign_in: SignIn, fair: Networking) -> None:
    browser = sign_in("organiser")
    assert browser.get(f"{PRINT}plans.pdf").status_code == 404
    for wrong in ("person=999999", "who=nobody", "size=1x1", "language=xx"):
        answer = browser.get(f"{PRINT}badges.pdf?{wrong}")
        assert answer.status_code == 422
        assert 'id="badges"' in answer.content.decode()


def test_only_who_makes_the_timetable_prints(client: Client, sign_in: SignIn, fair: Networking) -> None:
    for browser in (sign_in("editor", organisation="atelier"), sign_in("reader")):
        for page in ("", "badges.pdf", "signs.pdf"):
            assert browser.get(PRINT + page).status_code == 403
    assert client.get(f"{PRINT}badges.pdf").status_code == 302
    assert sign_in("editor", organisation="weberei").get(f"{PRINT}badges.pdf").status_code == 200


def test_somebody_prints_their_own_plan_once_there_is_one(client: Client, fair: Networking) -> None:
    assert client.get(mine("Ada", "plan.pdf")).status_code == 404
    wish("Ada", "Ben")
    planning.publish_plan(plan=compute(fair), by=TESTER)
    answer = client.get(mine("Ada", "plan.pdf"))
    assert (answer["Content-Type"], pages(answer.content)) == ("application/pdf", [(210, 297)])
