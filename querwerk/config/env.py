"""What an operator can set: every environment variable in one place, read once and checked.

The dataclass is the single source: the settings read their values from it, the command line and the
reference page ``docs/reference/settings.md`` read the sentences from it.
"""

# ruff: noqa: RUF009 -- each field below is declared by a function that returns a dataclass field

import os
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from querwerk.config import addresses
from querwerk.config.addresses import Database, Mail

BASE = Path(__file__).resolve().parent.parent
# Languages whose interface catalogue is complete; content may use any.
LANGUAGES = {"de": "Deutsch", "en": "English"}
DEVELOPMENT, PRODUCTION = "development", "production"
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
SECRET_LENGTH = 50


class EnvError(Exception):
    """One or more variables hold a value that cannot be used; each problem is one sentence."""

    def __init__(self, problems: list[str]) -> None:
        """Keep the problems so that a command can list all of them at once."""
        super().__init__("\n".join(problems))
        self.problems = problems


def _choice(*allowed: str) -> Callable[[str], str]:
    def parse(raw: str) -> str:
        if raw not in allowed:
            raise ValueError(f"one of {', '.join(allowed)}")
        return raw

    return parse


def _number(low: int, high: int) -> Callable[[str], int]:
    def parse(raw: str) -> int:
        if not raw.isascii() or not raw.isdigit() or not low <= int(raw) <= high:
            raise ValueError(f"a whole number from {low} to {high}")
        return int(raw)

    return parse


def _boolean(raw: str) -> bool:
    try:
        return {"on": True, "off": False}[raw.lower()]
    except KeyError:
        raise ValueError("on or off") from None


def _words(raw: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in raw.split(",") if word.strip())


def _languages(raw: str) -> tuple[str, ...]:
    words = _words(raw)
    if not words or len(set(words)) != len(words) or set(words) - set(LANGUAGES):
        raise ValueError(f"a list of languages from {', '.join(LANGUAGES)}, each once, the default first")
    return words


def _zone(raw: str) -> str:
    try:
        ZoneInfo(raw)
    except (ValueError, OSError, KeyError):
        raise ValueError("the name of a time zone such as Europe/Berlin") from None
    return raw


def _url(raw: str) -> str:
    allowed = "an address such as https://querwerk.example, without a path"
    try:
        parts = urlsplit(raw)
        usable = parts.scheme in {"http", "https"} and parts.hostname and (parts.port is None or parts.port > 0)
    except ValueError:
        raise ValueError(allowed) from None
    if not usable or parts.path.strip("/") or parts.query or parts.fragment or "@" in parts.netloc:
        raise ValueError(allowed)
    return f"{parts.scheme}://{parts.netloc}"


def _folder(raw: str) -> Path:
    return Path(raw).expanduser().absolute()


def _data_default() -> Path:
    """Beside the code in a checkout, else in the folder where the command runs (the code may be read-only)."""
    return (BASE.parent if (BASE.parent / "manage.py").exists() else Path.cwd()) / "var"


@dataclass(frozen=True, slots=True)
class Setting:
    """How one variable is read and what the reference page says about it."""

    name: str
    parse: Callable[[str], Any]
    default: Any
    kind: str
    help: str
    shown: str = ""
    secret: bool = False

    @property
    def default_text(self) -> str:
        """The default as an operator would write it."""
        if self.shown:
            return self.shown
        if isinstance(self.default, bool):
            return "on" if self.default else "off"
        if isinstance(self.default, tuple):
            return ",".join(self.default)
        return str(self.default)


def _setting(
    name: str, parse: Callable[[str], Any], default: Any, kind: str, text: str, *, shown: str = "", secret: bool = False
) -> Any:
    return field(metadata={"setting": Setting(name, parse, default, kind, text, shown, secret)})


@dataclass(frozen=True, slots=True, kw_only=True)
class Env:
    """The whole configuration of one installation."""

    mode: str = _setting(
        "QUERWERK_ENV", _choice(DEVELOPMENT, PRODUCTION), DEVELOPMENT, "development or production",
        "In production pages are only served over HTTPS and nothing starts with an unsafe configuration.",
    )  # fmt: skip
    data: Path = _setting(
        "QUERWERK_DATA", _folder, None, "folder",
        "Where the database, uploads, collected static files and the secret file live.", shown="var",
    )  # fmt: skip
    url: str = _setting(
        "QUERWERK_URL", _url, "", "address",
        "Address under which visitors reach the platform; it is used in links, feeds and the map of the site.", shown="http://localhost:PORT",
    )  # fmt: skip
    hosts: tuple[str, ...] = _setting(
        "QUERWERK_HOSTS", _words, ("localhost", "127.0.0.1", "[::1]"), "list",
        "Further host names the server answers to, besides that of QUERWERK_URL; a leading dot means all subdomains.",
    )  # fmt: skip
    secret_key: str = _setting(
        "QUERWERK_SECRET_KEY", str, "", "text",
        f"Signs sessions and sign-in links, at least {SECRET_LENGTH} characters; without it a key is made on the first start and kept in the data folder.",
        shown="made on first start", secret=True,
    )  # fmt: skip
    database: Database = _setting(
        "DATABASE_URL", addresses.database, None, "address",
        "sqlite:///path, postgres://user:password@host/name or, over a socket, postgres:///name?host=/folder.",
        shown="sqlite:/// in the data folder", secret=True,
    )  # fmt: skip
    mail: Mail = _setting(
        "QUERWERK_MAIL_URL", addresses.mail, addresses.mail("console:"), "address",
        "How e-mail leaves: smtp://user:password@host:587 (with STARTTLS), smtps://…:465, console: or file:/folder.",
        shown="console:", secret=True,
    )  # fmt: skip
    mail_sender: str = _setting(
        "QUERWERK_MAIL_SENDER", addresses.sender, "Querwerk <querwerk@localhost>", "e-mail address", "Sender of all e-mails.",
    )  # fmt: skip
    mail_rate: int = _setting(
        "QUERWERK_MAIL_RATE", _number(1, 60_000), 120, "number",
        "Newsletters sent in a minute at most; ask your mail provider what it accepts.",
    )  # fmt: skip
    mail_bounces: str = _setting(
        "QUERWERK_MAIL_BOUNCES", addresses.bounces, "", "e-mail address",
        "Where newsletters that cannot be delivered are returned to; its mail server has to accept local+anything@host and to hand the mails to `querwerk newsletter bounces`.",
        shown="none",
    )  # fmt: skip
    bind: str = _setting("QUERWERK_BIND", str, "127.0.0.1", "IP address", "Address the server listens on.")
    port: int = _setting("PORT", _number(1, 65535), 8000, "number", "Port the server listens on.")
    workers: int = _setting("QUERWERK_WORKERS", _number(1, 64), 2, "number", "Web server processes.")
    threads: int = _setting("QUERWERK_THREADS", _number(1, 64), 4, "number", "Threads in each web server process.")
    proxies: int = _setting(
        "QUERWERK_PROXIES", _number(0, 5), 0, "number",
        "Reverse proxies in front that set X-Forwarded-For and X-Forwarded-Proto; their headers are believed only for that many hops.",
    )  # fmt: skip
    hsts_days: int = _setting(
        "QUERWERK_HSTS_DAYS", _number(0, 3650), 365, "number",
        "For how long browsers must insist on HTTPS (production only).",
    )  # fmt: skip
    session_days: int = _setting(
        "QUERWERK_SESSION_DAYS", _number(1, 365), 14, "number", "Days after which a person has to sign in again."
    )
    time_zone: str = _setting(
        "QUERWERK_TIME_ZONE", _zone, "Europe/Berlin", "time zone", "Time zone of dates and times on all pages."
    )
    languages: tuple[str, ...] = _setting(
        "QUERWERK_LANGUAGES", _languages, ("de", "en"), "list", "Languages of the interface, the default first."
    )
    log_level: str = _setting(
        "QUERWERK_LOG_LEVEL",
        _choice(*LOG_LEVELS),
        "INFO",
        "one of " + ", ".join(LOG_LEVELS),
        "Least important messages that are written to standard error.",
    )
    security_contact: str = _setting(
        "QUERWERK_SECURITY_CONTACT", str, "", "mailto: or https: address",
        "Whom to tell about a security hole; published in /.well-known/security.txt.", shown="none",
    )  # fmt: skip
    free_disk_mb: int = _setting(
        "QUERWERK_FREE_DISK_MB",
        _number(0, 1_000_000),
        200,
        "number",
        "Below this much free disk space in the data folder /health/ready reports a failure.",
    )
    debug: bool = _setting(
        "QUERWERK_DEBUG",
        _boolean,
        default=False,
        kind="on or off",
        text="Detailed error pages for developers; refused in production.",
    )

    @property
    def production(self) -> bool:
        """Whether this is a public installation."""
        return self.mode == PRODUCTION

    @property
    def allowed_hosts(self) -> list[str]:
        """The hosts of QUERWERK_HOSTS and of the address."""
        host = urlsplit(self.url).netloc.rpartition("@")[2]
        name = host.rpartition(":")[0] if host.rpartition(":")[2].isdigit() and ":" in host else host
        return list(dict.fromkeys([name, *self.hosts]))


def settings() -> list[Setting]:
    """Every variable, in the order of the reference page."""
    return [f.metadata["setting"] for f in fields(Env)]


def read(environ: Mapping[str, str] = os.environ) -> Env:
    """Read all variables, or raise :class:`EnvError` with every problem found."""
    values: dict[str, Any] = {}
    problems: list[str] = []
    for f in fields(Env):
        setting: Setting = f.metadata["setting"]
        # An empty value means "not set": container files and make pass variables on that way.
        raw = environ.get(setting.name, "").strip()
        if not raw:
            values[f.name] = setting.default
            continue
        try:
            values[f.name] = setting.parse(raw)
        except ValueError as error:
            shown = "this value" if setting.secret else repr(raw)
            problems.append(f"{setting.name}: {shown} cannot be used; allowed is {error}.")
    if problems:
        raise EnvError(problems)
    values["data"] = values["data"] or _data_default()
    values["database"] = values["database"] or Database.embedded(values["data"] / "querwerk.sqlite3")
    values["url"] = values["url"] or f"http://localhost:{values['port']}"
    return Env(**values)


def secret_key(env: Env) -> str:
    """The key from the environment, else from the data folder, where the first start puts it."""
    if env.secret_key:
        return env.secret_key
    path = env.data / "secret.key"
    if not path.exists():
        env.data.mkdir(parents=True, exist_ok=True)
        # Several processes may start at once: each writes its own complete file, one link wins, all read the winner.
        draft = env.data / f"secret.{secrets.token_hex(8)}"
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(64))
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text().strip()


def unsafe(env: Env) -> list[str]:
    """Everything that forbids a start in production, one sentence each; empty when it is safe."""
    if not env.production:
        return []
    rules = [
        (env.debug, "QUERWERK_DEBUG is on: switch it off, error pages would show the configuration."),
        (bool(env.secret_key) and (len(env.secret_key) < SECRET_LENGTH or len(set(env.secret_key)) < 10),
         f"QUERWERK_SECRET_KEY is weak: give at least {SECRET_LENGTH} random characters, or leave it out to have one made."),
        (not env.url.startswith("https://"), "QUERWERK_URL must be the public address and start with https://."),
        (any(host.strip(".") == "" or "*" in host for host in env.hosts), "QUERWERK_HOSTS must name hosts: * would answer to every name."),
        (env.proxies == 0, "QUERWERK_PROXIES is missing: a reverse proxy has to end HTTPS in front of the server; say how many there are (usually 1)."),
        (env.mail.kind != "smtp", "QUERWERK_MAIL_URL is missing: without smtp:// or smtps:// nobody receives a sign-in code."),
        (env.mail_sender.rstrip(">").endswith("@localhost"), "QUERWERK_MAIL_SENDER is missing: give an address of your own domain."),
    ]  # fmt: skip
    return [sentence for broken, sentence in rules if broken]


def markdown() -> str:
    """The reference page of all settings."""
    rows = [f"| `{s.name}` | {s.kind} | `{s.default_text}` | {s.help} |" for s in settings()]
    return "\n".join([
        "# Settings",
        "",
        "Querwerk is configured by environment variables alone and starts without any. This page is made by",
        "`querwerk settings --markdown`; a test keeps it current. An empty variable counts as not set, and a wrong value stops",
        "the start with a message that names the variable, its value and what is allowed.",
        "",
        "| Variable | Type | Default | Meaning |",
        "| --- | --- | --- | --- |",
        *rows,
        "",
        "How to run an installation with them is described in [Operate](../how-to/operate.md).",
        "",
    ])  # fmt: skip
