"""The documents that may be templates: which they are, and how they are read into nodes."""
