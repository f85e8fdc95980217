"""What the room's writes tell its edge, once they are certain."""

from django.dispatch import Signal

challenge_saved = Signal()
"""Sent inside the transaction after a challenge that is looking for creatives was written; ``dossier_id``: int."""

guest_asked = Signal()
"""Sent inside the transaction when somebody is to be asked by mail to read a challenge; ``guest_id``: int."""

letters_due = Signal()
"""Sent inside the transaction when sides of a proposal must be written to; ``letters``: list of (side id, kind)."""

follow_ups_due = Signal()
"""Sent inside the transaction when somebody must be asked how it went; ``follow_up_ids``: list of int."""

round_asked = Signal()
"""Sent inside the transaction when a whole round is to be worked out; ``round_id``: int."""
