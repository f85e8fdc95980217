"""Pages of the floor, of feedback and of thanks."""
