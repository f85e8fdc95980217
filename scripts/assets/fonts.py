"""Make the two typefaces as small as the pages need them.

Run by hand when a font or the set of letters changes; the results are committed:

    npm i @fontsource-variable/bricolage-grotesque @fontsource-variable/instrument-sans
    pip install fonttools brotli
    python scripts/assets/fonts.py node_modules/@fontsource-variable querwerk/core/static/core/fonts querwerk/core/prose/fonts

The last folder gets the same letters for PDF files, as TrueType and with italics: Typst reads no woff2. Both families are under the SIL Open Font License without a reserved font name, so the smaller
files may keep their names. Their licences are written beside them. The script also prints the
figures of the metric-adjusted fallback that ``styles/fonts.css`` uses, so that the page does not
move when the real letters arrive.
"""

import shutil
import sys
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont
from fontTools.varLib import instancer

# Basic Latin, Latin-1, and the punctuation of German and English texts.
LATIN = [*range(0x20, 0x7F), *range(0xA0, 0x100), 0x152, 0x153, 0x2010, 0x2011, 0x2013, 0x2014]
LATIN += [0x2018, 0x2019, 0x201A, 0x201C, 0x201D, 0x201E, 0x2022, 0x2026, 0x202F, 0x2030, 0x2032, 0x2033]
LATIN += [0x2039, 0x203A, 0x20AC, 0x2122, 0x2190, 0x2191, 0x2192, 0x2193, 0x2212, 0x1E9E]
# The letters of the neighbours: Czech, Polish, Slovene, Slovak, Hungarian, Croatian. Few, so that one Polish place
# name on a page costs 5 kB and not 20.
LATIN_EXT = [ord(letter) for letter in "ĄąĆćĘęŁłŃńŚśŹźŻżČčĎďĚěŇňŘřŠšŤťŮůŽžĽľĹĺŔŕĐđŐőŰű"]

FAMILIES = {
    # folder: (file stem, least and greatest weight that the styles use)
    "bricolage-grotesque": ("bricolage-grotesque", 500, 800),
    "instrument-sans": ("instrument-sans", 400, 700),
}
# How often letters occur in German text, in per mille, with the space: for the average width.
FREQUENCY = dict(
    zip(
        "enisratdhulcgmobwfkzpv ",
        [146, 82, 63, 61, 59, 55, 52, 43, 42, 37, 29, 26, 25, 21, 21, 16, 16, 14, 10, 9, 7, 7, 159],
        strict=True,
    )
)


def average_width(font: TTFont) -> float:
    """The mean advance of running text in units of the em."""
    cmap, metrics = font.getBestCmap(), font["hmtx"]
    total = sum(FREQUENCY.values())
    width = sum(metrics[cmap[ord(letter)]][0] * share for letter, share in FREQUENCY.items())
    return float(width / total / font["head"].unitsPerEm)


def make(source: Path, target: Path, letters: list[int], least: int, greatest: int) -> TTFont:
    """Keep only the letters and weights that are used."""
    font = TTFont(source)
    font = instancer.instantiateVariableFont(font, {"wght": (least, greatest)})
    options = subset.Options(flavor="woff2", layout_features=["kern", "liga", "locl", "ccmp", "tnum", "mark"])
    options.hinting = False
    worker = subset.Subsetter(options)
    worker.populate(unicodes=letters)
    worker.subset(font)
    font.flavor = "woff2"
    font.save(target)
    print(f"{target.name}: {target.stat().st_size / 1000:.1f} kB, {len(font.getGlyphOrder())} glyphs")
    return font


def make_for_print(source: Path, target: Path, family: str, least: int, greatest: int) -> None:
    """Keep every letter of the source, for Typst.

    The letters of the neighbours are a family of their own ("… Ext"), which stands behind the first in the list of fonts:
    of two files of one family and weight Typst would take one only.
    """
    font = TTFont(source)
    font = instancer.instantiateVariableFont(font, {"wght": (least, greatest)})
    for record in font["name"].names:
        if record.nameID in (1, 4, 16):
            record.string = family
    font.flavor = None
    font.save(target)
    print(f"{target.name}: {target.stat().st_size / 1000:.1f} kB, {family}")


def main(packages: Path, target: Path, for_print: Path) -> None:
    """Write both families in two ranges, with their licences."""
    target.mkdir(parents=True, exist_ok=True)
    for_print.mkdir(parents=True, exist_ok=True)
    fallback = TTFont("/usr/share/fonts/truetype/liberation/LiberationSans-Regular.ttf")  # as wide as Arial
    for folder, (stem, least, greatest) in FAMILIES.items():
        for name, letters in (("latin", LATIN), ("latin-ext", LATIN_EXT)):
            source = packages / folder / "files" / f"{stem}-{name}-wght-normal.woff2"
            font = make(source, target / f"{stem}-{name}.woff2", letters, least, greatest)
            if name == "latin":
                em, head = font["head"].unitsPerEm, font["hhea"]
                adjust = average_width(font) / average_width(fallback)
                print(
                    f"  size-adjust: {adjust:.2%}; ascent-override: {head.ascent / em / adjust:.2%};"
                    f" descent-override: {-head.descent / em / adjust:.2%}; line-gap-override: {head.lineGap / em:.0%}"
                )
            family = folder.replace("-", " ").title() + (" Ext" if name == "latin-ext" else "")
            for style in ("normal", "italic"):
                source = packages / folder / "files" / f"{stem}-{name}-wght-{style}.woff2"
                if source.exists():  # Bricolage Grotesque has no italics
                    make_for_print(source, for_print / f"{stem}-{name}-{style}.ttf", family, least, greatest)
        shutil.copy(packages / folder / "LICENSE", target / f"{stem}-LICENSE.txt")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]))
