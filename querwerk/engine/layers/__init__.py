"""Draws a layered graph: plain boxes and ties in, coordinates out. Knows no web.

Layers are given (here: by the kind of record), so of Sugiyama's four steps three remain: an order inside each layer with
few crossings, heights that keep ties straight, and routes round the boxes of the layers between. The same input gives
the same picture on every machine.
"""

from querwerk.engine.layers.model import Box, Picture, Place, Point, Route, Spacing, Tie
from querwerk.engine.layers.order import crossings_of
from querwerk.engine.layers.picture import draw

__all__ = ["Box", "Picture", "Place", "Point", "Route", "Spacing", "Tie", "crossings_of", "draw"]
