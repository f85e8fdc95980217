"""The workspace of organisers and editors."""
