"""What others may want to know of meetings."""

from django.dispatch import Signal

words_changed = Signal()
"""Sent inside the transaction in which somebody says something else about themselves; ``participant``: Participant."""

plan_wanted = Signal()
"""Sent inside the transaction in which an organiser asks for a version of the timetable; ``plan``: Plan."""
