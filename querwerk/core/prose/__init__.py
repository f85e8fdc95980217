"""Longer texts: documents in one language, made of blocks whose keys stay; read, cleaned, compared and shown in one place."""
