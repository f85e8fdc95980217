"""What others may want to know of meetings."""

from django.dispatch import Signal

going_on = Signal()
"""Sent inside the transaction in which the second of two people said that they want to go on; ``first``, ``second``: Participant."""

plan_wanted = Signal()
"""Sent inside the transaction in which an organiser asks for a version of the timetable; ``plan``: Plan."""
