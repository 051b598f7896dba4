"""Turns what the interpreter noted into facts."""
