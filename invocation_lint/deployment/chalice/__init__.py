"""Applications of Chalice: their configuration and their decorated functions."""
