"""A company, a creative and an organiser try the invented round: each says what it thinks, and the desk heeds it."""

import re
import subprocess
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from scripts.demo import QUERWERK, Site
from tests.browser.looks import PHONE, WIDE, structure, too_wide, untranslated

OpenPage = Callable[..., Page]
Axe = Callable[..., list[str]]
ROUND = "/de/sample-round/"
DESK = "/de/desk/sample-round/matching/"
ORGANISER = "round@browser.example"
NAMES = ("'Organiser'", "'Luxembourg'")
"""How somebody and a region are called, in whatever language the page is."""


@pytest.fixture
def enter(site: Site, open_page: OpenPage) -> Callable[..., Page]:
    """Open a page as somebody who has signed in by a link."""

    def entered(email: str, **options: object) -> Page:
        page = open_page(**options)
        page.goto(site.sign_in_address(email))
        page.locator("main form button[type=submit]").first.click()
        page.wait_for_load_state()
        return page

    return entered


@pytest.fixture
def organiser(site: Site, enter: Callable[..., Page]) -> Page:
    command = (QUERWERK, "user", "create", ORGANISER, "--name", "Rita Runde", "--role", "organiser", "--programme", "sample-round")  # fmt: skip
    subprocess.run(command, env=site.environment(), capture_output=True, check=True)
    return enter(ORGANISER)


def flaws(page: Page, axe: Axe) -> list[str]:
    """What is wrong with the page in a wide window and on a phone."""
    page.set_viewport_size(WIDE)
    foreign = [flaw for flaw in untranslated(page) if not flaw.endswith(NAMES)]
    found = [*structure(page, "de"), *foreign, *axe(page)]
    page.set_viewport_size(PHONE)
    found += too_wide(page, PHONE["width"])
    page.set_viewport_size(WIDE)
    return [f"{page.url}: {one}" for one in found]


def test_a_company_says_not_for_me_and_asks_somebody_in(enter: Callable[..., Page], axe: Axe) -> None:
    page = enter("company@querwerk.example")
    page.goto(f"{ROUND}challenges/suggestions/")
    expect(page.get_by_role("heading", name="Ihre Empfehlungen")).to_be_visible()
    wrong = flaws(page, axe)
    first = page.locator(".pairing", has_text="Textschmiede").first
    first.get_by_role("link", name=re.compile("Nichts für mich")).click()
    wrong += flaws(page, axe)
    page.keyboard.press("Tab")
    page.get_by_role("button", name="Aus meiner Liste nehmen").click()  # a no needs a reason
    expect(page.get_by_role("alert")).to_be_visible()
    page.get_by_label("Es braucht ein anderes Fach").check()
    page.get_by_role("button", name="Aus meiner Liste nehmen").click()
    expect(page.get_by_text("Wozu Sie Nein gesagt haben").first).to_be_visible()
    page.goto(f"{ROUND}challenges/")
    page.locator("#mine").get_by_role("link", name=re.compile("Belegschaft")).click()
    page.get_by_role("link", name="Bearbeiten").first.click()
    page.get_by_label("Andere per E-Mail einladen").fill("vertraut@browser.example")
    wrong += flaws(page, axe)
    page.get_by_role("button", name="Speichern").click()
    expect(page.get_by_label("vertraut@browser.example")).to_be_checked()
    assert wrong == []


def test_a_creative_says_interested_on_a_phone_without_javascript_and_the_desk_knows(
    enter: Callable[..., Page], organiser: Page, axe: Axe
) -> None:
    phone = enter("creative@querwerk.example", viewport=PHONE, java_script_enabled=False)
    phone.goto(f"{ROUND}challenges/suggestions/")  # the first question reads the language model
    wanted = phone.locator(".pairing", has_text="Gießerei")
    wanted.get_by_role("button", name=re.compile("Interesse")).click()
    expect(phone.locator(".pairing", has_text="Gießerei")).to_contain_text("interessiert")
    page = organiser
    page.goto(f"{DESK}challenges/lehrlinge/")
    expect(page.locator("#filmatelier-muster")).to_contain_text("hat Interesse gezeigt")
    wrong = flaws(page, axe)
    page.goto(f"{DESK}challenges/presse/")
    expect(page.locator("#klangwerk")).to_contain_text("Wurde schon einmal abgelehnt")
    page.goto(f"{DESK}rounds/")
    page.get_by_role("button", name=re.compile("Runde für")).press("Enter")
    page.wait_for_url(f"**{DESK}rounds/*/")
    # The page looks again by itself until the worker has worked it out.
    expect(page.locator("[data-waiting=done]")).to_contain_text("Filmatelier Muster")
    wrong += flaws(page, axe)
    assert wrong == []
