"""Places boxes and routes ties."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from querwerk.engine.layers.model import Box, Picture, Place, Point, Route, Spacing, Tie
from querwerk.engine.layers.order import Layers, arrange, crossings_of, upright

ROUNDS = 6
"""Sweeps of the heights, to and fro."""
LANE_WEIGHT = 4.0
"""How much more a lane wants to be straight than a box wants to be near its neighbours."""


@dataclass(slots=True)
class Net:
    """The boxes, and a lane for each layer that a tie passes.

    The ties that leave one box share their lanes until they part: a trunk with branches instead of a bundle of lines.
    """

    layers: Layers
    heights: list[float]
    before: list[list[int]] = field(default_factory=list)
    after: list[list[int]] = field(default_factory=list)
    chains: list[tuple[int, ...]] = field(default_factory=list)
    """For each tie the nodes on its way, from left to right."""
    boxes: int = 0


@dataclass(frozen=True, slots=True)
class _Sides:
    """Where layers begin and end."""

    lefts: tuple[float, ...]
    width: float

    def right(self, layer: int) -> float:
        """Return the right edge of a layer's boxes."""
        return self.lefts[layer] + self.width


def draw(boxes: Sequence[Box], ties: Sequence[Tie], spacing: Spacing | None = None) -> Picture:
    """Return the drawing; raises ``KeyError`` for a tie whose box is missing."""
    spacing = spacing or Spacing()
    net = net_of(boxes, ties, spacing)
    before = crossings_of(net.layers, net.after)
    order, crossings = arrange(net.layers, net.before, net.after)
    order = upright(order)
    heights = _heights(order, net, spacing)
    lefts = tuple(spacing.margin + number * (spacing.width + spacing.between_layers) for number in range(len(order)))
    places = {
        box.key: Place(lefts[box.layer], heights[number] - box.height / 2, spacing.width, box.height)
        for number, box in enumerate(boxes)
    }
    sides = _Sides(lefts, spacing.width)
    routes = tuple(_route(tie, chain, boxes, heights, sides) for tie, chain in zip(ties, net.chains, strict=True))
    bottom = max((place.y + place.height for place in places.values()), default=spacing.head)
    lanes = max((heights[node] + spacing.lane / 2 for node in range(len(boxes), len(heights))), default=0.0)
    right = lefts[-1] + spacing.width if lefts else spacing.margin
    return Picture(
        places, routes, lefts, right + spacing.margin, max(bottom, lanes) + spacing.margin, crossings, before
    )


def net_of(boxes: Sequence[Box], ties: Sequence[Tie], spacing: Spacing) -> Net:
    """Return boxes and lanes in the order of entry; raises ``KeyError`` for a tie whose box is missing."""
    number_of = {box.key: number for number, box in enumerate(boxes)}
    if len(number_of) != len(boxes):
        raise ValueError("two boxes have the same key")
    layers: Layers = [[] for _layer in range(max((box.layer for box in boxes), default=-1) + 1)]
    for number, box in enumerate(boxes):
        layers[box.layer].append(number)
    net = Net(layers, [box.height for box in boxes], boxes=len(boxes))
    lanes: dict[tuple[int, int], int] = {}
    for tie in ties:
        left, right = number_of[tie.source], number_of[tie.target]
        if boxes[left].layer > boxes[right].layer:
            left, right = right, left
        passed = range(boxes[left].layer + 1, boxes[right].layer)
        net.chains.append((left, *(_lane(net, lanes, left, layer, spacing) for layer in passed), right))
    _connect(net, boxes)
    return net


def _lane(net: Net, lanes: dict[tuple[int, int], int], source: int, layer: int, spacing: Spacing) -> int:
    """Return the lane in which what leaves ``source`` passes a layer; make it where there is none yet."""
    lane = lanes.get((source, layer))
    if lane is None:
        lane = lanes[source, layer] = len(net.heights)
        net.heights.append(spacing.lane)
        net.layers[layer].append(lane)
    return lane


def _connect(net: Net, boxes: Sequence[Box]) -> None:
    """Note for each node its neighbours in the layers before and after, each once."""
    segments = dict.fromkeys(
        step for chain in net.chains if boxes[chain[0]].layer != boxes[chain[-1]].layer for step in pairwise(chain)
    )
    net.before = [[] for _node in net.heights]
    net.after = [[] for _node in net.heights]
    for left, right in segments:
        net.after[left].append(right)
        net.before[right].append(left)


def _heights(order: Layers, net: Net, spacing: Spacing) -> list[float]:
    """Return the middle of each node, in its layer's order, without overlaps and near its neighbours."""
    middle = [0.0] * len(net.heights)
    for layer in order:
        at = 0.0
        for node in layer:
            middle[node] = at + net.heights[node] / 2
            at += net.heights[node] + spacing.between_boxes
    tallest = max((middle[layer[-1]] for layer in order if layer), default=0.0)
    for layer in order:
        if layer:
            shift = (tallest - middle[layer[-1]]) / 2
            for node in layer:
                middle[node] += shift
    for number in range(ROUNDS):
        is_forward = number % 2 == 0
        for layer in order[1:] if is_forward else reversed(order[:-1]):
            _pull(layer, middle, net, spacing, is_forward=is_forward)
    lowest = min((middle[node] - net.heights[node] / 2 for layer in order for node in layer), default=0.0)
    return [value - lowest + spacing.head for value in middle]


def _pull(layer: Sequence[int], middle: list[float], net: Net, spacing: Spacing, *, is_forward: bool) -> None:
    """Move a layer's nodes as near to their neighbours as their order and size allow.

    The least squares under minimal distances: with the distances taken off, the heights must only not decrease, which
    pooling adjacent violators solves exactly.
    """
    neighbours = net.before if is_forward else net.after
    others = net.after if is_forward else net.before
    pools: list[tuple[float, float, int]] = []
    offsets: list[float] = []
    offset = 0.0
    for place, node in enumerate(layer):
        if place:
            offset += (net.heights[layer[place - 1]] + net.heights[node]) / 2 + spacing.between_boxes
        offsets.append(offset)
        near = neighbours[node] or others[node]
        wanted = sum(middle[other] for other in near) / len(near) if near else middle[node]
        weight = (LANE_WEIGHT if node >= net.boxes else 1.0) if near else 0.1
        value, count = wanted - offset, 1
        while pools and pools[-1][0] >= value:
            pooled, pooled_weight, pooled_count = pools.pop()
            value = (pooled * pooled_weight + value * weight) / (pooled_weight + weight)
            weight += pooled_weight
            count += pooled_count
        pools.append((value, weight, count))
    place = 0
    for value, _weight, count in pools:
        for _node in range(count):
            middle[layer[place]] = value + offsets[place]
            place += 1


def _route(tie: Tie, chain: tuple[int, ...], boxes: Sequence[Box], rows: Sequence[float], sides: _Sides) -> Route:
    first, last = boxes[chain[0]], boxes[chain[-1]]
    if first.layer == last.layer:
        side = sides.right(first.layer)
        return Route(((side, rows[chain[0]]), (side, rows[chain[-1]])), is_back=False, is_arc=True)
    points: list[Point] = []
    for layer, (left, right) in enumerate(pairwise(chain), start=first.layer):
        points += [(sides.right(layer), rows[left]), (sides.lefts[layer + 1], rows[right])]
    is_back = tie.source != first.key
    return Route(tuple(reversed(points)) if is_back else tuple(points), is_back=is_back, is_arc=False)
