"""Pages of the events, and those on which people register."""
