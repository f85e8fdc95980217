"""Finds out how a film at an address can be shown inside a page: only after a click, and only from its own host."""

import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.csp import CSP, build_policy

YOUTUBE_ID = re.compile(r"[\w-]{11}", re.ASCII)
HOST = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)+(?::[0-9]{1,5})?")
"""A frame's host stands in the page's policy, where other characters could begin another rule."""
PEERTUBE_PATH = re.compile(r"/(?:w|videos/watch)/([\w-]{22,36})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Screening:
    """Where a film can be seen: the host's name for people, and the frame's address where there is one."""

    provider: str
    embed_url: str = ""


def screening(url: str) -> Screening:
    """Return how to show the film at an address; a host that we do not know gets a plain link."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return Screening("")
    host = (parts.hostname or "").removeprefix("www.").removeprefix("m.")
    if host in ("youtube.com", "youtube-nocookie.com", "youtu.be"):
        return Screening("YouTube", youtube(host, parts.path, parts.query))
    if host in ("vimeo.com", "player.vimeo.com"):
        number = re.fullmatch(r"(?:/video)?/(\d+)(?:/\w+)?/?", parts.path)
        return Screening("Vimeo", f"https://player.vimeo.com/video/{number[1]}?dnt=1" if number else "")
    shared = PEERTUBE_PATH.fullmatch(parts.path.rstrip("/"))
    if shared and parts.scheme == "https" and HOST.fullmatch(parts.netloc.lower()):
        return Screening(host, f"https://{parts.netloc.lower()}/videos/embed/{shared[1]}")
    return Screening(host)


def youtube(host: str, path: str, query: str) -> str:
    """Return the address of the frame, at the host that sets no cookies."""
    name = path.strip("/").removeprefix("embed/").removeprefix("shorts/").removeprefix("live/")
    if host != "youtu.be" and path.rstrip("/") == "/watch":
        name = parse_qs(query).get("v", [""])[0]
    return f"https://www.youtube-nocookie.com/embed/{name}" if YOUTUBE_ID.fullmatch(name) else ""


def allow_frame(request: HttpRequest, embed_url: str) -> None:
    """Note that the page may load this frame, should the reader ask for it."""
    parts = urlsplit(embed_url)
    hosts: set[str] = getattr(request, "frame_hosts", set())
    request.frame_hosts = hosts | {f"{parts.scheme}://{parts.netloc}"}  # type: ignore[attr-defined]


def admit_frames(request: HttpRequest, response: HttpResponse) -> None:
    """Widen the page's content security policy by the hosts noted while it was made, and no others."""
    hosts: set[str] = getattr(request, "frame_hosts", set())
    if hosts:
        policy: dict[str, Any] = {**settings.SECURE_CSP, "frame-src": sorted(hosts)}
        response.headers[str(CSP.HEADER_ENFORCE)] = build_policy(policy)
