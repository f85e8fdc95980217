"""Web addresses that somebody typed: which of them may become a link, and whose they are."""

from urllib.parse import urlsplit

SCHEMES = frozenset({"http", "https"})


def host_of(address: str) -> str:
    """Return the host of a web address as it is written; an empty text for everything else, which must not become a link."""
    try:
        parts = urlsplit(address)
    except ValueError:  # "http://[" and the like
        return ""
    return parts.netloc if parts.scheme in SCHEMES else ""
