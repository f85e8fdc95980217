"""The directory of a programme's profiles: finding, reading, entering, editing."""
