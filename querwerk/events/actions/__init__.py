"""Writes of the room: registrations and their places, letters about them."""
