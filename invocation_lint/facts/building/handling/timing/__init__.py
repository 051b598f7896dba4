"""How long a handler takes and waits, and what limits that."""
