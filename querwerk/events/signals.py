"""What the room's writes tell its jobs."""

from django.dispatch import Signal

letters_written = Signal()
"""Sent inside the transaction after letters were written; ``letters``: list of Letter."""
