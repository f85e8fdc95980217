"""Check the shape of all templates, or with ``--fix`` bring them into it."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent


def templates() -> list[str]:
    """Every template of the rooms; texts for e-mails and exports keep the shape they have."""
    return sorted(str(path.relative_to(ROOT)) for path in ROOT.glob("querwerk/*/templates/**/*.html"))


def commands(*, fix: bool) -> list[list[str | Path]]:
    """The two formatters: djade for the template language, djangofmt for the HTML around it."""
    return [
        [BIN / "djade", *([] if fix else ["--check"]), "--target-version", "6.1"],
        [BIN / "djangofmt", *([] if fix else ["--check"]), "--line-length", "120", "--profile", "django"],
    ]


def main() -> int:
    """Run both on every template."""
    fix = "--fix" in sys.argv[1:]
    files = templates()
    if not files:
        print("no templates found")
        return 1
    if fix:
        # Twice: each moves lines that the other has an opinion about; they agree after the second round.
        for command in 2 * commands(fix=True):
            subprocess.run([*command, *files], cwd=ROOT, capture_output=True, check=False)
    results = [subprocess.run([*command, *files], cwd=ROOT, check=False).returncode for command in commands(fix=False)]
    return int(any(results))


if __name__ == "__main__":
    raise SystemExit(main())
