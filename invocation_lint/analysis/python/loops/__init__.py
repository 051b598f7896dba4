"""Loops: how often they run, how they end, and what they repeat."""
