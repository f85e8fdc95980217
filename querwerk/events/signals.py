"""What the room's writes tell its jobs."""

from django.dispatch import Signal

letters_written = Signal()
"""Sent inside the transaction after letters were written; ``letters``: list of Letter."""

registration_forgotten = Signal()
"""Sent inside the transaction in which everything personal is taken from a registration; ``registration``: Registration."""

registration_told = Signal()
"""Sent when somebody wants to know what is stored about them; ``registration``: Registration. Receivers return a name and
what is fit for JSON, or nothing."""
