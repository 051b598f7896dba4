"""Plain data of the analysis: atoms, objects, state and its joins, events."""
