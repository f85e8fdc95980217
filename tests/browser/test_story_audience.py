"""A question from a phone to the screen and into the documentation; after the event a sheet in the box and a mail that thanks."""

import re
from collections.abc import Callable
from urllib.parse import urlsplit
from uuid import uuid4

from playwright.sync_api import Page, expect

from scripts.demo import Site
from tests.browser.hosting import create_event, own_page, register, wait_for_mail
from tests.browser.looks import PHONE, structure, too_wide, untranslated

OpenPage = Callable[..., Page]
DESK = "/de/desk/inducci/audience"
QUESTION = "Wer zahlt die Werkstätten?"
ANSWER = "Die Stadt, im ersten Jahr."


def about(deed: str) -> re.Pattern[str]:
    """The name of the button that does something with the question."""
    return re.compile(rf"{deed}\s*: {re.escape(QUESTION)}")


def ask(page: Page, room: str, words: str) -> None:
    """Ask a question on a phone."""
    page.goto(room)
    page.get_by_label("Ihre Frage").fill(words)
    page.get_by_role("button", name="Fragen").click()
    expect(page.get_by_role("main")).to_contain_text(words)


def ways_in(page: Page, event: str) -> list[str]:
    """Open the floor at the desk; the addresses for the room, the screen and the moderators."""
    page.goto(f"{DESK}/{event}/")
    page.get_by_role("button", name=re.compile("^Öffnen")).first.click()
    expect(page.locator("code.address").first).to_be_visible()
    page.wait_for_load_state()
    return [urlsplit(address).path for address in page.locator("code.address").all_inner_texts()]


def test_a_question_goes_from_a_phone_to_the_screen_and_stays_with_the_event(
    organiser_page: Page, open_page: OpenPage, axe: Callable[..., list[str]]
) -> None:
    room, screen, moderators = ways_in(organiser_page, "plauen-2021")
    asker = open_page(viewport=PHONE, java_script_enabled=False)
    asker.goto(room)
    asker.get_by_label("Ihre Frage").fill(QUESTION)
    asker.get_by_role("button", name="Fragen").click()
    expect(asker.get_by_role("main")).to_contain_text("wartet auf die Moderation")

    moderator, stage, voter = open_page(viewport=PHONE), open_page(), open_page(viewport=PHONE)
    stage.goto(screen)
    voter.goto(room)
    moderator.goto(moderators)
    expect(voter.get_by_role("main")).not_to_contain_text(QUESTION)
    moderator.get_by_role("button", name=about("Anzeigen")).click()
    expect(moderator.get_by_role("heading", name="Freizugeben 0")).to_be_visible()
    voter.get_by_role("button", name=re.compile("Das möchte ich auch hören")).click()
    expect(voter.get_by_role("button", pressed=True)).to_contain_text("1")
    moderator.get_by_role("button", name=about("Auf die Leinwand")).click()
    expect(stage.locator(".stage__words")).to_have_text(QUESTION)
    moderator.get_by_text("Schriftlich antworten").click()
    moderator.get_by_label("Antwort").fill(ANSWER)
    moderator.get_by_role("button", name="Speichern").click()
    expect(moderator.get_by_role("main")).to_contain_text(ANSWER)
    for page in (voter, stage, moderator):
        assert axe(page) == []
        assert [*structure(page, "de"), *untranslated(page)] == []
    assert [*too_wide(voter, PHONE["width"]), *too_wide(moderator, PHONE["width"])] == []

    organiser_page.reload()
    organiser_page.get_by_role("button", name="In die Dokumentation übernehmen").click()
    expect(organiser_page.get_by_role("status")).to_contain_text("1 Frage steht jetzt in der Dokumentation")
    organiser_page.goto("/de/desk/inducci/records/event/plauen-2021/")
    organiser_page.get_by_role("button", name="Newsflash vorschlagen").click()
    expect(organiser_page.get_by_role("status")).to_contain_text("Ein Entwurf")
    voter.goto("/de/inducci/events/plauen-2021/#said")
    expect(voter.locator("#said")).to_contain_text(ANSWER)


def test_an_answer_that_is_being_written_outlives_a_new_list(organiser_page: Page, open_page: OpenPage) -> None:
    key = f"frage-{uuid4().hex[:8]}"
    create_event(organiser_page, key)
    room, _screen, moderators = ways_in(organiser_page, key)
    moderator, asker = open_page(viewport=PHONE), open_page(viewport=PHONE)

    ask(asker, room, QUESTION)
    moderator.goto(moderators)
    moderator.get_by_role("button", name=about("Anzeigen")).click()
    moderator.get_by_text("Schriftlich antworten").click()
    answer = moderator.get_by_label("Antwort")
    answer.fill(ANSWER)
    answer.blur()  # a finger beside the keyboard
    ask(asker, room, "Und wer heizt?")
    expect(moderator.get_by_role("heading", name="Freizugeben 1")).to_be_visible()
    expect(answer).to_have_value(ANSWER)


def test_after_the_event_a_guest_puts_a_sheet_into_the_box_without_scripts_and_is_thanked_once(
    site: Site, organiser_page: Page, open_page: OpenPage, axe: Callable[..., list[str]]
) -> None:
    desk, key = organiser_page, f"danach-{uuid4().hex[:8]}"
    desk.set_viewport_size(PHONE)
    create_event(desk, key)
    register(desk, key, "Ida")
    place = f"{DESK}/{key}/"

    def flaws(page: Page) -> list[str]:
        found = [*axe(page), *structure(page, "de"), *too_wide(page, PHONE["width"]), *untranslated(page)]
        return [f"{page.url}: {flaw}" for flaw in found]

    desk.goto(f"{place}feedback/")
    desk.get_by_role("button", name="Mit fünf guten Fragen beginnen").click()
    desk.get_by_role("button", name="Formular öffnen").click()
    expect(desk.get_by_role("button", name="Formular schließen")).to_be_visible()
    wrong = flaws(desk)

    wait_for_mail(desk, site, key, "Ida")
    guest = open_page(viewport=PHONE, java_script_enabled=False)
    guest.goto(own_page(site, key, "Ida"))
    guest.get_by_role("link", name="Sagen, wie es war").click()
    guest.get_by_role("button", name="In die Box legen").click()  # an empty sheet comes back
    expect(guest.get_by_role("alert")).to_be_visible()
    guest.get_by_role("radio").first.check()
    guest.get_by_role("button", name="In die Box legen").click()
    expect(guest.get_by_role("heading", level=1)).to_have_text("Danke")
    guest.reload()  # and there is no second sheet
    expect(guest.get_by_role("button", name="In die Box legen")).to_have_count(0)

    desk.goto(f"{place}thanks/")
    wrong += flaws(desk)
    desk.get_by_label("Betreff (Deutsch)").first.fill("Schön, dass Sie da waren")
    desk.get_by_role("button", name="Sichern und ansehen").click()
    expect(desk.get_by_role("main")).to_contain_text("Schön, dass Sie da waren")
    wrong += flaws(desk)
    desk.get_by_role("button", name="Einmal an alle senden").click()
    expect(desk.get_by_role("button", name="Einmal an alle senden")).to_have_count(0)
    assert "/feedback/" in wait_for_mail(desk, site, key, "Ida", "da waren")
    assert not wrong, "\n".join(wrong)


def test_the_second_of_two_moderators_keeps_both_answers_in_sight(organiser_page: Page, open_page: OpenPage) -> None:
    key = f"zwei-{uuid4().hex[:8]}"
    create_event(organiser_page, key)
    room, _screen, moderators = ways_in(organiser_page, key)
    first, second, asker = (open_page(viewport=PHONE) for _person in range(3))
    ask(asker, room, QUESTION)
    first.goto(moderators)
    first.get_by_role("button", name=about("Anzeigen")).click()
    first.get_by_text("Schriftlich antworten").click()
    second.goto(moderators)
    second.get_by_text("Schriftlich antworten").click()
    second.get_by_label("Antwort").fill("Bela")
    second.get_by_label("Antwort").blur()
    first.get_by_label("Antwort").fill("Ada")
    first.get_by_role("button", name="Speichern").click()
    expect(first.get_by_role("main")).to_contain_text("Ada")
    # The list has come anew, and what is typed is still about no answer at all.
    expect(second.locator(".floor__answer")).to_have_text("Ada")
    second.get_by_role("button", name="Speichern").click()
    expect(second.get_by_role("alert")).to_contain_text("Ada")
    ask(asker, room, "Noch etwas?")
    expect(second.get_by_role("heading", name="Freizugeben 1")).to_be_visible()
    expect(second.get_by_role("alert")).to_contain_text("Ada")
    expect(second.get_by_label("Antwort")).to_have_value("Bela")
    assert too_wide(second, PHONE["width"]) == []
    second.get_by_role("button", name="Meine speichern").click()
    expect(second.locator(".floor__answer")).to_have_text("Bela")
