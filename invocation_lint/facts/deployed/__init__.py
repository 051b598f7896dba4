"""The facts that stand in templates, and in no Python file."""
