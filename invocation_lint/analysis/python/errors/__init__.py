"""Errors: who takes them, and what is done with them."""
