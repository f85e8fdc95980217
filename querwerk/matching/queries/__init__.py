"""Reads of challenges, of what speaks for a pair, and of proposals."""
