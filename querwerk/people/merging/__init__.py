"""Profiles of the same: found, made one, taken apart again."""
