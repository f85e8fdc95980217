"""Challenges, and how they come together with creatives: suggestions, proposals, introductions, follow-ups."""
