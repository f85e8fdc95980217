"""No page needs a script to be read, and no form to be sent."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, StorageState, expect

OpenPage = Callable[..., Page]


@pytest.fixture
def page(open_page: OpenPage) -> Page:
    """A visitor whose browser runs no scripts."""
    return open_page(java_script_enabled=False)


def test_pages_say_the_same_without_javascript(samples: list[str], page: Page, open_page: OpenPage) -> None:
    scripted, headings, wrong = open_page(), "main :is(h1, h2, h3)", []
    for path in samples:
        page.goto(path)
        scripted.goto(path)
        # Scripts may add controls; what there is to read must be there before.
        if missing := set(scripted.locator(headings).all_inner_texts()) - set(page.locator(headings).all_inner_texts()):
            wrong.append(f"{path}: {sorted(missing)}")
    assert not wrong, "\n".join(wrong)


def test_search_leads_to_a_page(page: Page) -> None:
    page.goto("/de/inducci/")
    page.locator("#find").fill("strategiepapier")
    page.locator("#find").press("Enter")
    page.get_by_role("main").get_by_role("link", name="Strategiepapier zur nachhaltigen Integration").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Strategiepapier")


def test_filter_of_pilots_by_country(page: Page) -> None:
    page.goto("/de/inducci/pilots/")
    page.get_by_label("Land").select_option(label="Italien")
    page.get_by_role("button", name="Anzeigen").click()
    expect(page.get_by_role("status")).to_contain_text("1 Pilotaktion")
    expect(page.get_by_role("main").get_by_role("link", name="Labor 2025")).to_have_count(0)


def test_thread_by_question_as_a_list(page: Page) -> None:
    page.goto("/de/inducci/thread/?view=list")
    whole = page.locator("main .tree li").count()
    page.get_by_label("Leitfrage", exact=True).select_option(index=1)
    with page.expect_navigation():
        page.get_by_role("button", name="Anzeigen").click()
    assert 0 < page.locator("main .tree li").count() < whole


def test_signing_in_with_a_mailed_code(page: Page, organiser_address: str, mailed_code: Callable[[], str]) -> None:
    page.goto("/de/account/login/")
    page.get_by_label("E-Mail").fill(organiser_address)
    page.get_by_role("button", name="Code").click()
    page.get_by_label("Code").fill(mailed_code())
    page.get_by_role("button", name="Anmelden").click()
    expect(page.get_by_role("heading", level=2, name="Was Aufmerksamkeit braucht")).to_be_visible()


def test_editing_with_mistakes_then_saving_and_undoing(open_page: OpenPage, signed_in: StorageState) -> None:
    page = open_page(java_script_enabled=False, storage_state=signed_in)
    place = "/de/desk/inducci/records/pilot/limburg-test-cases/"
    page.goto(place)
    before = page.get_by_label("Deutsch: Was erprobt wurde").input_value()
    page.get_by_label("Deutsch: Was erprobt wurde").fill("Ohne Skripte geschrieben.")
    page.get_by_label("Beginn", exact=True).fill("2021-13")
    page.get_by_role("button", name="Speichern").first.click()
    # What was typed is still there, and the mistake is named.
    expect(page.get_by_role("alert")).to_contain_text("Beginn")
    expect(page.get_by_label("Deutsch: Was erprobt wurde")).to_have_value("Ohne Skripte geschrieben.")
    page.get_by_label("Beginn", exact=True).fill("2021-03")
    if page.get_by_label("unbekannt: Beginn").is_checked():
        page.get_by_label("unbekannt: Beginn").uncheck()
    page.get_by_role("button", name="Speichern").first.click()
    expect(page.get_by_role("status").filter(has_text="Gespeichert.")).to_be_visible()
    page.goto("/de/inducci/pilots/limburg-test-cases/")
    expect(page.get_by_role("main")).to_contain_text("Ohne Skripte geschrieben.")

    page.goto(f"{place}history/")
    page.locator(".journal a").first.click()
    page.get_by_role("link", name="Zurück auf den Stand davor").click()
    page.get_by_role("button", name="Zurückholen").click()
    page.goto(place)
    expect(page.get_by_label("Deutsch: Was erprobt wurde")).to_have_value(before)
