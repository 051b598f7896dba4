"""Jupyter notebooks: their cells as one module of Python."""
