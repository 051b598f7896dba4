"""What known functions do with the event that a handler is tried with. Elsewhere none of this is asked."""
