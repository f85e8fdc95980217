"""The map of central Europe: where a place lies on the drawing that ``scripts/assets/map.mjs`` makes."""

from math import cos, log, pi, radians, sin, tan

WIDTH, HEIGHT = 720, 620

# Lambert's conformal conic projection with the figures that the script prints.
_SCALE, _LEFT, _TOP = 2953.683279734203, 339.06712584625217, 3152.165038223638
_MERIDIAN, _SOUTH, _NORTH = 13.0, radians(45), radians(53)


def _stretch(latitude: float) -> float:
    return tan(pi / 4 + latitude / 2)


_CONE = log(cos(_SOUTH) / cos(_NORTH)) / log(_stretch(_NORTH) / _stretch(_SOUTH))
_RADIUS = cos(_SOUTH) * _stretch(_SOUTH) ** _CONE / _CONE


def project(lat: float, lon: float) -> tuple[float, float]:
    """Return the point on the drawing for degrees of latitude and longitude."""
    distance = _RADIUS / _stretch(radians(lat)) ** _CONE
    angle = _CONE * radians(lon - _MERIDIAN)
    return _LEFT + _SCALE * distance * sin(angle), _TOP - _SCALE * (_RADIUS - distance * cos(angle))
