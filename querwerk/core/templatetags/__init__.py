"""Template tags of the rooms below all pages."""
