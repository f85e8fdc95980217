"""What holds on every public page, in both languages."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from scripts.demo import Site, kind_of
from scripts.lighthouse import measure

# The pages are shared out so that several processes can take part.
PARTS = 4
parts = pytest.mark.parametrize("part", range(PARTS))
PHONE = {"width": 360, "height": 740}
# Everything the keyboard should reach on a page.
REACHABLE = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']"
ON_STOP = """() => {
  const e = document.activeElement;
  if (!e || e === document.body) return null;
  const box = e.getBoundingClientRect();
  const drawn = (element, part) => {
    const style = getComputedStyle(element, part);
    return style.outlineStyle !== 'none' || style.boxShadow !== 'none';
  };
  // The ring may be around the link itself, a layer it spreads over its card, or the card.
  const marked = (element) => [null, '::before', '::after'].some((part) => drawn(element, part))
    || [...document.querySelectorAll(':focus-within')].some((around) => around.contains(element)
      && around.matches(':is(article, li, label, fieldset, div)') && getComputedStyle(around).outlineStyle !== 'none');
  return {
    name: e.tagName + ' ' + (e.getAttribute('href') || e.id || e.name || e.textContent.trim().slice(0, 30)),
    href: e.getAttribute('href'),
    inSight: box.width > 0 && box.height > 0 && box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
    marked: marked(e),
  };
}"""

OpenPage = Callable[..., Page]
Axe = Callable[..., list[str]]


@parts
def test_every_page_is_free_of_barriers_in_light_and_dark(
    part: int, public_pages: list[str], page: Page, axe: Axe
) -> None:
    violations = []
    for path in public_pages[part::PARTS]:
        page.emulate_media(color_scheme="light")
        page.goto(path)
        violations += axe(page)
        page.emulate_media(color_scheme="dark")
        violations += axe(page, rules=["color-contrast"])
    assert violations == []


@parts
def test_every_page_fits_a_phone_without_sideways_scrolling(
    part: int, public_pages: list[str], open_page: OpenPage
) -> None:
    page = open_page(viewport=PHONE)
    too_wide = []
    for path in public_pages[part::PARTS]:
        page.goto(path)
        width = page.evaluate("document.documentElement.scrollWidth")
        if width > PHONE["width"]:
            too_wide.append(f"{path}: {width} px")
    assert too_wide == []


@parts
def test_every_page_answers_and_has_one_title_a_description_and_its_language(
    part: int, public_pages: list[str], open_page: OpenPage
) -> None:
    page = open_page(java_script_enabled=False)
    wrong = []
    for path in public_pages[part::PARTS]:
        response = page.goto(path)
        expected = {
            "status": 404 if "no-such-page" in path else 200,
            "lang": path.split("/")[1],
            "headings": 1,
            "mains": 1,
        }
        found = {
            "status": response.status if response else 0,
            "lang": page.locator("html").get_attribute("lang"),
            "headings": page.locator("h1").count(),
            "mains": page.locator("main").count(),
        }
        if found != expected or not page.title():
            wrong.append(f"{path}: {found}, title {page.title()!r}")
    assert wrong == []


def test_titles_tell_pages_apart(site: Site, page: Page) -> None:
    titles: dict[str, str] = {}
    for path in site.samples():
        page.goto(path)
        titles.setdefault(page.title(), path)
    assert sorted(titles.values()) == sorted(site.samples())


def test_keyboard_reaches_everything_and_shows_where_it_is(site: Site, page: Page) -> None:
    wrong = []
    for path in site.samples():
        page.goto(path)
        reachable = page.locator(f":is({REACHABLE}):visible").count()
        stops = []
        for _ in range(reachable + 5):
            page.keyboard.press("Tab")
            if (stop := page.evaluate(ON_STOP)) is None:
                break
            stops.append(stop)
        if not stops or not (stops[0]["href"] or "").startswith("#"):
            wrong.append(f"{path}: the first stop is no link past the navigation")
        wrong += [f"{path}: {stop['name']} is out of sight" for stop in stops if not stop["inSight"]]
        wrong += [f"{path}: {stop['name']} shows no focus" for stop in stops if not stop["marked"]]
    assert wrong == []


def test_pages_say_the_same_without_javascript(site: Site, open_page: OpenPage) -> None:
    plain, scripted = open_page(java_script_enabled=False), open_page()
    wrong = []
    for path in site.samples():
        plain.goto(path)
        scripted.goto(path)
        # Scripts may add controls; what there is to read must be there before.
        missing = set(scripted.locator("main :is(h1, h2, h3)").all_inner_texts()) - set(
            plain.locator("main :is(h1, h2, h3)").all_inner_texts()
        )
        if missing:
            wrong.append(f"{path}: {sorted(missing)}")
    assert wrong == []


def test_lighthouse_gives_full_marks(site: Site, record_property: Callable[[str, object], None]) -> None:
    wanted = {("home",), ("events", "*"), ("pilots",), ("thread",)}
    addresses = [site.address + path for path in site.samples() if kind_of(path) in wanted]
    pages = measure(addresses, runs=1)
    # Speed depends on what else the machine does, so it is shown and not demanded here.
    record_property("shown", [f"Lighthouse performance {page.scores['performance']} {page.address}" for page in pages])
    assert len(pages) == len(wanted)
    assert [(page.address, page.misses, page.lost) for page in pages if page.misses] == []
