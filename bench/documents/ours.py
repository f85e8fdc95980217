"""Our side of the bench: ``ours.py TASK FOLDER TIMES``, in a process of its own."""

import os
import sys
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from clock import tell

if TYPE_CHECKING:
    from querwerk.core.prose.manuscript import Manuscript

NUMBERS = count()
ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "querwerk.config.settings")


def main(task: str, folder: Path, times: int) -> None:
    """Do one task."""
    import django  # noqa: PLC0415  (counted)

    django.setup()
    tell(TASKS[task](folder), times)


def word_in(folder: Path) -> Callable[[], int]:
    """Return reading the Word file."""
    from querwerk.core.prose.word.read import read_word  # noqa: PLC0415

    data = (folder / "paper.docx").read_bytes()
    return lambda: len(read_word(data, store_picture=lambda _content, _mime, _alt: "picture").body["blocks"])


def next_paper() -> "Manuscript":
    """Return the paper with every paragraph a little different from last time: Typst remembers what it has set before."""
    from tests.factories.papers import strategy_body, strategy_paper  # noqa: PLC0415

    mark = f" {next(NUMBERS)}"
    blocks = [
        {**block, "html": block["html"] + mark} if block["type"] == "paragraph" else block
        for block in strategy_body()["blocks"]
    ]
    return strategy_paper(body={**strategy_body(), "blocks": blocks})


def out(module: str, name: str) -> Callable[[Path], Callable[[], int]]:
    """Return making a file of the paper."""

    def prepared(_folder: Path) -> Callable[[], int]:
        from importlib import import_module  # noqa: PLC0415

        write = getattr(import_module(f"querwerk.core.prose.{module}"), name)
        return lambda: len(write(next_paper()))

    return prepared


TASKS = {
    "docx in": word_in,
    "docx out": out("word.write", "write_word"),
    "pdf": out("pdf", "write_pdf"),
    "epub": out("epub.write", "write_epub"),
    "markdown": out("markdown", "write_markdown"),
}

if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))
