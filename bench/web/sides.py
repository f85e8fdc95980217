"""The two sides: how each is installed, filled, started and timed."""

import json
import shutil
from pathlib import Path
from typing import Any

from servers import BenchError, Server, free_port, need, run, say

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
WORK = ROOT / ".tools" / "bench"
QUERWERK = ROOT / ".venv" / "bin" / "querwerk"
# Where Querwerk keeps finished pages: emptied before each timed request, as an edit does.
PAGE_STORE = "querwerk.core.pages:store"
WORKERS = 2


class Rival:
    """pretalx in an environment, a folder and a Redis of its own."""

    def __init__(self, folder: Path) -> None:
        self.venv = WORK / "pretalx"
        self.folder = folder
        self.log = folder / "log"
        self.python = self.venv / "bin" / "python"
        self.ports = {"redis": free_port(), "web": free_port(), "front": free_port()}
        self.url = f"http://127.0.0.1:{self.ports['web']}"
        self.env = {
            "PRETALX_CONFIG_FILE": str(folder / "pretalx.cfg"),
            "PRETALX_DATA_DIR": str(folder / "data"),
            "PYTHONPATH": str(HERE / "rival"),
        }
        self.event: dict[str, Any] = {}

    @property
    def version(self) -> str:
        """The version that the lock pins."""
        lock = (HERE / "requirements-pretalx.lock").read_text(encoding="utf-8")
        return next(line.split("==")[1].split()[0] for line in lock.splitlines() if line.startswith("pretalx=="))

    def install(self) -> None:
        """Make the environment when it is missing or was made from another lock."""
        lock = HERE / "requirements-pretalx.lock"
        stamp = self.venv / "bench.lock"
        if stamp.exists() and stamp.read_bytes() == lock.read_bytes():
            return
        uv = next(
            (p for p in (ROOT / ".tools" / "uv" / "bin" / "uv", shutil.which("uv")) if p and Path(p).exists()), None
        )
        if not uv:
            raise BenchError("uv is missing: run “make setup” first.")
        say(f"installing pretalx {self.version} ...")
        run([uv, "venv", "-q", "--clear", "--python", "3.13", self.venv], env={}, cwd=ROOT, log=self.log)
        run(
            [uv, "pip", "sync", "-q", "--require-hashes", "--compile-bytecode", "--python", self.python, lock],
            env={},
            cwd=ROOT,
            log=self.log,
        )
        shutil.copyfile(lock, stamp)

    def redis(self) -> Server:
        """Start the Redis that pretalx cannot do without; nothing of it is kept."""
        command: list[str | Path] = [
            need("redis-server", "redis-server"),
            "--port",
            str(self.ports["redis"]),
            "--bind",
            "127.0.0.1",
            "--save",
            "",
            "--appendonly",
            "no",
        ]
        return Server("Redis", command, env={}, cwd=self.folder, log=self.folder / "redis.log")

    def configure(self) -> None:
        """Say where everything is; the ports are new with each run."""
        (self.folder / "pretalx.cfg").write_text(
            f"[filesystem]\ndata = {self.folder}/data\nstatic = {self.folder}/static\n"
            f"[site]\ndebug = False\nurl = {self.url}\n"
            f"[redis]\nlocation = redis://127.0.0.1:{self.ports['redis']}/1\nsession = True\n"
            "[locale]\nlanguage_code = de\ntime_zone = Europe/Berlin\n",
            encoding="utf-8",
        )

    def prepare(self, bundle: Path, builder: str = "build_event.py") -> None:
        """Configure, migrate, fill and build the static files."""
        self.configure()
        say("filling pretalx ...")
        self._manage("migrate", "-v0")
        self._manage("rebuild", "--silent")
        run(
            [self.python, HERE / "rival" / builder, bundle, self.folder / "event.json"],
            env=self.env,
            cwd=self.folder,
            log=self.log,
        )
        self.read_event()

    def read_event(self) -> None:
        """Take up what was filled in."""
        self.event = json.loads((self.folder / "event.json").read_text(encoding="utf-8"))

    def _manage(self, *words: str) -> None:
        run([self.python, "-m", "pretalx", *words], env=self.env, cwd=self.folder, log=self.log)

    def web(self) -> Server:
        """Start gunicorn as the manual says, but without --max-requests: a restart in mid-run would only slow it."""
        return self._gunicorn("pretalx", "pretalx.wsgi", WORKERS, self.ports["web"])

    def front(self) -> Server:
        """Start the stand-in for nginx that serves what a browser downloads."""
        return self._gunicorn("pretalx (with static files)", "front", 1, self.ports["front"])

    def _gunicorn(self, name: str, module: str, workers: int, port: int) -> Server:
        command: list[str | Path] = [
            self.venv / "bin" / "gunicorn",
            module,
            "--name",
            "pretalx",
            "--workers",
            str(workers),
            "--log-level=warning",
            f"--bind=127.0.0.1:{port}",
        ]
        return Server(name, command, env=self.env, cwd=self.folder, log=self.folder / f"{module}.log")

    def path(self, template: str) -> str:
        """Fill the code of the talk into an address."""
        return template.format(talk=self.event["programme"]["first_talk"])

    def measure(self, paths: list[str], seconds: float) -> dict[str, Any]:
        """Time pages in-process."""
        return measure(
            self.python, "pretalx.settings", [], paths, seconds, env=self.env, host=self.url, folder=self.folder
        )


class Ours:
    """Querwerk as an operator runs it in production, behind a proxy that speaks HTTPS."""

    def __init__(self, folder: Path, programme: str) -> None:
        self.folder = folder
        self.programme = programme
        self.log = folder / "log"
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.env = {
            "QUERWERK_DATA": str(folder / "data"),
            "QUERWERK_ENV": "production",
            "QUERWERK_URL": f"https://127.0.0.1:{self.port}",
            "QUERWERK_PROXIES": "1",
            "QUERWERK_WORKERS": str(WORKERS),
            # Production wants a mail server; the bench sends no mail.
            "QUERWERK_MAIL_URL": "smtp://127.0.0.1:9",
            "QUERWERK_MAIL_SENDER": "Querwerk <bench@example.org>",
            "PORT": str(self.port),
            # An address given for another database must not lead the bench into it.
            "DATABASE_URL": "",
        }

    def prepare(self, bundle: Path) -> None:
        """Import the programme into a fresh data folder."""
        (self.folder / "data").mkdir()
        say(f"filling Querwerk with {bundle.name} ...")
        run([QUERWERK, "migrate"], env=self.env, cwd=self.folder, log=self.log)
        run([QUERWERK, "programme", "import", bundle], env=self.env, cwd=self.folder, log=self.log)
        # The first start collects the static files, which the in-process figures need as well.
        with self.web() as server:
            server.wait_for(f"{self.url}/health/ready", headers_for(self.url))

    def web(self) -> Server:
        """Start the production server."""
        return Server("Querwerk", [QUERWERK, "serve"], env=self.env, cwd=self.folder, log=self.folder / "serve.log")

    def path(self, page: str) -> str:
        """Return the address of a page in German."""
        return f"/de/{self.programme}/{page}"

    def measure(self, pages: list[str], seconds: float) -> dict[str, Any]:
        """Time pages in-process, each as the first after an edit."""
        paths = [self.path(page) for page in pages]
        found = measure(
            ROOT / ".venv" / "bin" / "python", "querwerk.config.settings", [PAGE_STORE], paths, seconds,
            env=self.env | {"PYTHONPATH": str(ROOT)}, host=self.url, folder=self.folder,
        )  # fmt: skip
        return dict(zip(pages, (found[path] for path in paths), strict=True))


def headers_for(url: str) -> dict[str, str]:
    """What a proxy sends on for a browser. pretalx answers plain text to a client that does not ask for HTML."""
    return {
        "Host": url.partition("//")[2],
        "Accept": "text/html",
        "Accept-Encoding": "gzip, deflate, br",
        "User-Agent": "Mozilla/5.0 (X11; Linux x86_64) Chrome/140",
        "X-Forwarded-Proto": "https",
        "X-Forwarded-For": "192.0.2.1",
    }


def measure(
    python: Path,
    settings: str,
    forget: list[str],
    paths: list[str],
    seconds: float,
    *,
    env: dict[str, str],
    host: str,
    folder: Path,
) -> dict[str, Any]:
    """Time pages in a process of the side's own Python."""
    out = folder / "measured.json"
    job = {
        "settings": settings,
        "forget": forget,
        "paths": paths,
        "seconds": seconds,
        "headers": headers_for(host),
        "out": str(out),
    }
    run([python, HERE / "measure.py"], env=env, cwd=folder, log=folder / "log", given=json.dumps(job))
    figures: dict[str, Any] = json.loads(out.read_text(encoding="utf-8"))
    return figures
