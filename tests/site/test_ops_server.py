"""The production server as a process: it serves, and ends without dropping a request."""

import signal
import socket
import sqlite3
import time
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path

import pytest

from tests.installation import Installation, embedded


@pytest.fixture
def here(tmp_path: Path) -> Installation:
    found = embedded(tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as free:
        found.env["PORT"] = str(free.getsockname()[1])
    return found


def _get(here: Installation, path: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    with closing(HTTPConnection("127.0.0.1", int(here.env["PORT"]), timeout=60)) as connection:
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()


def _wait_until_live(here: Installation) -> None:
    end = time.monotonic() + 180
    while True:
        try:
            assert _get(here, "/health/live")[0] == 200
        except OSError:
            assert time.monotonic() < end, "the server did not start"
            time.sleep(0.1)
        else:
            return


def _wait_until_duties_are_done(here: Installation) -> None:
    """No worker runs here: the server's own clock does what nobody asks for."""
    end = time.monotonic() + 180
    with closing(sqlite3.connect(here.folder / "querwerk.sqlite3")) as database:
        question = "SELECT COUNT(done_at) > 0 AND COUNT(done_at) = COUNT(*) FROM core_dutystate"
        while database.execute(question).fetchone() != (1,):
            assert time.monotonic() < end, "the clock did not strike"
            time.sleep(0.1)


def test_it_serves_and_ends_without_dropping_a_request(here: Installation) -> None:
    server = here.start("serve")
    try:
        _wait_until_live(here)
        assert _get(here, "/health/ready")[0] == 200
        _wait_until_duties_are_done(here)
        assert _get(here, "/", **{"Accept-Language": "en"})[1]["location"] == "/en/"
        status, headers, page = _get(here, "/de/account/login/")
        assert status == 200
        assert "unsafe" not in headers["content-security-policy"]
        # Collected files carry a hash in their name and are kept by browsers.
        style = page.decode().partition('rel="stylesheet" href="')[2].partition('"')[0]
        status, headers, _ = _get(here, style, **{"Accept-Encoding": "br"})
        assert (status, headers["content-encoding"]) == (200, "br")
        assert "immutable" in headers["cache-control"]
        # A request whose second half comes after the signal to stop is still answered.
        with socket.create_connection(("127.0.0.1", int(here.env["PORT"]))) as visitor:
            head = b"POST /de/account/login/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 8\r\n"
            visitor.sendall(head + b"Content-Type: application/x-www-form-urlencoded\r\n\r\nlogi")
            time.sleep(0.5)
            server.send_signal(signal.SIGTERM)
            time.sleep(0.5)
            visitor.sendall(b"n=ab")
            assert visitor.recv(100).startswith(b"HTTP/1.1 403")  # the CSRF token is missing
        assert server.wait(60) == 0
    finally:
        server.kill()
        server.wait()
