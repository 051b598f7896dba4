"""Loops that work on jobs or records: what they go over, and what is done for each item."""
