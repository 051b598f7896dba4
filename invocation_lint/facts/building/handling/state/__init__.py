"""What a handler leaves for later events of its execution environment."""
