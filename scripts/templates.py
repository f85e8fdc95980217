"""Check the shape of all templates with djade, or with ``--fix`` bring them into it.

Only the template language is formatted: a formatter that also breaks lines of HTML adds white space where it shows
("programme , in 7 countries") and to what each visitor loads.
"""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DJADE = Path(sys.executable).parent / "djade"


def templates() -> list[str]:
    """Every template of the rooms; texts for e-mails and exports keep the shape they have."""
    return sorted(str(path.relative_to(ROOT)) for path in ROOT.glob("querwerk/*/templates/**/*.html"))


def main() -> int:
    """Run djade on every template."""
    files = templates()
    if not files:
        print("no templates found")
        return 1
    mode = [] if "--fix" in sys.argv[1:] else ["--check"]
    return subprocess.run([DJADE, *mode, "--target-version", "6.1", *files], cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    raise SystemExit(main())
