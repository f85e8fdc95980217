"""Programmes, partners, funders, guiding questions and roles."""
