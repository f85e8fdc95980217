"""Tools for those who work on Querwerk; run them through ``make``."""
