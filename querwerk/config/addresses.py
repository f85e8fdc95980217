"""The addresses in the environment (database, mail), taken apart and checked."""

from dataclasses import dataclass, field
from email.utils import parseaddr
from pathlib import Path
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

SQLITE, POSTGRES = "sqlite", "postgres"
# The PRAGMAs that STACK's write load was tried with: no lock error with eight writers.
PRAGMAS = "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;PRAGMA mmap_size=134217728;PRAGMA cache_size=-20000;PRAGMA foreign_keys=ON;"
DATABASE_HELP = (
    "sqlite:///path/to/file, postgres://user:password@host:5432/name or postgres:///name?host=/folder/of/the/socket"
)
MAIL_HELP = "smtp://user:password@host:587, smtps://user:password@host:465, console: or file:/folder"


@dataclass(frozen=True, slots=True)
class Database:
    """Where the data are."""

    kind: str
    name: str
    user: str = ""
    password: str = field(default="", repr=False)
    host: str = ""
    port: str = ""
    options: tuple[tuple[str, str], ...] = ()

    @classmethod
    def embedded(cls, path: Path) -> "Database":
        """The SQLite file of an installation without a database server."""
        return cls(SQLITE, str(path))

    def django(self) -> dict[str, object]:
        """The entry for Django's ``DATABASES``."""
        if self.kind == SQLITE:
            return {
                "ENGINE": "django.db.backends.sqlite3",
                "NAME": self.name,
                "CONN_MAX_AGE": 600,  # opening costs a millisecond of CPU, a third of a small page
                "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 20, "init_command": PRAGMAS},
            }
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": self.name,
            "USER": self.user,
            "PASSWORD": self.password,
            "HOST": self.host,
            "PORT": self.port,
            "CONN_MAX_AGE": 600,
            "CONN_HEALTH_CHECKS": True,
            "OPTIONS": dict(self.options),
        }


@dataclass(frozen=True, slots=True)
class Mail:
    """How e-mail leaves the house."""

    kind: str
    host: str = ""
    port: int = 0
    user: str = ""
    password: str = field(default="", repr=False)
    starttls: bool = False
    tls: bool = False
    folder: str = ""

    def django(self) -> dict[str, object]:
        """The entry for Django's ``MAILERS``."""
        if self.kind == "console":
            return {"BACKEND": "django.core.mail.backends.console.EmailBackend"}
        if self.kind == "file":
            return {
                "BACKEND": "django.core.mail.backends.filebased.EmailBackend",
                "OPTIONS": {"file_path": self.folder},
            }
        return {
            "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
            "OPTIONS": {
                "host": self.host,
                "port": self.port,
                "username": self.user,
                "password": self.password,
                "use_tls": self.starttls,
                "use_ssl": self.tls,
                "timeout": 10,
            },
        }


def _split(raw: str, expected: str) -> tuple[SplitResult, int | None]:
    try:
        parts = urlsplit(raw)
        return parts, parts.port
    except ValueError:
        raise ValueError(expected) from None


def database(raw: str) -> Database:
    """Take ``DATABASE_URL`` apart."""
    parts, port = _split(raw, DATABASE_HELP)
    if parts.scheme == "sqlite":
        # As elsewhere: three slashes are a path from here, four an absolute one.
        path = unquote(parts.path)[1:]
        if parts.netloc or not path or path == ":memory:":
            raise ValueError(DATABASE_HELP)
        return Database.embedded(Path(path).expanduser().absolute())
    name = unquote(parts.path)[1:]
    if parts.scheme not in {"postgres", "postgresql"} or not name or "/" in name:
        raise ValueError(DATABASE_HELP)
    query = dict(parse_qsl(parts.query))
    host = query.pop("host", "") or unquote(parts.hostname or "")
    user = query.pop("user", "") or unquote(parts.username or "")
    password = query.pop("password", "") or unquote(parts.password or "")
    number = query.pop("port", "") or str(port or "")
    return Database(POSTGRES, name, user, password, host, number, tuple(query.items()))


def mail(raw: str) -> Mail:
    """Take ``QUERWERK_MAIL_URL`` apart."""
    parts, port = _split(raw, MAIL_HELP)
    if parts.scheme == "console" and raw.rstrip("/") == "console:":
        return Mail("console")
    if parts.scheme == "file" and parts.path and not parts.netloc:
        return Mail("file", folder=unquote(parts.path))
    if parts.scheme in {"smtp", "smtps"} and parts.hostname and parts.path in {"", "/"}:
        tls = parts.scheme == "smtps"
        number = port or (465 if tls else 587)
        return Mail(
            "smtp",
            parts.hostname,
            number,
            unquote(parts.username or ""),
            unquote(parts.password or ""),
            # The submission port always speaks STARTTLS; a relay on port 25 of the same machine rarely does.
            starttls=not tls and number == 587,
            tls=tls,
        )
    raise ValueError(MAIL_HELP)


def sender(raw: str) -> str:
    """Check the sender's address."""
    address = parseaddr(raw)[1]
    if address.count("@") != 1 or address.startswith("@") or address.endswith("@") or "\n" in raw:
        raise ValueError("an e-mail address such as Querwerk <post@querwerk.example>")
    return raw


def bounces(raw: str) -> str:
    """Check the address to which undeliverable mail returns: a plain one, to which a code can be added."""
    name, address = parseaddr(raw)
    if raw and (name or address != raw.strip() or "+" in address or sender(raw) != raw):
        raise ValueError("a plain e-mail address such as bounces@querwerk.example")
    return raw.strip()
