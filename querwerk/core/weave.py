"""A woven pattern for each record, made from its key: the picture where there is no photograph.

Like a Jacquard card, the key decides at each crossing whether the weft lies above the warp. The
same key gives the same cloth on every machine, so pages can be cached and compared.
"""

from functools import lru_cache
from hashlib import blake2b

WIDTH, HEIGHT = 27, 15
"""Threads of the warp and of the weft; odd, so that the pattern has a middle."""


def _runs(lifted: list[bool], at: int) -> str:
    """Draw one weft thread: a stroke for each stretch in which it lies on top, with relative moves to stay small."""
    path, gap, stretch = f"M0 {at}.5", 0, 0
    for on_top in [*lifted, False]:
        if on_top:
            stretch += 1
            continue
        if stretch:
            path += (f"m{gap} 0" if gap else "") + f"h{stretch}"
            gap, stretch = 0, 0
        gap += 1
    return path


def lift(key: str) -> list[list[bool]]:
    """Return for each crossing whether the weft is on top, symmetric to both sides like lace."""
    seed = blake2b(key.encode(), digest_size=12).digest()
    slope_x, slope_y = 1 + seed[0] % 3, 1 + seed[1] % 3
    repeat = 6 + seed[2] % 6
    depth = 2 + seed[3] % (repeat - 3)
    second, turn = 4 + seed[4] % 5, seed[5] % 4
    middle_x, middle_y = WIDTH // 2, HEIGHT // 2
    rows = []
    for y in range(HEIGHT):
        row = []
        for x in range(WIDTH):
            dx, dy = abs(x - middle_x), abs(y - middle_y)
            lozenge = (dx * slope_x + dy * slope_y) % repeat < depth
            if turn == 0:
                other = (dx * dy) % second < second // 3
            elif turn == 1:
                other = max(dx, dy) % second == 0
            elif turn == 2:
                other = (dx * dx + dy * dy) % (second * 4) < second
            else:
                other = (dx - dy) % second == 0 and (dx + dy) % 2 == 0
            row.append(lozenge != other)
        rows.append(row)
    return rows


@lru_cache(maxsize=4096)
def weave(key: str) -> str:
    """Return the pattern as a small SVG without any style of its own but presentation attributes."""
    seed = blake2b(key.encode(), digest_size=12).digest()
    rows = lift(key)
    red = HEIGHT // 2 + (seed[6] % 7 - 3)
    cloth = "".join(_runs(row, y) for y, row in enumerate(rows) if y != red)
    across = f"M0 {HEIGHT / 2}h{WIDTH}"
    return (
        f'<svg class="weave" viewBox="0 0 {WIDTH} {HEIGHT}" preserveAspectRatio="xMidYMid slice" fill="none"'
        f' stroke="currentColor" stroke-width=".76" aria-hidden="true">'
        # The warp is one stroke as high as the cloth, dashed into threads.
        f'<path class="weave__warp" stroke-width="{HEIGHT}" stroke-opacity=".2" stroke-dasharray=".3 .2" d="{across}"/>'
        f'<path class="weave__cloth" d="{cloth}"/>'
        # The red one runs on to the right as far as a page lets it, over and under.
        f'<path class="weave__thread" d="M0 {red}.5h120"/>'
        f'<path class="weave__over" stroke-dasharray=".3 3.7" stroke-dashoffset="-1.5" d="M0 {red}.5h{WIDTH}"/>'
        "</svg>"
    )
