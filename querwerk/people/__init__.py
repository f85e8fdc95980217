"""Accounts, organisations and persons."""
