"""The environment: every value checked, nothing unsafe in production, one secret for all processes."""

import socket
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from querwerk.config import env
from querwerk.config.addresses import PRAGMAS
from tests.installation import ROOT, Installation

SAFE = {
    "QUERWERK_ENV": "production",
    "QUERWERK_URL": "https://querwerk.example",
    "QUERWERK_PROXIES": "1",
    "QUERWERK_MAIL_URL": "smtp://relay.example",
    "QUERWERK_MAIL_SENDER": "Querwerk <post@querwerk.example>",
}


def test_starts_without_any_variable() -> None:
    read = env.read({})
    assert not read.production
    assert read.data.name == "var"
    assert read.database.django()["ENGINE"] == "django.db.backends.sqlite3"
    assert read.mail.django() == {"BACKEND": "django.core.mail.backends.console.EmailBackend"}


def test_without_an_address_the_own_port_is_meant() -> None:
    assert env.read({"PORT": "8123"}).url == "http://localhost:8123"


def test_an_empty_variable_is_not_set() -> None:
    assert env.read({"PORT": "", "DATABASE_URL": "  "}) == env.read({})


def test_sqlite_gets_the_options_it_was_tried_with(tmp_path: Path) -> None:
    entry = env.read({"DATABASE_URL": f"sqlite:///{tmp_path}/a b.sqlite3"}).database.django()
    assert entry["NAME"] == f"{tmp_path}/a b.sqlite3"
    assert entry["OPTIONS"] == {"transaction_mode": "IMMEDIATE", "timeout": 20, "init_command": PRAGMAS}
    assert entry["CONN_MAX_AGE"] == 600


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("postgres://anna:ge%40heim@db.example:5433/quer", ("quer", "anna", "ge@heim", "db.example", "5433", {})),
        ("postgresql://db.example/quer?sslmode=require", ("quer", "", "", "db.example", "", {"sslmode": "require"})),
        ("postgres:///quer?host=/run/postgresql&user=anna", ("quer", "anna", "", "/run/postgresql", "", {})),
    ],
)
def test_postgres_addresses(url: str, expected: tuple[object, ...]) -> None:
    entry = env.read({"DATABASE_URL": url}).database.django()
    assert tuple(entry[key] for key in ("NAME", "USER", "PASSWORD", "HOST", "PORT", "OPTIONS")) == expected


@pytest.mark.parametrize(
    ("url", "port", "use_tls", "use_ssl"),
    [
        ("smtp://relay.example", 587, True, False),
        ("smtp://localhost:25", 25, False, False),
        ("smtps://anna:x@relay.example", 465, False, True),
    ],
)
def test_mail_addresses(url: str, port: int, use_tls: bool, use_ssl: bool) -> None:  # noqa: FBT001
    options = env.read({"QUERWERK_MAIL_URL": url}).mail.django()["OPTIONS"]
    assert isinstance(options, dict)
    assert (options["port"], options["use_tls"], options["use_ssl"]) == (port, use_tls, use_ssl)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("QUERWERK_ENV", "prod"),
        ("PORT", "0"),
        ("PORT", "eight"),
        ("QUERWERK_WORKERS", "-1"),
        ("QUERWERK_URL", "querwerk.example"),
        ("QUERWERK_URL", "https://querwerk.example/path"),
        ("QUERWERK_URL", "http://[::1"),
        ("QUERWERK_TIME_ZONE", "Europe/Chemnitz"),
        ("QUERWERK_LANGUAGES", "de,fr"),
        ("QUERWERK_LANGUAGES", "de,de"),
        ("QUERWERK_LOG_LEVEL", "loud"),
        ("QUERWERK_MAIL_SENDER", "post"),
        ("QUERWERK_DEBUG", "perhaps"),
    ],
)
def test_a_wrong_value_is_named_with_what_is_allowed(name: str, value: str) -> None:
    with pytest.raises(env.EnvError) as caught:
        env.read({name: value})
    assert len(caught.value.problems) == 1
    assert caught.value.problems[0].startswith(f"{name}: {value!r} cannot be used; allowed is ")


@pytest.mark.parametrize(
    "url", ["mysql://anna:geheim@db/x", "postgres://anna:geheim@db", "sqlite://", "postgres://db:x/y"]
)
def test_a_wrong_database_address_does_not_show_its_password(url: str) -> None:
    with pytest.raises(env.EnvError, match="DATABASE_URL: this value cannot be used") as caught:
        env.read({"DATABASE_URL": url})
    assert "anna" not in str(caught.value)


def test_all_wrong_values_are_named_at_once() -> None:
    with pytest.raises(env.EnvError) as caught:
        env.read({"PORT": "x", "QUERWERK_ENV": "x", "QUERWERK_MAIL_URL": "x"})
    assert len(caught.value.problems) == 3


def test_a_safe_production_has_no_complaint() -> None:
    assert env.unsafe(env.read(SAFE)) == []


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"QUERWERK_URL": "http://querwerk.example"}, "QUERWERK_URL"),
        ({"QUERWERK_PROXIES": ""}, "QUERWERK_PROXIES"),
        ({"QUERWERK_MAIL_URL": "console:"}, "QUERWERK_MAIL_URL"),
        ({"QUERWERK_MAIL_SENDER": ""}, "QUERWERK_MAIL_SENDER"),
        ({"QUERWERK_SECRET_KEY": "short"}, "QUERWERK_SECRET_KEY"),
        ({"QUERWERK_SECRET_KEY": "a" * 60}, "QUERWERK_SECRET_KEY"),
        ({"QUERWERK_HOSTS": "*"}, "QUERWERK_HOSTS"),
        ({"QUERWERK_DEBUG": "on"}, "QUERWERK_DEBUG"),
    ],
)
def test_each_unsafe_setting_is_refused_in_production(change: dict[str, str], named: str) -> None:
    complaints = env.unsafe(env.read(SAFE | change))
    assert len(complaints) == 1
    assert complaints[0].startswith(named)


def test_the_secret_is_made_once_and_only_its_owner_may_read_it(tmp_path: Path) -> None:
    read = env.read({"QUERWERK_DATA": str(tmp_path / "new")})
    with ThreadPoolExecutor(16) as pool:
        keys = set(pool.map(lambda _: env.secret_key(read), range(64)))
    assert len(keys) == 1
    assert len(keys.pop()) >= env.SECRET_LENGTH
    files = list((tmp_path / "new").iterdir())
    assert [file.name for file in files] == ["secret.key"]
    assert stat.S_IMODE(files[0].stat().st_mode) == 0o600


def test_a_given_secret_is_not_written_down(tmp_path: Path) -> None:
    read = env.read({"QUERWERK_DATA": str(tmp_path), "QUERWERK_SECRET_KEY": "given"})
    assert env.secret_key(read) == "given"
    assert list(tmp_path.iterdir()) == []


def test_the_reference_page_is_current() -> None:
    page = (ROOT / "docs" / "reference" / "settings.md").read_text(encoding="utf-8")
    assert page == env.markdown(), "run `querwerk settings --markdown > docs/reference/settings.md`"


@pytest.fixture
def here(tmp_path: Path) -> Installation:
    return Installation(tmp_path)


def test_serve_lists_everything_unsafe_and_does_not_start(here: Installation) -> None:
    message = here.refused("serve", QUERWERK_ENV="production")
    named = [line.split()[1] for line in message.splitlines() if line.startswith("  - ")]
    assert named == ["QUERWERK_URL", "QUERWERK_PROXIES", "QUERWERK_MAIL_URL", "QUERWERK_MAIL_SENDER"]


def test_a_wrong_variable_stops_every_command_without_a_traceback(here: Installation) -> None:
    message = here.refused("migrate", PORT="many")
    assert message == "querwerk: PORT: 'many' cannot be used; allowed is a whole number from 1 to 65535.\n"


def test_serve_asks_for_migrations(here: Installation) -> None:
    assert "run `querwerk migrate`" in here.refused("serve")


def test_a_database_that_does_not_answer_is_named(here: Installation) -> None:
    message = here.refused("migrate", DATABASE_URL=f"postgres:///nothing?host={here.folder}")
    assert message.startswith("querwerk: the database does not answer")


def test_the_demonstration_names_a_port_that_is_taken(here: Installation) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert f"port {port} is taken" in here.refused("demo", PORT=str(port))


def test_settings_hides_secrets(here: Installation) -> None:
    done = here.attempt("settings", DATABASE_URL="postgres://anna:geheim@db/x", PORT="8159")
    assert done.returncode == 0
    assert "geheim" not in done.stdout
    assert "8159" in done.stdout
