"""Facts about handlers: what they read of their events, and what becomes of a record that fails."""
