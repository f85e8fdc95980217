"""Longer texts at the desk."""
