import os
import re
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, StorageState, expect

from scripts.browser import chromium
from scripts.demo import QUERWERK, ROOT, Site, demo
from scripts.demo import samples as samples_of

AXE = (ROOT / "node_modules/axe-core/axe.min.js").read_text()
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# The browser says so in its console for every page that answers 404, which is what error pages do.
EXPECTED_NOISE = "Failed to load resource: the server responded with a status of 4"

running = pytest.StashKey[Site]()
mapped = pytest.StashKey[list[str]]()
servers = ExitStack()

PROFILES = 12
"""One in so many profiles is looked at: they are all made of the same few facts."""

PATIENCE = 60_000
"""Milliseconds until something counts as missing: a busy machine is no fault of the page."""
expect.set_options(timeout=PATIENCE)

OpenPage = Callable[..., Page]


def pytest_sessionstart(session: pytest.Session) -> None:
    """Start one server for the whole run; the workers of xdist share it and its pages as they were at the start."""
    config = session.config
    if worker := getattr(config, "workerinput", None):
        config.stash[running] = Site(**worker["site"])
        config.stash[mapped] = worker["pages"]
    elif not config.option.collectonly:
        config.stash[running] = servers.enter_context(demo())
        # The invented round beside it has the same pages and no funder; the front page lists both.
        config.stash[mapped] = [path for path in config.stash[running].pages() if "/inducci/" in path]


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    site = node.config.stash[running]
    node.workerinput["site"] = {"address": site.address, "data": site.data}
    node.workerinput["pages"] = node.config.stash[mapped]


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
def mapped_pages(pytestconfig: pytest.Config) -> list[str]:
    """The path of every page in the site's own map, in both languages."""
    pages = pytestconfig.stash[mapped]
    assert pages, "the site map is empty"
    return pages


@pytest.fixture(scope="session")
def public_pages(mapped_pages: list[str]) -> list[str]:
    """The path of every page a visitor can reach, in both languages."""
    extra = (
        "account/login/",
        "gallery/",
        "no-such-page/",
        "inducci/no-such-page/",
        "inducci/search/",
        "inducci/search/?q=werkschau",
        "inducci/thread/?view=list",
    )
    few = [path for number, path in enumerate(mapped_pages) if "/profiles/" not in path or number % PROFILES == 0]
    return ["/de/", *few, *(f"/{language}/{path}" for language in ("de", "en") for path in extra)]


@pytest.fixture(scope="session")
def samples(mapped_pages: list[str]) -> list[str]:
    """One page of each kind, in German."""
    return samples_of(mapped_pages)


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
    context.set_default_timeout(PATIENCE)
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


@pytest.fixture(scope="session")
def organiser_address(site: Site) -> str:
    """The e-mail address of an organiser of this process alone: a sign-in ends the links made before it."""
    email = f"{os.environ.get('PYTEST_XDIST_WORKER', 'organiser')}@browser.example"
    command = (
        QUERWERK,
        "user",
        "create",
        email,
        "--name",
        "Olga Organiser",
        "--role",
        "organiser",
        "--programme",
        "inducci",
    )
    subprocess.run(command, env=site.environment(), capture_output=True, check=True)
    return email


@pytest.fixture(scope="session")
def signed_in(site: Site, browser: Browser, organiser_address: str) -> StorageState:
    """The cookies of an organiser, as ``storage_state`` for a page."""
    with watched_context(browser, site) as context:
        page = context.new_page()
        page.goto(site.sign_in_address(organiser_address))
        page.locator("main form button[type=submit]").first.click()
        page.wait_for_url("**/desk/inducci/")
        return context.storage_state()


@pytest.fixture
def organiser_page(open_page: OpenPage, signed_in: StorageState) -> Page:
    """A page of somebody who is signed in as an organiser."""
    return open_page(storage_state=signed_in)


@pytest.fixture
def mailed_code(site: Site) -> Callable[[], str]:
    """Reads the newest sign-in code from what the server printed as e-mail."""

    def read() -> str:
        codes: list[str] = re.findall(r"^([A-Z0-9]{3,4}-?[A-Z0-9]{3,4})\s*$", site.log.read_text(), re.MULTILINE)
        return codes[-1]

    return read


Axe = Callable[..., list[str]]


@pytest.fixture(scope="session")
def axe() -> Axe:
    """Look for barriers on a page; with ``rules`` only for those."""

    def check(page: Page, rules: list[str] | None = None) -> list[str]:
        only = {"type": "rule", "values": rules} if rules else {"type": "tag", "values": AXE_TAGS}
        # Not to be the value of the expression: axe as an object would be copied to this side, which takes a second.
        if not page.evaluate("'axe' in window"):
            page.evaluate(f"(() => {{{AXE}}})()")
        found = page.evaluate("only => axe.run({runOnly: only, resultTypes: ['violations']})", only)
        return [
            f"{violation['id']}: {', '.join(str(node['target'][0]) for node in violation['nodes'][:4])}"
            for violation in found["violations"]
        ]

    return check
