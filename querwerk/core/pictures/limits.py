"""How large a file may be, and what may be wrong with one."""

MAX_PICTURE_BYTES = 40_000_000
MAX_PIXELS = 80_000_000
"""The cameras of telephones and press photographers stay below; three bytes each are what a small server can hold."""
MAX_SIDE = 20_000
MIN_SIDE = 16
MAX_DRAWING_BYTES = 2_000_000
MAX_FILM_BYTES = 600_000_000
MAX_SUBTITLE_BYTES = 2_000_000
MAX_DOCUMENT_BYTES = 50_000_000


class UnusableFile(Exception):
    """The file cannot be taken; the message says why and what would be right."""
