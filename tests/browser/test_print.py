"""On paper stand the words and the addresses of links, not the navigation."""

import pytest
from playwright.sync_api import Page, expect

AFTER = "link => getComputedStyle(link, '::after').content"


@pytest.mark.parametrize(
    "path", ["/de/inducci/events/plauen-2021/", "/de/inducci/thread/", "/de/inducci/thread/?view=list"]
)
def test_a_page_is_printed_without_its_navigation(path: str, page: Page) -> None:
    page.goto(path)
    page.emulate_media(media="print")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    for part in (".nav", ".tools", ".skip", ".filters", ".languages"):
        assert [one for one in page.locator(part).all() if one.is_visible()] == []
    outward = page.locator("main a[href^='http']:visible").first
    if outward.count():
        assert str(outward.get_attribute("href")) in outward.evaluate(AFTER)
    inward = page.locator("main a[href^='/']:visible").first
    assert inward.evaluate(AFTER) in ("none", "normal", '""')
    # Dark screens print dark on light, too.
    assert page.evaluate("getComputedStyle(document.body).color.match(/[0-9.]+/g).map(Number)[0]") < 128
    sheet = page.pdf(format="A4")
    assert sheet.startswith(b"%PDF")
    assert len(sheet) > 20_000
