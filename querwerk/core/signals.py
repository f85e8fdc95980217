"""What core tells the rooms above."""

from django.dispatch import Signal

records_written = Signal()
"""Sent inside the transaction after records were written; ``node_ids``: list of int, ``space_id``: int."""

records_deleted = Signal()
"""Sent inside the transaction before nodes are deleted; ``node_ids``: list of int, ``space_id``: int."""
