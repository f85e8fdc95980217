"""A running Querwerk with the demonstration programme, in a folder of its own, for tools that look at pages."""

import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent
ORGANISER = "organiser@querwerk.example"
QUERWERK = Path(sys.executable).parent / "querwerk"
READY_WITHIN = 600
GONE_WITHIN = 120
XHTML_LINK = "{http://www.w3.org/1999/xhtml}link"
LANGUAGES = ("de", "en")


@dataclass(frozen=True)
class Site:
    """A running server and where its data are."""

    address: str
    data: str

    @property
    def log(self) -> Path:
        """What the server prints, e-mails among it."""
        return Path(self.data).parent / "log"

    def environment(self) -> dict[str, str]:
        """What the server runs with."""
        port = str(urlsplit(self.address).port)
        return {**os.environ, "QUERWERK_DATA": self.data, "QUERWERK_URL": self.address, "PORT": port}

    def sign_in_address(self, email: str = ORGANISER) -> str:
        """An address that signs a person in once."""
        command = (QUERWERK, "user", "link", email)
        text = subprocess.run(command, env=self.environment(), capture_output=True, text=True, check=True).stdout
        return next(word for word in text.split() if word.startswith("http"))

    def pages(self) -> list[str]:
        """The paths of all public pages, in every language, as the site's own map lists them."""
        return sorted(_mapped(f"{self.address}/sitemap.xml"))

    def samples(self) -> list[str]:
        """One page of each kind, German where there is a choice."""
        return samples(self.pages())


def samples(paths: Iterable[str]) -> list[str]:
    """One page of each kind."""
    kinds: dict[tuple[str, ...], str] = {}
    for path in sorted(paths):
        kinds.setdefault(kind_of(path), path)
    return sorted(kinds.values())


def kind_of(path: str) -> tuple[str, ...]:
    """The list or page that an address leads to: /de/inducci/pilots/labor/ -> (pilots, *)."""
    _language, *segments = path.strip("/").split("/")
    match segments:
        case [_programme]:
            return ("home",)
        case [_programme, kind, *keys]:
            return (kind, *("*" for _ in keys))
        case _:
            return ()


def _mapped(address: str) -> set[str]:
    try:
        with urllib.request.urlopen(address, timeout=30) as response:  # noqa: S310 - our own server
            tree = ET.fromstring(response.read())  # noqa: S314 - our own server
    except urllib.error.HTTPError as error:
        raise RuntimeError(f"the site map {address} answers {error.code}") from error
    places = [element.text or "" for element in tree.iter() if element.tag.endswith("}loc")]
    if tree.tag.endswith("}sitemapindex"):
        return set().union(*(_mapped(place) for place in places))
    places += [link.get("href", "") for link in tree.iter(XHTML_LINK)]
    return {urlsplit(place).path for place in places}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _is_ready(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}/health/ready", timeout=5) as response:  # noqa: S310 - our own server
            return bool(response.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _wait(process: subprocess.Popen[bytes], address: str, log: Path) -> None:
    deadline = time.monotonic() + READY_WITHIN
    while not _is_ready(address):
        if process.poll() is not None:
            raise RuntimeError(f"querwerk demo ended with {process.returncode}:\n{log.read_text()}")
        if time.monotonic() > deadline:
            raise RuntimeError(f"querwerk demo was not ready after {READY_WITHIN} s:\n{log.read_text()}")
        time.sleep(0.2)


@contextmanager
def demo(port: int | None = None) -> Iterator[Site]:
    """Run ``querwerk demo`` until the end of the block."""
    with tempfile.TemporaryDirectory(prefix="querwerk-demo-", ignore_cleanup_errors=True) as folder:
        site = Site(f"http://127.0.0.1:{port or _free_port()}", str(Path(folder) / "data"))
        with site.log.open("wb") as output:
            process = subprocess.Popen(
                (QUERWERK, "demo"), env=site.environment(), stdin=subprocess.DEVNULL, stdout=output, stderr=output
            )
            try:
                _wait(process, site.address, site.log)
                yield site
            finally:
                process.terminate()
                try:
                    process.wait(GONE_WITHIN)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()
