"""What documents tell."""

from django.dispatch import Signal

document_scheduled = Signal()
"""Sent inside the transaction after a document got an hour at which it becomes public; ``at``: datetime."""
