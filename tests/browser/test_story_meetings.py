"""Two people and an organiser, from a wish to what comes of the meeting: on a phone, by keyboard, without scripts, free of barriers."""

import re
from collections.abc import Callable
from uuid import uuid4

from playwright.sync_api import Page, StorageState, expect

from scripts.demo import Site
from tests.browser.hosting import DESK, create_event, own_page, register, wait_for_mail
from tests.browser.looks import PHONE, structure, too_wide, untranslated

OpenPage = Callable[..., Page]


def arrange(page: Page, key: str) -> None:
    """Hours, a table, and the wishes are open."""
    place = f"{DESK}meetings/{key}/"
    page.goto(place)
    page.get_by_role("button", name="Gespräche vorbereiten").click()
    page.goto(f"{place}sessions/+/")
    for name, words in (("begins", "09:00"), ("ends", "10:00")):
        page.locator(f"[name={name}]").fill(words)
    page.get_by_role("button", name="Speichern", exact=True).click()
    page.goto(f"{place}tables/several/")
    page.locator("[name=last]").fill("2")
    page.get_by_role("button", name="Speichern").click()
    page.get_by_role("button", name="Für Wünsche öffnen").click()


def flaws(page: Page, axe: Callable[..., list[str]]) -> list[str]:
    found = [*axe(page), *structure(page, "de"), *too_wide(page, PHONE["width"]), *untranslated(page)]
    return [f"{page.url}: {flaw}" for flaw in found]


def press(page: Page, deed: str) -> None:
    """Reach the first button that does something with the tabulator, and press it."""
    button = page.locator(f"button[value^='{deed}']").first
    for _step in range(80):
        page.keyboard.press("Tab")
        if button.evaluate("one => one === document.activeElement"):
            page.keyboard.press("Enter")
            return
    raise AssertionError(f"the keyboard does not reach {deed!r}")


def test_from_a_wish_to_what_comes_of_a_meeting(
    site: Site, open_page: OpenPage, signed_in: StorageState, axe: Callable[..., list[str]]
) -> None:
    desk, key = open_page(storage_state=signed_in, viewport=PHONE), f"treffen-{uuid4().hex[:8]}"
    create_event(desk, key)
    for name in ("Ada", "Ben"):
        register(desk, key, name)
    arrange(desk, key)
    desk.goto(f"{DESK}meetings/{key}/print/")
    wrong = flaws(desk, axe)
    assert desk.request.get(f"{DESK}meetings/{key}/print/badges.pdf").headers["content-type"] == "application/pdf"

    ada, ben = open_page(viewport=PHONE), open_page(viewport=PHONE, java_script_enabled=False)
    for name in ("Ada", "Ben"):
        wait_for_mail(desk, site, key, name)
    ada.goto(own_page(site, key, "Ada") + "meetings/me/")
    wrong += flaws(ada, axe)
    ada.get_by_label("Was tun oder suchen Sie?").fill("Ich suche Garn.")
    ada.get_by_role("button", name="Speichern").click()
    ada.goto(own_page(site, key, "Ada") + "meetings/people/")
    wrong += flaws(ada, axe)
    press(ada, "wish:")
    expect(ada.get_by_role("status").first).to_contain_text("Ben")
    ben.goto(own_page(site, key, "Ben") + "meetings/")
    ben.get_by_role("button", name="Ja, gern").click()

    desk.goto(f"{DESK}meetings/{key}/timetable/")
    wrong += flaws(desk, axe)
    desk.locator("[name=seconds]").fill("5")
    desk.get_by_role("button", name="Fassung rechnen").click()
    desk.get_by_role("link", name=re.compile("dann veröffentlichen")).click()
    desk.get_by_role("button", name="Veröffentlichen").click()
    expect(desk.get_by_role("heading", level=1)).to_contain_text("Fassung 1")
    wrong += flaws(desk, axe)

    for page, name in ((ada, "Ada"), (ben, "Ben")):
        page.goto(own_page(site, key, name) + "meetings/")
        page.locator("button[value^='took-place']").click()
        page.locator("button[value^='go-on']").click()
    expect(ben.get_by_role("main")).to_contain_text(f"ada-{key}@web.example")
    ada.reload()
    wrong += flaws(ada, axe)
    desk.goto(f"{DESK}records/match/?q=Treffen {key}")
    expect(desk.locator("main .rows > li")).to_have_count(1)
    assert not wrong, "\n".join(wrong)
