"""Measures the drawing of the thread: crossings and time, beside the order of entry and a single barycentre sweep.

    PYTHONPATH=. .venv/bin/python bench/layers/measure.py

Instances are made from a fixed seed: shaped like a programme's thread, and random ones as the hard case.
"""

import random
import time

from querwerk.engine.layers import Box, Tie, draw
from querwerk.engine.layers.model import Spacing
from querwerk.engine.layers.order import Layers, crossings_of, positions, settle
from querwerk.engine.layers.picture import net_of

SHARES = (0.02, 0.2, 0.3, 0.16, 0.05, 0.07, 0.04, 0.08, 0.05, 0.03)
"""Questions, pilots, findings, proposals, papers, events, decisions, measures, uptake, follow-ups."""


def instance(size: int, *, is_random: bool, seed: int = 7) -> tuple[list[Box], list[Tie]]:
    """Return boxes and ties in an order that says nothing about the best one."""
    chance = random.Random(seed)
    shares = [1 / len(SHARES)] * len(SHARES) if is_random else SHARES
    layers = [
        [Box(f"{layer}-{n}", layer, 50) for n in range(max(2, round(size * share)))]
        for layer, share in enumerate(shares)
    ]
    ties = []
    for layer in range(1, len(layers)):
        for box in layers[layer]:
            for _ in range(chance.choice((1, 2, 3) if is_random else (1, 1, 2))):
                back = chance.randint(1, layer) if is_random else min(layer, chance.choice((1, 1, 1, 1, 2, 3)))
                ties.append(Tie(chance.choice(layers[layer - back]).key, box.key))
    boxes = [box for layer in layers for box in layer]
    chance.shuffle(boxes)
    return boxes, ties


def one_sweep(boxes: list[Box], ties: list[Tie]) -> int:
    """Return the crossings after one barycentre sweep from left to right, the simplest known method."""
    net = net_of(boxes, ties, Spacing())
    order: Layers = [list(layer) for layer in net.layers]
    position = positions(order, len(net.after))
    for layer in order[1:]:
        settle(layer, position, net.before, is_median=False)
    return crossings_of(order, net.after)


def main() -> None:
    """Print one row per instance."""
    print("| instance | ties | order of entry | one sweep | ours | ours / one sweep | ms |")
    print("|---|---|---|---|---|---|---|")
    for is_random in (False, True):
        for size in (60, 200, 500):
            boxes, ties = instance(size, is_random=is_random)
            rival = one_sweep(boxes, ties)
            times = []
            for _ in range(3):
                start = time.perf_counter()
                picture = draw(boxes, ties)
                times.append(time.perf_counter() - start)
            ratio = picture.crossings / rival if rival else 1
            name = f"{'random' if is_random else 'programme'} {size}"
            print(
                f"| {name} | {len(ties)} | {picture.crossings_before} | {rival} | {picture.crossings}"
                f" | {ratio:.2f} | {min(times) * 1000:.0f} |"
            )


if __name__ == "__main__":
    main()
