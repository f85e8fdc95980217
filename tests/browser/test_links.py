"""Every link of the public pages leads somewhere, and pages can be told apart."""

import re
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from html.parser import HTMLParser
from urllib.error import HTTPError
from urllib.parse import urldefrag, urljoin, urlsplit
from urllib.request import urlopen

import pytest

from scripts.demo import Site

NOT_LEFT_BY_TEXT = re.compile(r"/desk/|/account/logout/")


class Reader(HTMLParser):
    """Notes what a page links to, where it can be linked to, and how it introduces itself."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: set[str] = set()
        self.ids: set[str] = set()
        self.title = self.description = ""
        self.is_in_title = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        self.ids |= {found["id"]} if "id" in found else set()
        if tag in ("a", "link") and "href" in found:
            self.links.add(found["href"])
        if tag in ("img", "script") and "src" in found:
            self.links.add(found["src"])
        if tag == "meta" and found.get("name") == "description":
            self.description = found["content"].strip()
        self.is_in_title = tag == "title"

    def handle_data(self, data: str) -> None:
        if self.is_in_title:
            self.title += data.strip()

    def handle_endtag(self, tag: str) -> None:
        self.is_in_title = False


def fetch(address: str) -> tuple[int, str]:
    try:
        with urlopen(address, timeout=120) as response:
            body = response.read()
            return response.status, body.decode() if response.headers.get_content_maintype() == "text" else ""
    except HTTPError as error:
        return error.code, ""


@pytest.fixture(scope="module")
def pages(site: Site, mapped_pages: list[str]) -> dict[str, Reader]:
    """All public pages by their address, as a program reads them."""
    with ThreadPoolExecutor(2) as pool:
        addresses = [site.address + path for path in mapped_pages]
        return {
            address: Reader(text)
            for address, (_status, text) in zip(addresses, pool.map(fetch, addresses), strict=True)
        }


def test_every_link_leads_somewhere(site: Site, pages: dict[str, Reader]) -> None:
    targets: dict[str, set[str]] = defaultdict(set)
    for address, reader in pages.items():
        for link in reader.links:
            target = urljoin(address, link)
            if target.startswith(site.address) and not NOT_LEFT_BY_TEXT.search(target):
                targets[target].add(urlsplit(address).path)
    further = sorted({urldefrag(target).url for target in targets} - set(pages))
    with ThreadPoolExecutor(2) as pool:
        answers = dict(zip(further, pool.map(fetch, further), strict=True))
    known = pages | {address: Reader(text) for address, (_status, text) in answers.items()}
    wrong = []
    for target, sources in targets.items():
        place, fragment = urldefrag(target)
        if place in answers and answers[place][0] != 200:
            wrong.append(f"{answers[place][0]} {place} from {min(sources)}")
        elif fragment and fragment not in known[place].ids:
            wrong.append(f"no place {target} from {min(sources)}")
    assert not wrong, "\n".join(sorted(wrong))


@pytest.mark.parametrize("language", ["de", "en"])
def test_titles_and_descriptions_tell_pages_apart(language: str, pages: dict[str, Reader]) -> None:
    for what in ("title", "description"):
        owners = defaultdict(list)
        for address, reader in pages.items():
            path = urlsplit(address).path
            if path.startswith(f"/{language}/"):
                owners[getattr(reader, what)].append(path)
        alike = [f"{what} {words!r}: {', '.join(paths)}" for words, paths in owners.items() if len(paths) > 1]
        assert not alike, "\n".join(alike)
