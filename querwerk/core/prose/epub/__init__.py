"""EPUB 3.3 (W3C) from a body."""
