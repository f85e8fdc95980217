"""The closing event in Plauen as a visitor reads it, from the front door to what became of it."""

from urllib.parse import urlsplit

import icalendar
from playwright.sync_api import Locator, Page, expect

from scripts.demo import Site
from tests.browser.looks import publicity

EVENT = (
    "Vom Industriestandort zur Makerregion?! Impulse für neue Kooperationen zwischen Industrie und Kreativwirtschaft"
)
QUESTIONS = {
    "Welche Wege führen vom Industriestandort zur Makerregion?": 3,
    "Welche Pilotaktionen haben die deutschen Partner umgesetzt?": 3,
    "Welche Strategievorschläge liegen für Chemnitz und Region vor?": 1,
    "Wie gehen die Erkenntnisse in Chemnitz2025 ein?": 5,
}
PILOTS = ["Labor 2025", "WerkSchau 2021 - Made in Sachsen", "Living Lab"]
ON_PHOTO = [
    ("Josephine Hage", "KREATIVES SACHSEN"),
    ("Katrin Hoffmann", "Industrieverein Sachsen 1828 e. V."),
    ("Susan Strebe", "Kreatives Chemnitz"),
    ("Dr. Mario Geißler", "Q\u2011Hub GmbH"),
    ("Maik Kästner", "IHK Chemnitz"),
]


def addresses(links: Locator) -> list[str]:
    """Where links lead."""
    return [str(link.get_attribute("href")) for link in links.all()]


def words(place: Locator) -> list[str]:
    """The words of each element, with single spaces."""
    return [" ".join(text.split()) for text in place.all_inner_texts()]


def to_the_event(page: Page) -> Locator:
    """Walk from the front door to the event and return its main part."""
    page.goto("/")
    page.get_by_role("main").get_by_role("link", name="InduCCI").click()
    page.wait_for_url("**/de/inducci/")
    page.get_by_role("navigation", name="Hauptmenü").get_by_role("link", name="Veranstaltungen").click()
    page.get_by_role("main").get_by_role("link", name=EVENT).click()
    page.wait_for_url("**/events/plauen-2021/")
    return page.get_by_role("main")


def test_a_visitor_finds_the_event_and_reads_what_happened(page: Page, site: Site) -> None:
    main = to_the_event(page)
    expect(main.get_by_role("heading", level=1)).to_have_text(EVENT)
    facts = dict(zip(words(main.locator("#facts dt")), words(main.locator("#facts dd")), strict=True))
    assert facts["Wann"] == "29. September 2021"
    assert "Plauen" in facts["Wo"]
    assert facts["Veranstaltungsort"] == "unbekannt"
    assert "Landesverband der Kultur- und Kreativwirtschaft Sachsen" in facts["Ausrichtung"]
    assert "Kreative Deutschland" in facts["Mitausrichtung"]

    assert words(main.locator("#questions h3")) == list(QUESTIONS)
    assert [one.locator("ul a").count() for one in main.locator("#questions .question").all()] == list(
        QUESTIONS.values()
    )
    for address in addresses(main.locator("#questions a")):
        path, _, anchor = address.partition("#")
        response = page.request.get(path)
        assert (response.status, f'id="{anchor}"' in response.text() or not anchor) == (200, True), address

    agenda = main.locator("#agenda")
    assert words(agenda.locator("h3")) == [
        "Vorstellung der Cross-Innovation-Projekte, die in Chemnitz und der Region erprobt wurden",
        "Diskussion des Strategiepapiers der CWE (letzter Programmpunkt)",
        "Austausch und Vernetzung",
    ]
    assert words(agenda.locator("a"))[:3] == PILOTS
    assert words(agenda.locator("a"))[3:] == [
        "Strategiepapier zur nachhaltigen Integration der Kultur- und Kreativwirtschaft in die Industrieregion Chemnitz"
    ]
    participants = main.locator("#participants")
    expect(participants).to_contain_text("knapp 40")
    assert words(participants.locator("li")) == ["Kultur- und Kreativwirtschaft", "Industrieunternehmen", "Verwaltung"]
    photo = main.locator("#photo")
    expect(photo).to_contain_text("Von links nach rechts")
    assert words(photo.locator("li")) == [" ".join(pair) for pair in ON_PHOTO]
    # In this order from left to right also for the eye.
    lefts = [(box["y"], box["x"]) for item in photo.locator("li").all() if (box := item.bounding_box())]
    assert lefts == sorted(lefts)
    expect(main.get_by_role("link", name="Nationale Abschlussveranstaltung in Plauen").first).to_have_attribute(
        "href", "/de/inducci/news/6/"
    )
    expect(main).to_contain_text("Video Abschlusstagung InduCCI")
    assert publicity(page, urlsplit(page.url).path, {"width": 1280, "height": 720}) == []


def test_the_event_goes_into_a_calendar(page: Page) -> None:
    main = to_the_event(page)
    response = page.request.get(str(main.get_by_role("link", name="In meinen Kalender").get_attribute("href")))
    assert response.headers["content-type"].startswith("text/calendar")
    events = icalendar.Calendar.from_ical(response.body()).walk("VEVENT")
    assert [(str(event["SUMMARY"]), str(event.decoded("DTSTART"))) for event in events] == [(EVENT, "2021-09-29")]


def test_the_newsflash_tells_of_the_event_and_names_its_original(page: Page) -> None:
    main = to_the_event(page)
    main.get_by_role("link", name="Nationale Abschlussveranstaltung in Plauen").first.click()
    page.wait_for_url("**/news/6/")
    assert [link for link in addresses(page.get_by_role("main").get_by_role("link")) if "/newsflash-6-" in link] != []
    expect(page.get_by_role("main").get_by_role("link", name=EVENT).first).to_be_visible()


def test_links_alone_lead_from_the_first_guiding_question_to_an_uptake(page: Page) -> None:
    main = to_the_event(page)
    main.locator("#questions h3 a").first.click()
    page.wait_for_url("**/questions/*/")
    # Breadth first over what answers the question and over the threads of the pages, as a patient reader would go.
    found, queue, seen = list[str](), [urlsplit(page.url).path], set[str]()
    while queue and not found and len(seen) < 12:
        path = queue.pop(0)
        seen.add(path)
        page.goto(path)
        onward = [link.partition("#")[0] for link in addresses(page.locator("main :is(.tree, .threads) a[href^='/']"))]
        found = [link for link in onward if "/uptake/" in link]
        queue += [link for link in dict.fromkeys(onward) if "?" not in link and link not in seen | set(queue)]
    assert found, f"no uptake from {sorted(seen)}"
    page.goto(found[0])
    expect(page.get_by_role("main").get_by_role("heading", level=1)).to_be_visible()
