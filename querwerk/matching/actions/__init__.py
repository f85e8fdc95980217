"""Writes of the room: challenges, judgements of pairs, proposals and their answers."""
