"""Pilots, their workshops and findings."""
