"""Everything can be reached and done with the keyboard alone."""

from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

from tests.browser.looks import PHONE

# Everything the keyboard should reach on a page: of a group of radio buttons only one is a stop.
REACHABLE = "a[href], button:not([disabled]), input:not([type=hidden]):not([disabled]), select, textarea, summary, [tabindex='0']"
EVERY_STOP = """(reachable) => [...document.querySelectorAll(reachable)].filter((e) => e.checkVisibility()
  && !(e.tagName === 'SUMMARY' && e.parentElement.querySelector('summary') !== e)
  && !(e.type === 'radio' && e !== (e.form.querySelector(`[name="${e.name}"]:checked`) || e.form.querySelector(`[name="${e.name}"]`)))).length"""
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
  // Inside a drawing the mark may be drawn as a stroke.
  const stroked = e.closest('svg') && [...e.querySelectorAll('rect, circle')].some((shape) => parseFloat(getComputedStyle(shape).strokeWidth) >= 2);
  return {
    name: e.tagName + ' ' + (e.getAttribute('href') || e.id || e.name || e.textContent.trim().slice(0, 30)),
    href: e.getAttribute('href'),
    inSight: box.width > 0 && box.height > 0 && box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
    marked: marked(e) || stroked,
  };
}"""

OpenPage = Callable[..., Page]


def walk(page: Page) -> list[str]:
    """Press Tab through the whole page and return what is wrong."""
    expected = page.evaluate(EVERY_STOP, REACHABLE)
    stops = []
    for _ in range(expected + 5):
        page.keyboard.press("Tab")
        if (stop := page.evaluate(ON_STOP)) is None:
            break
        stops.append(stop)
    wrong = (
        [] if stops and (stops[0]["href"] or "").startswith("#") else ["the first stop is no link past the navigation"]
    )
    wrong += [f"{stop['name']} is out of sight" for stop in stops if not stop["inSight"]]
    wrong += [f"{stop['name']} shows no focus" for stop in stops if not stop["marked"]]
    return [*wrong, *([f"{len(stops)} stops of {expected}"] if len(stops) < expected else [])]


def test_keyboard_reaches_everything_and_shows_where_it_is(samples: list[str], page: Page) -> None:
    wrong = []
    for path in samples:
        page.goto(path)
        wrong += [f"{path}: {flaw}" for flaw in walk(page)]
    assert not wrong, "\n".join(wrong)


def test_skip_link_jumps_over_the_navigation(page: Page) -> None:
    page.goto("/de/inducci/events/plauen-2021/")
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_be_in_viewport()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('main').contains(document.activeElement)")


def test_menu_of_a_phone_opens_leads_on_and_closes_by_keyboard(open_page: OpenPage) -> None:
    page = open_page(viewport=PHONE)
    page.goto("/de/inducci/")
    menu = page.locator("[data-menu]")
    menu.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(menu.get_by_role("link", name="Pilotaktionen")).to_be_visible()
    page.keyboard.press("Tab")
    expect(menu.get_by_role("link").first).to_be_focused()
    page.keyboard.press("Escape")
    expect(menu.locator("summary")).to_be_focused()
    expect(menu.get_by_role("link", name="Pilotaktionen")).to_be_hidden()
    page.keyboard.press("Enter")
    menu.get_by_role("link", name="Pilotaktionen").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/de/inducci/pilots/")


def test_search_by_keyboard(page: Page) -> None:
    page.goto("/de/inducci/")
    page.locator("#find").focus()
    page.keyboard.type("Werkschau")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search/?q=Werkschau")
    hit = page.get_by_role("main").get_by_role("link", name="WerkSchau 2021").first
    hit.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("WerkSchau 2021")


def test_sign_in_with_a_mailed_code_by_keyboard(
    page: Page, organiser_address: str, mailed_code: Callable[[], str]
) -> None:
    page.goto("/de/account/login/")
    page.get_by_label("E-Mail").focus()
    page.keyboard.type(organiser_address)
    page.keyboard.press("Enter")
    expect(page).to_have_title("Code eingeben · Querwerk")
    page.get_by_label("Code").focus()
    page.keyboard.type(mailed_code())
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=2, name="Was Aufmerksamkeit braucht")).to_be_visible()


def tab_to(page: Page, target: Locator) -> None:
    """Walk on with Tab until the element has the focus."""
    wanted = target.element_handle()
    for _ in range(400):
        page.keyboard.press("Tab")
        if page.evaluate("wanted => document.activeElement === wanted", wanted):
            return
    raise AssertionError(f"no stop is {target}")


def test_editing_a_pilot_adding_a_finding_saving_and_undoing(organiser_page: Page) -> None:
    page, finding = organiser_page, "Mit der Tastatur allein geht alles."
    main, keys = page.get_by_role("main"), page.keyboard
    page.goto("/de/desk/inducci/records/pilot/living-lab-cwe/")
    tab_to(page, main.get_by_role("button", name="Hinzufügen: Erkenntnis"))
    keys.press("Enter")
    expect(page.get_by_label("Deutsch: Erkenntnis").first).to_be_focused()
    keys.type(finding)
    tab_to(page, main.get_by_role("button", name="Speichern").last)
    keys.press("Enter")
    expect(page.get_by_role("status").filter(has_text="Gespeichert.")).to_be_visible()

    page.goto("/de/inducci/pilots/living-lab-cwe/")
    expect(page.get_by_role("main")).to_contain_text(finding)

    page.goto("/de/desk/inducci/records/pilot/living-lab-cwe/history/")
    tab_to(page, main.locator(".journal a").first)
    keys.press("Enter")
    page.wait_for_url("**/journal/*/")
    tab_to(page, main.get_by_role("link", name="Zurück auf den Stand davor"))
    keys.press("Enter")
    page.wait_for_url("**/restore/**")
    tab_to(page, main.get_by_role("button", name="Zurückholen"))
    keys.press("Enter")
    expect(page.get_by_role("status").filter(has_text="Fassung ist zurück")).to_be_visible()
    page.goto("/de/inducci/pilots/living-lab-cwe/")
    expect(page.get_by_role("main")).not_to_contain_text(finding)
