"""Pictures and files: read with suspicion, stored once under what is in them, shown in the size that a screen needs."""
