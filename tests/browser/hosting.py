"""An event at the desk with guests who have their tickets, for stories that need one."""

import re
from datetime import UTC, datetime, timedelta

from playwright.sync_api import Page

from scripts.demo import Site

DESK = "/de/desk/inducci/"


def create_event(page: Page, key: str) -> None:
    """An event of yesterday, so that what comes afterwards can begin at once."""
    page.goto(f"{DESK}records/event/+/")
    page.get_by_label("Deutsch: Titel").fill(f"Treffen {key}")
    page.get_by_label("Kennung").fill(key)
    page.locator("#f-date").fill((datetime.now(UTC).date() - timedelta(days=1)).isoformat())
    page.get_by_role("button", name="Speichern und veröffentlichen").first.click()
    page.goto(f"{DESK}registrations/{key}/terms/")
    page.locator("[name=asks_networking]").check()
    page.get_by_role("button", name=re.compile("Speichern")).click()


def register(page: Page, key: str, name: str) -> None:
    """Give somebody a place who wants to meet others."""
    page.goto(f"{DESK}registrations/{key}/+/")
    page.locator("#id_name").fill(name)
    page.locator("#id_email").fill(f"{name.lower()}-{key}@web.example")
    page.get_by_label("ein anderer Bereich").check()
    page.locator("[name=networking]").check()
    page.get_by_role("button", name="Anmelden und Ticket schicken").click()


def mails_to(site: Site, key: str, name: str) -> str:
    """What was mailed from the first mail to somebody on."""
    mails = site.log.read_text().replace("=\n", "")
    return mails[at:] if (at := mails.find(f"To: {name.lower()}-{key}@web.example")) >= 0 else ""


def wait_for_mail(page: Page, site: Site, key: str, name: str, words: str = "") -> str:
    """Wait until the worker has mailed something to somebody that holds these words."""
    for _try in range(240):
        found = mails_to(site, key, name)
        if found and words in found:
            return found
        page.wait_for_timeout(500)
    raise AssertionError(f"no mail to {name} with {words!r}")


def own_page(site: Site, key: str, name: str) -> str:
    """The address behind somebody's own link, from the ticket that was mailed to them."""
    found = re.search(rf"/events/{key}/mine/([\w=-]+?)/", mails_to(site, key, name))
    assert found is not None, f"no mail to {name}"
    return f"/de/inducci/events/{key}/mine/{found[1]}/"
