"""Two people and an organiser, from a wish to what comes of the meeting: on a phone, by keyboard, without scripts, free of barriers."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from playwright.sync_api import Page, StorageState, expect

from scripts.demo import Site
from tests.browser.looks import PHONE, structure, too_wide, untranslated

OpenPage = Callable[..., Page]
DESK = "/de/desk/inducci/"


def create_event(page: Page, key: str) -> None:
    """An event of yesterday, so that its meetings have taken place as soon as there is a timetable."""
    page.goto(f"{DESK}records/event/+/")
    page.get_by_label("Deutsch: Titel").fill(f"Treffen {key}")
    page.get_by_label("Kennung").fill(key)
    page.locator("#f-date").fill((datetime.now(UTC).date() - timedelta(days=1)).isoformat())
    page.get_by_role("button", name="Speichern und veröffentlichen").first.click()
    page.goto(f"{DESK}registrations/{key}/terms/")
    page.locator("[name=asks_networking]").check()
    page.get_by_role("button", name=re.compile("Speichern")).click()


def register(page: Page, key: str, name: str) -> None:
    page.goto(f"{DESK}registrations/{key}/+/")
    page.get_by_label("Ihr Name").fill(name)
    page.locator("#id_email").fill(f"{name.lower()}-{key}@web.example")
    page.get_by_label("ein anderer Bereich").check()
    page.locator("[name=networking]").check()
    page.get_by_role("button", name="Anmelden und Ticket schicken").click()


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


def own_page(site: Site, key: str, name: str) -> str:
    """The address of somebody's meetings, from the ticket that was mailed to them."""
    mails = site.log.read_text().replace("=\n", "")
    found = re.search(rf"To: {name.lower()}-{key}@web\.example.*?/events/{key}/mine/([\w=-]+?)/", mails, re.DOTALL)
    assert found is not None, f"no mail to {name}"
    return f"/de/inducci/events/{key}/mine/{found[1]}/meetings/"


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
    for _try in range(60):  # the worker mails the tickets
        if all(f"To: {name}-{key}@" in site.log.read_text() for name in ("ada", "ben")):
            break
        desk.wait_for_timeout(500)
    ada.goto(own_page(site, key, "Ada") + "me/")
    wrong += flaws(ada, axe)
    ada.get_by_label("Was tun oder suchen Sie?").fill("Ich suche Garn.")
    ada.get_by_role("button", name="Speichern").click()
    ada.goto(own_page(site, key, "Ada") + "people/")
    wrong += flaws(ada, axe)
    press(ada, "wish:")
    expect(ada.get_by_role("status").first).to_contain_text("Ben")
    ben.goto(own_page(site, key, "Ben"))
    ben.get_by_role("button", name="Ja, gern").click()

    desk.goto(f"{DESK}meetings/{key}/timetable/")
    wrong += flaws(desk, axe)
    desk.locator("[name=seconds]").fill("5")
    desk.get_by_role("button", name="Fassung rechnen").click()
    desk.get_by_role("link", name=re.compile("dann veröffentlichen")).click(timeout=60_000)
    desk.get_by_role("button", name="Veröffentlichen").click()
    expect(desk.get_by_role("heading", level=1)).to_contain_text("Fassung 1")
    wrong += flaws(desk, axe)

    for page, name in ((ada, "Ada"), (ben, "Ben")):
        page.goto(own_page(site, key, name))
        page.locator("button[value^='took-place']").click()
        page.locator("button[value^='go-on']").click()
    expect(ben.get_by_role("main")).to_contain_text(f"ada-{key}@web.example")
    ada.reload()
    wrong += flaws(ada, axe)
    desk.goto(f"{DESK}records/match/?q=Treffen {key}")
    expect(desk.locator("main .rows > li")).to_have_count(1)
    assert not wrong, "\n".join(wrong)
