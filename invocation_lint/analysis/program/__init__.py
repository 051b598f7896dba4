"""Modules, classes, functions: what a program defines, and which of it must be walked."""
