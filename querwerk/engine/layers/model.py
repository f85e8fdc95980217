"""What goes into a drawing and what comes out."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Box:
    """One thing to be placed in a layer; layers count from 0, from left to right."""

    key: str
    layer: int
    height: float


@dataclass(frozen=True, slots=True)
class Tie:
    """A tie between two boxes; it may point forward, backward or stay in its layer."""

    source: str
    target: str


@dataclass(frozen=True, slots=True)
class Spacing:
    """Measures of the drawing."""

    width: float = 168
    """Of every box."""
    between_layers: float = 56
    between_boxes: float = 14
    lane: float = 10
    """The height kept free for a tie that passes a layer."""
    margin: float = 16
    head: float = 44
    """Kept free above the first box, for the layers' names."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a box stands: its upper left corner and its size."""

    x: float
    y: float
    width: float
    height: float

    @property
    def middle(self) -> float:
        """Return the height at which ties meet the box."""
        return self.y + self.height / 2


type Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Route:
    """The way of a tie, in the direction of the tie.

    ``points`` come in pairs that are the ends of one smooth piece between two layers; between pairs the line runs level.
    A tie inside a layer has one pair on the same side of both boxes (``is_arc``).
    """

    points: tuple[Point, ...]
    is_back: bool
    is_arc: bool


@dataclass(frozen=True, slots=True)
class Picture:
    """A finished drawing and what it is worth."""

    places: Mapping[str, Place]
    routes: tuple[Route, ...]
    """One for each tie, in the order given."""
    layers: tuple[float, ...]
    """The left edge of each layer."""
    width: float
    height: float
    crossings: int
    crossings_before: int
    """As they would be in the order of entry."""
