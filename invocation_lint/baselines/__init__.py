"""Findings that were known before: in a baseline file, or in another revision of the code."""
