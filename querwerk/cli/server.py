"""Commands that run the platform: ``demo``, ``serve``, ``worker``, ``migrate``."""

import argparse
import errno
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from querwerk.cli.command import Commands, Refusal, add, require_database, require_migrated

if TYPE_CHECKING:
    from django.core.handlers.wsgi import WSGIHandler

BUNDLE = Path(__file__).resolve().parent.parent / "exchange" / "demo" / "inducci.yaml"
ORGANISER = "organiser@querwerk.example"
KILL_AFTER = 15
RESTART_AFTER = 1


def add_to(commands: Commands) -> None:
    """Add the commands of this group."""
    add(
        commands,
        "demo",
        demo,
        "Set up the demonstration programme if there is none, and run everything in this terminal.",
    )
    add(commands, "serve", serve, "Run the web server with the settings of the environment.")
    parser = add(commands, "worker", worker, "Run jobs from the database until stopped; any number may run at once.")
    parser.add_argument(
        "--until-parent-ends", action="store_true", help="stop when the process that started this one is gone"
    )
    add(commands, "migrate", migrate, "Bring the database up to date with this version.")


def migrate(arguments: argparse.Namespace) -> None:
    """Bring the database up to date and name every step."""
    require_database()
    _migrate(verbosity=1)


def _migrate(verbosity: int) -> None:
    """Apply the migrations and make the cache table, which Django keeps out of them."""
    from django.core.management import call_command  # noqa: PLC0415

    call_command("migrate", interactive=False, verbosity=verbosity)
    call_command("createcachetable", verbosity=0)


def serve(arguments: argparse.Namespace) -> None:
    """Check everything first, so that a server that starts also answers."""
    from django.conf import settings  # noqa: PLC0415

    from querwerk.config import env  # noqa: PLC0415

    if reasons := env.unsafe(settings.ENV):
        raise Refusal(
            "the configuration is not safe for production:\n" + "\n".join(f"  - {reason}" for reason in reasons)
        )
    require_migrated()
    _require_port(settings.ENV.bind, settings.ENV.port)
    _run_server()


def worker(arguments: argparse.Namespace) -> None:
    """Run jobs."""
    from querwerk.core.worker import run  # noqa: PLC0415

    require_migrated()
    run(parent=os.getppid() if arguments.until_parent_ends else None)


def demo(arguments: argparse.Namespace) -> None:
    """Set up what is missing and run server and worker until Ctrl+C."""
    from django.conf import settings  # noqa: PLC0415

    from querwerk.config.health import pending_migrations  # noqa: PLC0415

    if settings.ENV.production:
        raise Refusal("the demonstration does not run with QUERWERK_ENV=production; use `querwerk serve`.")
    require_database()
    _require_port(settings.ENV.bind, settings.ENV.port)
    if pending_migrations():
        print("Preparing the database ...", flush=True)
        _migrate(verbosity=0)
    _fill()
    with _worker_beside():
        _run_server(greeting=_greeting(settings.ENV.port))


def _fill() -> None:
    from querwerk.cli import sample  # noqa: PLC0415
    from querwerk.cli.accounts import create_user  # noqa: PLC0415
    from querwerk.cli.programmes import import_file, summary  # noqa: PLC0415
    from querwerk.people.models import User  # noqa: PLC0415
    from querwerk.programmes.models import Programme  # noqa: PLC0415

    if not Programme.objects.exists():
        print("Importing the programme InduCCI ...", flush=True)
        print(summary(import_file(BUNDLE)), flush=True)
    if not User.objects.filter(email=ORGANISER).exists():
        create_user(
            ORGANISER,
            name="Organiser",
            role="organiser",
            programme=Programme.objects.select_related("space").order_by("pk")[0].space.key,
        )
    if not Programme.objects.filter(space__key=sample.KEY).exists():
        print("Importing an invented round to try things with ...", flush=True)
        sample.fill(ORGANISER)


def _greeting(port: int) -> str:
    from querwerk.cli.accounts import sign_in_address  # noqa: PLC0415
    from querwerk.cli.sample import COMPANY, CREATIVE  # noqa: PLC0415
    from querwerk.people.models import User  # noqa: PLC0415

    site = f"http://localhost:{port}"
    link = sign_in_address(User.objects.get(email=ORGANISER), site)
    return f"""
Querwerk is running:  {site}/
Sign in as organiser: {site}/en/account/login/
  with the address {ORGANISER}; the code appears in this terminal.
Or open this link, it works once:
  {link}
Two others know the invented round only: {COMPANY} and {CREATIVE}.
Stop with Ctrl+C. The data stay in {_data()}.
"""


def _data() -> str:
    from django.conf import settings  # noqa: PLC0415
    from django.db import connection  # noqa: PLC0415

    return str(settings.ENV.data) if connection.vendor == "sqlite" else "the database of DATABASE_URL"


@contextmanager
def _worker_beside() -> Iterator[None]:
    """Run the worker as a process of its own, which ends with this one in every case and is started anew when killed."""

    def start() -> subprocess.Popen[bytes]:
        return subprocess.Popen([sys.executable, "-m", "querwerk", "worker", "--until-parent-ends"])

    process = start()
    stopping = threading.Event()

    def watch() -> None:
        nonlocal process
        # A worker that was asked to stop, as by Ctrl+C, ends with 0.
        while process.wait() and not stopping.wait(RESTART_AFTER):
            print("The worker ended unexpectedly and is started again.", flush=True)
            process = start()

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        stopping.set()
        process.terminate()
        watcher.join(KILL_AFTER)
        process.kill()


def _require_port(address: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        # As the server itself does: a port whose last connections are still closing counts as free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise Refusal(
                    f"port {port} is taken by another program. Choose another one, for example PORT={port + 1}."
                ) from None
            raise Refusal(f"cannot listen on {address}, port {port}: {error.strerror}.") from None


def _load_site(target: str) -> "WSGIHandler":
    """Load the site in a process of the server.

    Ctrl+C goes to every process of a terminal, and the server then ends its own with SIGTERM: a process
    that hears both within a moment may wait for itself forever, so it hears the server's only.
    """
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    from querwerk.config.wsgi import application  # noqa: PLC0415
    from querwerk.core.clock import Clock  # noqa: PLC0415
    from querwerk.core.foresight import Foresight  # noqa: PLC0415

    Clock().start()
    Foresight().start()
    return application


def _run_server(greeting: str = "") -> None:
    """Serve until SIGTERM or Ctrl+C; requests that are being answered are finished first."""
    from django.conf import settings  # noqa: PLC0415
    from django.db import connections  # noqa: PLC0415
    from granian import Granian  # noqa: PLC0415
    from granian.constants import Interfaces  # noqa: PLC0415
    from granian.log import LogLevels  # noqa: PLC0415

    from querwerk.config.static import collect  # noqa: PLC0415

    collect()
    connections.close_all()
    server = Granian(
        "querwerk.config.wsgi:application",
        address=settings.ENV.bind,
        port=settings.ENV.port,
        interface=Interfaces.WSGI,
        workers=settings.ENV.workers,
        blocking_threads=settings.ENV.threads,
        respawn_failed_workers=True,
        workers_kill_timeout=KILL_AFTER,
        log_level=LogLevels.warning,
    )
    if greeting:
        print(greeting, flush=True)
    server.serve(target_loader=_load_site)
