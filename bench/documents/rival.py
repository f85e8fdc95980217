"""The rivals' side: pandoc for Word, EPUB and Markdown, WeasyPrint for PDF. ``rival.py TASK FOLDER TIMES``, in their own environment."""

import sys
from collections.abc import Callable
from pathlib import Path

from clock import tell


def main(task: str, folder: Path, times: int) -> None:
    """Do one task."""
    tell(weasyprint(folder) if task == "pdf" else pandoc(task, folder), times)


def pandoc(task: str, folder: Path) -> Callable[[], int]:
    """Return a conversion by pandoc."""
    import pypandoc  # noqa: PLC0415

    source, source_form, form, end = {
        "docx in": ("paper.docx", "docx+styles", "html", "html"),
        "docx out": ("paper.html", "html", "docx", "docx"),
        "epub": ("paper.html", "html", "epub3", "epub"),
        "markdown": ("paper.html", "html", "gfm", "md"),
    }[task]
    target = folder / f"pandoc.{end}"
    more = ["--track-changes=all"] if task == "docx in" else [f"--resource-path={folder}", "--metadata=lang:de"]

    def convert() -> int:
        pypandoc.convert_file(
            str(folder / source),
            form,
            format=source_form,
            outputfile=str(target),
            extra_args=more,
            cworkdir=str(folder),
        )
        return target.stat().st_size

    return convert


def weasyprint(folder: Path) -> Callable[[], int]:
    """Return a tagged PDF by WeasyPrint."""
    import weasyprint  # noqa: PLC0415

    return lambda: len(weasyprint.HTML(folder / "paper.html").write_pdf(pdf_variant="pdf/ua-1"))


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))
