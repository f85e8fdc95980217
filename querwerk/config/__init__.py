"""Settings, addresses and entry points; the only room that sees all others."""
