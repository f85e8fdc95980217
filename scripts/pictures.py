"""Take the README's two pictures from the running demonstration: ``make pictures``."""

from playwright.sync_api import Page

from scripts.browser import chromium
from scripts.demo import ROOT, demo

FOLDER = ROOT / "docs/pictures"
SIZE = (1440, 1080)
# File name -> page of the demonstration programme, and what stands at the top of the picture.
PICTURES = {"home.png": ("/en/inducci/", "body"), "thread.png": ("/en/inducci/thread/", "nav.views")}


def take(page: Page, address: str, top: str, name: str) -> None:
    """Photograph a page, scrolled to an element."""
    response = page.goto(address, wait_until="networkidle")
    if response is None or not response.ok:
        raise RuntimeError(f"{address} cannot be shown")
    page.locator(top).evaluate("element => scrollTo(0, element.getBoundingClientRect().top)")
    page.screenshot(path=FOLDER / name)
    print(f"{FOLDER.name}/{name}")


def main() -> None:
    """Write the pictures; both have the same size, so that they stand well beside each other."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    width, height = SIZE
    with demo() as site, chromium() as browser:
        page = browser.new_page(
            viewport={"width": width, "height": height}, color_scheme="light", reduced_motion="reduce"
        )
        for name, (path, top) in PICTURES.items():
            take(page, site.address + path, top, name)


if __name__ == "__main__":
    main()
