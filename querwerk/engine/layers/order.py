"""Finds an order inside each layer with few crossings: barycentre and median sweeps, then exchanges of neighbours."""

from bisect import bisect_right, insort
from collections.abc import Sequence

type Layers = list[list[int]]
type Neighbours = Sequence[Sequence[int]]

SWEEPS = 12
PATIENCE = 4
"""Sweeps without a better order after which the search stops."""
EXCHANGES = 4


def crossings_between(upper: Sequence[int], position: Sequence[int], after: Neighbours) -> int:
    """Count the crossings of the ties that leave one layer for the next."""
    seen: list[int] = []
    count = 0
    for node in upper:
        targets = [position[other] for other in after[node]]
        for target in targets:
            count += len(seen) - bisect_right(seen, target)
        for target in targets:
            insort(seen, target)
    return count


def positions(layers: Layers, size: int) -> list[int]:
    """Return each node's place in its layer."""
    position = [0] * size
    for layer in layers:
        for place, node in enumerate(layer):
            position[node] = place
    return position


def crossings_of(layers: Layers, after: Neighbours) -> int:
    """Count all crossings between neighbouring layers; ``after`` names the neighbours in the next layer."""
    position = positions(layers, len(after))
    return sum(crossings_between(layer, position, after) for layer in layers[:-1])


def by_depth(layers: Layers, before: Neighbours, after: Neighbours) -> Layers:
    """Return a first order: what hangs together is met together by a walk from the first layers on."""
    layer_of = {node: number for number, layer in enumerate(layers) for node in layer}
    found: Layers = [[] for _layer in layers]
    seen = [False] * len(after)
    for start in (node for layer in layers for node in layer):
        pending = [start]
        while pending:
            node = pending.pop()
            if seen[node]:
                continue
            seen[node] = True
            found[layer_of[node]].append(node)
            pending.extend(other for other in (*before[node], *reversed(after[node])) if not seen[other])
    return found


def settle(layer: list[int], position: list[int], neighbours: Neighbours, *, is_median: bool) -> None:
    """Order one layer by where its neighbours stand; a node without neighbours keeps its place among the others."""
    wanted: dict[int, float] = {}
    for node in layer:
        places = [position[other] for other in neighbours[node]]
        if not places:
            continue
        if is_median:
            places.sort()
            middle = len(places) // 2
            wanted[node] = places[middle] if len(places) % 2 else (places[middle - 1] + places[middle]) / 2
        else:
            wanted[node] = sum(places) / len(places)
    tied = iter(sorted(wanted, key=lambda node: (wanted[node], position[node])))
    layer[:] = [next(tied) if node in wanted else node for node in layer]
    for place, node in enumerate(layer):
        position[node] = place


def exchange(layers: Layers, position: list[int], before: Neighbours, after: Neighbours) -> bool:
    """Exchange neighbours wherever that saves crossings; tell whether anything was saved."""
    saved = False
    for layer in layers:
        sides = [
            (sorted(position[other] for other in before[node]), sorted(position[other] for other in after[node]))
            for node in layer
        ]
        for place in range(len(layer) - 1):
            first, second = sides[place], sides[place + 1]
            now = _inversions(first[0], second[0]) + _inversions(first[1], second[1])
            if not now:
                continue
            then = _inversions(second[0], first[0]) + _inversions(second[1], first[1])
            if then < now:
                layer[place], layer[place + 1] = layer[place + 1], layer[place]
                sides[place], sides[place + 1] = second, first
                position[layer[place]], position[layer[place + 1]] = place, place + 1
                saved = True
    return saved


def _inversions(left: Sequence[int], right: Sequence[int]) -> int:
    """Count the crossings of two nodes' ties to one side while ``left`` stands before ``right``; both are sorted."""
    if not left or not right or left[-1] <= right[0]:
        return 0
    return sum(len(left) - bisect_right(left, target) for target in right)


def arrange(layers: Layers, before: Neighbours, after: Neighbours) -> tuple[Layers, int]:
    """Return the best order found and its number of crossings."""
    best, fewest = [list(layer) for layer in layers], crossings_of(layers, after)
    for start in (layers, by_depth(layers, before, after)):
        for is_median in (False, True):
            order, count = _sweep([list(layer) for layer in start], before, after, is_median=is_median)
            if count < fewest:
                best, fewest = order, count
            if not fewest:
                return best, 0
    return best, fewest


def upright(order: Layers) -> Layers:
    """Turn the picture over where that brings the first layer nearer to the order of entry; crossings stay the same."""
    first = order[0] if order else []
    seen: list[int] = []
    inversions = 0
    for node in first:
        inversions += len(seen) - bisect_right(seen, node)
        insort(seen, node)
    is_upside_down = 2 * inversions > len(first) * (len(first) - 1) // 2
    return [layer[::-1] for layer in order] if is_upside_down else order


def _sweep(order: Layers, before: Neighbours, after: Neighbours, *, is_median: bool) -> tuple[Layers, int]:
    position = positions(order, len(after))
    best, fewest, idle = [list(layer) for layer in order], crossings_of(order, after), 0
    for number in range(SWEEPS):
        is_forward = number % 2 == 0
        for layer in order[1:] if is_forward else reversed(order[:-1]):
            settle(layer, position, before if is_forward else after, is_median=is_median)
        count = crossings_of(order, after)
        idle += 1
        if count < fewest:
            best, fewest, idle = [list(layer) for layer in order], count, 0
        if not fewest or idle >= PATIENCE:
            break
    position = positions(best, len(after))
    for _round in range(EXCHANGES):
        if not exchange(best, position, before, after):
            break
    return best, crossings_of(best, after)
