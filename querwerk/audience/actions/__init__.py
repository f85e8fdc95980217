"""Writes of the room: questions from the floor, feedback, thanks."""
