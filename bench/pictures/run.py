"""Renditions per second, beside a plain script and Willow: ``make bench-pictures``.

A made photograph of 24 megapixels becomes the sizes that a page offers (seven widths, AVIF, WebP and JPEG, whole and cut to 16:9).
Ours unpacks it once and makes smaller sizes of larger ones. The rivals do what most sites do, Wagtail (Willow), sorl and
easy-thumbnails among them: every size is made of the original by itself. Qualities and the effort of each encoder are the same.
CPU seconds of one thread, median of the rounds; only ratios carry over to other machines.
"""

import argparse
import io
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from django.conf import settings
from PIL import Image

from querwerk.core.pictures.reading import read_picture
from querwerk.core.pictures.renditions import AVIF_SPEED, QUALITY, Rendition, cut, make_all, offered, size

ROOT = Path(__file__).resolve().parents[2]
RIVALS = ROOT / ".tools/bench/willow"
WILLOW = "willow[heif]==1.12.0"
WIDTH, HEIGHT = 6000, 4000
FOCUS = (40, 60)


def photograph() -> bytes:
    """Return a JPEG as a camera writes it: soft shapes, sharp edges, noise."""
    chance = np.random.default_rng(7)
    rough = chance.integers(0, 255, (40, 60, 3), dtype=np.uint8)
    image = np.asarray(Image.fromarray(rough).resize((WIDTH, HEIGHT), Image.Resampling.BICUBIC)).astype(np.int16)
    for _edge in range(60):
        x, y = chance.integers(0, WIDTH), chance.integers(0, HEIGHT)
        image[y : y + 300, x : x + 500] = image[y : y + 300, x : x + 500] // 2 + chance.integers(0, 120)
    image += chance.normal(0, 5, (HEIGHT, WIDTH, 1)).astype(np.int16)
    out = io.BytesIO()
    Image.fromarray(image.clip(0, 255).astype(np.uint8)).save(out, "JPEG", quality=92)
    return out.getvalue()


def saved(image: Image.Image, suffix: str) -> bytes:
    """Encode with our qualities."""
    out = io.BytesIO()
    options: dict[str, Any] = {"avif": {"speed": AVIF_SPEED, "max_threads": 1}, "webp": {"method": 4}}.get(
        suffix, {"optimize": True, "progressive": True}
    )
    image.save(out, {"avif": "AVIF", "webp": "WEBP", "jpg": "JPEG"}[suffix], quality=QUALITY[suffix], **options)
    return out.getvalue()


def ours(content: bytes, wanted: list[Rendition]) -> int:
    """Make all with Querwerk."""
    return sum(len(made) for made in make_all(content, wanted, FOCUS).values())


def plain(content: bytes, wanted: list[Rendition]) -> int:
    """Make each by itself with Pillow."""
    total = 0
    for one in wanted:
        with Image.open(io.BytesIO(content)) as image:
            box = cut(*image.size, one.shape, FOCUS)
            part = image.crop((box.left, box.top, box.left + box.width, box.top + box.height))
            total += len(
                saved(part.resize(size(*image.size, one.shape, one.width), Image.Resampling.LANCZOS), one.suffix)
            )
    return total


def willow(content: bytes, wanted: list[Rendition]) -> int:
    """Make each by itself as Wagtail does."""
    from willow.image import Image as Willow  # noqa: PLC0415

    total = 0
    for one in wanted:
        image = Willow.open(io.BytesIO(content))
        width, height = image.get_size()
        box = cut(width, height, one.shape, FOCUS)
        if one.shape != "full":
            image = image.crop((box.left, box.top, box.left + box.width, box.top + box.height))
        image = image.resize(size(width, height, one.shape, one.width))
        total += len(saved(image.image, one.suffix))
    return total


def seconds(
    make: Callable[[bytes, list[Rendition]], int], content: bytes, wanted: list[Rendition], rounds: int
) -> tuple[float, int]:
    """Return CPU seconds and bytes made."""
    times, made = [], 0
    for _round in range(rounds):
        start = time.process_time()
        made = make(content, wanted)
        times.append(time.process_time() - start)
    return statistics.median(times), made


def has_willow() -> bool:
    """Install Willow into a folder of its own, where uv is."""
    found = next((path for path in ("uv", str(ROOT / ".tools/uv/bin/uv")) if _runs(path)), None)
    if not RIVALS.exists() and found:
        command = [
            found,
            "pip",
            "install",
            "--quiet",
            "--python",
            sys.executable,
            "--target",
            str(RIVALS),
            "--no-deps",
            WILLOW,
        ]
        subprocess.run([*command, "filetype", "defusedxml"], check=False)
    sys.path.append(str(RIVALS))
    # Willow asks Django's settings for its optimisers when it is loaded.
    settings.configure()
    try:
        import willow as _willow  # noqa: F401, PLC0415
    except ImportError:
        return False
    return True


def _runs(path: str) -> bool:
    try:
        return subprocess.run([path, "--version"], capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def main() -> None:
    """Measure and print a table."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--rounds", type=int, default=3)
    rounds = arguments.parse_args().rounds
    start = time.process_time()
    reading = read_picture(photograph())
    print(
        f"taking in 24 megapixels: {time.process_time() - start:.2f} s of CPU, {len(reading.content) / 1e6:.1f} MB kept"
    )
    sides: dict[str, Callable[[bytes, list[Rendition]], int]] = {"plain Pillow": plain}
    if has_willow():
        sides["Willow (Wagtail)"] = willow
    else:
        print("Willow could not be installed; it is left out.")
    print("| what | ours: per second | rival | rival: per second | ratio |\n| --- | --- | --- | --- | --- |")
    for title, suffixes in (("all formats", ("avif", "webp", "jpg")), ("JPEG only", ("jpg",))):
        wanted = [
            one
            for shape in ("full", "card")
            for one in offered(WIDTH, HEIGHT, has_alpha=False, shape=shape)
            if one.suffix in suffixes
        ]
        own, _bytes = seconds(ours, reading.content, wanted, rounds)
        for name, make in sides.items():
            theirs, _bytes = seconds(make, reading.content, wanted, rounds)
            print(
                f"| {title}, {len(wanted)} renditions | {len(wanted) / own:.2f} | {name} | {len(wanted) / theirs:.2f} | {theirs / own:.2f} |"
            )


if __name__ == "__main__":
    main()
