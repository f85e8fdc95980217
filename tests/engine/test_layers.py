"""The drawing of layered graphs: what holds for every graph."""

import random
import time
from collections import Counter
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from querwerk.engine.layers import Box, Picture, Spacing, Tie, draw
from querwerk.engine.layers.order import arrange, crossings_of

SPACING = Spacing()


@st.composite
def graphs(draw_from: st.DrawFn) -> tuple[list[Box], list[Tie]]:
    layers = draw_from(st.lists(st.integers(0, 5), min_size=0, max_size=24))
    heights = draw_from(st.lists(st.sampled_from([20, 38, 71.5]), min_size=len(layers), max_size=len(layers)))
    boxes = [Box(str(n), layer, height) for n, (layer, height) in enumerate(zip(layers, heights, strict=True))]
    if len(boxes) < 2:
        return boxes, []
    ends = st.integers(0, len(boxes) - 1)
    pairs = draw_from(st.lists(st.tuples(ends, ends).filter(lambda pair: pair[0] != pair[1]), max_size=40))
    return boxes, [Tie(str(one), str(two)) for one, two in pairs]


@given(graphs())
def test_boxes_never_overlap_and_stay_inside(graph: tuple[list[Box], list[Tie]]) -> None:
    boxes, ties = graph
    picture = draw(boxes, ties, SPACING)
    for layer in {box.layer for box in boxes}:
        places = sorted((picture.places[box.key] for box in boxes if box.layer == layer), key=lambda place: place.y)
        for upper, lower in pairwise(places):
            assert upper.y + upper.height + SPACING.between_boxes <= lower.y + 1e-6
    for place in picture.places.values():
        assert place.y >= SPACING.head - 1e-6
        assert place.x + place.width <= picture.width
        assert place.y + place.height <= picture.height


@given(graphs())
def test_every_tie_runs_from_its_source_to_its_target(graph: tuple[list[Box], list[Tie]]) -> None:
    boxes, ties = graph
    picture = draw(boxes, ties, SPACING)
    layer_of = {box.key: box.layer for box in boxes}
    assert len(picture.routes) == len(ties)
    for tie, route in zip(ties, picture.routes, strict=True):
        source, target = picture.places[tie.source], picture.places[tie.target]
        assert route.points[0][1] == source.middle
        assert route.points[-1][1] == target.middle
        assert route.is_arc == (layer_of[tie.source] == layer_of[tie.target])
        assert route.is_back == (layer_of[tie.source] > layer_of[tie.target])
        steps = abs(layer_of[tie.source] - layer_of[tie.target]) or 1
        assert len(route.points) == 2 * steps
        # Between two layers a tie stays between them; it runs level where it passes one.
        for one, two in zip(route.points[1::2], route.points[2::2], strict=False):
            assert one[1] == two[1]


@given(graphs())
def test_no_tie_runs_through_a_box(graph: tuple[list[Box], list[Tie]]) -> None:
    boxes, ties = graph
    picture = draw(boxes, ties, SPACING)
    for route in picture.routes:
        if route.is_arc:
            continue
        for one, two in zip(route.points[1::2], route.points[2::2], strict=False):
            left, right = sorted((one[0], two[0]))
            for place in picture.places.values():
                if place.x == left and place.x + place.width == right:
                    assert not place.y < one[1] < place.y + place.height


@given(graphs())
def test_the_order_is_never_worse_than_that_of_entry(graph: tuple[list[Box], list[Tie]]) -> None:
    picture = draw(*graph)
    assert picture.crossings <= picture.crossings_before


@given(graphs())
def test_the_same_graph_gives_the_same_picture(graph: tuple[list[Box], list[Tie]]) -> None:
    assert draw(*graph) == draw(*graph)


@given(graphs())
def test_crossings_are_counted_as_by_hand(graph: tuple[list[Box], list[Tie]]) -> None:
    boxes, ties = graph
    pairs = {(int(tie.source), int(tie.target)) for tie in ties}
    layer = {int(box.key): box.layer for box in boxes}
    straight = sorted((one, two) for one, two in pairs if layer[two] == layer[one] + 1)
    layers: list[list[int]] = [[n for n in layer if layer[n] == number] for number in range(6)]
    after = [[two for one, two in straight if one == n] for n in range(len(boxes))]
    place = {n: number for row in layers for number, n in enumerate(row)}
    by_hand = sum(
        (place[a] - place[c]) * (place[b] - place[d]) < 0
        for i, (a, b) in enumerate(straight)
        for c, d in straight[i + 1 :]
        if layer[a] == layer[c]
    )
    assert crossings_of(layers, after) == by_hand


def test_a_twisted_ladder_is_untangled() -> None:
    after = [[5], [4], [3], [], [], []]
    before = [[], [], [], [2], [1], [0]]
    order, crossings = arrange([[0, 1, 2], [3, 4, 5]], before, after)
    assert crossings == 0
    assert Counter(order[0]) == Counter([0, 1, 2])


def test_no_boxes_make_an_empty_picture() -> None:
    picture = draw([], [])
    assert isinstance(picture, Picture)
    assert not picture.places


def programme(size: int, seed: int = 7) -> tuple[list[Box], list[Tie]]:
    """Return a graph shaped like a programme's thread: bushy at the start, thin at the end, few long ties."""
    chance = random.Random(seed)
    shares = (0.02, 0.2, 0.3, 0.16, 0.05, 0.07, 0.04, 0.08, 0.05, 0.03)
    boxes = [
        Box(f"{layer}-{n}", layer, chance.choice((38, 55, 71)))
        for layer, share in enumerate(shares)
        for n in range(max(2, round(size * share)))
    ]
    layers = [[box for box in boxes if box.layer == layer] for layer in range(len(shares))]
    ties = []
    for layer in range(1, len(shares)):
        for box in layers[layer]:
            for _ in range(chance.choice((1, 1, 2))):
                step = chance.choice((1, 1, 1, 1, 2, 3))
                ties.append(Tie(chance.choice(layers[max(0, layer - step)]).key, box.key))
    return boxes, ties


def test_a_picture_of_500_boxes_is_quick_and_has_far_fewer_crossings() -> None:
    boxes, ties = programme(500)
    best = min(timed(boxes, ties) for _ in range(3))
    picture = draw(boxes, ties)
    assert picture.crossings < 0.35 * picture.crossings_before
    assert best < 0.4  # 0.1 s on a quiet machine


def timed(boxes: list[Box], ties: list[Tie]) -> float:
    start = time.process_time()
    draw(boxes, ties)
    return time.process_time() - start
