"""Somebody writes about themselves, closes the tab, and finds again what they wrote."""

import subprocess
from collections.abc import Callable

from playwright.sync_api import Page, expect

from scripts.demo import QUERWERK, Site
from tests.browser.looks import PHONE, structure, too_wide

OFFERS = "/de/sample-round/directory/mine/textschmiede/offers/"
AUTHOR = "drafts@browser.example"


def test_a_closed_tab_loses_nothing_that_was_typed(
    site: Site, open_page: Callable[..., Page], axe: Callable[..., list[str]]
) -> None:
    command = (QUERWERK, "user", "create", AUTHOR, "--role", "organiser", "--programme", "sample-round")
    subprocess.run(command, env=site.environment(), capture_output=True, check=True)
    page = open_page(viewport=PHONE)
    page.goto(site.sign_in_address(AUTHOR))
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url("**/desk/**")
    page.goto(OFFERS)
    field = page.locator("#id_offers_de")
    saved = field.input_value()
    field.fill("Was noch nicht fertig ist")
    expect(page.get_by_role("status").filter(has_text="Für Sie behalten")).to_be_visible()
    other = page.context.new_page()
    page.close()
    other.goto(OFFERS)
    field = other.locator("#id_offers_de")
    expect(field).to_have_value("Was noch nicht fertig ist")
    expect(other.get_by_text("Außer Ihnen sieht es niemand").first).to_be_visible()
    assert [*structure(other, "de"), *axe(other), *too_wide(other, PHONE["width"])] == []
    # Who goes away at once does not wait for the pause.
    field.fill("Und gleich weg")
    other.get_by_role("link", name="Später").click()
    other.wait_for_url("**/mine/textschmiede/")
    for _try in range(60):
        other.goto(OFFERS)
        if field.input_value() == "Und gleich weg":
            break
    expect(field).to_have_value("Und gleich weg")
    other.get_by_role("button", name="Verwerfen").click()
    expect(other.get_by_text("Verworfen. Unten steht")).to_be_visible()
    expect(field).to_have_value(saved)
