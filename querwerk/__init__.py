"""Querwerk runs a cross-innovation programme between industry and the creative industries."""
