"""Health and the addresses of the installation itself."""

import shutil
from datetime import timedelta

import pytest
from django.conf import settings
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from django.utils import timezone

from querwerk.core.models import Beat

pytestmark = pytest.mark.django_db


def test_live_needs_nothing(client: Client) -> None:
    answer = client.get("/health/live")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def test_ready_when_all_is_well(client: Client) -> None:
    answer = client.get("/health/ready", headers={"host": "10.0.0.1"})
    assert answer.status_code == 200
    assert answer.json() == {"status": "ok", "problems": {}, "worker": "none has run"}
    assert answer["Cache-Control"] == "no-store"


def test_ready_tells_of_the_worker(client: Client) -> None:
    beat = Beat.objects.create(worker_id="a", count=1, seen_at=timezone.now())
    assert client.get("/health/ready").json()["worker"] == "ok"
    beat.seen_at -= timedelta(minutes=1)
    beat.save()
    assert client.get("/health/ready").json()["worker"].startswith("none since ")


def test_not_ready_with_a_missing_migration(client: Client) -> None:
    MigrationRecorder.Migration.objects.filter(app="core", name="0002_beat").delete()
    answer = client.get("/health/ready")
    assert answer.status_code == 503
    assert answer.json()["problems"] == {"migrations": "1 not applied, the first is core.0002_beat"}


def test_not_ready_when_the_disk_is_full(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage(settings.ENV.data)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=5 * 2**20))
    answer = client.get("/health/ready")
    assert answer.status_code == 503
    assert answer.json()["problems"] == {"disk": f"5 MB free, {settings.ENV.free_disk_mb} MB are needed"}


@pytest.mark.parametrize(("wanted", "language"), [("de-AT,de;q=0.8", "de"), ("en-GB", "en"), ("pl", "de"), ("", "de")])
def test_the_front_door_follows_the_browser(client: Client, wanted: str, language: str) -> None:
    answer = client.get("/", headers={"accept-language": wanted})
    assert (answer.status_code, answer["Location"]) == (302, f"/{language}/")
    assert "Accept-Language" in answer["Vary"]


def test_robots_stay_out_of_desk_and_account(client: Client) -> None:
    lines = client.get("/robots.txt").content.decode().splitlines()
    assert lines[0] == "User-agent: *"
    assert {"Disallow: /de/desk/", "Disallow: /en/desk/", "Disallow: /de/account/", "Disallow: /en/account/"} < set(
        lines
    )


def test_security_txt_only_with_a_contact(client: Client) -> None:
    assert client.get("/.well-known/security.txt").status_code == 404


def test_every_answer_carries_the_content_security_policy(client: Client) -> None:
    policy = client.get("/robots.txt")["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
