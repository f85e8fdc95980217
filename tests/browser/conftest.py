from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request

from scripts.browser import chromium
from scripts.demo import ROOT, Site, demo

AXE = (ROOT / "node_modules/axe-core/axe.min.js").read_text()
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# The browser says so in its console for every page that answers 404, which is what error pages do.
EXPECTED_NOISE = "Failed to load resource: the server responded with a status of 4"

running = pytest.StashKey[Site]()
servers = ExitStack()

OpenPage = Callable[..., Page]


def pytest_sessionstart(session: pytest.Session) -> None:
    """Start one server for the whole run; the workers of xdist share it."""
    config = session.config
    if worker := getattr(config, "workerinput", None):
        config.stash[running] = Site(**worker["site"])
    elif not config.option.collectonly:
        config.stash[running] = servers.enter_context(demo())


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    site = node.config.stash[running]
    node.workerinput["site"] = {"address": site.address, "data": site.data}


def pytest_unconfigure(config: pytest.Config) -> None:
    servers.close()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for report in terminalreporter.getreports("passed"):
        for line in dict(report.user_properties).get("shown", []):
            terminalreporter.write_line(line)


@pytest.fixture(scope="session")
def site(pytestconfig: pytest.Config) -> Site:
    """The running server."""
    return pytestconfig.stash[running]


@pytest.fixture(scope="session")
def public_pages(site: Site) -> list[str]:
    """The path of every page a visitor can reach, in both languages."""
    pages = site.pages()
    assert pages, "the site map is empty"
    extra = [
        f"/{language}/{path}" for language in ("de", "en") for path in ("account/login/", "gallery/", "no-such-page/")
    ]
    return [*pages, *extra]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


class Watch:
    """Notes what no page may do: script errors, blocked styles, requests to anybody else."""

    def __init__(self, site: Site) -> None:
        self.host = urlsplit(site.address).netloc
        self.complaints: list[str] = []

    def attach(self, page: Page) -> None:
        page.on("console", self.on_console)
        page.on("pageerror", lambda error: self.complaints.append(f"{page.url}: {error}"))
        page.on("request", self.on_request)

    def on_console(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not message.text.startswith(EXPECTED_NOISE):
            self.complaints.append(f"{message.location.get('url')}: {message.text}")

    def on_request(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme in {"http", "https"} and parts.netloc != self.host:
            self.complaints.append(f"request to {parts.netloc}")


@contextmanager
def watched_context(browser: Browser, site: Site, **options: Any) -> Iterator[BrowserContext]:
    """A fresh browser profile whose pages must stay quiet."""
    watch = Watch(site)
    settings = {"base_url": site.address, "locale": "de-DE", "reduced_motion": "reduce"} | options
    context = browser.new_context(**settings)
    context.set_default_timeout(15_000)
    context.on("page", watch.attach)
    try:
        yield context
    finally:
        context.close()
    assert watch.complaints == []


@pytest.fixture
def open_page(browser: Browser, site: Site) -> Iterator[OpenPage]:
    """Makes a page with options of its own, such as ``viewport`` or ``java_script_enabled``."""
    with ExitStack() as stack:
        yield lambda **options: stack.enter_context(watched_context(browser, site, **options)).new_page()


@pytest.fixture
def page(open_page: OpenPage) -> Page:
    """A visitor's page."""
    return open_page()


@pytest.fixture
def organiser_page(page: Page, site: Site) -> Page:
    """A page of somebody who is signed in as an organiser."""
    page.goto(site.sign_in_address())
    # The link shows a button first, so that a mail scanner that opens it does not use it up.
    if (button := page.locator("main form button[type=submit]")).count():
        button.first.click()
    return page


Axe = Callable[..., list[str]]


@pytest.fixture(scope="session")
def axe() -> Axe:
    """Look for barriers on a page; with ``rules`` only for those."""

    def check(page: Page, rules: list[str] | None = None) -> list[str]:
        only = {"type": "rule", "values": rules} if rules else {"type": "tag", "values": AXE_TAGS}
        page.evaluate(AXE)
        found = page.evaluate("only => axe.run({runOnly: only, resultTypes: ['violations']})", only)
        path = urlsplit(page.url).path
        return [
            f"{path}: {violation['id']}: {', '.join(str(node['target'][0]) for node in violation['nodes'][:4])}"
            for violation in found["violations"]
        ]

    return check
