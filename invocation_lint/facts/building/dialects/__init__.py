"""How queries are written, a module a dialect: each translates a chain of calls to the one shape of `shape.py`."""
