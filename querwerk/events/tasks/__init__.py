"""Jobs: the letters about registrations."""
