"""Measures documents in and out beside pandoc and WeasyPrint: ``make bench-documents``.

The text is the strategy paper of the tests: forty-four pages with 14 tables, 14 pictures, footnotes and comments. Each task runs
in a process of its own; what counts is CPU time of the process, its threads and its children: once cold (Python starts and
imports) and again warm. The rivals live in an environment of their own under ``.tools/bench``.
"""

import argparse
import io
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
RIVALS = ROOT / ".tools/bench/documents"
TASKS = {"docx in": "pandoc", "docx out": "pandoc", "pdf": "WeasyPrint", "epub": "pandoc", "markdown": "pandoc"}
sys.path.insert(0, str(ROOT))


def set_up() -> Path:
    """Return the rivals' Python; their environment is made when it is missing or outdated."""
    lock, stamp = HERE / "requirements.lock", RIVALS / ".stamp"
    python = RIVALS / "bin/python"
    if not stamp.exists() or stamp.read_text() != lock.read_text():
        uv = ROOT / ".tools/uv/bin/uv"
        program = str(uv) if uv.exists() else "uv"
        subprocess.run([program, "venv", "--quiet", "--clear", "--python", "3.13", RIVALS], check=True)
        subprocess.run(
            [program, "pip", "sync", "--quiet", "--python", python, "--require-hashes", lock], check=True, cwd=ROOT
        )
        stamp.write_text(lock.read_text())
    return python


def write_inputs(folder: Path) -> None:
    """Write the paper as Word file and as the page that the rivals convert."""
    from querwerk.core.prose.word.write import write_word  # noqa: PLC0415
    from tests.factories.papers import picture, strategy_body, strategy_paper  # noqa: PLC0415

    (folder / "paper.docx").write_bytes(write_word(strategy_paper(with_comments=True)))
    for number in range(1, 15):
        (folder / f"bild{number}.png").write_bytes(picture(number))
    (folder / "paper.html").write_text(page(strategy_body()), encoding="utf-8")


def page(body: dict[str, Any]) -> str:
    """Return the body's public page with its pictures beside it."""
    from querwerk.core.prose.render import fill, render  # noqa: PLC0415

    def show(piece: Any) -> str:
        if piece["type"] == "image":
            return f'<figure><img src="{piece["picture"]}.png" alt="{piece["alt"]}"><figcaption>{piece["caption"]}</figcaption></figure>'
        if piece["type"] == "notes":
            notes = "".join(f'<li id="n-{note["key"]}">{note["html"]}</li>' for note in piece["notes"])
            return f"<section><ol>{notes}</ol></section>"
        return ""

    inside = fill(render(body), show)
    return f'<!doctype html><html lang="de"><head><meta charset="utf-8"><title>Strategie</title></head><body>{inside}</body></html>'


def timed(python: Path | str, script: str, task: str, folder: Path, times: int) -> dict[str, float] | None:
    """Run a task in a process of its own; nothing where the rival cannot run here."""
    done = subprocess.run(
        [python, HERE / script, task, folder, str(times)], capture_output=True, text=True, check=False,
        env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1"},
    )  # fmt: skip
    if done.returncode:
        print(f"  {script} {task}: {done.stderr.strip().splitlines()[-1:]}", file=sys.stderr)
        return None
    found: dict[str, float] = json.loads(done.stdout)
    return found


def speed(python: Path, folder: Path, times: int) -> list[dict[str, Any]]:
    """Run every task on both sides and print a table."""
    rows = []
    print(
        f"{'task':10} {'cold ours : rival':>20} {'ratio':>6} {'warm ours : rival':>20} {'ratio':>6}  rival (CPU seconds)"
    )
    for task, rival in TASKS.items():
        ours, theirs = (
            timed(sys.executable, "ours.py", task, folder, times),
            timed(python, "rival.py", task, folder, times),
        )
        assert ours is not None
        rows.append({"task": task, "rival": rival, "ours": ours, "theirs": theirs})
        if theirs is None:
            print(
                f"{task:10} {ours['first']:8.2f} : {'–':>8} {'':>6} {ours['later']:8.3f} : {'–':>8} {'':>6}  {rival} did not run"
            )
            continue
        cold, warm = theirs["first"] / ours["first"], theirs["later"] / ours["later"]
        print(
            f"{task:10} {ours['first']:8.2f} : {theirs['first']:8.2f} {cold:6.1f} {ours['later']:8.3f} : {theirs['later']:8.3f}"
            f" {warm:6.1f}  {rival}"
        )
    return rows


def keeps(folder: Path) -> dict[str, dict[str, int]]:
    """Count what each reader keeps of the Word file, and print it."""
    import mammoth  # noqa: PLC0415
    from kept import of_body, of_html  # noqa: PLC0415

    from querwerk.core.prose.word.read import read_word  # noqa: PLC0415
    from tests.factories.papers import strategy_body  # noqa: PLC0415

    data = (folder / "paper.docx").read_bytes()
    found = read_word(data, store_picture=lambda _content, _mime, _alt: "picture").body
    known = {block["key"] for block in strategy_body()["blocks"]}
    ours = of_body(found) | {"blocks known again": sum(block["key"] in known for block in found["blocks"])}
    short = mammoth.images.img_element(lambda _image: {"src": "x"})
    mammoths = mammoth.convert_to_html(io.BytesIO(data), convert_image=short).value
    pandocs = (folder / "pandoc.html").read_text(encoding="utf-8") if (folder / "pandoc.html").exists() else ""
    table = {
        "in the paper": of_body(strategy_body()),
        "ours": ours,
        "pandoc": of_html(pandocs),
        "mammoth": of_html(mammoths),
    }
    print(f"\n{'kept of the Word file':32}" + "".join(f"{side:>14}" for side in table))
    for name in table["ours"]:
        print(f"{name:32}" + "".join(f"{counts[name]:14}" for counts in table.values()))
    return table


def main() -> None:
    """Run the bench."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--times", type=int, default=5, help="runs in one process; the least after the first counts as warm"
    )
    parser.add_argument("--json", type=Path, help="also write every figure to this file")
    given = parser.parse_args()
    import django  # noqa: PLC0415

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "querwerk.config.settings")
    django.setup()
    python = set_up()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_inputs(folder)
        found = {"speed": speed(python, folder, given.times), "kept": keeps(folder)}
    if given.json:
        given.json.write_text(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()
