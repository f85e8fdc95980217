"""What holds on every public page, in both languages."""

from collections.abc import Callable
from typing import Literal
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, ViewportSize

from scripts.demo import Site, kind_of
from scripts.lighthouse import measure
from tests.browser.looks import PHONE, WIDE, publicity, structure, too_wide, untranslated

# The pages are shared out so that several processes can take part.
PARTS = 6
parts = pytest.mark.parametrize("part", range(PARTS))
# What a first visit may cost, everything of the page included.
FIRST_VISIT = 100_000
WINDOWS = ((360, 640), (800, 600), (1440, 900))
OTHER_LOOKS: tuple[tuple[ViewportSize, Literal["light", "dark"]], ...] = ((WIDE, "dark"), (PHONE, "light"))
# The rules whose answer changes with the window's size or the colours.
DEPENDS_ON_WINDOW = [
    "color-contrast",
    "target-size",
    "scrollable-region-focusable",
    "link-in-text-block",
    "landmark-unique",
]

OpenPage = Callable[..., Page]
Axe = Callable[..., list[str]]


def flaws(page: Page, path: str, axe: Axe, mapped: list[str]) -> list[str]:
    """Look at one page in a wide window by day, and on a phone by night."""
    language = path.split("/")[1]
    page.set_viewport_size(WIDE)
    page.emulate_media(color_scheme="light")
    response = page.goto(path)
    status = 404 if "no-such-page" in path else 200
    found = [] if response and response.status == status else [f"answers {response and response.status}"]
    found += structure(page, language)
    found += untranslated(page) if language == "de" and "gallery" not in path else []
    found += axe(page)
    found += publicity(page, path, WIDE) if path in mapped else []
    page.set_viewport_size(PHONE)
    page.emulate_media(color_scheme="dark")
    found += too_wide(page, PHONE["width"])
    found += publicity(page, path, PHONE) if path in mapped else []
    found += [f"on a phone, dark: {flaw}" for flaw in axe(page, rules=DEPENDS_ON_WINDOW)]
    return [f"{path}: {flaw}" for flaw in found]


@parts
def test_every_page_is_sound_and_free_of_barriers_and_gives_publicity(
    part: int, public_pages: list[str], mapped_pages: list[str], page: Page, axe: Axe
) -> None:
    wrong = [flaw for path in public_pages[part::PARTS] for flaw in flaws(page, path, axe, mapped_pages)]
    assert not wrong, "\n".join(wrong)


def test_one_page_of_each_kind_is_free_of_barriers_in_every_window_and_theme(
    samples: list[str], page: Page, axe: Axe
) -> None:
    wrong = []
    for path in samples:
        page.goto(path)
        for viewport, scheme in OTHER_LOOKS:
            page.set_viewport_size(viewport)
            page.emulate_media(color_scheme=scheme)
            wrong += [
                f"{path} at {viewport['width']} px, {scheme}: {flaw}" for flaw in axe(page, rules=DEPENDS_ON_WINDOW)
            ]
    assert not wrong, "\n".join(wrong)


def test_publicity_keeps_the_rules_in_every_window(samples: list[str], page: Page) -> None:
    wrong = []
    for path in [*samples, "/en/inducci/"]:
        page.goto(path)
        for width, height in WINDOWS:
            viewport: ViewportSize = {"width": width, "height": height}
            page.set_viewport_size(viewport)
            wrong += [f"{path}: {flaw}" for flaw in publicity(page, path, viewport)]
    assert not wrong, "\n".join(wrong)


def test_no_page_of_a_kind_costs_more_than_its_allowance(
    samples: list[str], open_page: OpenPage, record_property: Callable[[str, object], None]
) -> None:
    weights = {}
    for path in [*samples, "/de/inducci/search/?q=werkschau"]:
        page = open_page()
        received: list[float] = []
        session = page.context.new_cdp_session(page)
        session.on(
            "Network.loadingFinished", lambda event, received=received: received.append(event["encodedDataLength"])
        )
        session.send("Network.enable")
        page.goto(path, wait_until="load")
        # What a page fetches by itself it has asked for when it is loaded, its fonts are there and it has nothing to do.
        page.evaluate("document.fonts.ready.then(() => new Promise((done) => requestIdleCallback(() => done())))")
        weights[path] = round(sum(received))
    heaviest = max(weights, key=lambda path: weights[path])
    record_property("shown", [f"Heaviest first visit: {weights[heaviest] / 1000:.1f} kB {heaviest}"])
    assert {path: weight for path, weight in weights.items() if weight > FIRST_VISIT} == {}


def test_lighthouse_gives_full_marks(
    site: Site, samples: list[str], record_property: Callable[[str, object], None]
) -> None:
    wanted = {("home",), ("events", "*"), ("pilots",), ("thread",)}
    addresses = [site.address + path for path in samples if kind_of(path) in wanted]
    pages = measure(addresses, runs=1)
    # Speed depends on what else the machine does, so it is shown and not demanded here.
    record_property(
        "shown",
        [f"Lighthouse performance {page.scores['performance']} {urlsplit(page.address).path}" for page in pages],
    )
    assert len(pages) == len(wanted)
    assert [(page.address, page.misses, page.lost) for page in pages if page.misses] == []
