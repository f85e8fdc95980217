"""The pages: for participants, and at the desk."""
