"""Calls: of functions of the program, and of what is not followed."""
