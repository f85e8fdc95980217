"""Reads of the events and of who registers for them."""
