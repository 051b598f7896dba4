"""Which files there are, which are read, and what bytes and text they hold."""
