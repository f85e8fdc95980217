"""Reads of the thread and of what came of a programme."""
