"""What is typed in to register for an event."""
