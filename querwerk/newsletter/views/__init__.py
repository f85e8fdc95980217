"""The pages of the newsletter: for readers, and at the desk."""
