"""What an organiser does: see what is open, edit, preview, publish, take back, and meet a colleague in the same record."""

import re
from collections.abc import Callable
from urllib.parse import urlsplit
from uuid import uuid4

from playwright.sync_api import Browser, Page, StorageState, expect

from scripts.demo import Site
from tests.browser.looks import PHONE, WIDE, structure, too_wide, untranslated

OpenPage = Callable[..., Page]
DESK = "/de/desk/inducci/"


def edit(page: Page, kind: str, key: str) -> None:
    page.goto(f"{DESK}records/{kind}/{key}/")


def save(page: Page) -> None:
    page.get_by_role("button", name="Speichern").first.click()


def saved(page: Page, words: str = "Gespeichert.") -> None:
    expect(page.get_by_role("status").filter(has_text=words)).to_be_visible()


def test_from_the_list_of_open_ends_to_a_change_in_public_and_back(organiser_page: Page, open_page: OpenPage) -> None:
    page, visitor = organiser_page, open_page()
    sentence = "Die Ergebnisse wurden in Plauen vorgestellt und dort besprochen."
    page.goto("/de/desk/")
    page.wait_for_url(f"**{DESK}")
    expect(page.get_by_role("heading", name="Was Aufmerksamkeit braucht")).to_be_visible()
    expect(page.get_by_role("heading", name=re.compile("Papiere, deren Beschluss unbekannt ist"))).to_be_visible()

    visitor.goto("/de/inducci/pilots/werkschau-2021/")
    expect(visitor.get_by_role("main")).not_to_contain_text(sentence)
    edit(page, "pilot", "werkschau-2021")
    summary = page.get_by_label("Deutsch: Was erprobt wurde")
    before = summary.input_value()
    summary.fill(f"{before}\n\n{sentence}")
    with page.context.expect_page() as opened:
        page.get_by_role("button", name="Vorschau").first.click()
    preview = opened.value
    expect(preview.get_by_role("main")).to_contain_text(sentence)
    preview.close()
    visitor.reload()
    expect(visitor.get_by_role("main")).not_to_contain_text(sentence)
    page.get_by_label("Warum?").fill("Angabe der Gastgebenden")
    save(page)
    saved(page)
    visitor.reload()
    expect(visitor.get_by_role("main")).to_contain_text(sentence)

    page.goto(f"{DESK}journal/")
    expect(page.locator(".journal li", has_text="Angabe der Gastgebenden").first).to_contain_text("Olga Organiser")
    page.locator(".journal li", has_text="Angabe der Gastgebenden").first.get_by_role("link").click()
    page.get_by_role("link", name="Zurück auf den Stand davor").click()
    page.get_by_role("button", name="Zurückholen").click()
    saved(page, "Fassung ist zurück")
    visitor.reload()
    expect(visitor.get_by_role("main")).not_to_contain_text(sentence)


def test_a_draft_is_hidden_until_it_is_published_and_gone_when_retired(
    organiser_page: Page, open_page: OpenPage
) -> None:
    page, visitor = organiser_page, open_page()
    key = f"probe-{uuid4().hex[:8]}"
    page.goto(f"{DESK}records/event/+/")
    page.get_by_label("Deutsch: Titel").fill(f"Probe {key}")
    page.get_by_label("Kennung").fill(key)
    page.get_by_role("button", name="Als Entwurf speichern").first.click()
    saved(page, "Angelegt.")
    public = f"/de/inducci/events/{key}/"
    assert visitor.request.get(public).status == 404
    for move, status in (("Veröffentlichen", 200), ("Zurückziehen", 404)):
        page.get_by_role("link", name=move, exact=True).click()
        page.get_by_role("button", name=move).click()
        page.wait_for_url(f"**/records/event/{key}/")
        assert visitor.request.get(public).status == status


def test_two_browsers_in_one_record_lose_nothing(open_page: OpenPage, signed_in: StorageState) -> None:
    mine, theirs = open_page(storage_state=signed_in), open_page(storage_state=signed_in)
    for page in (mine, theirs):
        edit(page, "pilot", "kranj-kulturcafe-jesenice")
    original = mine.get_by_label("Deutsch: Was erprobt wurde").input_value()
    theirs.get_by_label("Deutsch: Was erprobt wurde").fill("Die andere war schneller.")
    save(theirs)
    saved(theirs)
    mine.get_by_label("Deutsch: Was erprobt wurde").fill("Meine Worte bleiben.")
    save(mine)
    expect(mine.get_by_role("heading", level=1, name="Jemand war schneller")).to_be_visible()
    expect(mine.get_by_role("main")).to_contain_text("Die andere war schneller.")
    expect(mine.get_by_role("main")).to_contain_text("Meine Worte bleiben.")
    mine.get_by_role("button", name="Mit meiner weiterschreiben").click()
    expect(mine.get_by_label("Deutsch: Was erprobt wurde")).to_have_value("Meine Worte bleiben.")
    mine.get_by_label("Deutsch: Was erprobt wurde").fill(original)
    save(mine)
    saved(mine)


def test_a_double_click_makes_one_record(open_page: OpenPage, signed_in: StorageState) -> None:
    # Without the script that disables the button, so that the server has to notice.
    for is_scripted in (True, False):
        page = open_page(storage_state=signed_in, java_script_enabled=is_scripted)
        name = f"Doppelt {uuid4().hex[:8]}"
        page.goto(f"{DESK}records/organisation/+/")
        page.locator("#f-name").fill(name)
        page.get_by_role("button", name="Als Entwurf speichern").first.dblclick()
        saved(page, "Angelegt.")
        page.goto(f"{DESK}records/organisation/?q={name}")
        expect(page.locator("main .rows > li")).to_have_count(1)


def test_a_door_goes_on_without_a_network_and_hands_over_afterwards(
    browser: Browser, site: Site, signed_in: StorageState, axe: Callable[..., list[str]]
) -> None:
    # Not a watched page: a browser without a network says so in its console.
    context = browser.new_context(base_url=site.address, locale="de-DE", storage_state=signed_in, viewport=PHONE)
    page, place, name = context.new_page(), f"{DESK}registrations/plauen-2021/", f"Mia {uuid4().hex[:8]}"
    page.goto(f"{place}terms/")
    page.get_by_role("button", name=re.compile("Speichern")).click()
    page.goto(f"{place}+/")
    page.locator("#id_name").fill(name)
    page.get_by_label("ein anderer Bereich").check()
    page.get_by_role("button", name="Anmelden und Ticket schicken").click()
    wrong = [f"list: {flaw}" for flaw in axe(page)]
    page.goto(f"{place}door/")
    line, said = page.locator("[data-line]"), page.locator("[data-said]")
    expect(line).to_contain_text("Verbunden")
    page.wait_for_function("navigator.serviceWorker.controller && caches.keys().then(names => names.length)")
    context.set_offline(True)
    page.get_by_label("Name, Organisation").fill(name)
    page.locator("[data-list] button").click()
    expect(said).to_contain_text(f"Willkommen: {name}")
    expect(line).to_contain_text("1 warten auf die Übergabe")
    page.reload()
    expect(line).to_contain_text("1 warten auf die Übergabe")
    context.set_offline(False)
    expect(line).to_contain_text("alles ist übergeben")
    wrong += [f"door: {flaw}" for flaw in axe(page)]
    page.goto(f"{place}attendance/")
    expect(page.locator("tbody")).to_contain_text(name)
    wrong += [f"attendance: {flaw}" for flaw in axe(page)]
    context.close()
    assert not wrong, "\n".join(wrong)


# Names and values that organisers typed, and a language's own name.
DATA = ("English: 'Organiser'", "English: 'English'", "English: 'just under'")
DESK_PAGES = (
    "",
    "journal/",
    "roles/",
    "records/pilot/",
    "records/pilot/labor-2025/",
    "records/event/plauen-2021/",
    "records/paper/cwe-strategy/",
    "records/newsflash/+/",
    "records/pilot/labor-2025/links/",
    "records/pilot/labor-2025/history/",
    "records/pilot/labor-2025/withdraw/",
    "menu/",
    "pictures/",
    "audience/",
    "audience/plauen-2021/",
    "newsletter/",
    "newsletter/topics/",
    "newsletter/subscribers/",
)


def pages_begun(page: Page) -> list[str]:
    """Begin a newsletter and have a newsflash proposed; return the addresses of their forms, and those of a film's files."""
    page.goto(f"{DESK}newsletter/")
    page.get_by_role("button", name="Neue Ausgabe").click()
    page.wait_for_url("**/newsletter/issues/*/")
    begun = [page.url]
    page.goto(f"{DESK}records/event/plauen-2021/")
    page.locator("form[action*='/newsflash/'] button").first.click()
    page.wait_for_url("**/records/newsflash/*/")
    begun += [page.url, f"{page.url}text/body/de/publish/"]
    page.goto(f"{DESK}records/film/")
    film = page.locator("main .rows a").first.get_attribute("href") or ""
    return [urlsplit(url).path for url in begun] + [f"{DESK}films/{film.rstrip('/').rpartition('/')[2]}/files/"]


def test_pages_of_the_desk_are_sound_and_free_of_barriers(organiser_page: Page, axe: Callable[..., list[str]]) -> None:
    page, wrong = organiser_page, []
    others = ["/de/account/", "/en/desk/inducci/", "/en/desk/inducci/newsletter/"]
    for path in [*(DESK + rest for rest in DESK_PAGES), *pages_begun(page), *others]:
        page.set_viewport_size(WIDE)
        page.emulate_media(color_scheme="light")
        response = page.goto(path)
        language = path.split("/")[1]
        found = [] if response and response.status == 200 else [f"answers {response and response.status}"]
        english = [] if language != "de" else [flaw for flaw in untranslated(page) if flaw not in DATA]
        found += structure(page, language) + english + axe(page)
        page.set_viewport_size(PHONE)
        page.emulate_media(color_scheme="dark")
        found += too_wide(page, PHONE["width"]) + axe(page)
        wrong += [f"{path}: {flaw}" for flaw in found]
    assert not wrong, "\n".join(wrong)
