"""Take the README's two pictures from the running demonstration: ``make pictures``."""

from scripts.browser import chromium
from scripts.demo import ROOT, demo

FOLDER = ROOT / "docs/pictures"
# File name -> page of the demonstration programme.
PICTURES = {"home.png": "/en/inducci/", "thread.png": "/en/inducci/thread/"}


def main() -> None:
    """Write the pictures, as wide as a README shows them on a dense screen."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with demo() as site, chromium() as browser:
        page = browser.new_page(viewport={"width": 1280, "height": 800}, color_scheme="light", reduced_motion="reduce")
        for name, path in PICTURES.items():
            response = page.goto(site.address + path, wait_until="networkidle")
            if response is None or not response.ok:
                raise RuntimeError(f"{path} cannot be shown")
            page.screenshot(path=FOLDER / name)
            print(f"{FOLDER.name}/{name}")


if __name__ == "__main__":
    main()
