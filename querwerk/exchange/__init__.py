"""Programme bundles: validate, import, export."""
