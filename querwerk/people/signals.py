"""What the room tells the rooms above."""

from django.dispatch import Signal

profiles_merged = Signal()
"""Sent inside the transaction before a profile is deleted whose ties move to another; ``keep``, ``gone``: Profile, ``by``: Actor."""

profiles_parted = Signal()
"""Sent inside the transaction after a merge was undone; ``keep``, ``back``: Profile."""

invitation_wanted = Signal()
"""Sent when the owner of an imported profile is to be invited by mail; ``profile_id``: int."""

speaker_wanted = Signal()
"""Sent when somebody is to be asked by mail to speak for a profile; ``invitation_id``: int."""

answer_wanted = Signal()
"""Sent when an answer to a message is to be mailed; ``inquiry_id``: int."""
